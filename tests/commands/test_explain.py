"""``pedell explain`` through the real command line."""

import json
import shutil
from pathlib import Path

import pytest

from pedell.outputs.layout import NOTHING
from tests.commands.typed import Answer, pedell_says

INVENTORIES = Path(__file__).parents[2] / "inventories"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """A school whose values come from every layer."""
    folder = tmp_path / "schools"
    shutil.copytree(INVENTORIES / "minimal", folder, ignore=shutil.ignore_patterns(".pedell"))
    (folder / "groups").mkdir()
    (folder / "groups/grundschule.yml").write_text(
        "type: grundschule\nrestrictions:\n  pupil: {max_app_rating: 200}\n"
    )
    (folder / "groups/innenstadt.yml").write_text(
        "group: innenstadt\nwifi:\n  schulnetz: {vlan: 110}\n"
        "cohorts:\n  teacher:\n    wifi:\n      schulnetz: {hidden: true}\n"
    )
    school = folder / "schools/gs-nord.yml"
    text = school.read_text().replace("cohorts:\n", "groups: [innenstadt]\ncohorts:\n")
    school.write_text(
        f"{text}wifi:\n  schulnetz: {{vlan: 120}}\n"
        "restrictions:\n  pupil: {max_app_rating: 600}\nvariables: {room_count: 24}\n"
    )
    return folder


def explain(folder: Path, *words: str) -> Answer:
    return pedell_says("explain", "gs-nord", *words, "-i", folder.name, cwd=folder.parent)


def values(folder: Path, *words: str) -> list[dict[str, object]]:
    answer = explain(folder, *words, "--output", "json")
    assert (answer.code, answer.err) == (0, "")
    return json.loads(answer.out)["values"]


def test_every_layer_is_shown_with_its_place_and_the_winner(folder):
    answer = explain(folder, "wifi.schulnetz.vlan")
    assert (answer.code, answer.err) == (0, "")
    lines = [" ".join(line.split()) for line in answer.out.splitlines()]
    assert lines[0] == "gs-nord · wifi.schulnetz.vlan = 120"
    assert "school 120 schools/schools/gs-nord.yml:12:21 ← wins (replace)" in lines
    assert "group 110 schools/groups/innenstadt.yml:3:21 innenstadt" in lines
    assert f"type {NOTHING}" in lines
    assert f"lock {NOTHING}" in lines


def test_it_says_whom_a_value_reaches(folder):
    (network,) = values(folder, "wifi.schulnetz.vlan")
    assert network["reaches"] == ["2 pupil tablets", "1 teacher tablet", "server gs-nord"]
    (rights,) = values(folder, "restrictions.pupil.camera")
    assert rights["reaches"] == ["2 pupil tablets"]
    (room,) = values(folder, "variables.room_count")
    assert room["reaches"] == ["server gs-nord"]


def test_a_lock_names_its_reason_and_whom_to_ask(folder):
    answer = explain(folder, "restrictions.pupil.airdrop")
    assert "← wins (lock)" in answer.out
    assert "Reason: Youth protection. Ask: it@example.org" in answer.out


def test_a_lock_that_leaves_a_choice_is_told_beside_the_winner(folder):
    authority = folder / "authority.yml"
    text = authority.read_text() + (
        "  - {at: wifi.schulnetz.vlan, allowed: [110, 120], reason: Old switches,"
        " owner: net@example.org, until: 2999-07-31}\n"
    )
    authority.write_text(text)
    answer = explain(folder, "wifi.schulnetz.vlan")
    lines = [" ".join(line.split()) for line in answer.out.splitlines()]
    assert any(line.startswith("school 120 ") and "← wins" in line for line in lines)
    assert any(line.startswith("lock one of 110, 120 ") for line in lines)
    assert "Locked until 31 July 2999. Reason: Old switches. Ask: net@example.org" in lines
    (told, *_) = values(folder, "wifi.schulnetz.vlan")
    assert told["lock"]["allowed"] == [110, 120]
    assert (told["lock"]["value"], told["lock"]["until"]) == (None, "2999-07-31")


def test_the_stricter_value_wins_where_the_kind_says_so(folder):
    (value,) = values(folder, "restrictions.pupil.max_app_rating")
    assert (value["value"], value["rule"]) == (200, "restrict")
    assert [said["layer"] for said in value["trail"]] == ["type", "school"]


def test_a_cohort_that_differs_is_explained_beside_the_school(folder):
    school = folder / "schools/gs-nord.yml"
    own = "teacher: {wifi: {schulnetz: {vlan: 140}}}"
    school.write_text(school.read_text().replace("teacher: {}", own))
    told = [
        (value["cohort"], value["value"], value["reaches"])
        for value in values(folder, "wifi.schulnetz.vlan")
    ]
    assert told == [
        ("", 120, ["2 pupil tablets", "server gs-nord"]),
        ("teacher", 140, ["1 teacher tablet", "server gs-nord"]),
    ]


def test_a_cohort_that_agrees_is_not_told_again(folder):
    school = folder / "schools/gs-nord.yml"
    own = "teacher: {wifi: {schulnetz: {vlan: 120}}}"
    school.write_text(school.read_text().replace("teacher: {}", own))
    assert [value["cohort"] for value in values(folder, "wifi.schulnetz.vlan")] == [""]


def test_only_the_cohorts_speak_where_the_school_says_nothing(folder):
    (value,) = values(folder, "wifi.schulnetz.hidden")
    assert (value["cohort"], value["value"]) == ("teacher", True)


def test_a_cohort_can_be_asked_for_alone(folder):
    (value,) = values(folder, "wifi.schulnetz.vlan", "--cohort", "teacher")
    assert (value["cohort"], value["value"]) == ("teacher", 120)
    assert value["reaches"] == ["1 teacher tablet", "server gs-nord"]


def test_a_shorter_path_explains_everything_below(folder):
    found = {value["path"] for value in values(folder, "restrictions.pupil")}
    assert {"restrictions.pupil.use", "restrictions.pupil.camera"} <= found
    assert all(path.startswith("restrictions.pupil.") for path in found)


def test_apps_say_which_and_one_of_them_says_everything(folder):
    answer = explain(folder, "apps")
    assert "apps.book-creator.present = true" in answer.out
    assert "title" not in answer.out
    assert answer.err == "More about one of them: pedell explain gs-nord apps.NAME\n"
    assert {v["path"] for v in values(folder, "apps.anton")} == {
        f"apps.anton.{field}" for field in ("present", "title", "app_store", "approved")
    }


def test_part_of_a_name_is_no_path(folder):
    assert explain(folder, "restrictions.pup").code == 64


def test_a_secret_is_named_and_never_opened(folder):
    answer = explain(folder, "wifi.schulnetz.password")
    assert "= secret gs-nord-wlan" in answer.out
    (value,) = values(folder, "wifi.schulnetz.password")
    assert value["value"] == {"secret": "gs-nord-wlan", "fingerprint": None}
    assert not (folder / ".pedell").exists()


@pytest.mark.parametrize("path", ["restrictions.pupil.siri", "presets.web_clips", "certificates"])
def test_what_nobody_set_is_no_mistake(folder, path):
    answer = explain(folder, path)
    assert (answer.code, answer.err) == (0, "")
    assert "Nothing is set there" in answer.out


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("gs-nrod", "wifi"), 'Did you mean "gs-nord"?'),
        (("gs-nord", "wifi.schulnetz.vlann"), 'Did you mean "wifi.schulnetz.vlan"?'),
        (("gs-nord", "restrictions.airdrop"), 'Did you mean "restrictions.pupil.airdrop"?'),
        (("gs-nord", "xyz"), "It begins with one of: apps, presets, restrictions, roles"),
        (("gs-nord", "wifi", "--cohort", "pupils"), 'Did you mean "pupil"?'),
    ],
)
def test_what_does_not_exist_is_said_with_the_nearest_that_does(folder, words, meant):
    answer = pedell_says("explain", *words, "-i", folder.name, cwd=folder.parent)
    assert (answer.code, answer.out) == (64, "")
    assert "E0270" in answer.err
    assert meant in " ".join(answer.err.split())


def test_a_broken_inventory_is_told_as_anywhere_else(folder):
    (folder / "schools/gs-nord.yml").write_text("school: [")
    answer = explain(folder, "apps")
    assert (answer.code, answer.out) == (5, "")
    assert "E0102" in answer.err


def test_dortmund_is_explained_too():
    answer = pedell_says(
        "explain", "gs-buchfink", "wifi.schulnetz.ssid", "-i", "dortmund", cwd=INVENTORIES
    )
    assert answer.out.startswith("gs-buchfink · wifi.schulnetz.ssid = Buchfink\n")
