"""The sums of Saarbrücken, who got how many, and what its files promise to a reader."""

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from cryptography import x509

from tests.inventories.programme import devices_in, rows_of

INVENTORIES = Path(__file__).parents[2] / "inventories"
HOME = INVENTORIES / "saarbruecken"
BY_HAND = ("bbz-dolomit", "gy-opal")


def _tablets() -> dict[str, int]:
    return {
        s: sum(row["cohort"] == "pupil" for row in rows)
        for s, rows in rows_of(HOME / "devices").items()
    }


def _pedell(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pedell", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def schools(read_yaml):
    return {path.stem: read_yaml(path) for path in sorted((HOME / "schools").glob("*.yml"))}


def test_47_schools_have_3500_tablets_and_need_40000(schools):
    assert len(schools) == 47
    assert set(rows_of(HOME / "devices")) == set(schools)
    assert sum(_tablets().values()) == 3_500
    assert sum(school["need"] for school in schools.values()) == 40_000


def test_one_third_chose_apple_and_two_thirds_windows(schools):
    groups = Counter(group for school in schools.values() for group in school.get("groups", []))
    assert groups == {"basis-windows": 29, "basis-apple": 15}
    assert sum("groups" not in school for school in schools.values()) == 3
    assert abs(15 / 44 - 1 / 3) < 0.01
    for name, school in schools.items():
        (group,) = school.get("groups", ["basis-mixed"])
        assert school["base"] == group.removeprefix("basis-"), name


def test_the_first_lot_is_30_for_each_school():
    for name, rows in rows_of(HOME / "devices").items():
        assert sum(row["lot"] == "s-01" for row in rows) == 30, name
    assert 30 * 47 == 1_410
    lots = (HOME / "deliveries.csv").read_text("utf-8").splitlines()
    assert [line.split(";")[2] for line in lots[1:]] == ["1410", "2090"]
    assert Counter(row["lot"] for row in devices_in(HOME / "devices") if row["lot"]) == {
        "s-01": 1_410,
        "s-02": 2_090,
    }


@pytest.fixture(scope="module", name="before")
def _before(tmp_path_factory) -> Path:
    """The inventory on the day before the first lot: nobody has a tablet."""
    home = tmp_path_factory.mktemp("before") / "saarbruecken"
    shutil.copytree(HOME, home, ignore=shutil.ignore_patterns(".pedell", "licences.csv"))
    for path in (home / "devices").glob("*.csv"):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if ";pupil;" not in line), "utf-8")
    return home


@pytest.mark.parametrize("count", [1_410, 3_500])
def test_the_tablets_lie_where_allot_would_give_them(before, count):
    run = _pedell("deliveries", "allot", str(count), "-i", str(before), "--output", "json")
    assert run.returncode == 0, run.stderr
    gets = {row["school"]: row["gets"] for row in json.loads(run.stdout)["rows"]}
    assert gets == (_tablets() if count == 3_500 else dict.fromkeys(_tablets(), 30))


def test_every_school_has_a_catalogue_of_its_own(schools, read_yaml):
    assert "apps" not in read_yaml(HOME / "authority.yml")["defaults"]
    own = [school["apps"] for school in schools.values()]
    chosen = [tuple(sorted(apps["add"] if isinstance(apps, dict) else apps)) for apps in own]
    assert len(set(chosen)) > 40


def test_apps_of_pcs_have_a_name_in_winget_or_opsi_and_stay_with_schools_that_have_pcs(
    schools, read_yaml
):
    apps = read_yaml(HOME / "catalogue.yml")["apps"]
    of_pcs = {name for name, app in apps.items() if not {"app_store", "bundle"} & set(app)}
    assert of_pcs
    assert all({"winget", "opsi"} & set(apps[name]) for name in of_pcs)
    for name, school in schools.items():
        said = school["apps"]
        chosen = set(said["add"] if isinstance(said, dict) else said)
        assert "pc-room" in school["cohorts"] or not chosen & of_pcs, name


def test_pcs_and_boards_are_few_and_on_targets_outside(read_yaml):
    counts = Counter(row["cohort"] for row in devices_in(HOME / "devices"))
    assert 0 < counts["pc-room"] < 1_000
    assert 0 < counts["board"] < 1_000
    targets = read_yaml(HOME / "authority.yml")["targets"]
    providers = {target["platform"]: target["provider"] for target in targets.values()}
    assert providers == {"ipados": "nanohub", "windows": "outside", "other": "outside"}


def test_the_trust_anchor_has_no_key_and_says_that_it_is_invented():
    pem = (HOME / "certificates/rv-ca.pem").read_bytes()
    certificate = x509.load_pem_x509_certificate(pem)
    certificate.verify_directly_issued_by(certificate)
    assert "erfunden" in certificate.subject.rfc4514_string()
    assert b"PRIVATE KEY" not in pem


def test_it_is_sound_and_three_kinds_of_licences_are_short():
    run = _pedell("validate", "-i", str(HOME))
    assert run.returncode == 0, run.stderr
    assert "47 schools · 4,536 devices" in run.stdout
    assert set(re.findall(r"[EW]0\d{3}", run.stderr)) == {"W0306"}


@pytest.mark.parametrize(("number", "waves"), [(1, 10), (2, 24)])
def test_a_plan_needs_no_target_and_is_cut_into_days(number, waves):
    playbook = f"{HOME}/playbooks/rollout.yml#{number}"
    run = _pedell("plan", "--offline", "--summary", "-i", str(HOME), "-p", playbook)
    assert run.returncode == 0, run.stderr
    assert f"in 47 schools. {waves} waves." in run.stdout


def test_files_are_short_and_the_whole_is_small():
    for path in (HOME / "schools").glob("*.yml"):
        assert 15 <= len(path.read_text("utf-8").splitlines()) <= 40, path.name
    assert sum(p.stat().st_size for p in HOME.rglob("*") if p.is_file()) < 1_000_000


def _generate(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(folder / "generate_saarbruecken.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_committed_files_are_those_of_the_generator():
    run = _generate(INVENTORIES, "--check")
    assert (run.returncode, run.stdout) == (0, "")


def test_the_generator_mends_its_own_files_and_leaves_those_of_people(tmp_path):
    for name in ("generate_saarbruecken.py", "generating.py"):
        shutil.copy(INVENTORIES / name, tmp_path)
    copy = tmp_path / "saarbruecken"
    shutil.copytree(HOME, copy, ignore=shutil.ignore_patterns(".pedell"))
    by_hand = [copy / f"schools/{name}.yml" for name in BY_HAND]
    for path in by_hand:
        path.write_text("mine")
    (copy / "deliveries.csv").write_text("lot\n")
    (copy / "devices/gy-stray.csv").write_text("serial\n")
    run = _generate(tmp_path, "--check")
    assert run.returncode == 1
    assert run.stdout.splitlines() == ["differs: deliveries.csv", "differs: devices/gy-stray.csv"]
    assert _generate(tmp_path).returncode == 0
    assert _generate(tmp_path, "--check").returncode == 0
    assert [path.read_text() for path in by_hand] == ["mine", "mine"]
