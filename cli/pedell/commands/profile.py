"""``pedell profile``: Apple profiles and declarations, from whomever they come."""

import json
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from pedell.commands import fact_tables, options
from pedell.commands.exits import Exit, Leave
from pedell.commands.profile_reading import check_file
from pedell.commands.showing import format_for, page, show
from pedell.language.nearest import did_you_mean
from pedell.outputs.profile_report import (
    count_errors,
    report_json_lines,
    report_lines,
    report_record,
)
from pedell.outputs.views import Table as Listing
from pedell.payloads.apple.facts import Devices, read_version
from pedell.payloads.apple.facts.findings import Version
from pedell.payloads.apple.facts.json_schema import export_schema, schema_names


@click.group("profile")
def command() -> None:
    """Check Apple profiles and declarations from anywhere, and export what is known of them."""


def _version(_: click.Context, __: click.Parameter, typed: str | None) -> Version | None:
    try:
        return read_version(typed) if typed else None
    except ValueError:
        raise click.BadParameter(f"{typed} is no version of iOS; write 18.3") from None


@command.command("check")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(path_type=Path),
)
@click.option(
    "--os",
    "version",
    metavar="VERSION",
    callback=_version,
    help="The version of iOS on the iPads, such as 18.3.",
)
@click.option(
    "--supervised/--unsupervised", default=None, help="Whether these iPads are supervised."
)
@click.option("--shared/--not-shared", default=None, help="Whether they are shared iPads.")
@fact_tables.option
@options.output
def check(
    files: tuple[Path, ...],
    version: Version | None,
    supervised: bool | None,
    shared: bool | None,
    own: Path | None,
    output: str,
) -> None:
    """Hold profiles and declarations against what Apple lists for iPads.

    A FILE is a profile (XML or binary, signed or not) or a declaration (JSON, or a list of them).
    A signature is taken off and not checked. Leaves with 5 where there is an error.
    """
    devices = Devices(version, supervised, shared)
    table = fact_tables.chosen_table(own)
    checked = [check_file(path, devices, table) for path in files]
    if output == "text":
        show("\n".join(report_lines(checked, table, page())))
    else:
        record = report_record(checked, table)
        is_whole = output == "json"
        whole = json.dumps(record, ensure_ascii=False, indent=2) if is_whole else None
        show(whole or report_json_lines(record))
    if count_errors(checked):
        raise Leave(Exit.INVALID)


def _complete(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    names = schema_names(fact_tables.chosen_table(None))
    return [CompletionItem(name) for name in names if name.startswith(typed)]


@command.command("schema")
@click.argument("name", required=False, metavar="[TYPE]", shell_complete=_complete)
@fact_tables.option
def schema(name: str | None, own: Path | None) -> None:
    """Print JSON Schema for editors: of a TYPE, of a whole profile or a whole declaration.

    Without TYPE: which there are. It says the structure alone; versions, supervision and references
    between payloads are beyond JSON Schema, `pedell profile check` knows them.
    """
    table = fact_tables.chosen_table(own)
    names = schema_names(table)
    if not name:
        rows = tuple((each,) for each in names)
        show(format_for("text").listing(Listing("schemas", ("name",), rows)))
        return
    if name not in names:
        raise click.UsageError(f'There is no type "{name}". {did_you_mean(name, names)}')
    show(json.dumps(export_schema(table, name), ensure_ascii=False, indent=2))
