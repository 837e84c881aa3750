"""Who is behind, and asking them: typed as a person types it, on the sandbox."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pedell.sandbox import control
from pedell.sandbox.world import find_sandbox
from tests.commands.typed import SOURCE, pedell_says
from tests.inventory_builder import build

AUTHORITY = """\
authority: musterstadt
name: Stadt Musterstadt
types: {grundschule: Grundschule}
targets:
  tablets: {provider: nanohub, platform: ipados}
defaults:
  wifi: [schulnetz]
  apps: [anton]
  restrictions: {pupil: jugendschutz, teacher: offen}
"""
FIRST, SECOND, THIRD = (f"DXXX0000000{number}" for number in (1, 2, 3))


class Place:
    """An inventory of one school with three tablets, and its sandbox."""

    def __init__(self, root: Path, authority: str = AUTHORITY) -> None:
        self.root = build(root, {"authority.yml": authority})

    def says(self, *words: object, **more):
        return pedell_says(*words, "-i", self.root, cwd=self.root, **more)

    def act(self, serial: str, word: str) -> None:
        control.ask(self.sandbox, "POST", f"/sandbox/tablets/{serial}/{word}")

    @property
    def sandbox(self):
        found = find_sandbox(self.root / ".pedell/sandbox")
        assert found is not None
        return found

    def sent(self) -> int:
        return control.summary(self.sandbox)["commands"]["accepted"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("status"))
    assert place.says("sandbox", "start").code == 0
    yield place
    place.says("sandbox", "stop")


@pytest.fixture(scope="module")
def applied(place):
    before = place.says("status")
    assert (before.code, "Nothing was left on any tablet here yet." in before.out) == (0, True)
    assert place.says("apply", "--yes", "--wait", "20").code == 0
    return place


@pytest.fixture
def asleep(applied):
    """One tablet sleeps through a change and one is locked."""
    applied.act(FIRST, "sleep")
    applied.act(SECOND, "lock")
    text = (applied.root / "catalogue.yml").read_text("utf-8")
    flipped = {"camera: true": "camera: false", "camera: false": "camera: true"}
    old = next(word for word in flipped if word in text)
    (applied.root / "catalogue.yml").write_text(text.replace(old, flipped[old]), "utf-8")
    assert applied.says("apply", "--yes", "--wait", "1").code == 0
    yield applied
    applied.act(FIRST, "wake")
    applied.act(SECOND, "unlock")


def test_where_all_is_well_it_says_so_and_leaves_with_0(applied):
    answer = applied.says("sync", "--wait", "20")
    assert answer.code == 0
    assert "Asked 3 tablets: 3 answered." in answer.out
    assert "verified         3" in answer.out
    assert "push certificate is good until" in answer.out


def test_who_sleeps_and_who_is_locked_is_told_and_nobody_is_woken(asleep):
    before = asleep.sent()
    answer = asleep.says("status")
    assert answer.code == 0
    lines = {line.split()[0]: line.split() for line in answer.out.splitlines() if "DXXX" in line}
    assert {serial: words[3] for serial, words in lines.items()} == {
        FIRST: "asleep",
        SECOND: "queued",
    }
    assert asleep.sent() == before


def test_a_machine_is_told_every_device_with_its_times(asleep):
    told = json.loads(asleep.says("status", "--output", "json").out)
    assert (told["format"], told["type"]) == (1, "status")
    assert {device["serial"] for device in told["behind"]} == {FIRST, SECOND}
    assert told["summary"]["devices"] == 3
    assert all(device["since"] and device["heard"] for device in told["behind"])
    assert {at for d in told["behind"] for at in d["missing"]} == {
        "gs-nord/pupil/restrictions/pupil"
    }


def test_sync_waits_no_longer_than_it_may_and_tablets_that_sleep_are_no_failure(asleep):
    answer = asleep.says("sync", "--wait", "2", "--school", "gs-nord")
    assert answer.code == 0
    assert "2 answered, 1 sleep." in answer.out
    assert "Asking the tablets begins" in answer.err
    told = json.loads(asleep.says("sync", "--wait", "1", "--output", "json").out)
    assert told["answered"]["asleep"] == 1


def test_sync_leaves_with_2_where_a_tablet_lacks_what_was_applied(applied, monkeypatch):
    monkeypatch.delenv("CI", raising=False)  # a CI job is given no hints
    applied.act(THIRD, "reenrol")
    answer = applied.says("sync", "--wait", "20")
    assert answer.code == 2
    assert "unsent" in answer.out
    assert f"Send it again: pedell apply -i {applied.root}" in " ".join(answer.out.split())
    assert applied.says("apply", "--yes", "--wait", "20").code == 0
    assert applied.says("sync", "--wait", "20").code == 0


def test_a_profile_removed_by_hand_is_seen_after_asking(applied):
    applied.says("sandbox", "break", THIRD, "--profile", "wifi")
    assert json.loads(applied.says("status", "--output", "json").out)["summary"]["unsent"] == 0
    assert applied.says("sync", "--wait", "20").code == 2
    assert "wifi schulnetz" in applied.says("status").out
    assert applied.says("apply", "--yes", "--wait", "20").code == 0


def test_a_plan_tells_that_no_tablet_can_be_woken(applied):
    control.ask(applied.sandbox, "POST", "/sandbox/quirks", {"push-fails": 1})
    try:
        planned = applied.says("plan")
        asked = applied.says("sync", "--wait", "0")
    finally:
        control.ask(applied.sandbox, "POST", "/sandbox/quirks", {"push-fails": 0})
    assert "The MDM has no push certificate for its tablets" in planned.out
    assert "3 could not be woken" in asked.out


def test_what_does_not_go_together_or_is_unknown_is_refused(applied):
    both = applied.says("status", "--school", "gs-nord", "--limit", "all")
    assert (both.code, "give one of them" in both.err) == (64, True)
    unknown = applied.says("status", "--school", "gs-nrd")
    assert (unknown.code, 'Did you mean "gs-nord"?' in unknown.err) == (64, True)


def test_without_a_sandbox_it_says_how_to_start_one(tmp_path):
    answer = Place(tmp_path).says("status")
    assert answer.code == 4
    assert "pedell sandbox start" in answer.err


@pytest.fixture(name="profiles")
def _profiles(tmp_path):
    """A place where tablets get profiles alone: of those its MDM need not be asked."""
    found = Place(tmp_path, AUTHORITY.replace("  apps: [anton]\n", ""))
    assert found.says("sandbox", "start").code == 0
    assert found.says("apply", "--yes", "--wait", "20").code == 0
    yield found
    found.says("sandbox", "stop")


def test_an_mdm_that_is_gone_is_told_beside_what_is_known(profiles):
    control.ask(
        profiles.sandbox,
        "POST",
        "/sandbox/faults",
        {"prefix": "/api/", "count": 1000, "status": 302, "body": "elsewhere"},
    )
    for words in (["status"], ["sync", "--wait", "5"]):
        answer = profiles.says(*words)
        assert answer.code == 4, answer
        assert "no answer from tablets: 127.0.0.1 sends us elsewhere" in answer.out
        assert "verified         3" in answer.out
        assert "\n\n\n" not in answer.out
    assert "Asked no tablet." in answer.out
    drift = profiles.says("drift", "--patience", "5")
    assert (drift.code, "no answer from tablets" in drift.out) == (4, True)
    told = json.loads(profiles.says("sync", "--wait", "1", "--output", "json").out)
    assert [each["target"] for each in told["unreachable"]] == ["tablets"]
    assert told["summary"]["verified"] == 3


def test_ctrl_c_ends_the_wait_for_answers_and_nothing_is_lost(applied):
    applied.act(FIRST, "sleep")
    command = [sys.executable, "-m", "pedell", "sync", "--wait", "60", "-i", applied.root]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "PEDELL_LANG": "en"}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert "Asking the tablets begins" in process.stderr.readline()
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=10)
    assert process.returncode == 130
    assert "Nothing is lost" in said
    applied.act(FIRST, "wake")
    assert applied.says("sync", "--wait", "20").code == 0
