"""``pedell explain --device`` and ``--who-sets`` through the real command line."""

import json
from pathlib import Path

import pytest

from tests.commands.typed import Answer, pedell_says
from tests.inventory_builder import AUTHORITY, build, school

SERIAL = "DXXX00000003"
DEFAULTS = "defaults: {wifi: [schulnetz], restrictions: {pupil: jugendschutz}}\n"
LOCKS = "locks: [{at: wifi.schulnetz.hidden, value: false, reason: Seen, owner: it@example.org}]\n"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """Two schools, one with a network of its own for teachers."""
    own = school("wifi: {schulnetz: {vlan: 120}}\napps: [anton]\n").replace(
        "teacher: {}", "teacher: {wifi: {schulnetz: {vlan: 140}}}"
    )
    changed = {
        "authority.yml": AUTHORITY + DEFAULTS + LOCKS,
        "groups/grundschule.yml": "type: grundschule\nwifi: {schulnetz: {vlan: 100}}\n",
        "schools/gs-nord.yml": own,
        "schools/gs-sued.yml": school(name="gs-sued"),
    }
    return build(tmp_path / "in", changed)


def explain(folder: Path, *words: str) -> Answer:
    return pedell_says("explain", *words, "-i", folder.name, cwd=folder.parent)


def rows(folder: Path, *words: str) -> list[dict[str, object]]:
    answer = explain(folder, *words, "--output", "json")
    assert (answer.code, answer.err) == (0, "")
    return json.loads(answer.out)["rows"]


def test_a_device_is_told_with_its_school_its_cohort_and_what_reaches_it(folder):
    answer = explain(folder, "--device", SERIAL.lower())
    assert (answer.code, answer.err) == (0, "")
    assert f"{SERIAL} (MU-0003, iPad): gs-nord, cohort teacher." in answer.out
    found = rows(folder, "--device", SERIAL)
    assert {(row["kind"], row["name"]) for row in found} >= {
        ("wifi", "schulnetz"),
        ("app", "anton"),
    }
    assert "restrictions" not in {row["kind"] for row in found}
    assert {(row["school"], row["cohort"]) for row in found} == {("gs-nord", "teacher")}


def test_a_value_of_a_device_is_that_of_its_cohort(folder):
    answer = explain(folder, "--device", SERIAL, "wifi.schulnetz.vlan")
    assert answer.code == 0
    assert "gs-nord, cohort teacher" in answer.err
    assert answer.out.startswith("gs-nord · teacher · wifi.schulnetz.vlan = 140")
    other = explain(folder, "--device", "DXXX00000001", "wifi.schulnetz.vlan")
    assert "wifi.schulnetz.vlan = 120" in other.out


def test_who_sets_a_path_is_told_line_by_line_with_who_overrides_it(folder):
    found = rows(folder, "--who-sets", "wifi.schulnetz.vlan")
    told = [(r["layer"], r["value"], r["source"], r["schools"], r["overridden"]) for r in found]
    assert told == [
        ("type", "100", "in/groups/grundschule.yml:2:26", 2, 1),
        ("school", "120", "in/schools/gs-nord.yml:5:26", 1, 1),
        ("cohort", "140", "in/schools/gs-nord.yml:4:57", 1, 0),
    ]


def test_a_lock_is_one_of_those_who_set(folder):
    (lock,) = rows(folder, "--who-sets", "wifi.schulnetz.hidden")
    assert (lock["layer"], lock["name"], lock["schools"]) == ("lock", "it@example.org", 2)


def test_what_the_catalogue_says_counts_where_no_school_chose_it(folder):
    found = rows(folder, "--who-sets", "apps.geogebra.title")
    assert [(row["layer"], row["schools"]) for row in found] == [("catalogue", 0)]


def test_a_path_that_nobody_set_is_no_mistake(folder):
    assert rows(folder, "--who-sets", "restrictions.pupil.siri") == []


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("--device", "DXXX00000009"), "No list has a device"),
        (("--who-sets", "wifi.schulnetz.vlann"), 'Did you mean "wifi.schulnetz.vlan"?'),
        (("--device", SERIAL, "wifi.schulnetz.vlann"), "Did you mean"),
        (("--device", SERIAL, "gs-nord", "wifi"), "--device SERIAL [PATH]"),
        (("--who-sets", "wifi", "gs-nord"), "--who-sets PATH"),
        (("--who-sets", "wifi", "--device", SERIAL), "one at a time"),
        (("gs-nord",), "Missing argument 'PATH'"),
        ((), "Missing argument 'SCHOOL'"),
    ],
)
def test_what_cannot_be_answered_is_a_mistake_of_the_caller(folder, words, meant):
    answer = explain(folder, *words)
    assert (answer.code, answer.out) == (64, "")
    assert meant in " ".join(answer.err.split())
