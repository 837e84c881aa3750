"""Supplier lists: whatever a supplier sends, CSV or XLSX, becomes devices in our own spelling."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from pedell.language.lists.device_lists import misfit
from pedell.language.lists.headings import fields_of, person_problems
from pedell.language.lists.spreadsheets import SIGNATURE, Row, read_spreadsheet
from pedell.model import Device, Problem, Rejected, Source, tell

TITLE_LINES = 10
"""So many lines of title may stand above the headings."""

_DELIMITERS = ";,\t"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1f]")
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f]+")
_SEPARATORS = re.compile(r"[\s:.\-]+")
_TWELVE = re.compile(r"[0-9a-f]{12}\Z")
_MISSING = {
    "serial": tell("There is no column of serial numbers (Seriennummer)."),
    "mac": tell("There is no column of MAC addresses (MAC-Adresse)."),
    "serial and mac": tell(
        "There are no columns of serial numbers (Seriennummer) and MAC addresses (MAC-Adresse)."
    ),
}


@dataclass(frozen=True, slots=True)
class Delivered:
    """One line of a supplier's list: school, cohort and lot as it names them, or empty.

    What form a serial number must have its cohort decides, where the line meets the inventory.
    """

    device: Device
    school: str
    cohort: str
    source: Source


@dataclass(frozen=True, slots=True)
class SupplierList:
    """What a list holds, and what is wrong in it. ``has_lots``: it has a column for them."""

    rows: tuple[Delivered, ...]
    problems: tuple[Problem, ...]
    has_lots: bool


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A table with its place, its cells with their lines, and its headings' columns from one."""

    file: str
    lines: Sequence[tuple[int, Row]]
    header: int
    headings: Sequence[tuple[int, str]]


def read_supplier_list(path: str, content: bytes) -> SupplierList:
    """Read a list; a list with a person's column gives nothing but that problem (E0243)."""
    try:
        sheets = tuple(_sheets(path, content))
    except Rejected as rejected:
        return SupplierList((), rejected.problems, False)
    people = [p for sheet in sheets for p in person_problems(*_heading_place(sheet))]
    if people:
        return SupplierList((), tuple(people), False)
    rows: list[Delivered] = []
    problems: list[Problem] = []
    for sheet in sheets:
        _read_sheet(sheet, rows, problems)
    has_lots = any("lot" in fields_of(sheet.lines[sheet.header][1]) for sheet in sheets)
    return SupplierList(tuple(rows), tuple(problems), has_lots)


def normalised_mac(text: str) -> str:
    """Return ``02:d0:00:00:00:01`` for any usual spelling; what is no address stays as it is."""
    digits = _SEPARATORS.sub("", text).lower()
    if not _TWELVE.match(digits):
        return text.strip()
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def normalised_serial(text: str) -> str:
    """Return capitals without blanks.

    A leading S stays: scanners may add one, but Apple's own numbers have 8 to 14 characters and
    may begin with S too, so that nobody can tell from the number alone.
    """
    return _BLANKS.sub("", text).upper()


def _sheets(path: str, content: bytes) -> Iterator[_Sheet]:
    if content.startswith(SIGNATURE):
        # The place is no path: nobody should try to show line 7 of a packed file.
        tables = {
            f"{path}[{name}]": tuple(enumerate(rows, 1))
            for name, rows in read_spreadsheet(path, content).items()
        }
        found = [sheet for name, lines in tables.items() for sheet in _in_cells(name, lines)]
    else:
        found = list(_in_text(path, _decoded(path, content)))
    if not found:
        detail = tell(
            "{path}: none of the first {lines} lines has two headings that are known, such as "
            "Seriennummer and MAC-Adresse, Serial and Wi-Fi MAC.",
            path=path,
            lines=TITLE_LINES + 1,
        )
        raise Rejected([Problem("E0240", detail)])
    yield from found


def _in_cells(file: str, lines: Sequence[tuple[int, Row]]) -> Iterator[_Sheet]:
    header = _header(lines)
    if header is not None:
        yield _Sheet(file, lines, header, tuple(enumerate(lines[header][1], 1)))


def _in_text(path: str, text: str) -> Iterator[_Sheet]:
    def known(delimiter: str) -> int:
        lines = tuple(islice(_parsed(text, delimiter), TITLE_LINES + 1))
        at = _header(lines)
        return 0 if at is None else len(fields_of(lines[at][1]))

    try:
        delimiter = max(_DELIMITERS, key=known)
        lines = tuple(_parsed(text, delimiter))
    except csv.Error as error:
        detail = tell("{path}: {error}. Save it as CSV again.", path=path, error=error)
        raise Rejected([Problem("E0240", detail)]) from None
    header = _header(lines)
    if header is not None:
        number, cells = lines[header]
        yield _Sheet(path, lines, header, tuple(_placed(cells, text.splitlines()[number - 1])))


def _placed(cells: Row, line: str) -> Iterator[tuple[int, str]]:
    """Yield each heading with its column in the line; a heading of two lines counts as at 1."""
    position = 0
    for cell in cells:
        at = line.find(cell, position)
        yield max(at, 0) + 1, cell
        position = max(position, at + len(cell))


def _parsed(text: str, delimiter: str) -> Iterator[tuple[int, Row]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for row in reader:
        yield reader.line_num, tuple(row)


def _header(lines: Sequence[tuple[int, Row]]) -> int | None:
    for index, (_, cells) in enumerate(lines[: TITLE_LINES + 1]):
        if len(fields_of(cells)) >= 2:
            return index
    return None


def _heading_place(sheet: _Sheet) -> tuple[Sequence[tuple[int, str]], str, int]:
    return sheet.headings, sheet.file, sheet.lines[sheet.header][0]


def _read_sheet(sheet: _Sheet, rows: list[Delivered], problems: list[Problem]) -> None:
    line, headings = sheet.lines[sheet.header]
    columns = fields_of(headings)
    if missing := [name for name in ("serial", "mac") if name not in columns]:
        detail = _MISSING[" and ".join(missing)]
        problems.append(Problem("E0240", detail, Source(sheet.file, line, 1)))
        return
    for number, cells in sheet.lines[sheet.header + 1 :]:
        if not any(cell.strip() for cell in cells):
            continue
        row = _row(cells, columns, Source(sheet.file, number, 1))
        complaints = list(_complaints(row))
        problems += complaints
        if not complaints:
            rows.append(row)


def _row(cells: Row, columns: Mapping[str, int], source: Source) -> Delivered:
    said = {
        name: _BLANKS.sub(" ", cells[index]).strip() if index < len(cells) else ""
        for name, index in columns.items()
    }
    asset, model, lot = (said.get(name, "") for name in ("asset", "model", "lot"))
    serial, mac = (said.get(name, "") for name in ("serial", "mac"))
    device = Device(normalised_serial(serial), normalised_mac(mac), asset, model, lot)
    return Delivered(device, said.get("school", ""), said.get("cohort", ""), source)


def _complaints(row: Delivered) -> Iterator[Problem]:
    device = row.device
    if why := misfit((device.serial, device.mac, device.asset), "other"):
        yield Problem("E0242", why, row.source)
    elif device.mac == "00:00:00:00:00:00":
        detail = tell('"{mac}" is no MAC address of a device.', mac=device.mac)
        yield Problem("E0242", detail, row.source)
    elif device.mac and int(device.mac[:2], 16) & 1:
        detail = tell(
            '"{mac}" is the address of a group, never of one device: look at the list.',
            mac=device.mac,
        )
        yield Problem("E0242", detail, row.source)


def _decoded(path: str, content: bytes) -> str:
    if content.startswith(_OLD_EXCEL):
        detail = tell(
            "{path} is a spreadsheet of old (XLS). Save the list as CSV or XLSX.", path=path
        )
        raise Rejected([Problem("E0240", detail)])
    encodings = ("utf-16",) if content.startswith(_UTF_16) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _BINARY.search(text):
            return text
    detail = tell(
        "{path} is neither text nor a spreadsheet (XLSX). Save the list as CSV or XLSX.", path=path
    )
    raise Rejected([Problem("E0240", detail)])
