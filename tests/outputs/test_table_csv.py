"""CSV: what a spreadsheet opens without harm and without asking."""

import csv
import io

import pytest

from pedell.outputs.table_csv import table_csv
from pedell.outputs.views import Table


def cells(*row):
    columns = tuple(f"c{number}" for number in range(len(row)))
    text = table_csv(Table("things", columns, (row,)))
    head, found = csv.reader(io.StringIO(text), delimiter=";")
    assert tuple(head) == columns
    return found


def test_numbers_stay_numbers_and_what_is_not_known_is_empty():
    assert cells(3500, 1.5, None, True, False, ["a", "b"]) == [
        "3500",
        "1.5",
        "",
        "yes",
        "no",
        "a, b",
    ]


def test_what_parts_cells_is_quoted():
    assert cells('a;b"c', "d\ne") == ['a;b"c', "d\ne"]


@pytest.mark.parametrize("text", ["=1+1", "+49", "-x", "@SUM(A1)", "\tx"])
def test_no_text_becomes_a_formula(text):
    assert cells(text) == [f"'{text}"]


def test_nothing_is_still_a_heading():
    assert table_csv(Table("things", ("a", "b"), ())) == "a;b"
