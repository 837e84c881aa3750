"""Device lists: what is taken, what is refused, and a device is in one place only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedell.language.lists.device_lists import DeviceLists
from pedell.model import Asset, Cohort, School, Source

HEAD = "serial;mac;asset;model;cohort\n"
ROW = "DXXX00000001;02:d0:00:00:00:01;MU-0001;iPad;pupil\n"
OTHER = "DXXX00000002;02:d0:00:00:00:02;MU-0002;iPad;teacher\n"


def asset(content, name="gs-nord"):
    data = content.encode() if isinstance(content, str) else content
    return Asset(f"inv/devices/{name}.csv", f"devices/{name}.csv", data)


def complaints(*contents):
    lists = DeviceLists()
    for number, content in enumerate(contents):
        lists.read(asset(content, f"s{number}"))
    return [(problem.code, problem.source.line, problem.detail) for problem in lists.problems]


def test_devices_stand_with_their_cohort():
    lists = DeviceLists()
    found = lists.read(asset(HEAD + ROW + OTHER))
    assert {cohort: [d.serial for d in devices] for cohort, devices in found.items()} == {
        "pupil": ["DXXX00000001"],
        "teacher": ["DXXX00000002"],
    }
    assert lists.problems == []
    assert lists.cohorts == {
        ("devices/gs-nord.csv", "pupil"): 2,
        ("devices/gs-nord.csv", "teacher"): 3,
    }


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_any_line_ending_will_do_and_empty_lines_are_nothing(ending):
    content = (HEAD + ROW + "\n" + OTHER + "\n").replace("\n", ending)
    assert complaints(content) == []
    assert len(DeviceLists().read(asset(content))["teacher"]) == 1


@pytest.mark.parametrize("head", ["", "serial,mac\n", "Serial;mac;asset;model;cohort\n"])
def test_a_bad_header_is_refused_with_the_right_one(head):
    ((code, line, detail),) = complaints(head + ROW)
    assert (code, line) == ("E0240", 1)
    assert "serial;mac;asset;model;cohort" in detail


@pytest.mark.parametrize(
    ("head", "column"),
    [(HEAD.replace("\n", ";Vorname\n"), 31), ("serial,Schüler,mac\n", 8), ("Name;S/N\n", 1)],
)
def test_a_persons_column_is_refused_where_it_stands(head, column):
    lists = DeviceLists()
    assert lists.read(asset(head + ROW)) == {}
    (problem,) = lists.problems
    assert (problem.code, problem.source.line, problem.source.column) == ("E0243", 1, column)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("DXXX00000001;02:d0:00:00:00:01;x;y\n", "E0240"),
        ("DXXX00000001;02:d0:00:00:00:01;x;y;pupil;more\n", "E0240"),
        ("DXX;02:d0:00:00:00:01;x;y;pupil\n", "E0242"),
        ("DXXX 0000001;02:d0:00:00:00:01;x;y;pupil\n", "E0242"),
        ("1,23E+11;02:d0:00:00:00:01;x;y;pupil\n", "E0242"),
        (f"{'D' * 41};02:d0:00:00:00:01;x;y;pupil\n", "E0242"),
        (";;;iPad;pupil\n", "E0242"),
        ("DXXX00000001\u0661;02:d0:00:00:00:01;x;y;pupil\n", "E0242"),
        ("DXXX00000001;02-d0-00-00-00-01;x;y;pupil\n", "E0242"),
        ("DXXX00000001;02:D0:00:00:00:01;x;y;pupil\n", "E0242"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_the_others_are_read(row, code):
    lists = DeviceLists()
    found = lists.read(asset(HEAD + OTHER + row))
    assert [(problem.code, problem.source.line) for problem in lists.problems] == [(code, 3)]
    assert list(found) == ["teacher"]


def test_a_field_without_end_is_refused():
    ((code, _, _),) = complaints(HEAD + ROW + 'DXXX00000002;"' + "x" * 200_000)
    assert code == "E0240"


def test_a_device_in_two_schools_names_both_places():
    ((code, line, detail),) = complaints(HEAD + ROW, HEAD + OTHER + ROW)
    assert (code, line) == ("E0241", 3)
    assert "DXXX00000001" in detail
    assert "inv/devices/s0.csv:2" in detail


def test_an_address_in_two_places_is_refused_too():
    twin = ROW.replace("DXXX00000001", "DXXX00000009")
    ((code, line, detail),) = complaints(HEAD + ROW + twin)
    assert (code, line) == ("E0241", 3)
    assert "02:d0:00:00:00:01" in detail


def test_a_list_from_an_old_office_program_is_read_as_windows_wrote_it():
    row = ROW.replace("MU-0001", "Übungsgerät € 1")
    (device,) = DeviceLists().read(asset((HEAD + row).encode("cp1252")))["pupil"]
    assert device.asset == "Übungsgerät € 1"


# Deliveries are told apart by a sixth column.

WITH_LOT = HEAD.replace("cohort", "cohort;lot")


def test_a_device_knows_the_delivery_it_came_with():
    lists = DeviceLists()
    lines = (
        ROW.replace("\n", ";Herbst\n"),
        OTHER,
        OTHER.replace("02;", "03;").replace("\n", ";\n"),
    )
    found = lists.read(asset(WITH_LOT + "".join(lines)))
    assert [d.lot for devices in found.values() for d in devices] == ["Herbst", "", ""]
    assert lists.problems == []
    assert lists.lots == {
        ("devices/gs-nord.csv", "Herbst"): Source("inv/devices/gs-nord.csv", 2, 1)
    }


def test_without_the_column_a_sixth_field_is_one_too_many():
    ((code, line, detail),) = complaints(HEAD + ROW.replace("\n", ";Herbst\n"))
    assert (code, line) == ("E0240", 2)
    assert "found 6" in detail


# What is no tablet has numbers of other forms, and which it is its cohort decides.

_NOWHERE = Source("inv/schools/gs-nord.yml", 1, 1)


def _school(platform, target="mdm"):
    cohort = Cohort("pupil", "pupil", "loan", platform, target, (), frozenset(), _NOWHERE)
    return School("gs-nord", "Nord", "grundschule", (), 0, {}, (cohort,), (), _NOWHERE)


def misfits(row, platform, target="mdm"):
    lists = DeviceLists()
    lists.read(asset(HEAD + row))
    assert lists.problems == []
    found = lists.misfits({"gs-nord": _school(platform, target)}, {"cabling"})
    return [(problem.code, problem.source.line) for problem in found]


_FITS = {
    "DXXX00000001;02:d0:00:00:00:01;x;y;pupil\n": {"ipados", "windows", "other"},
    "5CD123ABC7X;02:d0:00:00:00:01;x;y;pupil\n": {"ipados", "windows", "other"},
    "ABC1234;02:d0:00:00:00:01;x;y;pupil\n": {"windows", "other"},
    "NXXXXX000000000000XXXX;02:d0:00:00:00:01;x;y;pupil\n": {"windows", "other"},
    "abc-17/3.b_c;02:d0:00:00:00:01;x;y;pupil\n": {"other"},
    "DXXX00000001;;x;y;pupil\n": {"other"},
    ";02:d0:00:00:00:01;x;y;pupil\n": {"other"},
    ";;AP-1;y;pupil\n": {"other"},
}


@pytest.mark.parametrize("platform", ["ipados", "windows", "other"])
@pytest.mark.parametrize(("row", "fitting"), _FITS.items())
def test_the_cohort_decides_which_form_a_number_has(row, fitting, platform):
    assert misfits(row, platform) == ([] if platform in fitting else [("E0242", 2)])


def test_what_lies_outside_is_only_counted():
    assert misfits(";;AP-1;y;pupil\n", "ipados", "cabling") == []


def test_nameless_things_with_the_same_label_are_one_thing():
    ((code, line, detail),) = complaints(HEAD + ";;AP-1;U6;ap\n;;AP-2;U6;ap\n;;AP-1;U6;ap\n")
    assert (code, line) == ("E0241", 4)
    assert "AP-1" in detail


_CELLS = st.text('ABDXaz019:;-"\r\n \u2028ü', max_size=14)
_SOUND = st.integers(1, 3).map(lambda n: f"DXXX0000000{n};02:d0:00:00:00:0{n};x;y;pupil")
_ODD = st.sampled_from(["abc-17/3;;AP;U6;ap", ";;AP;U6;ap", ";;;U6;ap", "A;b;c;d;e", "", "x;y"])


@given(st.lists(st.one_of(_SOUND, _ODD, _CELLS), max_size=6), st.sampled_from([HEAD, WITH_LOT]))
def test_a_list_read_at_once_says_what_the_same_list_says_row_by_row(rows, head):
    at_once, one_by_one = DeviceLists(), DeviceLists()
    text = head + "\n".join(rows)
    quoted = '"serial"' + text.removeprefix("serial")  # the same header, and no short way
    found = at_once.read(asset(text))
    assert found == one_by_one.read(asset(quoted))
    assert at_once.problems == one_by_one.problems
    assert at_once.cohorts == one_by_one.cohorts
    assert at_once.lots == one_by_one.lots
    assert at_once.lines == one_by_one.lines
