"""A delivery meets the lists that stand: what is new, there already, elsewhere; and put behind."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pedell.language.device_lists import COLUMNS, decoded
from pedell.language.nearest import did_you_mean
from pedell.language.supplier_lists import Delivered
from pedell.model import Device, Inventory, Problem, Source

_BOM = b"\xef\xbb\xbf"

Place = tuple[str, str]
"""School and cohort."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A device that stands in another cohort of its school than the supplier says."""

    device: Device
    school: str
    stands_in: str
    said: str
    source: Source


@dataclass(slots=True)
class Arrivals:
    """A delivery, sorted out. Only ``new`` would be written; ``problems`` hold all of it back."""

    new: dict[Place, list[Device]] = field(default_factory=dict)
    present: dict[Place, list[Device]] = field(default_factory=dict)
    moved: list[Moved] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def sort_out(
    rows: Sequence[Delivered],
    inventory: Inventory,
    lines: Mapping[str, tuple[str, int]],
    fallback: Place,
) -> Arrivals:
    """Tell for each row whether it is new, there already, elsewhere, or wrong.

    ``lines`` maps serials and MAC addresses to file and line in the inventory's own lists;
    ``fallback`` is the school and the cohort of rows that name none.
    """
    sorting = _Sorting(inventory, lines, fallback)
    for row in rows:
        sorting.take(row)
    sorting.arrivals.problems += sorting.unknown_names()
    return sorting.arrivals


def merge_list(content: bytes, new: Sequence[tuple[str, Device]]) -> bytes:
    """Return a list (or a first one, for empty content) with new (cohort, device) rows behind.

    What stands there stays as it is, character for character, in UTF-8. New rows are sorted by
    cohort and serial, so that the order in which a supplier writes does not matter.
    """
    text = decoded(content) or ";".join(COLUMNS) + "\n"
    ending = "\r\n" if "\r\n" in text else "\n"
    if not text.endswith(("\n", "\r")):
        text += ending
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=";", lineterminator=ending)
    for cohort, device in sorted(new, key=lambda entry: (entry[0], entry[1].serial)):
        writer.writerow((device.serial, device.mac, device.asset, device.model, cohort))
    mark = _BOM if content.startswith(_BOM) else b""
    return mark + (text + written.getvalue()).encode()


class _Sorting:
    """Goes through a delivery and remembers what it has met."""

    def __init__(
        self, inventory: Inventory, lines: Mapping[str, tuple[str, int]], fallback: Place
    ) -> None:
        self._schools = inventory.schools
        self._fallback = fallback
        self._lines = lines
        self._standing = {
            mark: (school.id, cohort.name, device)
            for school in inventory.schools.values()
            for cohort in school.cohorts
            for device in cohort.devices
            for mark in (device.serial, device.mac)
        }
        self._ids = {name.casefold(): name for name in self._schools}
        self._spoken = _by_spoken_name(inventory)
        self._met: dict[str, Source] = {}
        self._unknown: dict[tuple[str, str, str], list[Source]] = {}
        self.arrivals = Arrivals()

    def take(self, row: Delivered) -> None:
        """Put one row where it belongs."""
        place = self._place(row)
        if self._is_twice(row) or place is None:
            return
        device = row.device
        known = self._standing.get(device.serial)
        if known is None:
            if device.mac in self._standing:
                self._complain(row, device.mac, "with another serial number: one of them is wrong")
            else:
                self.arrivals.new.setdefault(place, []).append(device)
        elif known[0] != place[0]:
            where = f"in the list of {known[0]}, not of {place[0]}: a school's devices move by hand"
            self._complain(row, device.serial, where)
        elif known[2].mac != device.mac:
            self._complain(row, device.serial, f"with another MAC address, {known[2].mac}")
        elif known[1] != place[1]:
            moved = Moved(device, known[0], known[1], place[1], self._line(device.serial))
            self.arrivals.moved.append(moved)
        else:
            self.arrivals.present.setdefault(place, []).append(device)

    def unknown_names(self) -> Iterator[Problem]:
        """Yield one problem for each name that is missing or unknown, however many rows have it."""
        for (code, _, detail), sources in self._unknown.items():
            more = f" So in {len(sources):,} rows." if len(sources) > 1 else ""
            yield Problem(code, f"{detail}{more}", sources[0])

    def _place(self, row: Delivered) -> Place | None:
        said = row.school or self._fallback[0]
        school = self._ids.get(said.casefold()) or self._spoken.get(said.casefold())
        if school is None:
            hint = did_you_mean(said, self._schools)
            detail = f'"{said}" is no school of this inventory. {hint}'
            missing = "It names no school. Say which: --school ID."
            self._note("E0210", row, detail if said else missing)
            return None
        return self._cohort(row, school)

    def _cohort(self, row: Delivered, school: str) -> Place | None:
        said = row.cohort or self._fallback[1]
        names = {cohort.name.casefold(): cohort.name for cohort in self._schools[school].cohorts}
        if said.casefold() in names:
            return school, names[said.casefold()]
        detail = f'"{said}" is no cohort of {school}. {did_you_mean(said, names.values())}'
        missing = f"It names no cohort of {school}. Say which: --cohort NAME."
        self._note("E0220", row, detail if said else missing)
        return None

    def _is_twice(self, row: Delivered) -> bool:
        for mark in (row.device.serial, row.device.mac):
            first = self._met.get(mark)
            if first is not None:
                detail = f'"{mark}" stands in {first.file}:{first.line} already.'
                self.arrivals.problems.append(Problem("E0241", detail, row.source))
                return True
        self._met |= dict.fromkeys((row.device.serial, row.device.mac), row.source)
        return False

    def _complain(self, row: Delivered, mark: str, where: str) -> None:
        at = self._line(mark)
        detail = f'"{mark}" stands in {at.file}:{at.line} already, {where}.'
        self.arrivals.problems.append(Problem("E0241", detail, row.source))

    def _note(self, code: str, row: Delivered, detail: str) -> None:
        self._unknown.setdefault((code, row.source.file, detail), []).append(row.source)

    def _line(self, mark: str) -> Source:
        file, line = self._lines[mark]
        return Source(file, line, 1)


def _by_spoken_name(inventory: Inventory) -> Mapping[str, str]:
    """Return name → id of the schools whose name nobody else has."""
    found: dict[str, list[str]] = {}
    for school in inventory.schools.values():
        found.setdefault(school.name.casefold(), []).append(school.id)
    return {name: ids[0] for name, ids in found.items() if len(ids) == 1}
