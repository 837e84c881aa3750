"""Lists for a spreadsheet: semicolons, as German programs expect, and one line for each row."""

import csv
import io

from pedell.model import Value
from pedell.outputs.views import Table

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is a formula to a spreadsheet."""


def table_csv(table: Table) -> str:
    """Write a table with its headings as they are called in JSON; what is not known is empty."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=";", lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    return written.getvalue().rstrip("\n")


def _cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(_cell, value))
        case str() if value.startswith(_FORMULA):
            return f"'{value}"
        case _:
            return str(value)
