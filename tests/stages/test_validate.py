"""Validate: what the schemas cannot see, each with its place and the way out."""

import pytest

from tests.inventory_builder import (
    AUTHORITY,
    CATALOGUE,
    DEVICES,
    PEM,
    SCHOOL,
    build,
    inventory,
    problem,
    problems,
    role,
    school,
)


def test_an_inventory_becomes_nouns(tmp_path):
    found = inventory(build(tmp_path))
    nord = found.schools["gs-nord"]
    assert (found.authority, found.device_count, found.label) == ("musterstadt", 3, str(tmp_path))
    assert [(cohort.name, cohort.role, cohort.ownership) for cohort in nord.cohorts] == [
        ("pupil", "pupil", "loan"),
        ("teacher", "teacher", "school"),
    ]
    assert nord.cohorts[0].serials == {"DXXX00000001", "DXXX00000002"}
    assert nord.cohorts[0].target == "tablets"
    assert sorted(found.targets) == ["server/gs-nord", "tablets"]


def test_layers_stand_from_the_bottom_up(tmp_path):
    files = {
        "groups/grundschule.yml": "type: grundschule\n",
        "groups/a.yml": "group: a\n",
        "groups/b.yml": "group: b\n",
        "schools/gs-nord.yml": f"{SCHOOL}groups: [b, a]\n",
    }
    nord = inventory(build(tmp_path, files)).schools["gs-nord"]
    assert [(layer.kind, layer.name) for layer in nord.layers] == [
        ("authority", ""),
        ("type", "grundschule"),
        ("group", "b"),
        ("group", "a"),
        ("school", "gs-nord"),
    ]


def test_without_an_authority_nothing_is_read(tmp_path):
    code, _, detail = problem(build(tmp_path, {"authority.yml": None}))
    assert code == "E0108"
    assert "pedell init" in detail


@pytest.mark.parametrize(
    ("files", "code", "place", "said"),
    [
        ({"schools/x.yml": SCHOOL}, "E0115", "schools/x.yml:1:9", "gs-nord"),
        ({"groups/x.yml": "group: y\n"}, "E0115", "groups/x.yml:1:8", '"y"'),
        ({"groups/x.yml": "type: grundschule\n"}, "E0115", "groups/x.yml:1:7", "grundschule"),
        (
            {"playbooks/roles/x/role.yml": "role: y\nresources: []\n"},
            "E0115",
            "playbooks/roles/x/role.yml:1:7",
            '"y"',
        ),
        (
            {"schools/gs-nord.yml": SCHOOL.replace("grundschule", "grundschul")},
            "E0212",
            "schools/gs-nord.yml:3:7",
            'Did you mean "grundschule"?',
        ),
        (
            {
                "schools/gs-nord.yml": f"{SCHOOL}groups: [pilott]\n",
                "groups/pilot.yml": "group: pilot\n",
            },
            "E0211",
            "schools/gs-nord.yml:7:10",
            'Did you mean "pilot"?',
        ),
        (
            {"devices/gs-nrd.csv": DEVICES, "devices/gs-nord.csv": None},
            "E0210",
            "devices/gs-nrd.csv:1:1",
            'Did you mean "gs-nord"?',
        ),
        (
            {"devices/gs-nord.csv": DEVICES.replace(";teacher", ";techer")},
            "E0220",
            "devices/gs-nord.csv:4:1",
            'Did you mean "teacher"?',
        ),
        (
            {"authority.yml": f"{AUTHORITY}timezone: Europe/Dortmund\n"},
            "E0113",
            "authority.yml:7:11",
            "Europe/Dortmund",
        ),
        (
            {"schools/gs-nord.yml": SCHOOL.replace("{}", "{target: tables}")},
            "E0261",
            "schools/gs-nord.yml:6:12",
            'Did you mean "tablets"?',
        ),
        (
            {
                "authority.yml": AUTHORITY.replace(
                    "tablets: {provider: memory, platform: ipados}", ""
                )
            },
            "E0261",
            "schools/gs-nord.yml:5:10",
            "No target looks",
        ),
        (
            {"catalogue.yml": f"{CATALOGUE}certificates: {{ca: {{file: ca.pem}}}}\n"},
            "E0108",
            "catalogue.yml:10:27",
            "ca.pem",
        ),
        (
            {
                "catalogue.yml": CATALOGUE + "certificates: {ca: {file: certificates/ca.pem}}\n",
                "certificates/ca.pem": f"{PEM}-----BEGIN EC PRIVATE KEY-----\n",
            },
            "E0114",
            "catalogue.yml:10:27",
            "private key",
        ),
        (
            role("  - needs: [package/x]\n"),
            "E0111",
            "playbooks/roles/welcome/role.yml:3:5",
            "package",
        ),
        (
            role("  - package: xz\n  - package: xz\n"),
            "E0201",
            "playbooks/roles/welcome/role.yml:4:5",
            "role.yml:3:5",
        ),
        (
            {**role("  - package: xz\n"), "playbooks/roles/welcome/templates/x.j2": b"\xff"},
            "E0101",
            "playbooks/roles/welcome/templates/x.j2:1:1",
            "UTF-8",
        ),
    ],
)
def test_what_does_not_fit_together_is_told(tmp_path, files, code, place, said):
    found_code, found_place, detail = next(
        (p.code, str(p.source).removeprefix(f"{tmp_path}/"), p.detail)
        for p in problems(build(tmp_path, files))
        if p.code == code
    )
    assert (found_code, found_place) == (code, place)
    assert said in detail


def test_two_targets_for_the_same_devices_ask_for_a_name(tmp_path):
    more = AUTHORITY + "  second: {provider: memory, platform: ipados}\n"
    found = problems(build(tmp_path, {"authority.yml": more}))
    assert {problem.code for problem in found} == {"E0261"}
    assert "2 targets look" in found[0].detail


@pytest.mark.parametrize(
    ("host", "server", "aimed"),
    [
        ("${school.server}", "192.0.2.7", "192.0.2.7"),
        ("${school.id}.example.org", None, "gs-nord.example.org"),
        ("server.example.org", None, "server.example.org"),
    ],
)
def test_the_address_of_a_server_comes_from_its_school(tmp_path, host, server, aimed):
    authority = AUTHORITY.replace("per: school", f'per: school, host: "{host}"')
    text = SCHOOL + (f'server: "{server}"\n' if server else "")
    found = inventory(build(tmp_path, {"authority.yml": authority, "schools/gs-nord.yml": text}))
    assert found.targets["server/gs-nord"].settings["host"] == aimed


@pytest.mark.parametrize(
    ("per", "host", "place"),
    [
        ("school", "${school.sever}", "authority.yml:6:49"),
        ("authority", "${school.server}", "authority.yml:6:52"),
    ],
)
def test_an_address_that_cannot_be_filled_in_is_told(tmp_path, per, host, place):
    authority = AUTHORITY.replace("per: school", f'per: {per}, host: "{host}"')
    (found,) = [
        p for p in problems(build(tmp_path, {"authority.yml": authority})) if p.code == "E0221"
    ]
    assert str(found.source).removeprefix(f"{tmp_path}/") == place


def locks(*entries):
    lines = [
        f"  - {{at: {at}, value: {value}, reason: R, owner: o@example.org}}\n"
        for at, value in entries
    ]
    return AUTHORITY + "locks:\n" + "".join(lines)


@pytest.mark.parametrize(
    ("at", "value", "meant"),
    [
        ("restrictions.pupil.airdrop", "false", (("restrictions", "pupil", "airdrop"), False)),
        ("restrictions.pupil", "jugendschutz", (("restrictions", "pupil", "use"), "jugendschutz")),
        ("wifi.schulnetz.vlan", "7", (("wifi", "schulnetz", "vlan"), 7)),
        ("wifi.schulnetz.present", "false", (("wifi", "schulnetz", "present"), False)),
        ("apps.anton.present", "true", (("apps", "anton", "present"), True)),
        ("presets.lock_screen", "Hallo", (("presets", "lock_screen"), "Hallo")),
    ],
)
def test_a_lock_holds_the_setting_that_a_layer_would_write(tmp_path, at, value, meant):
    (lock,) = inventory(build(tmp_path, {"authority.yml": locks((at, value))})).locks
    assert (lock.at, lock.value) == meant
    assert str(lock.source).startswith(f"{tmp_path}/authority.yml:8:")


@pytest.mark.parametrize(
    ("at", "value", "code"),
    [
        ("restrictions.pupil.airdropp", "false", "E0110"),
        ("restrictions.pupil.airdrop", "7", "E0112"),
        ("wifi.schulnetz.vlan", "9000", "E0113"),
        ("nonsense.x", "1", "E0110"),
        ("cohorts.pupil", "1", "E0112"),
        ("cohorts.pupil.apps.add", "x", "E0112"),
        ("cohorts.pupil.presets.lock_screen", "x", "E0113"),
        ("wifi.schulnetz.password", "geheim", "E0114"),
    ],
)
def test_a_lock_that_would_hold_nothing_is_refused(tmp_path, at, value, code):
    found = problems(build(tmp_path, {"authority.yml": locks((at, value))}))
    assert [problem.code for problem in found] == [code]
    assert str(found[0].source).startswith(f"{tmp_path}/authority.yml:8:")


def test_the_same_lock_twice_is_refused(tmp_path):
    twice = locks(("restrictions.pupil.airdrop", "false"), ("restrictions.pupil.airdrop", "true"))
    code, place, detail = problem(build(tmp_path, {"authority.yml": twice}))
    assert (code, place.split(":")[1]) == ("E0201", "9")
    assert "authority.yml:8" in detail


def test_problems_of_all_files_are_said_at_once(tmp_path):
    files = {
        "schools/gs-nord.yml": SCHOOL + "aps: [x]\n",
        "schools/gs-sued.yml": school("nam: x\n", "gs-sued"),
        "catalogue.yml": "app: {}\n",
    }
    found = problems(build(tmp_path, files))
    assert [(p.code, str(p.source).removeprefix(f"{tmp_path}/")) for p in found] == [
        ("E0110", "catalogue.yml:1:1"),
        ("E0110", "schools/gs-nord.yml:7:1"),
        ("E0110", "schools/gs-sued.yml:5:1"),
    ]
