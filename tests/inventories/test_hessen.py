"""The sums of Hessen, its two owners, and what its files promise to a reader."""

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

HOME = INVENTORIES / "hessen"
WITH_PUPILS = {"kreidehausen": 6, "tintenfeld": 4, "ranzenbrueck": 2}
TWO_OWNERS = "gs-kreidehausen-amselhof"


@pytest.fixture(scope="module")
def reading():
    return read_offline(Setting((HOME,)))


@pytest.fixture(scope="module")
def schools(reading):
    return reading.inventory.schools


def test_the_state_has_65381_devices_for_teachers_in_1800_schools(schools):
    teachers = [c for s in schools.values() for c in s.cohorts if c.owner == "land"]
    assert len(schools) == 1_800
    assert sum(len(cohort.devices) for cohort in teachers) == 65_381
    assert len(devices_in(HOME / "devices/land")) == 65_381
    assert {cohort.role for cohort in teachers} == {"teacher"}


def test_every_school_has_a_list_of_the_state_and_some_teachers(schools):
    lists = rows_of(HOME / "devices/land")
    assert lists.keys() == schools.keys()
    assert all(len(rows) >= 3 for rows in lists.values())


def test_a_handful_of_schools_have_devices_of_two_owners(schools):
    own = rows_of(HOME / "devices")
    assert Counter(schools[name].municipality for name in own) == WITH_PUPILS
    assert {row["cohort"] for rows in own.values() for row in rows} == {"pupil"}


def test_every_school_belongs_to_one_of_60_municipalities(reading, schools):
    assert len(reading.inventory.municipalities) == 60
    assert {school.municipality for school in schools.values()} == set(
        reading.inventory.municipalities
    )


def test_it_is_sound_without_any_doubt(reading):
    assert [str(warning.detail) for warning in reading.warnings] == []


def test_all_tablets_get_resources_but_those_that_are_only_labelled(reading):
    reached = set().union(*(resource.devices for resource in reading.desired.values()))
    tablets = [row for row in devices_in(HOME / "devices/land") if row["model"].startswith("iPad")]
    pupils = [
        row
        for school, rows in rows_of(HOME / "devices").items()
        for row in rows
        if "ranzenbrueck" not in school
    ]
    assert reached == {row["serial"] for row in tablets + pupils}


def test_teachers_get_the_apps_of_the_state_and_the_network_of_the_city(reading, schools):
    (pupils, teachers) = (
        next(c.serials for c in schools[TWO_OWNERS].cohorts if c.name == name)
        for name in ("pupil", "teacher")
    )
    of_role: dict[str, set[str]] = {"pupil": set(), "teacher": set()}
    for address, resource in reading.desired.items():
        if address.school == TWO_OWNERS and address.kind in ("app", "wifi", "certificate"):
            if resource.devices & pupils:
                of_role["pupil"].add(address.name)
            if resource.devices & teachers:
                of_role["teacher"].add(address.name)
    building = {"schulnetz-radius", "kreidehausen-ca"}
    assert of_role["pupil"] == {"anton", "geogebra"} | building
    assert of_role["teacher"] == {
        "word", "onenote", "pages", "keynote", "goodnotes", "untis",
    } | building  # fmt: skip


def test_authority_city_and_state_lock_side_by_side(reading):
    by = Counter(lock.layer for lock in reading.inventory.locks)
    assert by == {"authority": 4, "municipality": 1, "owner": 2}


def test_almost_all_came_at_the_same_time(reading):
    lots = reading.inventory.deliveries
    dates = [delivery.date for lot, delivery in lots.items() if lot.startswith("lk-")]
    assert (max(dates) - min(dates)).days <= 7
    counts = Counter(row["lot"] for row in devices_in(HOME / "devices/land"))
    assert counts == {lot: lots[lot].count for lot in lots if lot.startswith("lk-")}


def test_a_plan_reaches_every_school_with_tablets(schools, tmp_path):
    words = ("plan", "--offline", "--summary", "-i", HOME, "--state", tmp_path / "state")
    answer = pedell_says(*words, cwd=tmp_path)
    with_tablets = [s for s in schools.values() if any(c.platform == "ipados" for c in s.cohorts)]
    assert (answer.code, answer.err) == (0, "")
    assert f"changes in {len(with_tablets):,} schools. 1 wave." in answer.out


def test_every_file_says_what_is_invented_and_school_files_are_short():
    for path in HOME.rglob("*.yml"):
        text = path.read_text("utf-8")
        assert "invented" in text[:900].lower(), path
        if path.parent.name == "schools":
            assert 8 <= len(text.splitlines()) <= 15, path
    for name in ("authority.yml", "catalogue.yml", "owners/land.yml"):
        assert "65,381" in (HOME / name).read_text("utf-8")[:700], name
    assert "Assumed: 1,800 schools" in (HOME / "authority.yml").read_text("utf-8")


@pytest.mark.parametrize(
    ("folder", "schema"), [("municipalities", "municipality"), ("owners", "owner")]
)
def test_who_decides_obeys_its_schema(folder, schema, read_yaml, violations):
    for path in (HOME / folder).glob("*.yml"):
        assert violations(f"{schema}.json", read_yaml(path)) == [], path.name


def test_the_committed_files_are_those_of_the_generator():
    run = generate(INVENTORIES, "hessen", "--check")
    assert (run.returncode, run.stdout) == (0, "")
