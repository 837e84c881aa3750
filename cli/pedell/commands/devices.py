"""``pedell devices``: take over a supplier's list, and check the lists of an inventory."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import click

from pedell.commands import options
from pedell.commands.showing import format_for, rejections_shown, say, show
from pedell.files import rewrite_atomically
from pedell.language.lists.device_lists import DeviceLists
from pedell.language.lists.merging import Arrivals, merge_list, sort_out
from pedell.language.lists.supplier_lists import Delivered, SupplierList, read_supplier_list
from pedell.language.nearest import did_you_mean
from pedell.model import Device, Folder, Inventory, Problem, Rejected, tell
from pedell.outputs.views import Table
from pedell.outputs.wording import count
from pedell.stages.load import MAX_ASSET_BYTES, load_folder
from pedell.stages.validate import validate_folder
from pedell.wiring import load_schemas

_NAMED = 5
"""So many devices are named beside the table."""


@click.group("devices")
def command() -> None:
    """Take over a supplier's list of devices, and check the lists of an inventory."""


@command.command("check")
@options.inventory
@options.output
def check(inventories: tuple[Path, ...], output: str) -> None:
    """Count the devices of every school and cohort, or show all that is wrong in the files."""
    with rejections_shown(output):
        _, inventory = _read(inventories)
    rows = tuple(
        (school.id, cohort.name, len(cohort.devices))
        for school in inventory.schools.values()
        for cohort in school.cohorts
    )
    schools = count(len(inventory.schools), "school")
    note = f"{schools}, {count(inventory.device_count, 'device')}. The lists are sound."
    show(format_for(output).listing(Table("devices", ("school", "cohort", "devices"), rows, note)))


@command.command("import")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(path_type=Path),
)
@options.inventory
@click.option("--school", default="", metavar="ID", help="The school of rows that do not name one.")
@click.option(
    "--cohort", default="", metavar="NAME", help="The cohort of rows that do not name one."
)
@click.option(
    "--lot",
    default="",
    metavar="NAME",
    help="The delivery: of a list with a column Lieferung only its rows, of others all rows.",
)
@click.option("--write", is_flag=True, help="Write it into devices/; otherwise it is only shown.")
@options.output
def import_lists(
    files: tuple[Path, ...],
    inventories: tuple[Path, ...],
    school: str,
    cohort: str,
    lot: str,
    write: bool,
    output: str,
) -> None:
    """Put the devices of a supplier's list (CSV or XLSX) into the lists of their schools.

    Without --write it shows what would be added and changes nothing. No row is ever deleted or
    moved; a list with one mistake, or with a person's column, is not taken at all. Where there is
    a deliveries.csv, devices keep the lot they came with.
    """
    with rejections_shown(output):
        folder, inventory = _read(inventories)
        _refuse_unknown(inventory, school, cohort)
        rows = _delivered(files, lot)
        arrivals = sort_out(rows, inventory, _lines(folder), (school, cohort))
        if arrivals.problems:
            raise Rejected(arrivals.problems)
    written = _write(arrivals, folder, inventory) if write else 0
    table = _table(arrivals, write, written)
    show(format_for(output).listing(table))
    for remark in _remarks(arrivals, lot if not inventory.deliveries else ""):
        say(remark)


def _read(inventories: tuple[Path, ...]) -> tuple[Folder, Inventory]:
    folder = load_folder(options.roots_of(inventories))
    return folder, validate_folder(folder, load_schemas())


def _refuse_unknown(inventory: Inventory, school: str, cohort: str) -> None:
    if school and school not in inventory.schools:
        hint = did_you_mean(school, inventory.schools)
        raise click.UsageError(f'--school: "{school}" is not known. {hint}')
    schools = [inventory.schools[school]] if school else list(inventory.schools.values())
    cohorts = {each.name for one in schools for each in one.cohorts}
    if cohort and cohort not in cohorts:
        raise click.UsageError(
            f'--cohort: "{cohort}" is not known. {did_you_mean(cohort, cohorts)}'
        )


def _delivered(files: Iterable[Path], lot: str) -> tuple[Delivered, ...]:
    """Read all files, or reject them with all that is wrong in any of them."""
    lists = [_supplier_list(path) for path in files]
    problems = [problem for found in lists for problem in found.problems]
    if problems:
        raise Rejected(problems)
    rows = tuple(row for found in lists for row in _told(found, lot))
    chosen = tuple(row for row in rows if not lot or row.device.lot == lot)
    if lot and not chosen:
        meant = did_you_mean(lot, {row.device.lot for row in rows if row.device.lot})
        detail = tell('No row is of the delivery "{lot}". {meant}', lot=lot, meant=meant)
        raise Rejected([Problem("E0270", detail)])
    return chosen


def _told(found: SupplierList, lot: str) -> tuple[Delivered, ...]:
    """Return the rows of a list, all of this lot where the list tells no deliveries apart."""
    if found.has_lots or not lot:
        return found.rows
    return tuple(replace(row, device=replace(row.device, lot=lot)) for row in found.rows)


def _supplier_list(path: Path) -> SupplierList:
    try:
        size = path.stat().st_size
        if size <= MAX_ASSET_BYTES:
            return read_supplier_list(str(path), path.read_bytes())
    except OSError as error:
        reason = tell("{path}: {reason}.", path=path, reason=error.strerror)
        problem = Problem("E0101", reason)
    else:
        detail = tell(
            "{path} has {size:,} bytes; {most:,} are read. Split it.",
            path=path,
            size=size,
            most=MAX_ASSET_BYTES,
        )
        problem = Problem("E0105", detail)
    return SupplierList((), (problem,), False)


def _lines(folder: Folder) -> Mapping[str, tuple[str, int]]:
    lists = DeviceLists()
    for relative, asset in folder.assets.items():
        if relative.startswith("devices/"):
            lists.read(asset)
    return lists.lines


def _table(arrivals: Arrivals, write: bool, written: int) -> Table:
    moved: dict[tuple[str, str], int] = {}
    for each in arrivals.moved:
        moved[each.school, each.said] = moved.get((each.school, each.said), 0) + 1
    places = sorted({*arrivals.new, *arrivals.present, *moved})
    rows = tuple(
        (
            *place,
            len(arrivals.new.get(place, ())),
            len(arrivals.present.get(place, ())),
            moved.get(place, 0),
        )
        for place in places
    )
    columns = ("school", "cohort", "new", "present", "moved")
    return Table("devices", columns, rows, _note(arrivals, write, written))


def _note(arrivals: Arrivals, write: bool, written: int) -> str:
    new = sum(map(len, arrivals.new.values()))
    if not new:
        return "Nothing is new. Nothing has been changed."
    if not write:
        return f"{count(new, 'device')} would be added. Nothing has been changed. Add: --write"
    return f"{count(new, 'device')} added in {count(written, 'list')}. Look: git diff"


def _remarks(arrivals: Arrivals, forgotten: str) -> Iterator[str]:
    """Yield what to know beside the table; ``forgotten`` is a lot that is kept nowhere."""
    if forgotten and arrivals.new:
        yield (
            f'There is no deliveries.csv, so nobody will know that they came with "{forgotten}".'
        )
    for each in arrivals.moved[:_NAMED]:
        yield (
            f"{_mark(each.device)} stays in {each.stands_in} of {each.school}, the supplier says "
            f"{each.said}. If it moved, change {each.source.file}:{each.source.line}."
        )
    if len(arrivals.moved) > _NAMED:
        yield f"The same of {count(len(arrivals.moved) - _NAMED, 'more device')}."
    new = [device.serial for devices in arrivals.new.values() for device in devices]
    if odd := [serial for serial in new if len(serial) == 13 and serial.startswith("S")]:
        yield (
            f"{count(len(odd), 'serial number')} of 13 characters begin with S, the first "
            f"{odd[0]}. Some scanners add that S: compare with a device."
        )


def _mark(device: Device) -> str:
    return device.serial or device.mac or device.asset


def _write(arrivals: Arrivals, folder: Folder, inventory: Inventory) -> int:
    """Write the lists that grow, each at once or not at all; return how many."""
    new: dict[tuple[str, str], list[tuple[str, Device]]] = {}
    for (name, cohort), devices in arrivals.new.items():
        owners = {each.name: each.owner for each in inventory.schools[name].cohorts}
        rows = new.setdefault((name, owners[cohort]), [])
        rows += [(cohort, device) for device in devices]
    for (name, owner), rows in sorted(new.items()):
        relative = Path("devices", owner, f"{name}.csv")
        asset = folder.assets.get(relative.as_posix())
        home = Path(inventory.schools[name].source.file).parents[1]
        path = Path(asset.path) if asset else home / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        grown = merge_list(asset.content if asset else b"", rows)
        rewrite_atomically(path.resolve(), grown, 0o644)
    return len(new)
