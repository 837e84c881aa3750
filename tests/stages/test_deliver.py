"""Deliver: how far each device has come, what holds it back, and every device counted once."""

import datetime

import pytest

from pedell.model import Service, Severity, Standing, Tally
from pedell.stages.advise.deliveries import advise_on_deliveries
from pedell.stages.deliver import stand_of_devices
from tests.inventory_builder import DEVICES, SCHOOL, TODAY, build, inventory, read, resolve

LOAN = SCHOOL + "handover: loan-contract\n"
CONTRACTS = (
    "serial;contract;signed\n"
    "DXXX00000001;LV-1;2026-11-20\nDXXX00000002;LV-2;\nDXXX00000003;LV-3;2026-11-21\n"
)
LOTS = "lot;date;count;model;state\nHerbst;2026-11-21;3;iPad;{state}\n"
WITH_LOT = DEVICES.replace("cohort\n", "cohort;lot\n").replace(";pupil\n", ";pupil;Herbst\n")


def standings(root, today=TODAY):
    found = stand_of_devices(inventory(root), resolve(root), today)
    return {each.device.serial: each for each in found}


def obstacles(root, today=TODAY):
    return [str(each.obstacle or "") for each in standings(root, today).values()]


def test_unless_the_files_say_otherwise_all_is_configured_and_free(tmp_path):
    found = standings(build(tmp_path)).values()
    assert {each.service for each in found} == {Service.CONFIGURED}
    assert {(each.obstacle, each.is_signed) for each in found} == {(None, None)}


def test_a_loan_contract_must_be_signed_by_today(tmp_path):
    root = build(tmp_path, {"schools/gs-nord.yml": LOAN, "contracts/gs-nord.csv": CONTRACTS})
    signed, open_, later = obstacles(root)
    assert signed == ""
    assert open_ == "Contract LV-2 is not signed."
    assert later == "Contract LV-3 is signed from 2026-11-21 on only."
    tomorrow = TODAY + datetime.timedelta(days=1)
    assert obstacles(root, tomorrow)[2] == ""


def test_without_a_contract_the_file_is_named_where_it_belongs(tmp_path):
    root = build(tmp_path, {"schools/gs-nord.yml": LOAN})
    assert set(obstacles(root)) == {"It has no contract in contracts/gs-nord.csv."}


@pytest.mark.parametrize(
    ("service", "said"), [("delivered", "only delivers it"), ("labelled", "delivers and labels")]
)
def test_what_the_authority_does_not_configure_its_school_hands_over(tmp_path, service, said):
    root = build(tmp_path, {"schools/gs-nord.yml": SCHOOL + f"service: {service}\n"})
    assert all(said in each for each in obstacles(root))


def test_one_cohort_may_be_served_otherwise_than_the_next(tmp_path):
    text = SCHOOL.replace("teacher: {}", "teacher: {service: delivered}")
    found = standings(build(tmp_path, {"schools/gs-nord.yml": text})).values()
    assert [each.service.value for each in found] == ["configured", "configured", "delivered"]


@pytest.mark.parametrize(
    ("state", "held"), [("ordered", 2), ("announced", 2), ("partial", 0), ("arrived", 0)]
)
def test_what_has_not_come_is_not_handed_over(tmp_path, state, held):
    files = {"deliveries.csv": LOTS.format(state=state), "devices/gs-nord.csv": WITH_LOT}
    found = [each for each in obstacles(build(tmp_path, files)) if each]
    assert found == [f'Its lot "Herbst" is only {state}.'] * held


def test_every_device_is_counted_once_in_each_way(tmp_path):
    text = LOAN.replace("teacher: {}", "teacher: {service: delivered, handover: free}")
    root = build(
        tmp_path,
        {"schools/gs-nord.yml": text, "contracts/gs-nord.csv": CONTRACTS},
    )
    tally = Tally.of(standings(root).values())
    assert tally == Tally(
        listed=3, delivered=1, labelled=0, configured=2, signed=1, missing=1, ready=1
    )


def test_nothing_counts_as_nothing():
    nobody: list[Standing] = []
    assert Tally.of(nobody) == Tally()


def warnings(root):
    found = tuple(advise_on_deliveries(inventory(root), TODAY))
    assert {problem.severity for problem in found} <= {Severity.WARNING}
    return [(problem.code, problem.source.line) for problem in found]


def test_devices_of_a_lot_that_has_not_come_are_doubtful(tmp_path):
    files = {"deliveries.csv": LOTS.format(state="announced"), "devices/gs-nord.csv": WITH_LOT}
    root = build(tmp_path, files)
    assert warnings(root) == [("W0303", 2)]
    assert [problem.code for problem in read(root).warnings] == ["W0303"]


def test_what_has_happened_in_the_future_is_doubtful(tmp_path):
    files = {"deliveries.csv": LOTS.format(state="arrived"), "contracts/gs-nord.csv": CONTRACTS}
    assert warnings(build(tmp_path, files)) == [("W0304", 2), ("W0304", 4)]


def test_a_date_that_is_to_come_is_no_doubt_where_nothing_has_come(tmp_path):
    assert warnings(build(tmp_path, {"deliveries.csv": LOTS.format(state="announced")})) == []
