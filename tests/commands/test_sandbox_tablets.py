"""The sandbox's tablets are what the files say, and as slow or as silent as one asks for."""

import json

import pytest

from pedell.sandbox import control
from pedell.sandbox.world import find_sandbox
from tests.commands.typed import saying

# An invented inventory: no real school, person or device.
FILES = {
    "authority.yml": """\
authority: musterstadt
name: Musterstadt (erfunden)
types: {grundschule: Grundschule}
targets: {tablets: {provider: nanohub, platform: ipados}}
""",
    "catalogue.yml": 'apps: {anton: {title: ANTON, app_store: 7, approved: "2021-01-15"}}\n',
    "schools/gs-nord.yml": """\
school: gs-nord
name: Grundschule Nord (erfunden)
type: grundschule
cohorts:
  pupil: {shared: true, os: "26.4", restrictions: {pupil: {siri: false}}}
  teacher: {supervised: false}
apps: [anton]
""",
    "devices/gs-nord.csv": """\
serial;mac;asset;model;cohort
DXXX00000001;02:d0:00:00:00:01;MU-0001;iPad;pupil
DXXX00000002;02:d0:00:00:00:02;MU-0002;iPad;teacher
""",
}
PUPIL, TEACHER = "DXXX00000001", "DXXX00000002"


@pytest.fixture(name="says")
def _says(tmp_path):
    with saying(tmp_path, FILES) as found:
        yield found


def test_a_shared_ipad_and_its_users_are_played(says, tmp_path):
    says("sandbox", "start")
    found = find_sandbox(tmp_path / ".pedell/sandbox")
    control.ask(found, "POST", f"/sandbox/tablets/{PUPIL}/signin/anna")
    with pytest.raises(OSError, match="409"):
        control.ask(found, "POST", f"/sandbox/tablets/{TEACHER}/signin/anna")
    assert "verified 5 of 5 settings" in says("apply", "--yes")
    assert "nothing to do" in says("plan")
    seen = json.loads(says("sandbox", "status", "--output", "json"))["seen"]
    assert (seen["tablets"], seen["enrolled"], seen["users"]) == (2, 2, 1)
    user = control.tablet(found, f"{control.tablet(found, PUPIL)['enrolment']}:anna")
    assert (user["profiles"], user["declarations"], user["queue"]) == ([], [], 0)


def test_apps_may_take_their_time(says, tmp_path):
    says("sandbox", "start", "--install", "1000")
    says("apply", "--yes")
    found = find_sandbox(tmp_path / ".pedell/sandbox")
    assert control.tablet(found, PUPIL)["apps"] == {"7": "Installing"}


def test_tablets_may_be_offline_at_night(says, tmp_path):
    says("sandbox", "start", "--offline", "16", "7")
    started = json.loads((tmp_path / ".pedell/sandbox/mdm.json").read_text())
    assert started["behaviour"]["offline"] == [16, 7]


@pytest.mark.parametrize(
    "words", [("--install", "-1"), ("--offline", "7"), ("--offline", "7", "24")]
)
def test_what_makes_no_sense_is_told(says, words):
    assert "Error" in says("sandbox", "start", *words)
