"""The sums of Dortmund, and what its files promise to a reader."""

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from cryptography import x509

from tests.inventories.programme import devices_in, rows_of

INVENTORIES = Path(__file__).parents[2] / "inventories"
HOME = INVENTORIES / "dortmund"
LOCKED = {"airdrop", "explicit_content", "private_relay", "vpn_creation", "profile_installation"}


@pytest.fixture(scope="module")
def schools(read_yaml):
    return {path.stem: read_yaml(path) for path in sorted((HOME / "schools").glob("*.yml"))}


@pytest.fixture(scope="module")
def groups(read_yaml):
    return {path.stem: read_yaml(path) for path in sorted((HOME / "groups").glob("*.yml"))}


@pytest.fixture(scope="module")
def authority(read_yaml):
    return read_yaml(HOME / "authority.yml")


@pytest.fixture(scope="module")
def catalogue(read_yaml):
    return read_yaml(HOME / "catalogue.yml")


def test_there_are_154_schools_with_25000_tablets_for_pupils(schools):
    assert len(schools) == 154
    assert Counter(row["cohort"] for row in devices_in(HOME / "devices")) == {
        "pupil": 25_000,
        "teacher": 2_800,
    }


def test_most_schools_are_primary_schools(schools):
    assert Counter(school["type"] for school in schools.values()) == {
        "grundschule": 88,
        "foerderschule": 15,
        "hauptschule": 6,
        "realschule": 14,
        "gesamtschule": 9,
        "gymnasium": 14,
        "berufskolleg": 8,
    }


def test_the_tablets_are_spread_unevenly_and_every_school_has_a_class_set(schools):
    pupils = {
        s: sum(r["cohort"] == "pupil" for r in rows)
        for s, rows in rows_of(HOME / "devices").items()
    }
    assert min(pupils.values()) >= 30
    assert max(pupils.values()) > 10 * min(pupils.values())
    by_need = sorted(schools, key=lambda school: schools[school]["priority"])
    assert [pupils[s] for s in by_need] == sorted(pupils.values())


def test_every_school_has_one_device_list_and_a_file_named_as_itself(schools):
    assert set(rows_of(HOME / "devices")) == set(schools)
    assert all(school["school"] == stem for stem, school in schools.items())


def test_every_server_has_an_address_of_its_own_that_exists_nowhere(schools):
    servers = [school["server"] for school in schools.values()]
    assert len(set(servers)) == 154
    assert all(server.startswith("192.0.2.") for server in servers)


def test_schools_belong_to_groups_and_types_that_exist(schools, groups, authority):
    names = {name for name, group in groups.items() if "group" in group}
    types = {name for name, group in groups.items() if "type" in group}
    assert types == set(authority["types"])
    assert {group for school in schools.values() for group in school["groups"]} == names


def test_groups_of_one_layer_set_different_things(groups, schools):
    for school in schools.values():
        said = [key for g in school["groups"] for key in _paths(groups[g]) if key[0] in SETTINGS]
        same = [key for key, times in Counter(said).items() if times > 1]
        assert same == [], school["school"]


SETTINGS = ("wifi", "apps", "restrictions", "certificates", "presets", "variables", "cohorts")


def _paths(value, at=()):
    if not isinstance(value, dict):
        yield at
        return
    for key, child in value.items():
        yield from _paths(child, (*at, key))


def _layers(school, groups, authority, cohort):
    """All layers that speak to one cohort, the lowest first."""
    bases = [authority["defaults"], groups[school["type"]], *(groups[g] for g in school["groups"])]
    for layer in (*bases, school):
        yield layer
        yield layer.get("cohorts", {}).get(cohort, {})


def _chosen(key, layers):
    found = set()
    for layer in layers:
        value = layer.get(key, [])
        if isinstance(value, list):
            value = {"add": value}
        found = (found - set(value.get("remove", []))) | set(value.get("add", []))
    return found


def _networks(layers, catalogue):
    found = {}
    for layer in layers:
        value = layer.get("wifi", {})
        entries = {key: {} for key in value} if isinstance(value, list) else value
        for name, entry in entries.items():
            before = found.get(name, catalogue["wifi"].get(name, {}))
            found[name] = {**before, "present": True, **entry}
    return {name: entry for name, entry in found.items() if entry["present"]}


def test_pupils_get_four_to_six_approved_apps(schools, groups, authority, catalogue):
    for school in schools.values():
        apps = _chosen("apps", _layers(school, groups, authority, "pupil"))
        assert 4 <= len(apps) <= 6, school["school"]
        assert all("approved" in catalogue["apps"][app] for app in apps), school["school"]


def test_teachers_get_approved_apps_and_classroom(schools, groups, authority, catalogue):
    for school in schools.values():
        apps = _chosen("apps", _layers(school, groups, authority, "teacher"))
        assert "classroom" in apps
        assert all("approved" in catalogue["apps"][app] for app in apps), school["school"]


def test_every_approved_app_is_used_and_the_others_are_offered_in_vain(
    schools, groups, authority, catalogue
):
    used = set()
    for school in schools.values():
        for cohort in ("pupil", "teacher"):
            used |= _chosen("apps", _layers(school, groups, authority, cohort))
    approved = {name for name, app in catalogue["apps"].items() if "approved" in app}
    assert used == approved
    assert len(catalogue["apps"]) - len(approved) == 4


def test_pupils_have_one_network_of_their_school(schools, groups, authority, catalogue):
    seen = Counter()
    for school in schools.values():
        layers = list(_layers(school, groups, authority, "pupil"))
        (network,) = _networks(layers, catalogue).values()
        assert 1 <= network["vlan"] <= 4094
        assert len(network["ssid"].replace("${school.id}", school["school"]).encode()) <= 32
        assert ("certificate" in network) == bool(_chosen("certificates", layers))
        seen[network["security"]] += 1
    assert set(seen) == {"wpa2-personal", "wpa3-personal", "wpa2-enterprise", "wpa3-enterprise"}


def test_an_additional_network_of_teachers_has_its_own_vlan(schools, groups, authority, catalogue):
    additional = Counter()
    for school in schools.values():
        networks = _networks(_layers(school, groups, authority, "teacher"), catalogue)
        vlans = [network["vlan"] for network in networks.values()]
        assert len(set(vlans)) == len(vlans), school["school"]
        additional[len(networks)] += 1
    assert set(additional) == {1, 2}


def test_sets_agree_with_the_locks_and_no_school_touches_them(schools, authority, catalogue):
    assert {lock["at"] for lock in authority["locks"]} == {
        f"restrictions.pupil.{k}" for k in LOCKED
    }
    assert all(catalogue["restrictions"]["jugendschutz"][key] is False for key in LOCKED)
    for school in schools.values():
        assert not LOCKED & set(school.get("restrictions", {}).get("pupil", {}))


def test_one_line_decides_on_screen_captures_and_seven_schools_decide_themselves(schools):
    lines = (HOME / "catalogue.yml").read_text("utf-8").splitlines()
    assert sum("screen_capture" in line for line in lines) == 1
    own = {
        name: school["restrictions"]["pupil"]["screen_capture"]
        for name, school in schools.items()
        if "screen_capture" in school.get("restrictions", {}).get("pupil", {})
    }
    assert Counter(own.values()) == {False: 5, True: 2}


def test_school_files_are_short_and_the_whole_is_small():
    for path in (HOME / "schools").glob("*.yml"):
        assert 10 <= len(path.read_text("utf-8").splitlines()) <= 35, path.name
    assert sum(path.stat().st_size for path in HOME.rglob("*") if path.is_file()) < 4_000_000


def test_every_file_written_by_hand_says_what_is_invented():
    by_hand = [
        "authority.yml",
        "catalogue.yml",
        *(f"groups/{p.name}" for p in HOME.glob("groups/*")),
    ]
    for name in by_hand:
        head = (HOME / name).read_text("utf-8")[:700].lower()
        assert "invented" in head, name
        assert "154 schools" in head, name


def test_the_trust_anchor_is_a_certificate_authority(catalogue):
    pem = (HOME / catalogue["certificates"]["schul-ca"]["file"]).read_bytes()
    certificate = x509.load_pem_x509_certificate(pem)
    certificate.verify_directly_issued_by(certificate)
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert b"PRIVATE KEY" not in pem


def _generate(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(folder / "generate_dortmund.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_committed_files_are_those_of_the_generator():
    run = _generate(INVENTORIES, "--check")
    assert (run.returncode, run.stdout) == (0, "")


def test_the_generator_names_what_differs_and_mends_only_that(tmp_path):
    for name in ("generate_dortmund.py", "generating.py"):
        shutil.copy(INVENTORIES / name, tmp_path)
    shutil.copytree(HOME, tmp_path / "dortmund", ignore=shutil.ignore_patterns(".pedell"))
    anchor = tmp_path / "dortmund/certificates/schul-ca.pem"
    anchor.write_text("mine")
    (tmp_path / "dortmund/schools/gs-kleeblatt.yml").write_text("school: gs-kleeblatt\n")
    (tmp_path / "dortmund/devices/gs-stray.csv").write_text("serial\n")
    run = _generate(tmp_path, "--check")
    assert run.returncode == 1
    assert run.stdout.splitlines() == [
        "differs: devices/gs-stray.csv",
        "differs: schools/gs-kleeblatt.yml",
    ]
    assert _generate(tmp_path).returncode == 0
    assert _generate(tmp_path, "--check").returncode == 0
    assert not (tmp_path / "dortmund/devices/gs-stray.csv").exists()
    assert anchor.read_text() == "mine"
