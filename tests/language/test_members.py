"""Who decides beside the authority: municipalities, owners, and the base of a school."""

from pathlib import Path

from tests.inventory_builder import (
    AUTHORITY,
    build,
    compiled,
    inventory,
    problem,
    problems,
    resolve,
    school,
    value,
)

TOWN = """\
municipality: neustadt
name: Neustadt (erfunden)
apps: [geogebra]
restrictions: {pupil: {camera: true}}
locks:
  - {at: restrictions.pupil.siri, value: false, reason: Ratsbeschluss, owner: amt@example.org}
"""
LAND = """\
owner: land
name: Land (erfunden)
decides_for: [teacher]
accepts: [wifi]
apps: [anton]
restrictions: {teacher: {airdrop: true}}
"""
OWN_LIST = """\
serial;mac;asset;model;cohort
DXXX00000003;02:d0:00:00:00:03;MU-0003;iPad;teacher
"""
PUPILS_LIST = """\
serial;mac;asset;model;cohort
DXXX00000001;02:d0:00:00:00:01;MU-0001;iPad;pupil
"""
OWNED = {
    "owners/land.yml": LAND,
    "devices/gs-nord.csv": PUPILS_LIST,
    "devices/land/gs-nord.csv": OWN_LIST,
}


def test_a_municipality_speaks_for_its_schools_only(tmp_path: Path):
    files = {
        "municipalities/neustadt.yml": TOWN,
        "schools/gs-nord.yml": school("municipality: neustadt\n"),
        "schools/gs-sued.yml": school(name="gs-sued"),
    }
    build(tmp_path, files)
    found = resolve(tmp_path)
    assert found["gs-nord", "pupil"].settings["restrictions", "pupil", "camera"].value is True
    assert ("apps", "geogebra", "present") in found["gs-nord", ""].settings
    assert not found["gs-sued", ""].settings


def test_a_municipality_stands_above_the_type_and_below_the_group(tmp_path: Path):
    files = {
        "groups/grundschule.yml": "type: grundschule\nvariables: {a: type, b: type, c: type}\n",
        "municipalities/neustadt.yml": "municipality: neustadt\nname: N\nvariables: {b: m, c: m}\n",
        "groups/pilot.yml": "group: pilot\nvariables: {c: group}\n",
        "schools/gs-nord.yml": school("municipality: neustadt\ngroups: [pilot]\n"),
    }
    build(tmp_path, files)
    assert [value(tmp_path, f"variables.{name}") for name in "abc"] == ["type", "m", "group"]


def test_a_lock_of_a_municipality_binds_its_own_schools(tmp_path: Path):
    says = "restrictions: {pupil: {siri: true}}\n"
    files = {
        "municipalities/neustadt.yml": TOWN,
        "schools/gs-nord.yml": school(f"municipality: neustadt\n{says}"),
        "schools/gs-sued.yml": school(says, name="gs-sued"),
    }
    code, place, detail = problem(build(tmp_path, files))
    assert (code, place) == ("E0107", "schools/gs-nord.yml:6:30")
    assert detail.startswith('The municipality "neustadt" locks restrictions.pupil.siri to false')
    assert "municipalities/neustadt.yml:6:42" in detail
    assert detail.endswith("Reason: Ratsbeschluss. Ask: amt@example.org")


def test_what_the_authority_locks_no_municipality_locks_again(tmp_path: Path):
    lock = "{at: restrictions.pupil.siri, value: true, reason: r, owner: o@example.org}"
    files = {
        "authority.yml": f"{AUTHORITY}locks: [{lock}]\n",
        "municipalities/neustadt.yml": TOWN,
    }
    code, place, _ = problem(build(tmp_path, files))
    assert (code, place) == ("E0201", "municipalities/neustadt.yml:6:42")


def test_an_unknown_municipality_is_told_with_the_one_that_was_meant(tmp_path: Path):
    files = {
        "municipalities/neustadt.yml": TOWN,
        "schools/gs-nord.yml": school("municipality: neustatt\n"),
    }
    code, place, detail = problem(build(tmp_path, files))
    assert (code, place) == ("E0213", "schools/gs-nord.yml:5:15")
    assert 'Did you mean "neustadt"?' in detail


def test_only_the_owner_and_the_authority_speak_for_its_cohorts(tmp_path: Path):
    says = "apps: [geogebra]\nwifi: [schulnetz]\nmunicipality: neustadt\n"
    files = {
        **OWNED,
        "authority.yml": f"{AUTHORITY}defaults: {{presets: {{lock_screen: Unser}}}}\n",
        "municipalities/neustadt.yml": TOWN,
        "schools/gs-nord.yml": school(says),
    }
    found = compiled(build(tmp_path, files))
    teachers = {name.split("/", 2)[2] for name in found if "/teacher/" in name}
    assert teachers == {
        "membership/devices",
        "app/anton",
        "wifi/schulnetz",
        "restrictions/teacher",
        "presets/presets",
    }
    assert "gs-nord/pupil/app/geogebra" in found


def test_an_owner_may_say_something_for_one_school(tmp_path: Path):
    own = "schools:\n  gs-nord: {apps: {remove: [anton], add: [geogebra]}}\n"
    found = compiled(build(tmp_path, {**OWNED, "owners/land.yml": LAND + own}))
    assert "gs-nord/teacher/app/geogebra" in found
    assert "gs-nord/teacher/app/anton" not in found


def test_nobody_else_speaks_for_the_cohorts_of_an_owner(tmp_path: Path):
    says = "restrictions: {teacher: {camera: false}}\n"
    text = f"school: gs-nord\nname: N\ntype: grundschule\nmunicipality: neustadt\n{says}"
    cohorts = "cohorts:\n  pupil: {}\n  teacher: {apps: [geogebra], wifi: [schulnetz]}\n"
    town = f"{TOWN}cohorts: {{teacher: {{apps: [geogebra]}}}}\n"
    files = {
        **OWNED,
        "municipalities/neustadt.yml": town,
        "schools/gs-nord.yml": text + cohorts,
    }
    found = problems(build(tmp_path, files))
    places = [str(each.source).removeprefix(f"{tmp_path}/") for each in found]
    assert {each.code for each in found} == {"E0203"}
    assert sorted(places) == [
        "municipalities/neustadt.yml:7:28",
        "schools/gs-nord.yml:5:34",
        "schools/gs-nord.yml:8:20",
    ]


def test_an_owner_speaks_of_its_own_roles_only(tmp_path: Path):
    wrong = LAND.replace("{teacher: {air", "{pupil: {air")
    code, place, _ = problem(build(tmp_path, {**OWNED, "owners/land.yml": wrong}))
    assert (code, place) == ("E0203", "owners/land.yml:6:33")


def test_two_owners_of_one_role_are_told(tmp_path: Path):
    other = "owner: bund\nname: B\ndecides_for: [teacher]\n"
    code, _, detail = problem(build(tmp_path, {**OWNED, "owners/bund.yml": other}))
    assert code == "E0201"
    assert 'those of "bund"' in detail


def test_devices_of_an_owner_stand_in_its_own_lists(tmp_path: Path):
    code, place, detail = problem(build(tmp_path, {"owners/land.yml": LAND}))
    assert (code, place) == ("E0203", "devices/gs-nord.csv:4:1")
    assert "devices/land/gs-nord.csv" in detail


def test_a_list_in_the_folder_of_an_owner_that_there_is_not(tmp_path: Path):
    files = {"owners/land.yml": LAND, "devices/gs-nord.csv": PUPILS_LIST}
    code, place, detail = problem(build(tmp_path, {**files, "devices/lant/gs-nord.csv": OWN_LIST}))
    assert (code, place) == ("E0210", "devices/lant/gs-nord.csv:1:1")
    assert 'owners/lant.yml. Did you mean "land"?' in detail


def test_a_mixed_school_says_the_platform_of_each_cohort(tmp_path: Path):
    files = {"schools/gs-nord.yml": school("base: mixed\n")}
    found = problems(build(tmp_path, files))
    assert [(each.code, each.detail.split()[0]) for each in found] == [
        ("E0204", '"pupil"'),
        ("E0204", '"teacher"'),
    ]


def test_a_cohort_may_have_another_platform_than_most(tmp_path: Path):
    outside = "  notebooks: {provider: outside, platform: windows}\n"
    text = (
        "school: gs-nord\nname: N\ntype: grundschule\nbase: windows\n"
        "cohorts: {pupil: {platform: ipados}, teacher: {}}\n"
    )
    lists = PUPILS_LIST
    files = {"schools/gs-nord.yml": text, "devices/gs-nord.csv": lists}
    root = build(tmp_path, {**files, "authority.yml": AUTHORITY + outside})
    cohorts = inventory(root).schools["gs-nord"].cohorts
    assert [(c.platform, c.target) for c in cohorts] == [
        ("ipados", "tablets"),
        ("windows", "notebooks"),
    ]


def test_what_lies_outside_is_counted_and_wants_nothing(tmp_path: Path):
    outside = "  notebooks: {provider: outside, platform: windows}\n"
    text = "school: gs-nord\nname: N\ntype: grundschule\nbase: windows\ncohorts: {pupil: {}}\n"
    files = {
        "authority.yml": AUTHORITY + outside,
        "schools/gs-nord.yml": text,
        "devices/gs-nord.csv": PUPILS_LIST,
    }
    assert not compiled(build(tmp_path, files))


def test_only_devices_with_the_whole_service_are_set_up(tmp_path: Path):
    files = {
        "authority.yml": f"{AUTHORITY}defaults: {{service: delivered}}\n",
        "schools/gs-nord.yml": school("service: labelled\n"),
    }
    assert not compiled(build(tmp_path, files))
    files["groups/g.yml"] = "group: g\ncohorts: {teacher: {service: configured}}\n"
    build(tmp_path, {**files, "schools/gs-nord.yml": school("groups: [g]\n")})
    assert {name.split("/")[1] for name in compiled(tmp_path)} == {"teacher"}


def test_the_depth_of_service_can_be_locked(tmp_path: Path):
    lock = "{at: service, allowed: [labelled, configured], reason: r, owner: o@example.org}"
    files = {
        "authority.yml": f"{AUTHORITY}locks: [{lock}]\n",
        "schools/gs-nord.yml": school("service: delivered\n"),
    }
    code, place, _ = problem(build(tmp_path, files))
    assert (code, place) == ("E0107", "schools/gs-nord.yml:5:10")
