"""``pedell ansible-inventory`` through the real command line, and through Ansible itself."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.commands.typed import SOURCE, Answer, pedell_says
from tests.inventory_builder import AUTHORITY, CATALOGUE, SCHOOL, build

CANARY = "kanarienvogel {{ 7 * 6 }}"
SERVER = (
    "server: {provider: debian, per: school, host: '${school.server}', port: 2222, user: pedell, "
    "become: true, known_hosts: known_hosts}"
)
TWO = AUTHORITY.replace("server: {provider: memory, per: school}", SERVER)
NORD = f"""\
{SCHOOL}groups: [innen-stadt, 2025-pilot]
priority: 7
server: 192.0.2.17
wifi: [schulnetz]
variables: {{network: "10.1", motto: "{{{{ lookup('pipe', 'id') }}}}", rooms: [1, "a"]}}
"""
SUED = SCHOOL.replace("gs-nord", "gs-sued").replace("type: grundschule", "type: realschule")
FILES = {
    "authority.yml": TWO,
    "catalogue.yml": CATALOGUE,
    "groups/innen-stadt.yml": "group: innen-stadt\n",
    "groups/2025-pilot.yml": "group: 2025-pilot\nrestrictions: {pupil: jugendschutz}\n",
    "schools/gs-nord.yml": NORD,
    "schools/gs-sued.yml": SUED,
}


@pytest.fixture(name="home")
def _home(tmp_path: Path) -> Path:
    return build(tmp_path / "inventory", FILES)


def says(home: Path, *words: str, env: dict[str, str] | None = None) -> Answer:
    return pedell_says("ansible-inventory", *words, cwd=home, env=env)


def told(home: Path, *words: str, env: dict[str, str] | None = None) -> Any:
    answer = says(home, *words, env=env)
    assert answer.code == 0, answer
    return json.loads(answer.out)


def test_schools_with_a_server_are_hosts_and_schools_without_are_not(home):
    found = told(home, "--list")
    assert found["all"]["hosts"] == ["gs-nord"]
    assert found["_meta"]["hostvars"].keys() == {"gs-nord"}


def test_groups_types_and_all_are_groups_of_ansible(home):
    found = told(home, "--list")
    assert found.keys() == {
        *("_meta", "all", "ungrouped", "innen_stadt", "_2025_pilot"),
        *("type_grundschule", "type_realschule"),
    }
    assert set(found["all"]["children"]) == found.keys() - {"_meta", "all"}
    assert found["innen_stadt"] == found["type_grundschule"] == {"hosts": ["gs-nord"]}
    assert found["type_realschule"] == {"hosts": []}


def test_a_municipality_is_a_group(home):
    (home / "municipalities").mkdir()
    (home / "municipalities/bad-tal.yml").write_text("municipality: bad-tal\nname: Bad Tal\n")
    (home / "schools/gs-nord.yml").write_text(f"{NORD}municipality: bad-tal\n")
    found = told(home, "--list")
    assert found["municipality_bad_tal"] == {"hosts": ["gs-nord"]}


def test_a_host_is_reached_as_pedell_reaches_it(home):
    found = told(home, "--host", "gs-nord")
    assert {key: value for key, value in found.items() if key.startswith("ansible_")} == {
        "ansible_host": "192.0.2.17",
        "ansible_port": 2222,
        "ansible_user": "pedell",
        "ansible_become": True,
    }
    assert found["pedell_known_hosts"] == str(home / "known_hosts")


def test_a_host_knows_its_school_and_what_holds_there(home):
    found = told(home, "--host", "gs-nord")
    assert found["pedell_school"] == {
        "id": "gs-nord",
        "name": "Grundschule Nord",
        "type": "grundschule",
        "groups": ["innen-stadt", "2025-pilot"],
        "municipality": "",
        "priority": 7,
        "need": None,
        "base": "apple",
    }
    assert found["pedell_wifi"]["schulnetz"]["ssid"] == "Schulnetz"
    assert found["pedell_restrictions"]["pupil"]["camera"] is True
    assert found["pedell_cohorts"]["pupil"]["restrictions"]["camera"] is True
    assert found["pedell_cohorts"]["teacher"]["restrictions"] == {}
    assert found["pedell_variables"]["network"] == found["school_network"] == "10.1"
    assert found["school_rooms"] == [1, "a"]


def test_a_list_and_a_host_say_the_same(home):
    whole = told(home, "--list", "--devices")
    assert whole["_meta"]["hostvars"]["gs-nord"] == told(home, "--host", "gs-nord", "--devices")


def test_devices_are_counted_and_told_one_by_one_only_when_asked_for(home):
    found = told(home, "--host", "gs-nord")
    assert found["pedell_devices"] == {"total": 3, "cohorts": {"pupil": 2, "teacher": 1}}
    assert "DXXX" not in says(home, "--list").out
    first = told(home, "--host", "gs-nord", "--devices")["pedell_device_list"][0]
    assert first == {
        "cohort": "pupil",
        "serial": "DXXX00000001",
        "mac": "02:d0:00:00:00:01",
        "asset": "MU-0001",
        "model": "iPad",
    }


def test_what_a_school_wrote_is_never_a_template_on_the_machine_that_runs_ansible(home):
    motto = {"__ansible_unsafe": "{{ lookup('pipe', 'id') }}"}
    found = told(home, "--host", "gs-nord")
    assert found["school_motto"] == found["pedell_variables"]["motto"] == motto


def test_the_name_of_a_secret_is_no_template_either(home):
    (home / "schools/gs-nord.yml").write_text(NORD.replace("Grundschule Nord", "'{{ 7 * 6 }}'"))
    named = CATALOGUE.replace("${school.id}-wlan", "${school.id}-${school.name}")
    (home / "catalogue.yml").write_text(named)
    found = told(home, "--host", "gs-nord")["pedell_wifi"]["schulnetz"]["password"]
    assert found == {"pedell_secret": {"__ansible_unsafe": "gs-nord-{{ 7 * 6 }}"}}


def test_a_jump_host_is_told_as_ssh_wants_it(home):
    jump = TWO.replace("become: true", "become: true, jump: {host: jump.example.org, port: 2200}")
    (home / "authority.yml").write_text(jump)
    assert told(home, "--host", "gs-nord")["pedell_jump"] == "pedell@jump.example.org:2200"


@pytest.mark.parametrize("server", ["-oProxyCommand=id", "192.0.2.17 -v", "a;b", "{{ x }}"])
def test_an_address_that_would_be_an_option_of_ssh_is_refused(home, server):
    text = NORD.replace("192.0.2.17", json.dumps(server))
    (home / "schools/gs-nord.yml").write_text(text)
    answer = says(home, "--list")
    assert (answer.code, answer.out) == (5, "")
    assert "E0113" in answer.err
    assert server in answer.err


def test_a_secret_is_only_named(home):
    env = {"PEDELL_SECRET_GS_NORD_WLAN": CANARY}
    answer = says(home, "--list", env=env)
    assert "kanarienvogel" not in answer.out + answer.err
    found = json.loads(answer.out)["_meta"]["hostvars"]["gs-nord"]
    assert found["pedell_wifi"]["schulnetz"]["password"] == {"pedell_secret": "gs-nord-wlan"}
    assert not (home / ".pedell").exists()


def test_a_secret_is_clear_when_somebody_asks_for_it_and_is_warned(home):
    answer = says(home, "--list", "--secrets", env={"PEDELL_SECRET_GS_NORD_WLAN": CANARY})
    assert answer.code == 0
    found = json.loads(answer.out)["_meta"]["hostvars"]["gs-nord"]
    assert found["pedell_wifi"]["schulnetz"]["password"] == {"__ansible_unsafe": CANARY}
    assert "1 secret in clear text" in answer.err
    assert "kanarienvogel" not in answer.err


def test_a_secret_that_stays_closed_stops_the_whole_list(home):
    answer = says(home, "--list", "--secrets")
    assert (answer.code, answer.out) == (5, "")
    assert "E0291" in answer.err
    assert "PEDELL_SECRET_GS_NORD_WLAN" in answer.err


def test_secrets_of_schools_that_were_not_asked_for_stay_closed(home):
    sued = SUED + "server: 192.0.2.18\nwifi: [schulnetz]\n"
    (home / "schools/gs-sued.yml").write_text(sued)
    env = {"PEDELL_SECRET_GS_NORD_WLAN": "x"}
    assert says(home, "--list", "--secrets", env=env).code == 5
    assert told(home, "--list", "--secrets", "-l", "gs-nord", env=env)["all"]["hosts"] == [
        "gs-nord"
    ]


@pytest.mark.parametrize(
    ("group", "words"),
    [
        ("type-grundschule", ('the type "grundschule"', '"type_grundschule"')),
        ("all", ("Ansible's own", '"all"')),
        ("ungrouped", ("Ansible's own", '"ungrouped"')),
        ("nord", ('the school "nord"', '"nord"')),
    ],
)
def test_two_names_that_become_one_are_an_error_and_not_merged(home, group, words):
    (home / f"groups/{group}.yml").write_text(f"group: {group}\n")
    (home / "schools/nord.yml").write_text(f"{SUED.replace('gs-sued', 'nord')}server: 192.0.2.19\n")
    text = NORD.replace("2025-pilot", group)
    (home / "schools/gs-nord.yml").write_text(text)
    answer = says(home, "--list")
    said = " ".join(answer.err.split())
    assert (answer.code, answer.out) == (5, "")
    assert "E0201" in said
    assert f'the group "{group}"' in said
    assert all(word in said for word in words)


def test_a_limit_chooses_hosts_and_keeps_groups(home):
    found = told(home, "--list", "-l", "gs-sued")
    assert found["all"]["hosts"] == []
    assert found["innen_stadt"] == {"hosts": []}


def test_two_targets_of_a_school_must_be_chosen_from(home):
    nas = SERVER.replace("server: {", "nas: {").replace("${school.server}", "nas.example.org")
    (home / "authority.yml").write_text(TWO.replace(SERVER, f"{SERVER}\n  {nas}"))
    answer = says(home, "--list")
    assert answer.code == 64
    assert "server and nas. Choose: --target NAME" in answer.err
    found = told(home, "--host", "gs-nord", "--target", "nas")
    assert found["ansible_host"] == "nas.example.org"
    answer = says(home, "--list", "--target", "sevrer")
    assert (answer.code, answer.out) == (64, "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--list or --host"),
        (("--list", "--host", "gs-nord"), "--list or --host"),
        (("--host", "gs-nrod"), 'Did you mean "gs-nord"?'),
        (("--host", "gs-sued"), "has no server with an address"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_nothing_on_stdout(home, words, said):
    answer = says(home, *words)
    assert (answer.code, answer.out) == (64, "")
    assert said in " ".join(answer.err.split())


def test_schools_whose_server_has_no_address_are_counted_beside_the_result(home):
    (home / "authority.yml").write_text(
        TWO.replace(SERVER, "server: {provider: debian, per: school}")
    )
    answer = says(home, "--list")
    assert (answer.code, json.loads(answer.out)["all"]["hosts"]) == (0, [])
    assert "2 schools whose server has no address" in answer.err


def test_the_same_files_give_the_same_text(home):
    assert says(home, "--list").out == says(home, "--list").out


def _script(home: Path) -> Path:
    """Write the script of the how-to page, with the interpreter of these tests for ``pedell``."""
    script = home.parent / "inventory.sh"
    call = f"PYTHONPATH={SOURCE} exec {sys.executable} -m pedell"
    script.write_text(f'#!/bin/sh\n{call} ansible-inventory "$@" -i {home}\n')
    script.chmod(0o755)
    return script


def _ansible(home: Path, *words: str) -> Any:
    asked = ["ansible-inventory", "-i", str(_script(home)), *words]
    done = subprocess.run(
        asked, capture_output=True, text=True, timeout=60, cwd=home.parent, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr.replace("DEPRECATION", "")
    return json.loads(done.stdout)


@pytest.mark.tier2("ansible-inventory")
def test_ansible_reads_the_same_hosts_and_groups(home):
    ours, theirs = told(home, "--list"), _ansible(home, "--list")
    assert theirs["_meta"]["hostvars"].keys() == {"gs-nord"}
    assert set(theirs["all"]["children"]) == set(ours["all"]["children"])
    for name in ("innen_stadt", "_2025_pilot", "type_grundschule"):
        assert theirs[name]["hosts"] == ["gs-nord"]
    host = _ansible(home, "--host", "gs-nord")
    assert host["ansible_port"] == 2222
    assert host["pedell_wifi"] == ours["_meta"]["hostvars"]["gs-nord"]["pedell_wifi"]


@pytest.mark.tier2("ansible-inventory", "ansible")
def test_ansible_does_not_run_what_a_school_wrote(home):
    asked = ["ansible", "gs-nord", "-i", str(_script(home)), "-c", "local"]
    words = ["-m", "debug", "-a", "msg='{{ school_motto }} {{ 6 * 7 }} {{ school_network }}'"]
    done = subprocess.run(
        [*asked, *words], capture_output=True, text=True, timeout=60, cwd=home.parent, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "{{ lookup('pipe', 'id') }} 42 10.1" in done.stdout
