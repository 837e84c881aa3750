"""Device lists: what is taken, what is refused, and a device is in one place only."""

import pytest

from pedell.language.device_lists import DeviceLists
from pedell.model import Asset

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
        ("dxxx00000001;02:d0:00:00:00:01;x;y;pupil\n", "E0242"),
        ("DXXX;02:d0:00:00:00:01;x;y;pupil\n", "E0242"),
        ("DXXX00000001\u0661;02:d0:00:00:00:01;x;y;pupil\n", "E0242"),
        ("DXXX00000001;02-d0-00-00-00-01;x;y;pupil\n", "E0242"),
        ("DXXX00000001;02:D0:00:00:00:01;x;y;pupil\n", "E0242"),
        ("DXXX00000001;;x;y;pupil\n", "E0242"),
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
