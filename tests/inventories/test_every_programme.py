"""What holds for all five programmes: what is invented can be told from what is real."""

import re

import pytest

from tests.inventories.programme import INVENTORIES, addresses_in, devices_in, repeated

MARKS = {
    "dortmund": (r"DXXX[0-9]{8}", r"02(:[0-9a-f]{2}){5}", r"DO-[0-9]{3}-[0-9]{4}"),
    "saarbruecken": (r"SXXX[0-9]{8}", r"02:0a(:[0-9a-f]{2}){4}", r"RVS-[0-9]{3}-[0-9]{4}"),
    "krz": (r"KXXX[0-9]{8}", r"02:05:00(:[0-9a-f]{2}){3}", r".*"),  # as each member wished
    "hessen": (r"HXXX[0-9]{8}", r"02:06(:[0-9a-f]{2}){4}", r"HE-[0-9]{4}-[0-9]{4}"),
    "bochum": (r"BXX[XAL][0-9]{8}", r"02:0b(:[0-9a-f]{2}){4}", r"BO-[0-9]{3}-[0-9]{4}"),
}
"""How serial numbers, MAC addresses and labels of an example look, so that nothing else has them."""

SOURCES = {
    "dortmund": "(City of Dortmund, Systemhaus, 2021)",
    "saarbruecken": "Regionalverband Saarbrücken, IMZ, 2020",
    "krz": "Assumed: 150 schools",
    "hessen": "Assumed: 1,800 schools",
    "bochum": "(City of Bochum, 2021)",
}


@pytest.mark.parametrize("programme", MARKS)
def test_every_mark_of_a_device_is_invented_and_unique(programme):
    folder = INVENTORIES / programme / "devices"
    folders = [folder, *(each for each in folder.iterdir() if each.is_dir())]
    devices = [row for each in folders for row in devices_in(each)]
    assert devices
    for column, shape in zip(("serial", "mac", "asset"), MARKS[programme], strict=True):
        marks = [row[column] for row in devices if row[column] or column != "asset"]
        assert repeated(marks) == []
        assert all(re.fullmatch(shape, mark) for mark in marks), column


@pytest.mark.parametrize("programme", MARKS)
def test_every_address_is_invented(programme):
    found = addresses_in(INVENTORIES / programme)
    assert found
    assert all(name.split(":")[0].endswith("example.org") for name in found)


@pytest.mark.parametrize("programme", MARKS)
def test_every_file_says_what_is_invented_and_the_first_one_what_is_not(programme):
    home = INVENTORIES / programme
    for path in home.rglob("*.yml"):
        assert "invented" in path.read_text("utf-8")[:1500].lower(), path
    first = " ".join((home / "authority.yml").read_text("utf-8").replace("#", " ").split())
    assert SOURCES[programme] in first
