"""Device lists: one CSV a school, ``serial;mac;asset;model;cohort``, never a person's name."""

import csv
import io
import re
from collections.abc import Mapping

from pedell.language.headings import fields_of, headings_in, person_problems
from pedell.model import Asset, Device, Problem, Source

COLUMNS = ("serial", "mac", "asset", "model", "cohort")
_SERIAL = re.compile(r"[A-Z0-9]{8,14}\Z")
_MAC = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\Z")


class DeviceLists:
    """Reads the lists of all schools and notices a device that stands in two places."""

    def __init__(self) -> None:
        self.lines: dict[str, tuple[str, int]] = {}
        """Serial number or MAC address → file and line where it stands first."""
        self.cohorts: dict[tuple[str, str], int] = {}
        """(list, cohort) → the first line that names the cohort."""
        self.problems: list[Problem] = []

    def read(self, asset: Asset) -> Mapping[str, tuple[Device, ...]]:
        """Return cohort → devices of one list; what is wrong goes to ``problems``."""
        found: dict[str, list[Device]] = {}
        text = decoded(asset.content)
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=";")
        try:
            header = next(rows, [])
            if tuple(header) != COLUMNS:
                self._refuse(header, text, asset)
                return {}
            for row in rows:
                if row and self._is_sound(row, asset, rows.line_num):
                    self.cohorts.setdefault((asset.relative, row[4]), rows.line_num)
                    found.setdefault(row[4], []).append(Device(*row[:4]))
        except csv.Error as error:
            self._complain("E0240", f"{error}. Save it as CSV again.", asset, rows.line_num)
        return {cohort: tuple(devices) for cohort, devices in found.items()}

    def _refuse(self, header: list[str], text: str, asset: Asset) -> None:
        headings = headings_in((text.splitlines() or [""])[0])
        # Without its first line a list begins with a device, and "teacher" is its cohort.
        is_header = bool(fields_of([heading for _, heading in headings]))
        people = person_problems(headings, asset.path, 1) if is_header else ()
        self.problems += people
        if not people:
            said = ";".join(header)[:80]
            detail = f'The first line must be {";".join(COLUMNS)}, found "{said}".'
            self._complain("E0240", detail, asset, 1)

    def _is_sound(self, row: list[str], asset: Asset, line: int) -> bool:
        if len(row) != len(COLUMNS):
            detail = f"Expected {len(COLUMNS)} fields, found {len(row)}."
            self._complain("E0240", detail, asset, line)
            return False
        serial, mac = row[0], row[1]
        if not is_serial(serial):
            detail = f'"{serial}" is no serial number: 8 to 14 capital letters and digits.'
            self._complain("E0242", detail, asset, line)
            return False
        if not is_mac(mac):
            detail = f'"{mac}" is no MAC address like 02:00:00:12:ab:ef.'
            self._complain("E0242", detail, asset, line)
            return False
        return self._is_first(serial, asset, line) and self._is_first(mac, asset, line)

    def _is_first(self, mark: str, asset: Asset, line: int) -> bool:
        first = self.lines.setdefault(mark, (asset.path, line))
        if first == (asset.path, line):
            return True
        detail = f'"{mark}" stands in {first[0]}:{first[1]} already. A device is in one place only.'
        self._complain("E0241", detail, asset, line)
        return False

    def _complain(self, code: str, detail: str, asset: Asset, line: int) -> None:
        self.problems.append(Problem(code, detail, Source(asset.path, line, 1)))


def is_serial(text: str) -> bool:
    """Tell whether this is a serial number as Apple gives them: 8 to 14 capitals and digits."""
    return bool(_SERIAL.match(text))


def is_mac(text: str) -> bool:
    """Tell whether this is a MAC address in the one spelling of the lists."""
    return bool(_MAC.match(text))


def decoded(content: bytes) -> str:
    """Return the text of a list: UTF-8, or what Windows wrote before (cp1252)."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
