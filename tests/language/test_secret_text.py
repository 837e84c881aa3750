"""Secrets as lines of text: every value comes back, and no reason holds a word of the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedell.language.secret_text import read_text, with_notes, write_text

CANARY = "kanarienvogel-7f3a"
_VALUES = st.text(min_size=1, max_size=40) | st.text("a |->#:\n\t\"' ", min_size=1, max_size=12)
_NAMES = st.from_regex(r"[a-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)


@given(st.dictionaries(_NAMES, _VALUES, max_size=6))
def test_every_value_comes_back_or_is_said_to_stay(values):
    text, hidden = write_text("gs-nord", values)
    found = read_text(text)
    assert found.faults == []
    assert found.values == {name: value for name, value in values.items() if name not in hidden}
    assert all(f"# {name} stays as it is" in text for name in hidden)


@pytest.mark.parametrize(
    "value",
    [
        "a",
        "a\nb",
        "a\nb\n",
        " x ",
        "|",
        "|-",
        "a: b",
        "# a",
        "ü€😀\tx",
        "a\n\nb",
        "1.50",
        '"a"',
        "'",
    ],
)
def test_what_people_use_can_be_edited(value):
    assert write_text("gs-nord", {"a": value})[1] == frozenset()


@given(st.text(max_size=200))
def test_whatever_is_typed_is_read_or_refused_with_a_line(text):
    found = read_text(text)
    lines = text.replace("\r\n", "\n").split("\n")
    for number, _ in found.faults:
        assert lines[number - 1].strip()
    noted = with_notes(text.replace("#! ", ""), found.faults)
    assert with_notes(noted, read_text(noted).faults) == noted


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f"{CANARY}", "A name (letters"),
        (f"  {CANARY}", "A name (letters"),
        (f"{CANARY} x: a", "A name (letters"),
        (f"b:{CANARY}", "A blank is missing"),
        (f"b: {CANARY} ", "There are blanks"),
        (f"b:  {CANARY}", "There are blanks"),
        ("b:", "The value is missing"),
        ("b: |", "The value is missing"),
        (f"a: {CANARY}", "The same name stands above"),
        (f"b: {CANARY}\x07", "no text"),
        (f"b: {CANARY}\udcff", "no text"),
        (f"b: {CANARY * 5000}", "more than 65,536 bytes"),
    ],
)
def test_a_broken_line_is_told_without_what_stands_in_it(line, reason):
    found = read_text(f"# ours\na: 1\n\n{line}\nc: 3\n")
    ((number, fault),) = found.faults
    assert number == 4
    assert reason in fault
    assert CANARY not in fault
    assert found.values == {"a": "1", "c": "3"}


def test_notes_name_the_lines_as_they_are_then():
    text = with_notes("a:1\nb: 2\n", read_text("a:1\nb: 2\n").faults)
    assert text.split("\n")[1].startswith("#! Line 3: A blank is missing")
    assert text.split("\n")[2] == "a:1"
    again = with_notes(text, read_text(text).faults)
    assert again == text


def test_line_ends_of_windows_are_line_ends():
    assert read_text("a: 1\r\nb: |\r\n  x\r\n  y\r\n").values == {"a": "1", "b": "x\ny\n"}
