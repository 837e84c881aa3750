"""``pedell list`` through the real command line."""

import json
import shutil
from pathlib import Path

import pytest

from pedell.commands.listing import locks_table
from pedell.model import Action, Address, Change, Effect, Outcome, Resource, Source, Status, Step
from pedell.state import open_store
from pedell.wiring import Setting, read_offline
from tests.commands.typed import Answer, pedell_says

HOME = Path(__file__).parents[2]
INVENTORIES = HOME / "inventories"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "schools"
    shutil.copytree(INVENTORIES / "minimal", folder, ignore=shutil.ignore_patterns(".pedell"))
    school = (folder / "schools/gs-nord.yml").read_text()
    second = school.replace("gs-nord", "rs-west").replace("apps: [book-creator]", "priority: 7")
    (folder / "schools/rs-west.yml").write_text(second)
    return folder


def listed(folder: Path, *words: str) -> Answer:
    return pedell_says("list", *words, "-i", folder.name, cwd=folder.parent)


def rows(folder: Path, *words: str) -> list[dict[str, object]]:
    answer = listed(folder, *words, "--output", "json")
    assert (answer.code, answer.err) == (0, "")
    return json.loads(answer.out)["rows"]


def test_schools_have_their_devices_by_role(folder):
    first, second = rows(folder, "schools")
    assert first == {
        "id": "gs-nord",
        "name": "Grundschule Nord",
        "type": "grundschule",
        "groups": [],
        "priority": 0,
        "pupil_devices": 2,
        "teacher_devices": 1,
    }
    assert (second["id"], second["priority"], second["pupil_devices"]) == ("rs-west", 7, 0)
    assert "2 schools, 3 devices." in listed(folder, "schools").out


def test_a_limit_chooses_schools(folder):
    assert [row["id"] for row in rows(folder, "schools", "-l", "rs-*")] == ["rs-west"]
    answer = listed(folder, "schools", "-l", "rs-wst")
    assert (answer.code, answer.out) == (64, "")
    assert 'Did you mean "rs-west"?' in answer.err


def test_apps_say_who_uses_them(folder):
    found = {row["id"]: row for row in rows(folder, "apps")}
    assert found["anton"] == {
        "id": "anton", "title": "ANTON", "approved": "2021-01-15", "platforms": ["ipados"],
        "grades": None, "schools": 2, "devices": 3, "short": None,
    }  # fmt: skip
    assert found["book-creator"]["schools"] == 1
    assert {row["id"]: row["schools"] for row in rows(folder, "apps", "-l", "rs-west")} == {
        "anton": 1,
        "book-creator": 0,
    }


def test_targets_have_an_address_or_work_on_the_sandbox(folder):
    found = rows(folder, "targets", "-l", "gs-nord")
    assert found == [
        {"id": "tablets", "provider": "nanohub", "address": None},
        {"id": "server/gs-nord", "provider": "debian", "address": None},
    ]
    assert "sandbox" in listed(folder, "targets").out
    answer = pedell_says("list", "targets", "-l", "gs-buchfink", "-i", "dortmund", cwd=INVENTORIES)
    assert "https://mdm.example.org" in answer.out
    assert "sandbox" not in answer.out


def test_locks_say_why_who_and_where(folder):
    assert rows(folder, "locks") == [
        {
            "by": "authority",
            "at": "restrictions.pupil.airdrop",
            "value": False,
            "allowed": None,
            "range": None,
            "until": None,
            "reason": "Youth protection",
            "owner": "it@example.org",
            "place": "schools/authority.yml:15:12",
        }
    ]
    assert " false " in listed(folder, "locks").out


def test_locks_that_leave_a_choice_are_told_in_words(folder):
    authority = folder / "authority.yml"
    text = authority.read_text() + (
        "  - {at: restrictions.pupil.max_app_rating, range: {min: 0, max: 300}, reason: R,"
        " owner: o@example.org, until: 2999-07-31}\n"
        "  - {at: wifi.schulnetz.vlan, allowed: [100, 200], reason: R, owner: o@example.org}\n"
    )
    authority.write_text(text)
    _, rating, vlan = rows(folder, "locks")
    assert (rating["value"], rating["allowed"]) == (None, None)
    assert (rating["range"], rating["until"]) == ({"min": 0, "max": 300}, "2999-07-31")
    assert (vlan["value"], vlan["allowed"], vlan["until"]) == (None, [100, 200], None)
    inventory = read_offline(Setting((folder,))).inventory
    words = [row[1] for row in locks_table(inventory, for_people=True).rows]
    assert words == ["false", "0 to 300 until 31 July 2999", "one of 100, 200"]
    assert " 0 to 300 " in listed(folder, "locks").out


def test_waves_are_those_of_the_playbook(folder):
    playbook = f"{folder.name}/playbooks/rollout.yml"
    assert rows(folder, "waves", "-p", playbook) == [
        {"wave": 1, "schools": 1, "devices": 3, "which": ["gs-nord"]},
        {"wave": 2, "schools": 1, "devices": 0, "which": ["rs-west"]},
    ]


def test_waves_of_dortmund_begin_with_the_school_of_the_greatest_need():
    words = ("list", "waves", "-i", "inventories/dortmund", "-p", "playbooks/rollout.yml")
    schools = json.loads(
        pedell_says(
            "list", "schools", "-i", "inventories/dortmund", "--output", "json", cwd=HOME
        ).out
    )["rows"]
    neediest = max(schools, key=lambda school: school["priority"])["id"]
    found = json.loads(pedell_says(*words, "--output", "json", cwd=HOME).out)["rows"]
    assert [row["schools"] for row in found] == [1, 8, 145]
    assert found[0]["which"] == [neediest]
    text = pedell_says(*words, cwd=HOME).out
    assert "and 141 more" in text


def test_kinds_need_no_inventory(tmp_path):
    answer = pedell_says("list", "kinds", "--output", "json", cwd=tmp_path)
    found = {row["kind"]: row["providers"] for row in json.loads(answer.out)["rows"]}
    assert found.keys() == {path.stem for path in (HOME / "schemas/kinds").glob("*.json")}
    assert found["wifi"] == ["memory", "nanohub"]
    assert found["service"] == ["debian", "memory"]


def test_no_runs_is_an_answer_that_leaves_nothing_behind(folder):
    answer = listed(folder, "runs")
    assert (answer.code, answer.out, answer.err) == (0, "No runs.\n", "")
    assert not (folder / ".pedell").exists()


def _step() -> Step:
    at = Address("gs-nord", "pupil", "app", "anton")
    wanted = Resource(at, "tablets", {"title": "ANTON"}, frozenset(), (), (), Source("x", 1, 1))
    nobody: frozenset[str] = frozenset()
    change = Change(
        at, "tablets", Action.CREATE, None, wanted, None, (), nobody, nobody, Effect.VISIBLE
    )
    return Step(1, change, ())


def test_runs_are_those_of_the_journal_the_newest_first(folder):
    with open_store(folder / ".pedell/sandbox") as store:
        first = store.begin("Easter", 2)
        store.intend(first, [_step()])
        store.conclude(first, [(_step(), Outcome(1, Status.DONE))])
        store.finish(first, "partial")
        second = store.begin("Summer", 1)
    newest, oldest = rows(folder, "runs")
    assert (newest["run"], newest["rollout"], newest["end"]) == (second, "Summer", "not ended")
    assert newest["ended"] is None
    assert (oldest["steps"], oldest["done"], oldest["end"]) == (2, 1, "partial")
    assert oldest["began"] <= oldest["ended"] <= newest["began"]
    assert oldest["began"][-6:] in ("+01:00", "+02:00")  # Berlin's time, whatever the machine's


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("waves",), "pedell list waves -p PLAYBOOK"),
        (("locks", "-l", "gs-nord"), "do not belong to schools"),
        (("apps", "-p", "playbooks/rollout.yml"), "is for: pedell list waves"),
        (("schulen",), "schools"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(folder, words, meant):
    answer = listed(folder, *words)
    assert (answer.code, answer.out) == (64, "")
    assert meant in answer.err


def test_jsonl_has_a_line_for_each_row(folder):
    lines = listed(folder, "schools", "--output", "jsonl").out.splitlines()
    head, *entries = map(json.loads, lines)
    assert (head["type"], head["name"]) == ("list", "schools")
    assert [entry["row"]["id"] for entry in entries] == ["gs-nord", "rs-west"]
