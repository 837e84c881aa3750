"""What reaches one device, and who says something about a path, as tables."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pedell.commands.finding import find_device
from pedell.language.layers import CHOICES
from pedell.model import LAYERS, Pointer, Source, Value, dotted, leaves
from pedell.outputs.values import show_value
from pedell.outputs.views import Table
from pedell.outputs.wording import count
from pedell.reading import Reading


@dataclass(slots=True)
class _Line:
    """One line of a file, the schools it concerns, and those where another line wins."""

    layer: str
    name: str
    pointer: Pointer
    value: Value
    source: Source
    schools: set[str] = field(default_factory=set)
    overridden: set[str] = field(default_factory=set)


def settings_path(path: str) -> str:
    """Return a path as settings are known by: what apps are told stands with the app itself."""
    return path.strip(".").replace("app_settings.", "apps.", 1)


def is_below(pointer: Pointer, path: str) -> bool:
    """Tell whether a path as it is typed speaks of this setting."""
    # of a section that chooses, the whole means which are chosen, not what is known of each
    if path in CHOICES and pointer[-1] != "present":
        return False
    return f"{dotted(pointer)}.".startswith(f"{path}.")


def device_table(reading: Reading, serial: str, for_people: bool) -> Table:
    """List what reaches a device, and which line has it wanted."""
    school, cohort = find_device(reading, serial)
    device = next(each for each in cohort.devices if each.serial == serial.upper())
    found = sorted(
        (at, wanted) for at, wanted in reading.desired.items() if device.serial in wanted.devices
    )
    where: tuple[Value, ...] = (school.id, cohort.name)
    rows = tuple(
        (
            *(() if for_people else where),
            at.kind,
            at.name,
            sum(1 for _ in leaves(wanted.spec)),
            wanted.target,
            str(wanted.source),
        )
        for at, wanted in found
    )
    columns = ("kind", "name", "fields", "target", "source")
    about = ", ".join(filter(None, (device.asset, device.model)))
    note = f"{device.serial} ({about}): {school.id}, cohort {cohort.name}."
    return Table("device", columns if for_people else ("school", "cohort", *columns), rows, note)


def who_sets_table(reading: Reading, path: str) -> Table:
    """List every line about a path, the lowest layer first, and how many schools have another.

    A school counts as overriding a line if for any of its cohorts another line wins.
    """
    lines = _in_catalogue(reading, path)
    for (school, _), effective in reading.values.items():
        for at, setting in effective.settings.items():
            for said in setting.trail if is_below(at, path) else ():
                new = _Line(said.layer, said.name, at, said.value, said.source)
                line = lines.setdefault((said.source, at), new)
                line.schools.add(school)
                if said.source != setting.source:
                    line.overridden.add(school)
    told = sorted([*lines.values(), *_locks(reading, path)], key=_order)
    rows = tuple(map(_row, told))
    columns = ("layer", "name", "path", "value", "source", "schools", "overridden")
    files = {line.source.file for line in told}
    note = f"{count(len(told), 'line')} in {count(len(files), 'file')}."
    return Table("who sets", columns, rows, note)


def _in_catalogue(reading: Reading, path: str) -> dict[tuple[Source, Pointer], _Line]:
    """Return what the catalogue says, also of what no school has chosen."""
    return {
        (said.source, at): _Line("catalogue", "", at, said.value, said.source)
        for at, said in reading.inventory.catalogue.settings.items()
        if is_below(at, path)
    }


def _locks(reading: Reading, path: str) -> Iterator[_Line]:
    for lock in reading.inventory.locks:
        if is_below(lock.at, path):
            line = _Line("lock", lock.owner, lock.at, lock.in_words(show_value), lock.source)
            found = reading.values.items()
            line.schools |= {name for (name, _), each in found if lock.at in each.settings}
            yield line


def _row(line: _Line) -> tuple[Value, ...]:
    told = line.value if line.layer == "lock" else show_value(line.value)
    counts = (len(line.schools), len(line.overridden))
    return (line.layer, line.name, dotted(line.pointer), told, str(line.source), *counts)


def _order(line: _Line) -> tuple[int, Source, str]:
    height = LAYERS.index(line.layer) if line.layer in LAYERS else len(LAYERS)
    return height, line.source, dotted(line.pointer)
