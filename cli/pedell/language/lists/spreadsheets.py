"""Spreadsheets: an XLSX becomes rows of text, read only, by openpyxl where that is installed."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from pedell.model import Problem, Rejected, Words, tell

MAX_UNPACKED = 200_000_000
MAX_ROWS = 100_000
MAX_COLUMNS = 100
SIGNATURE = b"PK\x03\x04"

Row = tuple[str, ...]


def read_spreadsheet(path: str, content: bytes) -> Mapping[str, tuple[Row, ...]]:
    """Return sheet → rows of cells, row and column counted as the program shows them.

    Raises Rejected for what is no XLSX, for one that is too large unpacked, and where openpyxl is
    not installed. Formulas count with the value that was saved with them.
    """
    try:
        import openpyxl
    except ImportError:
        raise _rejected(
            "E0240",
            tell(
                "{path} is a spreadsheet; reading it needs openpyxl. Install it: "
                "pip install 'pedell[xlsx]'. Or save the sheet as CSV.",
                path=path,
            ),
        ) from None
    try:
        _refuse_bombs(path, content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        return {sheet.title: tuple(_rows(path, sheet)) for sheet in book.worksheets}
    except Rejected:
        raise
    except Exception as error:  # a broken file fails anywhere in zipfile, XML or openpyxl
        detail = tell(
            "{path} cannot be read as XLSX ({reason}). Save it as CSV.",
            path=path,
            reason=type(error).__name__,
        )
        raise _rejected("E0240", detail) from None


def _refuse_bombs(path: str, content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        size = sum(entry.file_size for entry in packed.infolist())
    if size > MAX_UNPACKED:
        detail = tell(
            "{path} unpacks to {size:,} bytes; {most:,} are read.",
            path=path,
            size=size,
            most=MAX_UNPACKED,
        )
        raise _rejected("E0105", detail)


def _rows(path: str, sheet: Any) -> Iterator[Row]:
    # Some programs write a wrong size into the file; openpyxl would leave out what is beyond it.
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS)
    # A row may call itself number 10**9, and openpyxl fills up with empty ones: never ask for all.
    for number, row in enumerate(islice(rows, MAX_ROWS + 1)):
        if number == MAX_ROWS:
            detail = tell("{path} has more than {most:,} rows. Split it.", path=path, most=MAX_ROWS)
            raise _rejected("E0105", detail)
        width = max((at for at, value in enumerate(row, 1) if value is not None), default=0)
        yield tuple(_text(value) for value in row[:width])


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _rejected(code: str, detail: Words) -> Rejected:
    return Rejected([Problem(code, detail)])
