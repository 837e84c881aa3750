"""``pedell help``: what an error number means, an example, and the way out."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import click
from click.shell_completion import CompletionItem

from pedell.commands.showing import format_for, page, show
from pedell.language.nearest import did_you_mean
from pedell.model import SUMMARIES
from pedell.outputs.layout import wrapped
from pedell.outputs.views import Table


@dataclass(frozen=True, slots=True)
class HelpPage:
    """What there is to say about one code; ``help.toml`` describes the form of the examples."""

    means: str
    wrong: str
    right: str
    way_out: str


@cache
def help_pages() -> Mapping[str, HelpPage]:
    """Read what is said of each code."""
    text = (files("pedell.commands") / "help.toml").read_text(encoding="utf-8")
    return {code: HelpPage(**entry) for code, entry in tomllib.loads(text).items()}


def _complete(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    return [CompletionItem(code) for code in SUMMARIES if code.startswith(typed.upper())]


@click.command("help")
@click.argument("code", required=False, shell_complete=_complete)
@click.pass_context
def command(context: click.Context, code: str | None) -> None:
    """Explain the error CODE (such as E0231), or say which there are. Also: pedell help plan."""
    root = context.find_root()
    if code is None:
        show(format_for("text").listing(_all_codes()))
    elif code.upper() in SUMMARIES:
        show("\n".join(_lines(code.upper(), page().width)))
    elif isinstance(root.command, click.Group) and (
        found := root.command.get_command(context, code)
    ):
        show(found.get_help(click.Context(found, parent=root, info_name=code)))
    else:
        names = root.command.list_commands(root) if isinstance(root.command, click.Group) else []
        meant = did_you_mean(code.upper(), SUMMARIES)
        near = did_you_mean(code, names)
        hint = next((each for each in (meant, near) if each.startswith("Did")), "All: pedell help")
        raise click.UsageError(f'"{code}" is no error number. {hint}')


def _all_codes() -> Table:
    note = "pedell help CODE says what it means and what to do."
    return Table("codes", ("code", "summary"), tuple(SUMMARIES.items()), note)


def _lines(code: str, width: int) -> Iterator[str]:
    told = help_pages()[code]
    yield f"{code}  {SUMMARIES[code]}"
    yield ""
    yield from wrapped(told.means, width)
    for heading, example in (("Wrong", told.wrong), ("Right", told.right)):
        yield ""
        yield heading
        yield from (f"    {line}".rstrip() for line in example.strip("\n").splitlines())
    yield ""
    yield "What to do"
    yield from wrapped(told.way_out, width, "    ")
