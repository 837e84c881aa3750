"""``pedell diff`` through the real command line, in real git repositories."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from pedell.model import Desired
from tests.commands.repositories import commit, git
from tests.commands.typed import Answer, pedell_says
from tests.inventory_builder import read, write

AUTHORITY = """\
authority: musterstadt
name: Stadt Musterstadt
playbooks: ../playbooks
types: {grundschule: Grundschule, realschule: Realschule}
targets:
  tablets: {provider: memory, platform: ipados}
  server: {provider: memory, per: school}
defaults:
  wifi: [schulnetz]
  restrictions: {pupil: jugendschutz, teacher: offen}
  presets: {lock_screen: Stadt}
  roles: [welcome]
"""
CATALOGUE = """\
wifi:
  schulnetz: {ssid: Schulnetz, security: wpa2-personal, password: !secret "${school.id}-wlan"}
restrictions:
  jugendschutz: {airdrop: false, camera: true}
  offen: {airdrop: true}
apps:
  anton: {title: ANTON, app_store: 1180554775, approved: "2021-01-15"}
  geogebra: {title: GeoGebra, app_store: 1117998129, approved: "2021-01-15"}
"""
ROLE = """\
role: welcome
resources:
  - template: motd
    path: /etc/motd
    source: motd.j2
"""
MOTD = "Welcome to {{ school.name }}\\n"
SCHOOL = """\
school: {name}
name: Schule {name}
type: {type}
groups: [{group}]
municipality: {town}
cohorts:
  pupil: {{ownership: loan}}
  teacher: {{}}
  aide: {{}}
"""
LAND = """\
owner: land
name: Das Land
decides_for: [aide]
accepts: [wifi]
apps: [anton]
schools:
  gs-02: {apps: {remove: [anton]}}
"""
AIDED = 3
"""In so many schools there are aides."""

NAMES = [f"gs-{n:02}" for n in range(1, 8)] + [f"rs-{n:02}" for n in range(8, 13)]


def files() -> Mapping[str, str]:
    """Twelve schools of two types, three groups, two towns, some aides of the state; playbooks."""
    found = {
        "in/authority.yml": AUTHORITY,
        "in/catalogue.yml": CATALOGUE,
        "in/groups/grundschule.yml": "type: grundschule\napps: [anton]\n",
        "in/owners/land.yml": LAND,
        "in/municipalities/neustadt.yml": "municipality: neustadt\nname: N\napps: [geogebra]\n",
        "in/municipalities/altstadt.yml": "municipality: altstadt\nname: A\n",
        "playbooks/roles/welcome/role.yml": ROLE,
        "playbooks/roles/welcome/templates/motd.j2": MOTD,
    }
    for number, group in enumerate(("nord", "sued", "west")):
        found[f"in/groups/{group}.yml"] = (
            f"group: {group}\nwifi: {{schulnetz: {{ssid: Netz {number}}}}}\n"
        )
    for number, name in enumerate(NAMES, 1):
        kind = "grundschule" if name.startswith("gs") else "realschule"
        group = ("nord", "sued", "west")[number % 3]
        town = "neustadt" if number % 2 else "altstadt"
        own = SCHOOL.format(name=name, type=kind, group=group, town=town)
        found[f"in/schools/{name}.yml"] = own
        if number <= AIDED:
            aide = f"DXXL{number:08};02:d1:00:00:00:{number:02x};;iPad;aide\n"
            found[f"in/devices/land/{name}.csv"] = f"serial;mac;asset;model;cohort\n{aide}"
        rows = "".join(
            f"DXXX{number:04}{device:04};02:d0:00:00:{number:02x}:{device:02x};;iPad;"
            f"{'teacher' if device == 1 else 'pupil'}\n"
            for device in range(1, number + 2)
        )
        found[f"in/devices/{name}.csv"] = f"serial;mac;asset;model;cohort\n{rows}"
    return found


@pytest.fixture(name="home")
def _home(tmp_path: Path) -> Path:
    write(tmp_path, files())
    commit(tmp_path)
    return tmp_path


def replaced(home: Path, file: str, before: str, after: str) -> None:
    path = home / file
    text = path.read_text()
    assert text.count(before) == 1
    path.write_text(text.replace(before, after))


def diff(home: Path, *words: str) -> Answer:
    return pedell_says("diff", *words, "-i", "in", cwd=home)


def told(home: Path, *words: str) -> dict[str, int]:
    """Return how many devices are told of each school."""
    answer = diff(home, *words, "--output", "json")
    assert (answer.code, answer.err) == (0, "")
    record = json.loads(answer.out)
    found = {each["school"]: each["devices"] for each in record["by_school"]}
    assert found.keys() == {change["school"] for change in record["changes"]}
    return found


def moved(old: Desired, new: Desired) -> dict[str, int]:
    """Compare all compiled resources one by one, the plainest way."""
    found: dict[str, set[str]] = {}
    for at in {*old, *new}:
        before, after = old.get(at), new.get(at)
        if before and after and (before.spec, before.devices) == (after.spec, after.devices):
            continue
        if not before or not after or before.spec != after.spec:
            devices = (after or before).devices  # type: ignore[union-attr]  # one is there
        else:
            # What a device leaves behind belongs to its membership alone.
            devices = after.devices - before.devices
            if at.kind == "membership":
                devices |= before.devices - after.devices
            if not devices:
                continue
        found.setdefault(at.school, set()).update(devices)
    return {school: len(serials) for school, serials in found.items()}


LINES = {
    "catalogue": ("in/catalogue.yml", "camera: true", "camera: false"),
    "catalogue, an app": ("in/catalogue.yml", "1180554775", "1180554776"),
    "authority": ("in/authority.yml", "lock_screen: Stadt", "lock_screen: Musterstadt"),
    "authority, a role less": ("in/authority.yml", "  roles: [welcome]\n", ""),
    "type": ("in/groups/grundschule.yml", "[anton]", "[anton, geogebra]"),
    "type, an app less": ("in/groups/grundschule.yml", "apps: [anton]\n", ""),
    "municipality": ("in/municipalities/neustadt.yml", "[geogebra]", "[]"),
    "municipality, a lock": (
        "in/municipalities/altstadt.yml",
        "name: A\n",
        "name: A\nlocks: [{at: restrictions.pupil.camera, value: false, reason: R, owner: O}]\n",
    ),
    "a school changes its town": ("in/schools/gs-03.yml", "neustadt", "altstadt"),
    "owner": ("in/owners/land.yml", "apps: [anton]", "apps: [geogebra]"),
    "owner, one school": ("in/owners/land.yml", "gs-02", "gs-03"),
    "owner, what it accepts": ("in/owners/land.yml", "[wifi]", "[wifi, apps]"),
    "group": ("in/groups/sued.yml", "Netz 1", "Netz 9"),
    "school": ("in/schools/gs-03.yml", "name: Schule gs-03", "name: Dritte Schule"),
    "cohort": ("in/schools/rs-08.yml", "teacher: {}", "teacher: {apps: [geogebra]}"),
    "role": ("playbooks/roles/welcome/templates/motd.j2", "Welcome to", "Greetings from"),
    "a device moves": ("in/devices/gs-05.csv", "05:02;;iPad;pupil", "05:02;;iPad;teacher"),
    "a device less": ("in/devices/gs-05.csv", "DXXX00050003;02:d0:00:00:05:03;;iPad;pupil\n", ""),
    "a remark": ("in/authority.yml", "name: Stadt Musterstadt", "name: Stadt Musterstadt  # x"),
}


@pytest.mark.parametrize("layer", LINES)
def test_one_line_in_a_layer_tells_what_brute_force_finds(home, layer):
    before = read(home / "in").desired
    replaced(home, *LINES[layer])
    expected = moved(before, read(home / "in").desired)
    assert bool(expected) == (layer != "a remark")
    assert told(home, "HEAD") == expected
    commit(home)
    assert told(home, "HEAD~1..HEAD") == expected


def test_a_person_reads_groups_and_both_revisions(home):
    replaced(home, *LINES["group"])
    commit(home)
    answer = diff(home, "HEAD~1..HEAD")
    lines = [" ".join(line.split()) for line in answer.out.splitlines()]
    old, new = (git(home, "rev-parse", rev)[:7] for rev in ("HEAD~1", "HEAD"))
    assert lines[0] == (
        f"Stadt Musterstadt · 12 schools · 93 tablets · HEAD~1 ({old}) → HEAD ({new})"
    )
    assert any("schulnetz" in line and "ssid Netz 1 → Netz 9" in line for line in lines)
    assert any("in/groups/sued.yml:2" in line for line in lines)
    assert "unchanged 8 schools" in lines
    assert lines[-1].startswith("Difference: ")
    assert "would change in 4 schools" in lines[-1]


def test_no_target_is_asked_no_secret_is_needed_and_nothing_is_left_behind(home):
    replaced(home, *LINES["catalogue"])
    before = git(home, "status", "--porcelain")
    assert diff(home, "HEAD").code == 0
    assert git(home, "status", "--porcelain") == before
    assert not (home / "in/.pedell").exists()


def test_what_is_declared_no_more_is_taken_away(home):
    replaced(home, *LINES["type, an app less"])
    answer = diff(home, "HEAD")
    assert "- app" in answer.out
    assert "remove anton" in answer.out


def test_a_school_that_closes_is_told(home):
    (home / "in/schools/gs-01.yml").unlink()
    (home / "in/devices/gs-01.csv").unlink()
    (home / "in/devices/land/gs-01.csv").unlink()
    assert set(told(home, "HEAD")) == {"gs-01"}


def test_three_dots_begin_at_the_last_common_commit(home):
    git(home, "checkout", "--quiet", "-b", "request")
    replaced(home, *LINES["cohort"])
    commit(home)
    git(home, "checkout", "--quiet", "main")
    replaced(home, *LINES["group"])
    commit(home)
    assert set(told(home, "main...request")) == {"rs-08"}
    assert len(told(home, "main..request")) == 5


def test_a_script_can_ask_whether_anything_differs(home):
    assert diff(home, "HEAD", "--detailed-exitcode").code == 0
    replaced(home, *LINES["school"])
    assert diff(home, "HEAD", "--detailed-exitcode").code == 2
    assert diff(home, "HEAD").code == 0


def test_equal_sides_say_so(home):
    answer = diff(home, "HEAD")
    assert "want the same of every school. Nothing has been changed." in answer.out


@pytest.mark.parametrize("is_old", [True, False])
def test_a_broken_revision_is_named(home, is_old):
    replaced(home, "in/schools/gs-03.yml", "type: grundschule", "type: grundschul")
    commit(home, "broken")
    git(home, "revert", "--no-edit", "HEAD")
    answer = diff(home, "HEAD~1..HEAD" if is_old else "HEAD~2..HEAD~1")
    assert (answer.code, answer.out) == (5, "")
    assert "In HEAD~1 (" in answer.err
    assert "in/schools/gs-03.yml" in answer.err
    assert "grundschul\n" in answer.err, "the line of the revision is shown"


def test_a_broken_working_tree_is_named(home):
    (home / "in/schools/gs-03.yml").write_text("school: [")
    answer = diff(home, "HEAD")
    assert answer.code == 5
    assert "In the working tree:" in answer.err


@pytest.mark.parametrize("typed", ["nonsense", "HEAD..nonsense", "--output=/tmp/x..HEAD"])
def test_a_revision_that_git_does_not_know_is_a_mistake_of_the_caller(home, typed):
    answer = pedell_says("diff", "-i", "in", "--", typed, cwd=home)
    assert (answer.code, answer.out) == (64, "")
    assert "git knows no revision" in answer.err


def test_outside_of_a_repository_there_are_no_revisions(tmp_path):
    write(tmp_path, files())
    answer = diff(tmp_path, "HEAD")
    assert answer.code == 64
    assert "in no git repository" in answer.err


def test_attributes_cannot_hide_a_file_from_review(home):
    (home / ".gitattributes").write_text("in/schools/gs-03.yml export-ignore\n")
    replaced(home, *LINES["school"])
    commit(home)
    assert set(told(home, "HEAD~1..HEAD")) == {"gs-03"}


def test_a_link_that_leads_out_is_refused(home, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "secret.yml"
    outside.write_text("group: ost\n")
    (home / "in/groups/ost.yml").symlink_to(outside)
    commit(home)
    answer = diff(home, "HEAD~1..HEAD")
    assert answer.code == 5
    assert "E0106" in answer.err


def test_it_works_from_anywhere(home):
    replaced(home, *LINES["school"])
    commit(home)
    inside = pedell_says("diff", "HEAD~1..HEAD", cwd=home / "in")
    outside = pedell_says("diff", "HEAD~1..HEAD", "-i", home / "in", cwd=Path("/"))
    assert (inside.code, outside.code) == (0, 0)
    assert "Dritte Schule" in inside.out
    assert inside.out.splitlines()[-1] == outside.out.splitlines()[-1]
