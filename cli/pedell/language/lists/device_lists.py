"""Device lists: one CSV a school, ``serial;mac;asset;model;cohort``, never a person's name."""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from pedell.language.lists.headings import fields_of, headings_in, person_problems
from pedell.model import Asset, Cohort, Device, Problem, School, Source, Words, tell

COLUMNS = ("serial", "mac", "asset", "model", "cohort")
COLUMNS_WITH_LOT = (*COLUMNS, "lot")

_APPLE = r"[A-Z0-9]{8,14}+"
_ANY = r"[A-Za-z0-9._/-]{4,40}+"
_ADDRESS = r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}"
_FIELD = r'([^;"\r\n]*+)'
_SERIALS: Mapping[str, re.Pattern[str]] = {
    "ipados": re.compile(_APPLE),
    # Dell's have 7 characters, Lenovo's 8, Acer's 22.
    "windows": re.compile(r"[A-Z0-9][A-Z0-9-]{3,23}"),
    "other": re.compile(_ANY),
}
_MAC = re.compile(_ADDRESS)

_Row = Sequence[str]
_Rows = tuple[Sequence[_Row], Sequence[int], bool]
"""Rows, their lines, and whether all of them look like tablets."""


def _pattern(serial: str, mac: str, lot: str) -> re.Pattern[str]:
    fields = ";".join((f"({serial})", f"({mac})", _FIELD, _FIELD, _FIELD))
    return re.compile(rf"^{fields}{lot}\r?$", re.MULTILINE)


_AT_ONCE: Mapping[_Row, Sequence[re.Pattern[str]]] = {
    columns: (_pattern(_APPLE, _ADDRESS, lot), _pattern(f"{_ANY}|", f"{_ADDRESS}|", lot))
    for columns, lot in ((COLUMNS, ""), (COLUMNS_WITH_LOT, f"(?:;{_FIELD})?+"))
}
"""Header → how every row looks: first those of tablets, then those of any device."""


class DeviceLists:
    """Reads the lists of all schools and notices a device that stands in two places.

    Which platform a row is of nobody knows while it is read: see :meth:`misfits`.
    """

    def __init__(self) -> None:
        self.cohorts: dict[tuple[str, str], int] = {}
        """(list, cohort) → the first line that names the cohort."""
        self.lots: dict[tuple[str, str], Source] = {}
        """(list, lot) → where the list names the lot first."""
        self.problems: list[Problem] = []
        self._marks: set[str] = set()
        self._lines: dict[str, tuple[str, int]] = {}
        self._taken: list[tuple[str, Sequence[_Row], Sequence[int]]] = []
        self._odd: list[tuple[Asset, Sequence[_Row], Sequence[int]]] = []

    @property
    def lines(self) -> dict[str, tuple[str, int]]:
        """What a device is known by (:func:`marks_of`) → file and line where it stands first."""
        for path, rows, lines in self._taken:
            for row, line in zip(rows, lines, strict=True):
                for mark in marks_of(row):
                    self._lines.setdefault(mark, (path, line))
        self._taken.clear()
        return self._lines

    def read(self, asset: Asset) -> Mapping[str, tuple[Device, ...]]:
        """Return cohort → devices of one list; what is wrong goes to ``problems``."""
        text = decoded(asset.content)
        rows, lines, are_tablets = _read_at_once(text) or self._read_one_by_one(text, asset)
        rows, lines = self._first_ones(rows, lines, asset)
        self._taken.append((asset.path, rows, lines))
        found: dict[str, list[Device]] = {}
        for row, line in zip(rows, lines, strict=True):
            devices = found.get(row[4])
            if devices is None:
                devices = found[row[4]] = []
                self.cohorts[asset.relative, row[4]] = line
            devices.append(Device(row[0], row[1], row[2], row[3], *row[5:]))
        self._note_lots(rows, lines, asset)
        if not are_tablets:
            self._odd.append((asset, rows, lines))
        return {cohort: tuple(devices) for cohort, devices in found.items()}

    def misfits(
        self, schools: Mapping[str, School], outside: Collection[str] = ()
    ) -> Iterator[Problem]:
        """Yield what is wrong for the platform of its cohort, once the cohorts are known.

        ``outside`` are the targets that Pedell does not drive: their devices are only counted.
        """
        for asset, rows, lines in self._odd:
            school = schools.get(asset.relative.rpartition("/")[2].removesuffix(".csv"))
            cohorts = school.cohorts if school else ()
            platforms = {cohort.name: form_of(cohort, outside) for cohort in cohorts}
            for row, line in zip(rows, lines, strict=True):
                if row[4] in platforms and (why := misfit(row, platforms[row[4]])):
                    yield Problem("E0242", why, Source(asset.path, line, 1))

    def _read_one_by_one(self, text: str, asset: Asset) -> _Rows:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=";")
        rows: list[_Row] = []
        lines: list[int] = []
        try:
            header = tuple(next(reader, ()))
            if header not in _AT_ONCE:
                self._refuse(header, text, asset)
                return (), (), True
            for row in reader:
                if row and self._is_sound(row, len(header), asset, reader.line_num):
                    rows.append(row)
                    lines.append(reader.line_num)
        except csv.Error as error:
            detail = tell("{error}. Save it as CSV again.", error=error)
            self._complain("E0240", detail, asset, reader.line_num)
        return rows, lines, False

    def _refuse(self, header: _Row, text: str, asset: Asset) -> None:
        headings = headings_in((text.splitlines() or [""])[0])
        # Without its first line a list begins with a device, and "teacher" is its cohort.
        is_header = bool(fields_of([heading for _, heading in headings]))
        people = person_problems(headings, asset.path, 1) if is_header else ()
        self.problems += people
        if not people:
            said, columns = ";".join(header)[:80], ";".join(COLUMNS)
            detail = tell(
                'The first line must be {columns} or {columns};lot, found "{said}".',
                columns=columns,
                said=said,
            )
            self._complain("E0240", detail, asset, 1)

    def _is_sound(self, row: _Row, width: int, asset: Asset, line: int) -> bool:
        # A row may end before its lot: most stood there before the list told deliveries apart.
        if not len(COLUMNS) <= len(row) <= width:
            detail = tell("Expected {width} fields, found {found}.", width=width, found=len(row))
            self._complain("E0240", detail, asset, line)
            return False
        if why := misfit(row, "other"):
            self._complain("E0242", why, asset, line)
        return not why

    def _first_ones(
        self, rows: Sequence[_Row], lines: Sequence[int], asset: Asset
    ) -> tuple[Sequence[_Row], Sequence[int]]:
        """Report and leave out the rows of devices that stand somewhere already."""
        marks = [row[0] for row in rows] + [row[1] for row in rows]
        new = set(marks)
        if "" in new:
            marks = [mark for row in rows for mark in marks_of(row)]
            new = set(marks)
        is_new = self._marks.isdisjoint(new)
        self._marks |= new
        if is_new and len(new) == len(marks):
            return rows, lines
        kept = [at for at, row in enumerate(rows) if self._is_first(row, lines[at], asset)]
        return [rows[at] for at in kept], [lines[at] for at in kept]

    def _is_first(self, row: _Row, line: int, asset: Asset) -> bool:
        here = (asset.path, line)
        for mark in marks_of(row):
            file, at = self.lines.setdefault(mark, here)
            if (file, at) != here:
                detail = tell(
                    '"{mark}" stands in {file}:{line} already. A device is in one place only.',
                    mark=mark,
                    file=file,
                    line=at,
                )
                self._complain("E0241", detail, asset, line)
                return False
        return True

    def _note_lots(self, rows: Sequence[_Row], lines: Sequence[int], asset: Asset) -> None:
        named = [(row[5] if len(row) > len(COLUMNS) else "") for row in rows] if rows else []
        for lot in set(named) - {""}:
            line = lines[named.index(lot)]
            self.lots[asset.relative, lot] = Source(asset.path, line, 1)

    def _complain(self, code: str, detail: Words, asset: Asset, line: int) -> None:
        self.problems.append(Problem(code, detail, Source(asset.path, line, 1)))


def marks_of(row: Sequence[str]) -> Sequence[str]:
    """Return what a device is known by: serial number and MAC address, else its asset label."""
    return tuple(filter(None, row[:2])) or (row[2],)


def form_of(cohort: Cohort, outside: Collection[str] = ()) -> str:
    """Return the platform whose form the serial numbers of a cohort have."""
    return "other" if cohort.target in outside else cohort.platform


def misfit(row: Sequence[str], platform: str) -> Words | None:
    """Say why serial number and MAC address of a row cannot be a device's of this platform.

    ``platform`` is ``ipados``, ``windows`` or ``other``. Other things are only counted: their
    serial numbers have any form, and of serial number, MAC address and asset label one will do.
    """
    serial, mac, asset = row[:3]
    needs_both = platform != "other"
    if needs_both and not serial:
        return tell("The serial number is missing: {form}.", form=_form(platform))
    if serial and not _SERIALS[platform].fullmatch(serial):
        return tell('"{serial}" is no serial number: {form}.', serial=serial, form=_form(platform))
    if needs_both and not mac:
        return tell("The MAC address is missing: it looks like 02:00:00:12:ab:ef.")
    if mac and not is_mac(mac):
        return tell('"{mac}" is no MAC address like 02:00:00:12:ab:ef.', mac=mac)
    if not (serial or mac or asset):
        return tell("A device needs a serial number, a MAC address or an asset label.")
    return None


def is_mac(text: str) -> bool:
    """Tell whether this is a MAC address in the one spelling of the lists."""
    return bool(_MAC.fullmatch(text))


def decoded(content: bytes) -> str:
    """Return the text of a list: UTF-8, or what Windows wrote before (cp1252)."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _form(platform: str) -> Words:
    match platform:
        case "ipados":
            return tell("8 to 14 capital letters and digits")
        case "windows":
            return tell("4 to 24 capital letters, digits and hyphens")
        case _:
            return tell("4 to 40 letters, digits, dots, hyphens, slashes and underscores")


def _read_at_once(text: str) -> _Rows | None:
    """Read a list that holds nothing but sound rows without quotes; None for any other.

    One expression over the whole text, several times faster than a look at each row.
    """
    first, ending, _ = text.partition("\n")
    patterns = _AT_ONCE.get(tuple(first.rstrip("\r").split(";")), ())
    start = len(first) + len(ending)
    count = text.count("\n", start) + (not text.endswith("\n"))
    for are_tablets, pattern in zip((True, False), patterns, strict=False):
        rows = pattern.findall(text, start)
        if len(rows) == count and (are_tablets or all(any(row[:3]) for row in rows)):
            return rows, range(2, count + 2), are_tablets
    return None
