"""The sums of the krz, its depths of service, and what its files promise to a reader."""

import re
import shutil
from collections import Counter

import pytest

from pedell.wiring import Setting, read_offline
from tests.commands.typed import pedell_says
from tests.inventories.programme import (
    INVENTORIES,
    devices_in,
    generate,
    rows_of,
)

HOME = INVENTORIES / "krz"
KINDS = {"iPad": 18_005, "Convertible": 3_000, "Notebook": 1_500}
ARITHMETIC = {"rechenfuchs", "zahlenzoo", "plusminus", "einmaleins-express", "mathe-murmel"}


@pytest.fixture(scope="module")
def reading():
    return read_offline(Setting((HOME,)))


@pytest.fixture(scope="module")
def depth_of(reading):
    """Say how far the krz goes with a cohort."""

    def depth(school, cohort):
        said = reading.values[school.id, cohort.name].settings.get(("service",))
        return str(said.value) if said else "configured"

    return depth


@pytest.fixture(scope="module")
def cohorts(reading):
    return [(s, cohort) for s in reading.inventory.schools.values() for cohort in s.cohorts]


def test_there_are_22505_devices_of_three_kinds():
    found = Counter(row["model"].split()[0] for row in devices_in(HOME / "devices"))
    assert found == KINDS
    assert found.total() == 22_505


def test_5387_tablets_are_delivered_only_and_10993_configured(cohorts, depth_of):
    found: Counter[str] = Counter()
    for school, cohort in cohorts:
        if cohort.platform == "ipados":
            found[depth_of(school, cohort)] += len(cohort.devices)
    assert found == {"delivered": 5_387, "labelled": 1_625, "configured": 10_993}
    assert found["labelled"] + found["configured"] == 12_618


def test_27_of_36_municipalities_have_devices_prepared(reading, cohorts, depth_of):
    prepared = {s.municipality for s, c in cohorts if depth_of(s, c) != "delivered"}
    assert len(reading.inventory.municipalities) == 36
    assert len(prepared) == 27
    assert len(reading.inventory.schools) == 150


def test_the_depth_is_said_by_municipalities_schools_and_cohorts(reading, cohorts):
    members = [
        m.layer.settings.get(("service",)) for m in reading.inventory.municipalities.values()
    ]
    assert Counter(said.value for said in members if said) == {"delivered": 9, "labelled": 4}
    layers = [school.layers[-1] for school, _ in cohorts]
    assert any(("service",) in layer.settings for layer in layers)
    assert any(("service",) in said for layer in layers for said in layer.cohorts.values())


def test_700_convertibles_and_100_notebooks_join_the_network_of_their_school(cohorts):
    found: Counter[tuple[str, str]] = Counter()
    for _, cohort in cohorts:
        if cohort.platform == "windows":
            found[cohort.name, cohort.target] += len(cohort.devices)
    assert found == {
        ("convertible", "school-network"): 700,
        ("convertible", "supplier"): 2_300,
        ("notebook", "school-network"): 100,
        ("notebook", "supplier"): 1_400,
    }


def test_only_configured_tablets_get_resources(reading, cohorts, depth_of):
    reached = set().union(*(resource.devices for resource in reading.desired.values()))
    configured = [
        cohort.serials
        for school, cohort in cohorts
        if cohort.platform == "ipados" and depth_of(school, cohort) == "configured"
    ]
    assert reached == set().union(*configured)


def test_lots_come_out_of_order_and_end_inside_a_school(reading):
    lots = reading.inventory.deliveries
    dates = [delivery.date for delivery in lots.values() if delivery.date]
    assert dates != sorted(dates)
    assert lots["k-01"].count == 3_500
    assert any(delivery.count is None for delivery in lots.values())
    named = Counter(row["lot"] for row in devices_in(HOME / "devices"))
    assert all(named[lot] == d.count for lot, d in lots.items() if d.count is not None)
    of_tablets = [
        {row["lot"] for row in rows if row["model"].startswith("iPad")}
        for rows in rows_of(HOME / "devices").values()
    ]
    assert max(map(len, of_tablets)) > 1


def test_only_youth_and_data_protection_are_locked_for_all(reading):
    locks = [lock for lock in reading.inventory.locks if lock.layer == "authority"]
    assert len(locks) == 5
    assert all(re.match(r"(Youth|Data) protection", lock.reason) for lock in locks)


def test_municipalities_choose_differently_for_one_purpose(reading):
    chosen: dict[str, set[str]] = {}
    for address in reading.desired:
        if address.kind == "app":
            home = reading.inventory.schools[address.school].municipality
            chosen.setdefault(home, set()).add(address.name)
    assert len(chosen) == 23
    assert len({frozenset(apps & ARITHMETIC) for apps in chosen.values()}) > 5
    assert len({len(apps) for apps in chosen.values()}) > 5


def test_labels_are_as_each_municipality_wished_and_missing_where_nobody_labelled(
    cohorts, depth_of
):
    for school, cohort in cohorts:
        is_labelled = cohort.platform == "ipados" and depth_of(school, cohort) != "delivered"
        assert all(bool(device.asset) == is_labelled for device in cohort.devices), school.id
    shapes = {re.sub(r"[0-9]+", "0", row["asset"])[:4] for row in devices_in(HOME / "devices")}
    assert len(shapes) > 5


def test_it_is_sound_without_any_doubt(reading):
    assert [str(warning.detail) for warning in reading.warnings] == []


def test_a_plan_reaches_the_configured_schools(tmp_path):
    words = ("plan", "--offline", "--summary", "-i", HOME, "--state", tmp_path / "state")
    answer = pedell_says(*words, cwd=tmp_path)
    assert (answer.code, answer.err) == (0, "")
    assert "in 90 schools. 1 wave." in answer.out


def test_every_file_says_what_is_invented_and_school_files_are_short():
    for path in HOME.rglob("*.yml"):
        text = path.read_text("utf-8")
        assert "invented" in text[:900].lower(), path
        if path.parent.name == "schools":
            assert 8 <= len(text.splitlines()) <= 16, path
    assert "Assumed: 150 schools" in (HOME / "authority.yml").read_text("utf-8")


def test_who_decides_obeys_its_schema(read_yaml, violations):
    for path in (HOME / "municipalities").glob("*.yml"):
        assert violations("municipality.json", read_yaml(path)) == [], path.name


def test_the_committed_files_are_those_of_the_generator():
    run = generate(INVENTORIES, "krz", "--check")
    assert (run.returncode, run.stdout) == (0, "")


def test_the_generator_leaves_alone_what_people_wrote(tmp_path):
    for name in ("generate_krz.py", "generating.py"):
        shutil.copy(INVENTORIES / name, tmp_path)
    shutil.copytree(HOME, tmp_path / "krz", ignore=shutil.ignore_patterns(".pedell"))
    by_hand = tmp_path / "krz/municipalities/honigsiek.yml"
    by_hand.write_text("mine")
    (tmp_path / "krz/municipalities/stray.yml").write_text("municipality: stray\n")
    (tmp_path / "krz/deliveries.csv").unlink()
    run = generate(tmp_path, "krz", "--check")
    assert run.returncode == 1
    assert run.stdout.splitlines() == [
        "differs: deliveries.csv",
        "differs: municipalities/stray.yml",
    ]
    assert generate(tmp_path, "krz").returncode == 0
    assert generate(tmp_path, "krz", "--check").returncode == 0
    assert by_hand.read_text() == "mine"
