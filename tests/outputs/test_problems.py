"""Mistakes are shown where they stand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pedell.model import Problem, Severity, Source
from pedell.outputs import FORMATS, Page
from pedell.outputs.layout import cells
from pedell.outputs.problems import problem_lines, word_length

UNHURRIED = settings(deadline=None)

FILE = "inventories/dortmund/schools/gs-nord.yml"


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("  add: [anton, geogbra]", "geogbra"),
        ("  add: [anton, geogbra, office]", "geogbra"),
        ("  use: geogbra  # a wish", "geogbra"),
        ("  geogbra: true", "geogbra"),
        ("  - {use: geogbra, vlan: 120}", "geogbra"),
        ("  name: geogbra, and more: yes", "geogbra, and more"),
        ('  name: "geogbra, \\" all"', '"geogbra, \\" all"'),
        ("  name: 'geogbra, it''s'", "'geogbra, it''s'"),
        ("  start: geogbra:00", "geogbra:00"),
        ("  x: geogbra#1", "geogbra#1"),
    ],
)
def test_the_mark_is_as_long_as_the_word_that_is_meant(line: str, word: str) -> None:
    column = line.index("geogbra") + 1 - (1 if word[0] in "\"'" else 0)
    assert line[column - 1 :][: word_length(line, column, FILE)] == word


def test_a_cell_of_a_table_ends_at_its_comma() -> None:
    assert word_length("INV1,02:00:00:00:00:0g,A-1", 6, "devices.csv") == 17


@UNHURRIED
@given(st.text(max_size=300), st.integers(-5, 400), st.integers(0, 4), st.integers(60, 120))
def test_any_place_in_any_line_can_be_shown(line: str, column: int, at: int, width: int) -> None:
    texts = {FILE: f"{line}\n"}
    problem = Problem("E0110", "It does not belong here.", Source(FILE, at, column))
    lines = problem_lines([problem], texts, Page(width))
    excerpt = [each for each in lines if "│" in each[:10]]
    assert all(each.isprintable() for each in lines)
    assert all(cells(each) <= width or not each.isascii() for each in excerpt)


def test_the_mark_stands_below_its_word_behind_wide_letters_and_in_long_lines() -> None:
    for line in ("  学校: falsch", "\tx: falsch", "x: " + "lang, " * 60 + "falsch"):
        problem = Problem("E0113", "Not this.", Source(FILE, 1, line.index("falsch") + 1))
        shown, marks = [
            each for each in problem_lines([problem], {FILE: line}, Page(80)) if "│" in each[:10]
        ]
        assert cells(shown[: shown.index("falsch")]) == cells(marks[: marks.index("^")])


def test_a_file_that_was_not_read_is_named_without_a_line() -> None:
    lines = problem_lines([Problem("E0101", "Gone.", Source(FILE, 3, 4))], {}, Page())
    assert lines[0] == FILE
    assert lines[2].split() == ["E0101", "Unreadable", "file", "3:4"]
    assert not any("│" in line for line in lines)
    assert lines[-1].startswith("1 error in 1 file. ")


@pytest.mark.parametrize(
    ("errors", "warnings", "end"),
    [
        (0, 0, "No problems in 171 files."),
        (2, 0, "2 errors in 1 of 171 files. Nothing has been changed. More: pedell help E0110"),
        (0, 1, "1 warning in 1 of 171 files. More: pedell help W0301"),
        (
            1,
            2,
            "1 error and 2 warnings in 1 of 171 files."
            " Nothing has been changed. More: pedell help E0110",
        ),
    ],
)
def test_the_last_line_counts_and_says_where_to_read_on(
    errors: int, warnings: int, end: str
) -> None:
    texts = {FILE: "a: 1\n", **{f"{n}.yml": "" for n in range(170)}}
    found = [Problem("E0110", f"{n}", Source(FILE, 1, 1)) for n in range(errors)]
    found += [
        Problem("W0301", f"{n}", Source(FILE, 1, 1), Severity.WARNING) for n in range(warnings)
    ]
    assert FORMATS["text"].problems(found, texts).split("\n")[-1] == end
