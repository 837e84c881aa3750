"""The apps of the catalogue and the list of licences: what is wrong stands on its line."""

from decimal import Decimal

import pytest

from pedell.model import Counting, Licensed, PoolOf, Requirement, Span
from tests.inventory_builder import AUTHORITY, CATALOGUE, build, inventory, problem, problems

APPS = """\
apps:
  anton: {title: ANTON, app_store: 1, approved: "2021-01-15", licences: {count: device, pool: school, owned: 3}}
  geogebra: {title: GeoGebra, app_store: 2, approved: "2021-01-15"}
  office: {title: Office, opsi: office, licences: {count: person, pool: authority}, cost: 2.5}
  atlas: {title: Atlas, winget: A.B, licences: {count: school, pool: municipality}}
"""
HEAD = "app;pool;owned\n"


def listed(root, rows, catalogue=APPS, **files):
    return build(root, {"catalogue.yml": catalogue, "licences.csv": HEAD + rows, **files})


def test_a_list_says_what_single_pools_own(tmp_path):
    offer = inventory(listed(tmp_path, "anton;gs-nord;30\n\noffice;musterstadt;1000\n")).offer
    assert {at: owned.count for at, owned in offer.owned.items()} == {
        ("anton", "gs-nord"): 30,
        ("office", "musterstadt"): 1000,
    }
    assert str(offer.owned["anton", "gs-nord"].source) == f"{tmp_path}/licences.csv:2:15"


def test_excel_may_have_written_it(tmp_path):
    text = "\ufeffPool;App;Owned\r\ngs-nord;anton;30\r\n"
    for content in (text.encode(), text.lstrip("\ufeff").encode("cp1252")):
        root = build(tmp_path, {"catalogue.yml": APPS, "licences.csv": content})
        assert inventory(root).offer.owned["anton", "gs-nord"].count == 30


@pytest.mark.parametrize(
    ("row", "code", "column", "word"),
    [
        ("antn;gs-nord;3", "E0231", 1, 'Did you mean "anton"?'),
        ("geogebra;gs-nord;3", "E0220", 1, "licences: {count: device, pool: school}"),
        ("anton;gs-nrd;3", "E0210", 7, 'Did you mean "gs-nord"?'),
        ("anton;musterstadt;3", "E0210", 7, "each school has its own"),
        ("office;gs-nord;3", "E0220", 8, "each authority has its own"),
        ("atlas;gs-nord;3", "E0213", 7, "each municipality has its own"),
        ("anton;gs-nord;-3", "E0238", 15, "digits alone"),
        ("anton;gs-nord;1.000", "E0238", 15, "digits alone"),
        ("anton;gs-nord;", "E0238", 15, "digits alone"),
        ("anton;gs-nord;٣", "E0238", 15, "digits alone"),
        ("anton;gs-nord;3;4", "E0238", 1, "Expected 3 fields, found 4."),
        ("office;musterstadt;7", "E0201", 1, "stands in line 2 already"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, row, code, column, word):
    found, place, detail = problem(listed(tmp_path, f"office;musterstadt;5\n{row}\n"))
    assert (found, place) == (code, f"licences.csv:3:{column}")
    assert word in detail


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    found = problems(listed(tmp_path, "antn;gs-nord;3\nanton;x;y\n"))
    assert [each.code for each in found] == ["E0231", "E0210", "E0238"]


@pytest.mark.parametrize("header", ["", "app;pool\n", "app;pool;owned;price\n", "a,b,c\n"])
def test_the_first_line_names_the_columns(tmp_path, header):
    root = build(tmp_path, {"catalogue.yml": APPS, "licences.csv": header})
    code, place, _ = problem(root)
    assert (code, place.split(":")[:2]) == ("E0238", ["licences.csv", "1"])


def test_an_entry_says_what_must_be_known_of_an_app(tmp_path):
    text = APPS + (
        "  all: {title: All, bundle: a.b, winget: A.B, ages: {from: 6}, grades: {from: 1, to: 4},"
        " needs: {apps: [anton], wifi: [net]}, cost: 0.07}\n"
        "wifi: {net: {ssid: N, security: open}}\n"
    )
    apps = inventory(build(tmp_path, {"catalogue.yml": text})).offer.apps
    app = apps["all"]
    assert (app.platforms, app.is_approved) == ({"ipados", "windows"}, False)
    assert (app.ages, app.grades, app.cost) == (Span(6), Span(1, 4), Decimal("0.07"))
    assert [(need.section, need.name) for need in app.needs] == [("apps", "anton"), ("wifi", "net")]
    assert isinstance(app.needs[0], Requirement)
    assert apps["office"].licences == Licensed(
        Counting.PERSON, PoolOf.AUTHORITY, 0, apps["office"].licences.source
    )
    assert (apps["office"].platforms, apps["geogebra"].licences) == ({"windows"}, None)


@pytest.mark.parametrize(
    ("entry", "code", "word"),
    [
        ("grades: {from: 5, to: 4}", "E0113", "Change the two"),
        ("ages: {}", "E0113", "empty"),
        ("cost: 4.999", "E0113", "Two decimals"),
        ("cost: -1", "E0113", "minimum"),
        ("needs: {apps: [antn]}", "E0231", 'Did you mean "anton"?'),
        ("needs: {wifi: [schulnet]}", "E0232", 'Did you mean "schulnetz"?'),
        ("needs: {certificates: [ca]}", "E0234", '"ca"'),
        ("needs: {apps: [x]}", "E0260", "x → x ("),
        ("licences: {count: devices, pool: school}", "E0113", 'Did you mean "device"?'),
        ("winget: Code", "E0113", "wrong form"),
    ],
)
def test_a_wrong_entry_is_told_where_it_stands(tmp_path, entry, code, word):
    text = CATALOGUE + f"  x: {{title: X, app_store: 9, {entry}}}\n"
    found, place, detail = problem(build(tmp_path, {"catalogue.yml": text}))
    assert (found, place.split(":")[1]) == (code, "10")
    assert word in detail


def test_a_ring_of_needs_names_the_line_of_each(tmp_path):
    text = CATALOGUE + "".join(
        f"  {one}: {{title: T, app_store: 9, needs: {{apps: [{other}]}}}}\n"
        for one, other in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"))
    )
    code, place, detail = problem(build(tmp_path, {"catalogue.yml": text}))
    assert (code, place.split(":")[1]) == ("E0260", "10")
    assert [f"catalogue.yml:{line}:" in detail for line in (10, 11, 12, 13)] == [True] * 3 + [False]


def test_a_type_of_school_may_say_its_grades(tmp_path):
    text = AUTHORITY.replace(
        "grundschule: Grundschule", "grundschule: {name: Grundschule, grades: {from: 1, to: 4}}"
    )
    assert inventory(build(tmp_path, {"authority.yml": text})).offer.grades == {
        "grundschule": Span(1, 4)
    }


def test_grades_are_ages():
    assert Span(1, 4).as_ages() == Span(6, 10)
    assert Span(5).as_ages() == Span(10)


@pytest.mark.parametrize(
    ("one", "other", "meets"),
    [
        (Span(1, 4), Span(4, 9), True),
        (Span(1, 4), Span(5, 9), False),
        (Span(None, 4), Span(5), False),
        (Span(), Span(5, 5), True),
    ],
)
def test_two_spans_meet_where_they_share_a_year(one, other, meets):
    assert one.meets(other) is meets
    assert other.meets(one) is meets
