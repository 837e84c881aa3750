"""The one door for YAML: what it takes, and how it refuses the rest."""

import time

import pytest

from pedell.language.documents import MAX_BYTES, MAX_DEPTH, MAX_NODES, parse_document
from pedell.model import Problem, Rejected, SecretName


def parse(text):
    return parse_document("x.yml", "x.yml", text.encode() if isinstance(text, str) else text)


def refusals(text) -> tuple[Problem, ...]:
    with pytest.raises(Rejected) as caught:
        parse(text)
    return caught.value.problems


def refusal(text):
    (found,) = refusals(text)
    return found.code, found.source.line, found.source.column


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        pytest.param("a: 1\nb: 2\na: 3\n", "E0103", 3, 1, id="duplicate key"),
        pytest.param("x:\n  ä: 1\n  ä: 1\n", "E0103", 3, 3, id="duplicate key with umlaut"),
        pytest.param("a: &x 1\n", "E0104", 1, 4, id="anchor"),
        pytest.param("&x a: 1\n", "E0104", 1, 1, id="anchor of a key"),
        pytest.param("a: 1\nb: [ä, *x]\n", "E0104", 2, 8, id="alias"),
        pytest.param("a: 1\n<<: {b: 1}\n", "E0104", 2, 1, id="merge key"),
        pytest.param("a: !!python/object:os.system x\n", "E0104", 1, 4, id="foreign tag"),
        pytest.param("a: !x [1]\n", "E0104", 1, 4, id="foreign tag of a list"),
        pytest.param("!x a: 1\n", "E0104", 1, 1, id="tag of a key"),
        pytest.param("a: !secret {b: 1}\n", "E0104", 1, 4, id="secret that is a block"),
        pytest.param("a: !secret\n", "E0113", 1, 4, id="secret without a name"),
        pytest.param('a: !secret "x⟧⟦secret:y"\n', "E0113", 1, 4, id="secret with a mark"),
        pytest.param("a: 1\n---\nb: 1\n", "E0104", 2, 1, id="second document"),
        pytest.param("? [a]\n: 1\n", "E0104", 1, 3, id="list as a key"),
        pytest.param("a: 1\nbä: x\x00y\n", "E0102", 2, 6, id="NUL"),
        pytest.param('a: "x\\0y"\n', "E0104", 1, 4, id="written NUL"),
        pytest.param("a:\n\t- b\n", "E0102", 2, 1, id="tab"),
        pytest.param("a: [1\n", "E0102", 2, 1, id="list that does not end"),
        pytest.param("a: ä: b\n", "E0102", 1, 5, id="colon too much"),
        pytest.param(b"a: 1\nb\xc3\xa4: \xfc\n", "E0101", 2, 5, id="not UTF-8"),
        pytest.param(b"\xef\xbb\xbfa: \xff", "E0101", 1, 4, id="not UTF-8 behind a BOM"),
        pytest.param("[" * 100_000, "E0105", 1, MAX_DEPTH + 2, id="deep lists"),
        pytest.param("{a: " * 100_000, "E0105", 1, 4 * (MAX_DEPTH + 1) + 1, id="deep blocks"),
        pytest.param("- " * 100_000, "E0105", 1, 2 * (MAX_DEPTH + 1) + 1, id="deep dashes"),
        pytest.param("a: " + "x" * MAX_BYTES, "E0105", 1, 1, id="too many bytes"),
        pytest.param("- 1\n" * (MAX_NODES + 1), "E0105", MAX_NODES, 3, id="too many values"),
    ],
)
def test_it_refuses_at_the_exact_place(text, code, line, column):
    assert refusal(text) == (code, line, column)


def test_a_duplicate_key_names_both_places():
    (found,) = refusals("wifi: 1\napps: 2\nwifi: 3\n")
    assert '"wifi"' in found.detail
    assert "line 1" in found.detail
    assert found.source.line == 3


def test_a_tab_is_called_a_tab():
    (found,) = refusals("a:\n\t- b\n")
    assert "tab" in found.detail
    assert "spaces" in found.detail


def test_all_that_is_wrong_is_said_at_once():
    found = refusals("a: &x 1\nb: !y 2\na: 3\n")
    assert [(problem.code, problem.source.line) for problem in found] == [
        ("E0104", 1),
        ("E0104", 2),
        ("E0103", 3),
    ]


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "? " * 100_000])
def test_a_hostile_file_ends_at_once(text):
    begun = time.perf_counter()
    refusals(text)
    assert time.perf_counter() - begun < 2.0


@pytest.mark.parametrize(
    "text",
    "no yes on off True NULL 012 0x1f 22:22 1_000 1e3 +5 .5 5. 1.2.3 .inf .nan 2021-01-15".split(),  # noqa: SIM905
)
def test_what_looks_like_text_stays_text(text):
    assert parse(f"a: {text}x\n").value == {"a": f"{text}x"}
    assert parse(f"- a: {text}\n").value == [{"a": text}]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-7", -7),
        ("1180554775", 1180554775),
        ("9" * 19, "9" * 19),
        ("0.5", 0.5),
        ("-1.25", -1.25),
    ],
)
def test_few_plain_words_mean_more_than_their_letters(text, meant):
    found = parse(f"a: {text}\n").value["a"]
    assert found == meant
    assert type(found) is type(meant)


@pytest.mark.parametrize("text", ["'true'", '"1"', "|-\n  12"])
def test_what_is_quoted_is_text(text):
    assert isinstance(parse(f"a: {text}\n").value["a"], str)


def test_keys_are_text():
    assert parse("1: a\ntrue: b\nnull: c\n").value == {"1": "a", "true": "b", "null": "c"}


@pytest.mark.parametrize("name", ["gs-nord-wlan", '"${school.id}-wlan"', "a.b_C9"])
def test_a_secret_is_a_name(name):
    found = parse(f"a: !secret {name}\n").value["a"]
    assert isinstance(found, SecretName)
    assert found == name.strip('"')


def test_plain_text_is_no_secret():
    assert not isinstance(parse("a: b\n").value["a"], SecretName)


def test_an_empty_file_holds_nothing():
    assert parse("# only words\n").value is None


def test_a_byte_order_mark_is_no_letter():
    assert parse(b"\xef\xbb\xbfa: 1\n").value == {"a": 1}


def test_each_value_and_key_knows_its_place():
    document = parse("a:\n  ä: [x, {b: 1}]\n")
    assert str(document.source(("a", "ä", 1, "b"))) == "x.yml:2:14"
    assert str(document.key_source(("a", "ä", 1, "b"))) == "x.yml:2:11"
    assert str(document.key_source(("a", "ä"))) == "x.yml:2:3"


def test_what_is_not_there_has_the_place_of_what_is_around():
    document = parse("a:\n  b: 1\n")
    assert document.source(("a", "c", "d")) == document.source(("a",))
    assert str(document.source(("z",))) == "x.yml:1:1"
