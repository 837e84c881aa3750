"""A delivery meets the lists that stand: what is new, there already, elsewhere; and put behind."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pedell.language.lists.deliveries import listed_by_lot, too_many
from pedell.language.lists.device_lists import (
    COLUMNS,
    COLUMNS_WITH_LOT,
    decoded,
    form_of,
    marks_of,
    misfit,
)
from pedell.language.lists.supplier_lists import Delivered
from pedell.language.nearest import did_you_mean
from pedell.model import Device, Inventory, Problem, Source, Words, tell

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

    ``lines`` maps what devices are known by to file and line in the inventory's own lists;
    ``fallback`` is the school and the cohort of rows that name none. Lots are kept where the
    inventory has deliveries, and must be among them.
    """
    sorting = _Sorting(inventory, lines, fallback)
    for row in rows:
        sorting.take(row)
    sorting.arrivals.problems += sorting.unknown_names()
    new = Counter(d.lot for devices in sorting.arrivals.new.values() for d in devices)
    listed = listed_by_lot(inventory.schools)
    sorting.arrivals.problems += too_many(new + Counter(listed), inventory.deliveries)
    return sorting.arrivals


def merge_list(content: bytes, new: Sequence[tuple[str, Device]]) -> bytes:
    """Return a list (or a first one, for empty content) with new (cohort, device) rows behind.

    What stands there stays as it is, character for character, in UTF-8; only the first line gets
    its ``;lot`` where the first devices with a lot come. New rows are sorted by cohort and serial,
    so that the order in which a supplier writes does not matter.
    """
    text = decoded(content) or ";".join(COLUMNS) + "\n"
    ending = "\r\n" if "\r\n" in text else "\n"
    if not text.endswith(("\n", "\r")):
        text += ending
    header = next(csv.reader([text.splitlines()[0]], delimiter=";"))
    width = len(header)
    if width < len(COLUMNS_WITH_LOT) and any(device.lot for _, device in new):
        text = re.sub(r"(?=[\r\n])", f";{COLUMNS_WITH_LOT[-1]}", text, count=1)
        width = len(COLUMNS_WITH_LOT)
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=";", lineterminator=ending)
    for cohort, device in sorted(new, key=lambda entry: (entry[0], *marks_of(_row(entry[1])))):
        row = (device.serial, device.mac, device.asset, device.model, cohort, device.lot)
        writer.writerow(row[:width])
    mark = _BOM if content.startswith(_BOM) else b""
    return mark + (text + written.getvalue()).encode()


def _row(device: Device) -> tuple[str, str, str]:
    return device.serial, device.mac, device.asset


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
            for mark in marks_of(_row(device))
        }
        self._deliveries = inventory.deliveries
        targets = inventory.targets.values()
        self._outside = {target.name for target in targets if not target.is_driven}
        self._ids = {name.casefold(): name for name in self._schools}
        self._spoken = _by_spoken_name(inventory)
        self._met: dict[str, Source] = {}
        self._unknown: dict[tuple[str, str, Words], list[Source]] = {}
        self.arrivals = Arrivals()

    def take(self, row: Delivered) -> None:
        """Put one row where it belongs."""
        place = self._place(row)
        if self._is_twice(row) or place is None or not self._fits(row, place):
            return
        device = row.device if self._deliveries else replace(row.device, lot="")
        mark = marks_of(_row(device))[0]
        known = self._standing.get(mark)
        if known is None:
            if device.mac in self._standing:
                where = tell("with another serial number: one of them is wrong")
                self._complain(row, device.mac, where)
            else:
                self.arrivals.new.setdefault(place, []).append(device)
        elif known[0] != place[0]:
            where = tell(
                "in the list of {home}, not of {school}: a school's devices move by hand",
                home=known[0],
                school=place[0],
            )
            self._complain(row, mark, where)
        elif known[2].mac != device.mac:
            where = tell("with another MAC address, {mac}", mac=known[2].mac)
            self._complain(row, mark, where)
        elif known[1] != place[1]:
            at = self._line(mark)
            moved = Moved(device, known[0], known[1], place[1], at)
            self.arrivals.moved.append(moved)
        else:
            self.arrivals.present.setdefault(place, []).append(device)

    def unknown_names(self) -> Iterator[Problem]:
        """Yield one problem for each name that is missing or unknown, however many rows have it."""
        for (code, _, detail), sources in self._unknown.items():
            rows = len(sources)
            more = tell("{detail} So in {count:,} rows.", detail=detail, count=rows)
            yield Problem(code, more if rows > 1 else detail, sources[0])

    def _fits(self, row: Delivered, place: Place) -> bool:
        """Tell whether the device is one of its cohort's platform, and its lot is known."""
        (cohort,) = (c for c in self._schools[place[0]].cohorts if c.name == place[1])
        lot = row.device.lot
        if self._deliveries and lot and lot not in self._deliveries:
            meant = did_you_mean(lot, self._deliveries)
            detail = tell('"{lot}" is no lot of deliveries.csv. {meant}', lot=lot, meant=meant)
            self._note("E0245", row, detail)
            return False
        if why := misfit(_row(row.device), form_of(cohort, self._outside)):
            self.arrivals.problems.append(Problem("E0242", why, row.source))
        return not why

    def _place(self, row: Delivered) -> Place | None:
        said = row.school or self._fallback[0]
        school = self._ids.get(said.casefold()) or self._spoken.get(said.casefold())
        if school is None:
            meant = did_you_mean(said, self._schools)
            detail = tell(
                '"{said}" is no school of this inventory. {meant}', said=said, meant=meant
            )
            missing = tell("It names no school. Say which: --school ID.")
            self._note("E0210", row, detail if said else missing)
            return None
        return self._cohort(row, school)

    def _cohort(self, row: Delivered, school: str) -> Place | None:
        said = row.cohort or self._fallback[1]
        names = {cohort.name.casefold(): cohort.name for cohort in self._schools[school].cohorts}
        if said.casefold() in names:
            return school, names[said.casefold()]
        detail = tell(
            '"{said}" is no cohort of {school}. {meant}',
            said=said,
            school=school,
            meant=did_you_mean(said, names.values()),
        )
        missing = tell("It names no cohort of {school}. Say which: --cohort NAME.", school=school)
        self._note("E0220", row, detail if said else missing)
        return None

    def _is_twice(self, row: Delivered) -> bool:
        for mark in marks_of(_row(row.device)):
            first = self._met.get(mark)
            if first is not None:
                detail = tell(
                    '"{mark}" stands in {file}:{line} already.',
                    mark=mark,
                    file=first.file,
                    line=first.line,
                )
                self.arrivals.problems.append(Problem("E0241", detail, row.source))
                return True
        self._met |= dict.fromkeys(marks_of(_row(row.device)), row.source)
        return False

    def _complain(self, row: Delivered, mark: str, where: Words) -> None:
        at = self._line(mark)
        detail = tell(
            '"{mark}" stands in {file}:{line} already, {where}.',
            mark=mark,
            file=at.file,
            line=at.line,
            where=where,
        )
        self.arrivals.problems.append(Problem("E0241", detail, row.source))

    def _note(self, code: str, row: Delivered, detail: Words) -> None:
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
