"""The sums of Bochum, who got how many, and what its files promise to a reader."""

import csv
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.inventories.programme import devices_in, rows_of

INVENTORIES = Path(__file__).parents[2] / "inventories"
HOME = INVENTORIES / "bochum"


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def _count(cohort: str) -> dict[str, int]:
    return {
        s: sum(r["cohort"] == cohort for r in rows) for s, rows in rows_of(HOME / "devices").items()
    }


def _pedell(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pedell", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def schools(read_yaml):
    return {path.stem: read_yaml(path) for path in sorted((HOME / "schools").glob("*.yml"))}


def test_80_schools_have_13000_tablets_and_had_45_each_before(schools):
    assert len(schools) == 80
    assert set(rows_of(HOME / "devices")) == set(schools)
    assert set(_count("class-set").values()) == {45}
    counts = Counter(row["cohort"] for row in devices_in(HOME / "devices"))
    assert counts["loan"] + counts["teacher"] == 13_000
    lots = {row["lot"]: int(row["count"]) for row in _table(HOME / "deliveries.csv")}
    assert Counter(row["lot"] for row in devices_in(HOME / "devices") if row["lot"]) == lots
    assert lots["b-01"] + lots["b-02"] == 13_000


def test_47_schools_have_a_first_wifi_with_320_access_points_and_120_routers(schools):
    chosen = {n for n, school in schools.items() if "erstes-wlan" in school.get("groups", [])}
    primary = {name for name in chosen if schools[name]["type"] == "grundschule"}
    assert (len(chosen), len(primary)) == (47, 25)
    points = {name: count for name, count in _count("access-point").items() if count}
    assert points == {name: 4 if name in primary else 10 for name in chosen}
    assert sum(points.values()) == 320
    routers = {name: count for name, count in _count("lte-router").items() if count}
    assert set(routers) == chosen
    assert sum(routers.values()) == 120


def test_servers_with_a_role_have_an_address_that_exists_nowhere(schools, read_yaml):
    new = [s for s in schools.values() if "server-neu" in s.get("groups", [])]
    old = [s for s in schools.values() if "server-alt" in s.get("groups", [])]
    assert (len(new), len(old)) == (11, 9)
    assert read_yaml(HOME / "groups/server-neu.yml")["roles"] == ["ersatzserver"]
    assert {s["school"] for s in new} == {n for n, s in schools.items() if "server" in s}
    assert len({s["server"] for s in new}) == 11
    assert all(s["server"].startswith("192.0.2.") for s in new)


@pytest.fixture(scope="module", name="before")
def _before(tmp_path_factory) -> Path:
    """The inventory on the day before the first lot: no pupil has a tablet, no contract is made."""
    home = tmp_path_factory.mktemp("before") / "bochum"
    shutil.copytree(HOME, home, ignore=shutil.ignore_patterns(".pedell", "contracts"))
    for path in (home / "devices").glob("*.csv"):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not re.search(";(loan|class-set);", line)]
        path.write_text("".join(kept), "utf-8")
    return home


@pytest.mark.parametrize("count", [3_600, 14_000])
def test_the_tablets_of_pupils_lie_where_allot_would_give_them(before, count):
    run = _pedell("deliveries", "allot", str(count), "-i", str(before), "--output", "json")
    assert run.returncode == 0, run.stderr
    gets = {row["school"]: row["gets"] for row in json.loads(run.stdout)["rows"]}
    loans = _count("loan")
    assert gets == {name: 45 + (loans[name] if count == 14_000 else 0) for name in loans}


def test_contracts_are_for_loans_only_and_the_schools_in_greatest_need_come_first(schools):
    by_need = sorted(schools, key=lambda name: (-schools[name]["priority"], name))
    assert set(rows_of(HOME / "contracts")) == set(by_need[:12])
    signed = []
    for name in by_need[:12]:
        loans = [
            row["serial"] for row in rows_of(HOME / "devices")[name] if row["cohort"] == "loan"
        ]
        assert [row["serial"] for row in rows_of(HOME / "contracts")[name]] == loans
        signed.append(
            sum(bool(row["signed"]) for row in rows_of(HOME / "contracts")[name]) / len(loans)
        )
    assert signed[0] > 0.95
    assert signed[-1] < 0.2


def test_no_contract_names_a_person():
    for rows in rows_of(HOME / "contracts").values():
        assert all(set(row) == {"serial", "contract", "signed"} for row in rows)
        assert all(re.fullmatch(r"LV-2021-[0-9]{3}-[0-9]{3}", row["contract"]) for row in rows)


def test_a_loan_without_a_signed_contract_is_not_handed_over():
    rows = [row for each in rows_of(HOME / "contracts").values() for row in each]
    signed = next(row["serial"] for row in rows if row["signed"])
    open_one = next(row["serial"] for row in rows if not row["signed"])
    teacher = next(
        row["serial"] for row in devices_in(HOME / "devices") if row["cohort"] == "teacher"
    )
    assert _pedell("handover", signed, teacher, "-i", str(HOME)).returncode == 0
    refused = _pedell("handover", signed, open_one, "-i", str(HOME))
    assert refused.returncode == 6
    assert "is not signed" in refused.stdout


def test_it_is_sound():
    run = _pedell("validate", "-i", str(HOME))
    assert (run.returncode, run.stderr) == (0, "")
    assert "80 schools · 17,040 devices" in run.stdout


@pytest.mark.parametrize(
    ("number", "words"), [(1, "in 80 schools. 21 waves."), (2, "in 11 schools. 6 waves.")]
)
def test_a_plan_needs_no_target_and_is_cut_into_days(number, words):
    playbook = f"{HOME}/playbooks/rollout.yml#{number}"
    run = _pedell("plan", "--offline", "--summary", "-i", str(HOME), "-p", playbook)
    assert run.returncode == 0, run.stderr
    assert words in run.stdout


def test_files_are_short_and_the_whole_is_small():
    for path in (HOME / "schools").glob("*.yml"):
        assert 10 <= len(path.read_text("utf-8").splitlines()) <= 20, path.name
    assert sum(p.stat().st_size for p in HOME.rglob("*") if p.is_file()) < 2_000_000


def _generate(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(folder / "generate_bochum.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_committed_files_are_those_of_the_generator():
    run = _generate(INVENTORIES, "--check")
    assert (run.returncode, run.stdout) == (0, "")


def test_the_generator_mends_its_own_files_and_leaves_those_of_people(tmp_path):
    for name in ("generate_bochum.py", "generating.py"):
        shutil.copy(INVENTORIES / name, tmp_path)
    copy = tmp_path / "bochum"
    shutil.copytree(HOME, copy, ignore=shutil.ignore_patterns(".pedell"))
    group = copy / "groups/server-alt.yml"
    group.write_text("mine")
    (copy / "contracts/gs-stray.csv").write_text("serial\n")
    (copy / "schools/gs-banjo.yml").unlink()
    run = _generate(tmp_path, "--check")
    assert run.returncode == 1
    assert run.stdout.splitlines() == [
        "differs: contracts/gs-stray.csv",
        "differs: schools/gs-banjo.yml",
    ]
    assert _generate(tmp_path).returncode == 0
    assert _generate(tmp_path, "--check").returncode == 0
    assert group.read_text() == "mine"
