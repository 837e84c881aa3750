"""Placeholders: a name stands for its value, whole or inside of other text."""

import pytest

from pedell.language.fields import fill_in, names_in
from pedell.model import SecretName

KNOWN = {"a": "x", "n": 7, "list": ["p", "q"], "yes": True, "none": None}


@pytest.mark.parametrize(
    ("value", "filled"),
    [
        ("${a}", "x"),
        ("${n}", 7),
        ("${list}", ["p", "q"]),
        ("${none}", None),
        ("<${a}-${n}>", "<x-7>"),
        ("<${list}>", "<p, q>"),
        ("<${yes}${none}>", "<true>"),
        (["${a}", {"k": "${n}"}], ["x", {"k": 7}]),
        ({"k": ["${list}"]}, {"k": [["p", "q"]]}),
        ("$a {a}", "$a {a}"),
        (5, 5),
    ],
)
def test_a_text_that_is_one_placeholder_becomes_the_value_itself(value, filled):
    assert fill_in(value, KNOWN.__getitem__) == filled


def test_the_name_of_a_secret_stays_one():
    found = fill_in(SecretName("${a}-key"), KNOWN.__getitem__)
    assert (found, type(found)) == ("x-key", SecretName)


def test_what_is_filled_in_is_not_looked_at_again():
    assert fill_in("<${a}>", {"a": "${b}"}.__getitem__) == "<${b}>"


def test_names_are_found_wherever_they_stand():
    assert names_in({"k": ["${a}", {"l": "${b.c} ${d}"}], "m": 3}) == {"a", "b.c", "d"}
