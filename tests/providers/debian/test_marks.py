import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedell.model import Sealed, Secret
from pedell.providers.debian.marks import LONGEST_MESSAGE, Text, mask, message, read_back

SEALED = {"radius": Sealed("radius", "1" * 32)}
SECRETS = {"radius": Secret("s3cret")}
PSK = Text("psk = ⟦secret:radius⟧\n", SEALED)
CASES = json.loads((Path(__file__).parent / "cases" / "marks.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_a_file_with_a_secret_is_shown_without_it(case):
    assert read_back(case["seen"], [PSK], SECRETS) == case["shown"]


def test_a_mark_that_nobody_declared_is_plain_text():
    text = Text("⟦secret:other⟧ ⟦secret:radius⟧", SEALED)
    assert text.fill(SECRETS) == "⟦secret:other⟧ s3cret".encode()
    assert text.matches("⟦secret:other⟧ x", SECRETS)
    assert not text.matches("y x", SECRETS)


def test_a_missing_secret_names_itself():
    with pytest.raises(KeyError, match="radius"):
        PSK.fill({})


def test_a_key_of_many_lines_is_recognised_whole():
    pem = {"radius": Secret("-----BEGIN\nAAAA\n-----END")}
    text = Text("key:\n⟦secret:radius⟧\nend\n", SEALED)
    assert read_back(text.fill(pem).decode(), [text], pem) == text.marked
    assert read_back("key:\n-----BEGIN\nBBBB\n-----END\nend\n", [text], pem) == text.marked


@pytest.mark.parametrize(
    ("writing", "stands"),
    [("octal", "a\\047\\303\\266\\134"), ("freeradius", "a'ö${backslash}"), ("braille", None)],
)
def test_a_secret_is_written_as_its_mark_says_and_hidden_in_each_writing(writing, stands):
    text, secrets = Text(f'x = "⟦secret:radius|{writing}⟧"\n', SEALED), {"radius": Secret("a'ö\\")}
    filled = text.fill(secrets).decode()
    assert filled == (f'x = "{stands}"\n' if stands else text.marked)
    assert read_back(filled, [text], secrets) == text.marked
    assert stands is None or mask(filled, secrets) == 'x = "⟦secret:radius⟧"\n'


plain = st.text(st.characters(exclude_characters="⟦⟧", exclude_categories=["Cs"]))


@given(plain, plain, st.text(min_size=1), st.text(min_size=1))
def test_what_was_filled_is_read_back_with_its_marks(before, between, one, other):
    sealed = {"a": Sealed("a", None), "b": Sealed("b", None)}
    secrets = {"a": Secret(one), "b": Secret(other)}
    text = Text(f"{before}⟦secret:a⟧{between}⟦secret:b⟧", sealed)
    filled = f"{before}{one}{between}{other}"
    assert text.fill({"a": Secret("1"), "b": Secret("2")}).decode() == f"{before}1{between}2"
    shown = read_back(filled, [text], secrets)
    if "\n" not in between + one + other:
        assert shown == text.marked


@given(st.text(min_size=8), st.text(), st.text())
def test_no_secret_survives_in_a_text_without_marks(secret, before, after):
    shown = mask(f"{before}{secret}{after}", {"k": Secret(secret)})
    assert secret not in shown or secret in "⟦secret:k⟧" + before + after


@given(st.binary())
def test_a_message_is_one_harmless_line(said):
    line = message(said, SECRETS)
    assert len(line) <= LONGEST_MESSAGE
    assert line.isprintable()


def test_a_message_keeps_its_end_where_the_reason_stands():
    assert message(b"start " + b"x" * 400 + b" reason", {}).endswith(" reason")
