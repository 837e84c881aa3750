"""Two cohorts of different systems through the real command line, on the sandbox."""

import pytest

from tests.commands.typed import saying
from tests.inventory_builder import write

# An invented inventory: no real school, person or device.
FILES = {
    "authority.yml": """\
authority: musterstadt
name: Musterstadt (erfunden)
types: {grundschule: Grundschule}
targets: {tablets: {provider: nanohub, platform: ipados}}
defaults:
  restrictions: {pupil: jugendschutz, teacher: {siri: false, airdrop: true}}
  presets: {update_deferral: 30}
""",
    "catalogue.yml": "restrictions: {jugendschutz: {airdrop: false, siri: false}}\n",
    "schools/gs-nord.yml": """\
school: gs-nord
name: Grundschule Nord (erfunden)
type: grundschule
cohorts: {pupil: {os: "18.3"}, teacher: {os: "26.4"}}
""",
    "devices/gs-nord.csv": """\
serial;mac;asset;model;cohort
DXXX00000001;02:d0:00:00:00:01;MU-0001;iPad;pupil
DXXX00000002;02:d0:00:00:00:02;MU-0002;iPad;teacher
""",
    "gate.yml": "- {name: Gate, schools: all, gate: {verified: 90%, timeout: 5s}}\n",
}


@pytest.fixture(name="says")
def _says(tmp_path):
    with saying(tmp_path, FILES) as found:
        yield found


def test_what_a_cohort_is_decides_and_is_told(says):
    assert 'os: "18.3" # cohort' in says("show", "gs-nord")
    assert "Reaches: 1 teacher tablet in a declaration." in says(
        "explain", "gs-nord", "restrictions.teacher.siri"
    )
    assert "Reaches: 1 pupil tablet." in says("explain", "gs-nord", "restrictions.pupil.siri")


def test_rights_that_all_moved_leave_no_profile_behind(says, tmp_path):
    def write_it(os, siri="false"):
        text = FILES["schools/gs-nord.yml"].replace("18.3", os)
        rights = f"restrictions: {{jugendschutz: {{siri: {siri}}}}}\n"
        write(tmp_path, {"schools/gs-nord.yml": text, "catalogue.yml": rights})

    write_it("26.4")
    says("sandbox", "start")
    write_it("18.3")
    assert "changes done" in says("apply", "--yes")
    write_it("26.4", siri="true")
    plan = says("plan")
    assert "- restrictions remove from pupils gs-nord · 1 tablet · visible" in plan
    assert "moved: configuration siri says it now, so this goes when tablets hold that" in plan
    assert "--prune" not in plan
    assert "Applied: 2 of 2 changes" in says("apply", "--yes")
    assert "nothing to do" in says("plan")
    assert "no longer declared" not in says("plan", "--diff")


def test_from_the_first_plan_to_a_newer_system(says, tmp_path):
    says("sandbox", "start")
    plan = says("plan", "--diff")
    assert (
        "+ configuration siri for teachers gs-nord · 1 tablet · visible as a declaration:" in plan
    )
    assert "since iPadOS 26.4 Apple calls that outdated in profiles siri false" in plan
    assert "7 of 7 changes done" in says("apply", "--yes")
    assert "nothing to do" in says("plan")

    # the files say that the pupils' tablets are newer than they are
    text = FILES["schools/gs-nord.yml"].replace("18.3", "26.4")
    write(tmp_path, {"schools/gs-nord.yml": text})
    assert "siri false → not set" in says("plan", "--diff")
    applied = says("apply", "--yes", "--playbook", "gate.yml")
    assert "gate 90% ✗ (0% verified of those seen)" in applied
    assert "Applied: 1 of 2 changes" in applied
    assert "siri for pupils: again for 1 tablet without it" in says("plan")
