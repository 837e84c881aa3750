"""Deliveries and contracts: what is taken, what is refused, and where the mistake stands."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedell.language.lists.contracts import read_contracts
from pedell.language.lists.deliveries import read_deliveries
from pedell.model import Asset, DeliveryState
from tests.inventory_builder import AUTHORITY, DEVICES, build, inventory, problem, problems

HEAD = "lot;date;count;model;state\n"
HERBST = "Herbst;2021-05-17;3;iPad;arrived\n"
WITH_LOT = DEVICES.replace("cohort\n", "cohort;lot\n").replace(";pupil\n", ";pupil;Herbst\n")
CONTRACTS = "serial;contract;signed\n"
OURS = "contracts/gs-nord.csv"


def read(text):
    content = text.encode() if isinstance(text, str) else text
    return read_deliveries(Asset("inv/deliveries.csv", "deliveries.csv", content))


def complaint(text):
    (found,) = read(text)[1]
    return found.code, f"{found.source.line}:{found.source.column}", found.detail


def test_a_lot_has_a_date_a_count_a_model_and_a_state():
    found, wrong = read(HEAD + HERBST + "Winter;;;;ordered\n")
    herbst, winter = found.values()
    assert wrong == []
    assert (herbst.lot, herbst.date, herbst.count) == ("Herbst", datetime.date(2021, 5, 17), 3)
    assert (herbst.model, herbst.state) == ("iPad", DeliveryState.ARRIVED)
    assert (winter.date, winter.count, winter.state) == (None, None, DeliveryState.ORDERED)
    assert (herbst.source.line, winter.source.line) == (2, 3)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_german_headings_dates_and_states_mean_the_same(encoding):
    text = (
        "Lieferung;Lieferdatum;Stückzahl;Modell;Stand\r\nFrühling;17.05.2021;3;iPad;angekündigt\r\n"
    )
    (lot,) = read(text.encode(encoding))[0].values()
    assert (lot.lot, lot.date, lot.count) == ("Frühling", datetime.date(2021, 5, 17), 3)
    assert lot.state is DeliveryState.ANNOUNCED


def test_columns_may_be_left_out_and_stand_in_any_order():
    (lot,) = read("state;lot\npartial;Herbst\n\n")[0].values()
    assert (lot.lot, lot.state, lot.count) == ("Herbst", DeliveryState.PARTIAL, None)


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("", "1:1", "lot;date;count;model;state"),
        ("lot,state\nHerbst,arrived\n", "1:1", "semicolons"),
        ("lot;date\n", "1:1", "lot;date;count;model;state"),
        ("lot;stat;state\n", "1:5", 'Did you mean "state"?'),
        (HEAD + "Herbst;17.5.21;;;arrived\n", "2:8", "2026-11-20 or 20.11.2026"),
        (HEAD + "Herbst;2021-02-30;;;arrived\n", "2:8", "2021-02-30"),
        (HEAD + "Herbst;;3.500;;arrived\n", "2:9", "like 3500"),
        (HEAD + "Herbst;;-3;;arrived\n", "2:9", "like 3500"),
        (HEAD + "Herbst;;;;arived\n", "2:11", 'Did you mean "arrived"?'),
        (HEAD + "Herbst;;;;eingetrofen\n", "2:11", 'Did you mean "eingetroffen"?'),
        (HEAD + "Herbst\n", "2:7", "announced, arrived, ordered, partial"),
        (HEAD + ";;3;;arrived\n", "2:1", "no lot"),
        (HEAD + HERBST + HERBST, "3:1", "line 2"),
        (HEAD + "Herbst;;;;arrived;\n", "2:1", "found 6"),
        (HEAD + '"' + "x" * 200_000, "2:1", "Save it as CSV"),
    ],
)
def test_a_mistake_is_told_with_line_and_column(text, place, said):
    code, found, detail = complaint(text)
    assert (code, found) == ("E0244", place)
    assert said in detail


def test_a_heading_that_stands_twice_breaks_nothing():
    (lot,) = read("lot;lot;lot;lot;lot;lot;lot;state\nHerbst\n")[0].values()
    assert lot.lot == "Herbst"


def test_a_persons_column_is_refused():
    assert complaint("lot;Ansprechpartner;state\n")[:2] == ("E0243", "1:5")


@given(st.binary(max_size=80), st.sampled_from([b"", HEAD.encode(), CONTRACTS.encode()]))
def test_no_bytes_whatever_break_it(rest, head):
    read(head + rest)
    read_contracts({"contracts/x.csv": Asset("x.csv", "contracts/x.csv", head + rest)}, {})


# What stands in the lists is held against the deliveries.


def test_an_inventory_knows_its_deliveries(tmp_path):
    found = inventory(
        build(tmp_path, {"deliveries.csv": HEAD + HERBST, "devices/gs-nord.csv": WITH_LOT})
    )
    assert list(found.deliveries) == ["Herbst"]
    pupils, teachers = found.schools["gs-nord"].cohorts
    assert {device.lot for device in pupils.devices} == {"Herbst"}
    assert {device.lot for device in teachers.devices} == {""}


@pytest.mark.parametrize(
    ("deliveries", "said"),
    [
        (HEAD + HERBST.replace("Herbst", "Herpst"), 'Did you mean "Herpst"?'),
        (HEAD, "lot;date;count;model;state"),
        (None, "lot;date;count;model;state"),
    ],
)
def test_a_lot_that_nobody_delivered_is_told_once(tmp_path, deliveries, said):
    more = WITH_LOT.replace("XXX0", "XXX1").replace("02:d0", "02:d1")
    files = {
        "deliveries.csv": deliveries,
        "devices/gs-nord.csv": WITH_LOT,
        "devices/gs-sued.csv": more,
        "schools/gs-sued.yml": "school: gs-sued\nname: S\ntype: grundschule\n"
        "cohorts: {pupil: {}, teacher: {}}\n",
    }
    code, place, detail = problem(build(tmp_path, files))
    assert (code, place) == ("E0245", "devices/gs-nord.csv:2:1")
    assert said in detail
    assert "So in 2 lists." in detail


def test_a_list_of_deliveries_that_cannot_be_read_makes_no_lot_unknown(tmp_path):
    files = {"deliveries.csv": "rubbish\n", "devices/gs-nord.csv": WITH_LOT}
    assert problem(build(tmp_path, files))[:2] == ("E0244", "deliveries.csv:1:1")


def test_more_devices_than_a_lot_has_is_an_error_and_an_unknown_count_is_none(tmp_path):
    files = {"deliveries.csv": HEAD + HERBST.replace(";3;", ";1;"), "devices/gs-nord.csv": WITH_LOT}
    code, place, detail = problem(build(tmp_path, files))
    assert (code, place) == ("E0246", "deliveries.csv:2:1")
    assert "2 devices" in detail
    files["deliveries.csv"] = HEAD + HERBST.replace(";3;", ";;")
    assert inventory(build(tmp_path, files)).device_count == 3


# Contracts.


def test_a_contract_belongs_to_a_device(tmp_path):
    text = "Seriennummer;Vertragsnummer;unterschrieben am\nDXXX00000001;LV-1;20.05.2021\nDXXX00000002;LV 2;\n"
    found = inventory(build(tmp_path, {OURS: text})).contracts["gs-nord"]
    first, second = found.values()
    assert (first.number, first.signed) == ("LV-1", datetime.date(2021, 5, 20))
    assert (second.number, second.signed) == ("LV 2", None)
    assert first.holds_on(datetime.date(2021, 5, 20))
    assert not first.holds_on(datetime.date(2021, 5, 19))
    assert not second.holds_on(datetime.date(2099, 1, 1))


@pytest.mark.parametrize(
    ("rows", "code", "place", "said"),
    [
        ("DXXX00000009;LV-1;\n", "E0248", "2:1", "no device list"),
        (";LV-1;\n", "E0248", "2:1", "no device"),
        ("DXXX00000001;LV-1;\nDXXX00000001;LV-2;\n", "E0247", "3:1", "line 2"),
        ("DXXX00000001;;2021-05-20\n", "E0247", "2:14", "a number"),
        ("DXXX00000001;LV-1;yes\n", "E0247", "2:19", '"yes" is no date'),
        ("DXXX00000001;LV-1;;x\n", "E0247", "2:1", "found 4"),
    ],
)
def test_a_contract_that_does_not_fit_is_told(tmp_path, rows, code, place, said):
    found = problem(build(tmp_path, {OURS: CONTRACTS + rows}))
    assert found[:2] == (code, f"{OURS}:{place}")
    assert said in found[2]


def test_a_name_in_the_place_of_a_number_is_refused_and_not_repeated(tmp_path):
    text = CONTRACTS + "DXXX00000001;Erika Mustermann;\n"
    code, _, detail = problem(build(tmp_path, {OURS: text}))
    assert code == "E0247"
    assert "Erika" not in detail


def test_a_persons_column_in_a_list_of_contracts_is_refused(tmp_path):
    text = "serial;contract;signed;Schülerin\nDXXX00000001;LV-1;;Erika\n"
    assert problem(build(tmp_path, {OURS: text}))[:2] == ("E0243", f"{OURS}:1:24")


def test_the_device_of_another_school_is_named_with_its_school(tmp_path):
    files = {
        "schools/gs-sued.yml": "school: gs-sued\nname: S\ntype: grundschule\n",
        "contracts/gs-sued.csv": CONTRACTS + "DXXX00000001;LV-1;\n",
    }
    code, _, detail = problem(build(tmp_path, files))
    assert code == "E0248"
    assert "contracts/gs-nord.csv" in detail


def test_contracts_of_a_school_that_is_not_there_name_the_nearest(tmp_path):
    code, place, detail = problem(build(tmp_path, {"contracts/gs-nrd.csv": CONTRACTS}))
    assert (code, place) == ("E0210", "contracts/gs-nrd.csv:1:1")
    assert 'Did you mean "gs-nord"?' in detail


# How what comes is shared out.


def test_stock_is_read_and_topped_up_by_need_unless_it_says_otherwise(tmp_path):
    files = {"authority.yml": AUTHORITY + "stock: {role: pupil, minimum: 30}\n"}
    stock = inventory(build(tmp_path, files)).stock
    assert (stock.role, stock.minimum, stock.top_up) == ("pupil", 30, "need")


def test_a_way_to_top_up_that_is_not_known_is_refused(tmp_path):
    files = {"authority.yml": AUTHORITY + "stock: {role: pupil, minimum: 30, top_up: luck}\n"}
    (found,) = problems(build(tmp_path, files))
    assert (found.code, found.source.line) == ("E0113", 7)
