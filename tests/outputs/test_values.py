"""Values read like the YAML, unequal ones never read the same, and no text moves the cursor."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pedell.model import Cause, FieldChange, Value, is_same
from pedell.outputs.layout import cells, clean, wants_colour, wrapped
from pedell.outputs.values import SHORT, show_change, show_value
from pedell.outputs.wording import count, joined, without_particulars
from tests.outputs.build import moved
from tests.outputs.cases import NEW_PEM, PEM

UNHURRIED = settings(deadline=None)

SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=80)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(min_size=1, max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "not set"),
        (True, "true"),
        (120, "120"),
        ("120", '"120"'),
        ("true", '"true"'),
        ("", '""'),
        (" a", '" a"'),
        ("Schulnetz", "Schulnetz"),
        (["a", 1], "[a, 1]"),
        ({"a": {"b": False}}, "{a: {b: false}}"),
        ("a\nb\n", "2 lines (sha256 9111…)"),
        (PEM, "certificate (sha256 a739…)"),
        (PEM + NEW_PEM, "certificates (sha256 a739…, cbc5…)"),
        ("-----BEGIN PRIVATE KEY-----\nx", "private key (not shown)"),
    ],
)
def test_values_read_as_in_the_file(value: Value, shown: str) -> None:
    assert show_value(value) == shown


def test_a_certificate_shows_the_sum_that_browsers_show() -> None:
    import base64
    import hashlib

    body = "".join(PEM.splitlines()[1:-1])
    digest = hashlib.sha256(base64.b64decode(body)).hexdigest()
    assert show_value(PEM) == f"certificate (sha256 {digest[:4]}…)"


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        (moved("airdrop", True, False), "airdrop true → false"),
        (moved("a.b", None, 1), "a.b not set → 1"),
        (moved("apps", ["a", "b"], ["b", "c"]), "apps with c, without a"),
        (moved("apps", ["a", "b"], ["b", "a"]), "apps [a, b] → [b, a]"),
        (moved("content", "a\nb\nc\n", "a\nX\nY\nc\n"), "content 2 lines added, 1 removed"),
        (moved("content", "a\nb\n", "a\nb"), "content line break at the end"),
        (moved("port", 80, "80"), 'port 80 → "80"'),
    ],
)
def test_changes_read_aloud(field: FieldChange, shown: str) -> None:
    assert show_change(field) == shown


@UNHURRIED
@given(VALUES, VALUES)
def test_unequal_values_never_read_the_same(one: Value, other: Value) -> None:
    assume(not is_same(one, other))
    for most in (0, SHORT):
        shown = show_change(FieldChange(("x",), one, other, Cause.OURS), most)
        before, arrow, after = shown.removeprefix("x ").partition(" → ")
        assert not arrow or before != after or " → " in after


@UNHURRIED
@given(VALUES)
def test_no_value_moves_the_cursor(value: Value) -> None:
    assert show_value(value).isprintable()


@UNHURRIED
@given(st.text())
def test_clean_text_is_one_line_and_keeps_what_can_be_printed(text: str) -> None:
    assert clean(text).isprintable()
    assert clean(text) == text or not text.isprintable()


def test_escape_sequences_are_shown_and_not_obeyed() -> None:
    assert clean("\x1b[2Jgone\r\nnext\u202e") == "\\x1b[2Jgone  next\\x202e"


@UNHURRIED
@given(st.lists(st.text("abcdefgh", min_size=1, max_size=90), max_size=30), st.integers(20, 100))
def test_wrapping_loses_no_word(words: list[str], width: int) -> None:
    lines = wrapped(" ".join(words), width, "    ", "      ")
    assert " ".join(lines).split() == words
    assert all(len(line) <= width or len(line.split()) == 1 for line in lines)


def test_wide_and_combining_letters_are_measured_as_terminals_do() -> None:
    assert cells("Schule") == 6
    assert cells("u\u0308ber") == 4
    assert cells("学校") == 4


@pytest.mark.parametrize(
    ("terminal", "environment", "colour"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": "0"}, False),
        (False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
    ],
)
def test_colour_follows_the_conventions(
    terminal: bool, environment: dict[str, str], colour: bool
) -> None:
    assert wants_colour(terminal, environment) is colour


def test_numbers_have_separators_and_words_their_plural() -> None:
    assert count(1, "school") == "1 school"
    assert count(25_000, "tablet") == "25,000 tablets"
    assert count(2, "directory") == "2 directories"
    assert joined(["a"]) == "a"
    assert joined(["a", "b", "c"]) == "a, b and c"
    assert joined([]) == ""


@pytest.mark.parametrize(
    ("text", "alike"),
    [
        ("10.20.7.4:22 timed out", "ADDRESS:PORT timed out"),
        ("waits for step 17, which did not succeed", "waits for step N, which did not succeed"),
        ("type --confirm gs-nord", "type --confirm SCHOOL"),
        ("gs-nord-2 is another school", "gs-nord-2 is another school"),
        ("localhost:2222 refused, port 22 too", "localhost:PORT refused, port N too"),
        ("exit status 127", "exit status 127"),
    ],
)
def test_reasons_are_compared_without_what_differs_from_school_to_school(
    text: str, alike: str
) -> None:
    assert without_particulars(text, "gs-nord") == alike
