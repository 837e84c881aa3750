"""Small tables of an inventory: CSV with semicolons, its columns known by their headings."""

import csv
import datetime
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pedell.language.lists.device_lists import decoded
from pedell.language.lists.headings import fields_of, headings_in, person_problems, plain
from pedell.language.nearest import did_you_mean
from pedell.model import Asset, Problem, Source, Words, tell


@dataclass(frozen=True, slots=True)
class Shape:
    """What a table holds: ``code`` names its mistakes, ``headings`` maps fields to spellings.

    A column whose field is not ``required`` may be left out; a field that the table has not is
    empty.
    """

    code: str
    headings: Mapping[str, Sequence[str]]
    required: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: field → what stands there, without blanks around it, and its place."""

    said: Mapping[str, str]
    places: Mapping[str, Source]
    source: Source


class Table:
    """Reads one table; a table with a person's column gives nothing but that problem."""

    def __init__(self, asset: Asset, shape: Shape) -> None:
        self._asset = asset
        self._shape = shape
        self.problems: list[Problem] = []

    def entries(self) -> Iterator[Entry]:
        """Yield the rows that have the right number of fields."""
        text = decoded(self._asset.content)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=";")
        try:
            header = next(reader, [])
            columns = self._columns(header, text)
            for row in reader if columns else ():
                if not any(map(str.strip, row)):
                    continue
                if len(row) > len(header):
                    detail = tell(
                        "Expected {width} fields, found {found}.", width=len(header), found=len(row)
                    )
                    self.complain(detail, self._source(reader.line_num))
                else:
                    yield self._entry(row, columns, reader.line_num)
        except csv.Error as error:
            detail = tell("{error}. Save it as CSV again.", error=error)
            self.complain(detail, self._source(reader.line_num))

    def complain(self, detail: Words, source: Source) -> None:
        """Note a mistake under the code of this table."""
        self.problems.append(Problem(self._shape.code, detail, source))

    def day(self, entry: Entry, field: str) -> datetime.date | None:
        """Return a date, written 2026-11-20 or 20.11.2026; None where there is none or no such."""
        said = entry.said[field]
        for form in ("%Y-%m-%d", "%d.%m.%Y") if said else ():
            try:
                return datetime.datetime.strptime(said, form).date()
            except ValueError:
                continue
        if said:
            detail = tell('"{said}" is no date like 2026-11-20 or 20.11.2026.', said=said[:40])
            self.complain(detail, entry.places[field])
        return None

    def _columns(self, header: Sequence[str], text: str) -> Mapping[str, int]:
        """Return field → column, or nothing where the first line is not as it must be."""
        placed = headings_in((text.splitlines() or [""])[0])
        self.problems += person_problems(placed, self._asset.path, 1)
        columns = fields_of(header, self._shape.headings)
        names = ";".join(self._shape.headings)
        known = {spelling for each in self._shape.headings.values() for spelling in each}
        strange = [(at, heading) for at, heading in placed if plain(heading) not in known]
        missing = [field for field in self._shape.required if field not in columns]
        if self.problems:
            return {}
        if missing:
            detail = tell(
                'The first line must be {names}, parted by semicolons, found "{said}".',
                names=names,
                said=";".join(header)[:80],
            )
            self.complain(detail, self._source(1))
            return {}
        for at, heading in strange:
            detail = tell(
                'There is no column "{heading}" here. {meant}',
                heading=heading[:40],
                meant=did_you_mean(heading, self._shape.headings),
            )
            self.complain(detail, self._source(1, at))
        return {} if strange else columns

    def _entry(self, row: Sequence[str], columns: Mapping[str, int], line: int) -> Entry:
        said = dict.fromkeys(self._shape.headings, "")
        places = dict.fromkeys(self._shape.headings, self._source(line))
        for field, at in columns.items():
            # Behind a quoted field a mark stands some places too far left: still on its line. What
            # is missing at the end of a row is marked there.
            start = min(len(";".join([*row[:at], ""])) if at else 0, len(";".join(row)))
            said[field] = row[at].strip() if at < len(row) else ""
            places[field] = self._source(line, start + 1)
        return Entry(said, places, self._source(line))

    def _source(self, line: int, column: int = 1) -> Source:
        return Source(self._asset.path, line, column)
