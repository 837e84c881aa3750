"""The lists of what was adopted: each mistake stands on its line."""

import pytest

from pedell.language.lists.adopted import read_adopted, write_adopted
from pedell.model import Address, Asset
from tests.inventory_builder import build, inventory, problem

HEAD = "school;cohort;what;resource;identifier;uuid;content\n"
GOOD = "gs-nord;pupil;app;anton;org.example.anton;;\n"
FILE = "adopted/tablets.csv"


def listed(root, rows, file=FILE):
    return build(root, {file: HEAD + rows})


def test_a_list_says_which_name_belongs_to_what(tmp_path):
    rows = GOOD + "gs-nord;pupil;wifi;gast;org.example.gast;UUID-1;UUID-2\n"
    found = inventory(listed(tmp_path, rows)).adopted["tablets"]
    anton, gast = (
        Address("gs-nord", "pupil", "app", "anton"),
        Address("gs-nord", "pupil", "wifi", "gast"),
    )
    assert found[anton].identifier == "org.example.anton"
    assert (found[gast].uuid, found[gast].content) == ("UUID-1", "UUID-2")


def test_what_is_written_is_read_again(tmp_path):
    rows = 'gs-nord;pupil;app;anton;"org; ""x""";;\n' + GOOD.replace("anton", "clips")
    found = inventory(listed(tmp_path, rows)).adopted["tablets"]
    asset = Asset("x", FILE, write_adopted(found))
    again, wrong = read_adopted({FILE: asset}, ["tablets"], ["app"])
    assert wrong == ()
    assert {at: one.identifier for at, one in again["tablets"].items()} == {
        at: one.identifier for at, one in found.items()
    }


def test_a_school_that_is_gone_may_still_stand_there(tmp_path):
    found = inventory(listed(tmp_path, GOOD.replace("gs-nord", "gs-weg"))).adopted["tablets"]
    assert [at.school for at in found] == ["gs-weg"]


def test_several_cohorts_may_have_one_profile(tmp_path):
    row = "gs-nord;pupil;wifi;gast;org.example.gast;U;C\n"
    found = inventory(listed(tmp_path, row + row.replace("pupil", "teacher"))).adopted["tablets"]
    assert [at.place for at in found] == ["pupil", "teacher"]


@pytest.mark.parametrize(
    ("rows", "code", "place"),
    [
        ("gs-nord;pupil;ap;anton;org.example.anton;;\n", "E0249", "2:15"),
        ("gs-nord;pupil;app;anton;;;\n", "E0249", "2:1"),
        ("gs-nord;pupil;app;anton;org\x07x;;\n", "E0249", "2:25"),
        (f"gs-nord;pupil;app;anton;{'x' * 501};;\n", "E0249", "2:25"),
        (GOOD + GOOD, "E0201", "3:1"),
        (GOOD + GOOD.replace("app;anton", "app;zweite"), "E0201", "3:1"),
        ("a;b;c;d;e;f;g;h\n", "E0249", "2:1"),
    ],
)
def test_what_is_wrong_stands_on_its_line(tmp_path, rows, code, place):
    assert problem(listed(tmp_path, rows))[:2] == (code, f"{FILE}:{place}")


def test_a_list_of_no_target_is_named(tmp_path):
    code, place, detail = problem(listed(tmp_path, GOOD, "adopted/tablet.csv"))
    assert (code, place) == ("E0261", "adopted/tablet.csv:1:1")
    assert 'Did you mean "tablets"?' in detail
