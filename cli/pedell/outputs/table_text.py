"""Lists: schools, apps, targets, waves."""

from pedell.model import Value
from pedell.outputs.layout import NOTHING, clean, grid, wrapped
from pedell.outputs.values import show_value
from pedell.outputs.views import Page, Table


def table_lines(table: Table, page: Page) -> list[str]:
    """Set a table: numbers to the right, text to the left, and how many there are."""
    count = len(table.columns)
    numeric = [
        bool(table.rows) and all(_is_number(row[column]) for row in table.rows)
        for column in range(count)
    ]
    rows = [[_cell(value) for value in row] for row in table.rows]
    headings = [heading.upper().replace("_", " ") for heading in table.columns]
    lines = grid(headings, rows, numeric, page.width)
    note = wrapped(clean(table.note), page.width)
    return [*(lines if rows else [f"No {table.name}."]), *([""] if note else []), *note]


def _is_number(value: Value) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _cell(value: Value) -> str:
    match value:
        case None:
            return NOTHING
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return f"{value:,}"
        case str():
            return clean(value)
        case list() | tuple():
            return ", ".join(show_value(item) for item in value)
        case _:
            return show_value(value)
