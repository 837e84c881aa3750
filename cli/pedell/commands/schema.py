"""``pedell schema``: the JSON Schemas of the language, for editors and other programs."""

import json
from collections.abc import Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from pedell.commands import options
from pedell.commands.editing import write_modelines, write_narrowed, write_schemas
from pedell.commands.showing import format_for, say, show
from pedell.language.nearest import did_you_mean
from pedell.language.schemas import Schemas
from pedell.outputs.views import Table
from pedell.wiring import load_schemas


def _complete(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    names = _names(load_schemas())
    return [CompletionItem(name) for name in names if name.startswith(typed)]


_BESIDE = Path("INVENTORY/.pedell/schemas")
"""Stands for the folder that --write means where none is named."""
_UPDATE = "update"
"""The word in the place of a name that asks for Apple's schema."""


@click.command("schema")
@click.argument("name", required=False, shell_complete=_complete)
@click.option(
    "--write",
    "folder",
    is_flag=False,
    flag_value=str(_BESIDE),
    type=click.Path(path_type=Path, file_okay=False),
    help="Write them all for an editor, with the names of the inventory where there is one. "
    "Without a folder behind it: .pedell/schemas in the inventory.",
)
@click.option(
    "--modeline",
    is_flag=True,
    help="With --write: begin each YAML file of the inventory with the line that names its schema.",
)
@click.option(
    "--from",
    "checkout",
    type=click.Path(path_type=Path, file_okay=False),
    help="With update: a checkout of github.com/apple/device-management.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="With update: where the table goes.",
)
@options.inventory
def command(
    name: str | None,
    folder: Path | None,
    modeline: bool,
    checkout: Path | None,
    out: Path | None,
    inventories: tuple[Path, ...],
) -> None:
    """Print the JSON Schema NAME (authority, school, kinds/wifi …), or say which there are.

    `pedell schema update --from DIR --out FILE` derives a newer table of what Apple lists for
    iPads and says what it changes; `pedell profile check --facts FILE` uses it.
    """
    if name == _UPDATE or checkout or out:
        _update(name, checkout, out)
        return
    schemas = load_schemas()
    if name and folder:
        raise click.UsageError("All schemas are written, they refer to each other: leave out NAME.")
    if modeline and not folder:
        raise click.UsageError("--modeline names schemas that are written: add --write.")
    if folder:
        _write(schemas, folder, inventories, modeline)
    elif name:
        show(_text(schemas, _file(schemas, name)))
    else:
        rows = [(each, _about(schemas, each)) for each in _names(schemas)]
        show(format_for("text").listing(Table("schemas", ("name", "about"), tuple(rows))))


def _update(name: str | None, checkout: Path | None, out: Path | None) -> None:
    if name != _UPDATE or not checkout or not out:
        raise click.UsageError("A table is derived by: pedell schema update --from DIR --out FILE")
    from pedell.commands.fact_tables import update_table

    update_table(checkout, out)


def _names(schemas: Schemas) -> Iterable[str]:
    return sorted(name.removesuffix(".json") for name in schemas.names)


def _file(schemas: Schemas, name: str) -> str:
    known = [*_names(schemas)]
    plain = name.removesuffix(".json")
    for candidate in (plain, f"kinds/{plain}"):
        if candidate in known:
            return f"{candidate}.json"
    meant = did_you_mean(plain, [*known, *(each.removeprefix("kinds/") for each in known)])
    raise click.UsageError(f'There is no schema "{name}". {meant}')


def _about(schemas: Schemas, name: str) -> str:
    return str(schemas.document(f"{name}.json").get("description", ""))


def _text(schemas: Schemas, file: str) -> str:
    return json.dumps(schemas.document(file), ensure_ascii=False, indent=2)


def _write(schemas: Schemas, folder: Path, inventories: tuple[Path, ...], modeline: bool) -> None:
    roots = options.roots_of(inventories)
    if not any((root / "authority.yml").is_file() for root in roots):
        if inventories or modeline or folder == _BESIDE:
            shown = ", ".join(map(str, roots))
            raise click.UsageError(f"There is no authority.yml in {shown}. Name its folder by -i.")
        _write_plain(schemas, folder)
        return
    folder = roots[0] / ".pedell" / "schemas" if folder == _BESIDE else folder
    write_narrowed(schemas, roots, folder)
    if modeline:
        say(f"\nLine written or mended in {write_modelines(roots, folder):,} files.")


def _write_plain(schemas: Schemas, folder: Path) -> None:
    write_schemas({file: schemas.document(file) for file in schemas.names}, folder)
    show(f"{len(list(schemas.names))} schemas are in {folder}.")
    above = folder if folder.is_absolute() else Path("..") / folder
    say("For an editor, as the first line of a file of the inventory:")
    say(f"  authority.yml    # yaml-language-server: $schema={folder}/authority.json")
    say(f"  schools/*.yml    # yaml-language-server: $schema={above}/school.json")
