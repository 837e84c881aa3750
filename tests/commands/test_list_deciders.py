"""``pedell list municipalities`` and ``pedell list owners`` through the real command line."""

import json

from tests.commands.typed import pedell_says
from tests.inventories.programme import INVENTORIES


def rows(*words):
    answer = pedell_says("list", *words, "--output", "json", cwd=INVENTORIES)
    assert (answer.code, answer.err) == (0, "")
    found = json.loads(answer.out)
    return found["rows"], found["note"]


def test_municipalities_have_schools_devices_and_depths_of_service():
    found, note = rows("municipalities", "-i", "krz")
    members = {row["id"]: row for row in found}
    assert note.startswith("36 municipalities, 150 schools, 22,505 devices.")
    assert sum(row["ipados"] for row in found) == 18_005
    assert sum(row["windows"] for row in found) == 4_500
    assert members["brezeldorf"]["service"] == ["delivered"]
    assert members["zimtloh"]["service"] == ["labelled", "delivered"]
    assert members["honigsiek"]["service"] == ["configured"]


def test_a_limit_names_only_municipalities_of_chosen_schools():
    found, _ = rows("municipalities", "-l", "gs-honigsiek-*", "-i", "krz")
    assert found == [
        {
            "id": "honigsiek",
            "name": "Stadt Honigsiek",
            "schools": 2,
            "ipados": 230,
            "service": ["configured"],
        }
    ]


def test_devices_of_an_owner_are_not_those_of_the_municipality():
    found, _ = rows("municipalities", "-l", "gs-kreidehausen-amselhof", "-i", "hessen")
    assert [(row["id"], row["ipados"]) for row in found] == [("kreidehausen", 60)]
    found, note = rows("owners", "-l", "gs-kreidehausen-amselhof", "-i", "hessen")
    assert found == [
        {
            "id": "land",
            "name": "Land Hessen (Regeln erfunden)",
            "decides_for": ["teacher"],
            "accepts": ["certificates", "wifi"],
            "schools": 1,
            "ipados": 9,
            "windows": 15,
        }
    ]
    assert note == "1 owner, 24 of 84 devices."


def test_where_nobody_else_decides_there_is_nobody_to_list():
    assert rows("owners", "-i", "dortmund")[0] == []
    assert rows("municipalities", "-i", "dortmund")[0] == []
