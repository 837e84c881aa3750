"""Advise on apps: who is short, whose pupils are too young, and what reaches nobody."""

import pytest

from pedell.model import Severity
from tests.inventory_builder import AUTHORITY, CATALOGUE, DEVICES, build, read, school

GRADES = AUTHORITY.replace(
    "grundschule: Grundschule", "grundschule: {name: Grundschule, grades: {from: 1, to: 4}}"
)


def warnings(root):
    return [(w.code, str(w.source).removeprefix(f"{root}/"), w.detail) for w in read(root).warnings]


def offered(entry, chosen="apps: [x]\n", authority=GRADES):
    text = CATALOGUE + f'  x: {{title: X, approved: "2021-01-15", {entry}}}\n'
    return {
        "catalogue.yml": text,
        "authority.yml": authority,
        "schools/gs-nord.yml": school(chosen),
    }


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("app_store: 9, grades: {from: 5, to: 10}", "the grades 5 to 10"),
        ("app_store: 9, ages: {from: 12}", "the ages from 12"),
        ("app_store: 9, ages: {to: 5}", "the ages up to 5"),
    ],
)
def test_an_app_for_other_pupils_is_a_warning_with_both_ranges(tmp_path, entry, words):
    root = build(tmp_path, offered(entry))
    ((code, place, detail),) = warnings(root)
    assert (code, place) == ("W0307", "schools/gs-nord.yml:5:8")
    assert words in detail
    assert "the grades 1 to 4 (ages 6 to 10)" in detail


@pytest.mark.parametrize(
    "entry",
    ["app_store: 9, grades: {from: 4, to: 10}", "app_store: 9, ages: {from: 4}", "app_store: 9"],
)
def test_an_app_that_some_of_the_pupils_may_use_is_fine(tmp_path, entry):
    assert warnings(build(tmp_path, offered(entry))) == []


def test_without_grades_of_the_type_nobody_can_tell(tmp_path):
    entry = "app_store: 9, grades: {from: 5, to: 10}"
    assert warnings(build(tmp_path, offered(entry, authority=AUTHORITY))) == []


def test_teachers_are_no_pupils(tmp_path):
    files = offered("app_store: 9, ages: {from: 18}", chosen="")
    text = files["schools/gs-nord.yml"].replace("teacher: {}", "teacher: {apps: [x]}")
    assert warnings(build(tmp_path, {**files, "schools/gs-nord.yml": text})) == []


def test_the_same_choice_of_many_schools_is_told_once(tmp_path):
    files = offered("app_store: 9, grades: {from: 5}", chosen="")
    files["authority.yml"] += "defaults: {apps: [x]}\n"
    files["schools/gs-sued.yml"] = school(name="gs-sued")
    ((code, place, _),) = warnings(build(tmp_path, files))
    assert (code, place.split(":")[0]) == ("W0307", "authority.yml")


def test_an_app_that_fits_no_cohort_of_its_school_is_a_warning(tmp_path):
    root = build(tmp_path, offered("winget: A.X"))
    ((code, place, detail),) = warnings(root)
    assert (code, place) == ("W0308", "schools/gs-nord.yml:5:8")
    assert "is for windows, the devices of gs-nord run ipados" in detail


def test_an_app_that_every_cohort_takes_away_is_a_warning_too(tmp_path):
    files = offered("app_store: 9")
    away = "{apps: {remove: [x]}}"
    text = files["schools/gs-nord.yml"].replace("{}", away)
    ((code, _, detail),) = warnings(build(tmp_path, {**files, "schools/gs-nord.yml": text}))
    assert (code, "take" in detail) == ("W0308", True)


def test_what_the_authority_chooses_for_all_may_fit_only_some(tmp_path):
    files = offered("winget: A.X", chosen="", authority=AUTHORITY + "defaults: {apps: [x]}\n")
    assert warnings(build(tmp_path, files)) == []


def test_a_pool_that_is_short_names_who_goes_without(tmp_path):
    entry = "app_store: 9, licences: {count: device, pool: authority, owned: 2}"
    root = build(tmp_path, offered(entry))
    (warning,) = read(root).warnings
    assert (warning.code, warning.severity) == ("W0306", Severity.WARNING)
    assert str(warning.source).startswith(f"{root}/catalogue.yml:10:")
    assert warning.detail == (
        "x: 1 of 3 licences missing in the pool musterstadt. Without: gs-nord (1)."
        " More: pedell licences --app x"
    )


def test_many_pools_of_one_app_are_one_warning(tmp_path):
    entry = "app_store: 9, licences: {count: device, pool: school}"
    files = offered(entry)
    for number in range(1, 5):
        name = f"gs-{number}"
        files[f"schools/{name}.yml"] = school("apps: [x]\n", name)
        files[f"devices/{name}.csv"] = DEVICES.replace("DXXX0", f"DXXX{number}").replace(
            "02:d0", f"02:d{number}"
        )
    ((_, _, detail),) = warnings(build(tmp_path, files))
    assert "15 licences are missing in 5 pools: gs-1 (3), gs-2 (3), gs-3 (3) and 2 more." in detail
