"""``pedell devices``: take over a supplier's list, and check the lists of an inventory."""

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from pedell.commands import options
from pedell.commands.showing import format_for, rejections_shown, say, show
from pedell.language.device_lists import DeviceLists
from pedell.language.merging import Arrivals, merge_list, sort_out
from pedell.language.nearest import did_you_mean
from pedell.language.supplier_lists import Delivered, SupplierList, read_supplier_list
from pedell.model import Folder, Inventory, Problem, Rejected
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
    "--lot", default="", metavar="NAME", help="Only the rows of this delivery (column Lieferung)."
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
    moved; a list with one mistake, or with a person's column, is not taken at all.
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
    for remark in _remarks(arrivals):
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
    lists = [(path, _supplier_list(path)) for path in files]
    problems = [problem for _, found in lists for problem in found.problems]
    problems += [
        Problem("E0240", f"{path} names no deliveries: it has no column Lieferung. Drop --lot.")
        for path, found in lists
        if lot and not found.has_lots and not found.problems
    ]
    if problems:
        raise Rejected(problems)
    rows = tuple(row for _, found in lists for row in found.rows)
    chosen = tuple(row for row in rows if not lot or row.lot == lot)
    if lot and not chosen:
        hint = did_you_mean(lot, {row.lot for row in rows if row.lot})
        raise Rejected([Problem("E0270", f'No row is of the delivery "{lot}". {hint}')])
    return chosen


def _supplier_list(path: Path) -> SupplierList:
    try:
        size = path.stat().st_size
        if size <= MAX_ASSET_BYTES:
            return read_supplier_list(str(path), path.read_bytes())
    except OSError as error:
        problem = Problem("E0101", f"{path}: {error.strerror}.")
    else:
        detail = f"{path} has {size:,} bytes; {MAX_ASSET_BYTES:,} are read. Split it."
        problem = Problem("E0105", detail)
    return SupplierList((), (problem,), False)


def _lines(folder: Folder) -> dict[str, tuple[str, int]]:
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


def _remarks(arrivals: Arrivals) -> Iterator[str]:
    for each in arrivals.moved[:_NAMED]:
        yield (
            f"{each.device.serial} stays in {each.stands_in} of {each.school}, the supplier says "
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


def _write(arrivals: Arrivals, folder: Folder, inventory: Inventory) -> int:
    """Write the lists that grow, each at once or not at all; return how many."""
    schools = sorted({school for school, _ in arrivals.new})
    for school in schools:
        new = [
            (cohort, device)
            for (name, cohort), devices in arrivals.new.items()
            if name == school
            for device in devices
        ]
        asset = folder.assets.get(f"devices/{school}.csv")
        home = Path(inventory.schools[school].source.file).parents[1]
        path = Path(asset.path) if asset else home / "devices" / f"{school}.csv"
        _replace(path.resolve(), merge_list(asset.content if asset else b"", new))
    return len(schools)


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with fresh.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, fresh)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
