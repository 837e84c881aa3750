"""``pedell deliveries`` and ``pedell handover`` through the real command line."""

import csv
import io
import json

import pytest

from tests.commands.typed import pedell_says
from tests.inventory_builder import AUTHORITY, build

SUED = """\
school: gs-sued
name: Grundschule Süd
type: grundschule
need: 10
priority: 5
handover: loan-contract
cohorts:
  pupil: {ownership: loan}
  ap: {platform: other, service: delivered, handover: free}
  box: {service: labelled}
"""
LISTED = """\
serial;mac;asset;model;cohort;lot
DXXX00000011;02:d0:00:00:00:11;MU-11;iPad;pupil;Los 1
DXXX00000012;02:d0:00:00:00:12;MU-12;iPad;pupil;Los 1
DXXX00000013;02:d0:00:00:00:13;MU-13;iPad;pupil;Los 2
DXXX00000014;02:d0:00:00:00:14;MU-14;iPad;box
ap-17/3;;AP-1;U6;ap;
;;AP-2;U6;ap
"""
FILES = {
    "authority.yml": AUTHORITY
    + "  cabling: {provider: outside, platform: other}\nstock: {role: pupil, minimum: 3}\n",
    "schools/gs-sued.yml": SUED,
    "devices/gs-sued.csv": LISTED,
    "deliveries.csv": "lot;date;count;model;state\nLos 1;2021-05-17;9;iPad;partial\nLos 2;;;;ordered\n",
    "contracts/gs-sued.csv": "serial;contract;signed\nDXXX00000011;LV-1;2021-05-20\nDXXX00000012;LV-2;\n",
}


@pytest.fixture(name="folder")
def _folder(tmp_path):
    return build(tmp_path / "schools", FILES)


def says(folder, *words):
    return pedell_says(*words, cwd=folder)


def rows(folder, *words):
    answer = says(folder, *words, "--output", "json")
    assert (answer.code, answer.err) == (0, "")
    return json.loads(answer.out)["rows"]


def test_each_school_has_its_depths_its_need_and_its_contracts(folder):
    nord, sued = rows(folder, "deliveries")
    assert nord == {
        "school": "gs-nord", "listed": 3, "delivered": 0, "labelled": 0, "configured": 3,
        "need": None, "still_needed": None, "signed": 0, "unsigned": 0, "ready": 3,
    }  # fmt: skip
    assert sued == {
        "school": "gs-sued", "listed": 6, "delivered": 2, "labelled": 1, "configured": 3,
        "need": 10, "still_needed": 7, "signed": 1, "unsigned": 3, "ready": 1,
    }  # fmt: skip


def test_for_people_the_last_row_adds_up(folder):
    answer = says(folder, "deliveries")
    (total,) = [line for line in answer.out.splitlines() if line.startswith("total")]
    assert total.split() == ["total", "9", "2", "1", "6", "10", "7", "1", "3", "4"]
    assert "2 schools, 9 devices." in answer.out


def test_each_lot_says_what_is_to_come(folder):
    first, second, none = rows(folder, "deliveries", "--by", "lot")
    assert (first["lot"], first["date"], first["state"]) == ("Los 1", "2021-05-17", "partial")
    assert (first["count"], first["listed"], first["expected"]) == (9, 2, 7)
    assert (second["count"], second["listed"], second["expected"]) == (None, 1, None)
    assert (none["lot"], none["listed"]) == (None, 6)


def test_services_add_up_to_all_devices(folder):
    found = rows(folder, "deliveries", "--by", "service")
    assert {row["service"]: row["listed"] for row in found} == {
        "delivered": 2,
        "labelled": 1,
        "configured": 6,
    }
    assert (
        "7 of 9 devices are labelled or set up."
        in says(folder, "deliveries", "--by", "service").out
    )


def test_municipalities_add_up_their_schools(folder):
    (folder / "municipalities").mkdir()
    (folder / "municipalities/kreis.yml").write_text("municipality: kreis\nname: Kreis\n")
    (folder / "schools/gs-sued.yml").write_text(SUED + "municipality: kreis\n", encoding="utf-8")
    others, kreis = rows(folder, "deliveries", "--by", "municipality")
    assert (others["municipality"], others["schools"], others["listed"]) == (None, 1, 3)
    assert (kreis["municipality"], kreis["schools"], kreis["listed"]) == ("kreis", 1, 6)
    assert kreis["still_needed"] == 7


def test_a_platform_and_a_limit_choose_devices(folder):
    (sued,) = rows(folder, "deliveries", "--platform", "other", "-l", "gs-sued")
    assert (sued["listed"], sued["delivered"]) == (2, 2)


def test_a_spreadsheet_gets_semicolons(folder):
    answer = says(folder, "deliveries", "--output", "csv")
    first, *rest = csv.reader(io.StringIO(answer.out), delimiter=";")
    assert first[:2] == ["school", "listed"]
    assert [row[0] for row in rest] == ["gs-nord", "gs-sued"]
    assert rest[0][5] == ""


def test_what_comes_next_goes_where_it_is_needed(folder):
    found = {row["school"]: row["gets"] for row in rows(folder, "deliveries", "allot", "5")}
    assert found == {"gs-sued": 4, "gs-nord": 1}
    answer = says(folder, "deliveries", "allot", "20")
    assert "8 devices for 2 schools. 12 left over" in answer.out


def test_a_lot_is_shared_out_as_far_as_it_is_to_come(folder):
    found = rows(folder, "deliveries", "allot", "--lot", "Los 1")
    assert sum(row["gets"] for row in found) == 7
    found = rows(folder, "deliveries", "allot", "3", "--lot", "Los 2")
    assert sum(row["gets"] for row in found) == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("allot",), "How many?"),
        (("allot", "-3"), "3"),
        (("allot", "8", "--lot", "Los 1"), "only 7 are to come"),
        (("allot", "--lot", "Los 2"), "COUNT"),
        (("allot", "--lot", "Lot 1"), 'Did you mean "Los 1"?'),
        (("--by", "lot", "allot", "3"), "behind allot"),
        (("--by", "colour"), "municipality"),
        (("-l", "gs-sud"), 'Did you mean "gs-sued"?'),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(folder, words, said):
    answer = says(folder, "deliveries", *words)
    assert (answer.code, answer.out) == (64, "")
    assert said in answer.err


def test_without_a_rule_nothing_is_shared_out(folder):
    (folder / "authority.yml").write_text(FILES["authority.yml"].partition("stock")[0])
    answer = says(folder, "deliveries", "allot", "5")
    assert answer.code == 5
    assert "stock: {role: pupil, minimum: 30}" in " ".join(answer.err.split())


def test_a_mistake_in_a_list_is_shown_whatever_the_output(folder):
    (folder / "deliveries.csv").write_text("lot;state\nLos 1;here\n")
    answer = says(folder, "deliveries", "--output", "csv")
    assert (answer.code, answer.out) == (5, "")
    assert "E0244" in answer.err


def test_a_device_that_may_be_handed_over_is_a_yes(folder):
    answer = says(folder, "handover", "dxxx00000011")
    assert (answer.code, answer.err) == (0, "")
    assert "1 of 1 device may be handed over." in answer.out


def test_one_that_may_not_says_why_and_leaves_with_refused(folder):
    answer = says(folder, "handover", "MU-11", "MU-12", "MU-13", "MU-14", "AP-2")
    assert answer.code == 6
    assert "4 of 5 devices may not be handed over." in answer.err
    text = " ".join(answer.out.split())
    for reason in ("LV-2 is not signed", '"Los 2" is only ordered', "delivers and labels it"):
        assert reason in text


def test_a_device_that_nobody_has_is_told(folder):
    answer = says(folder, "handover", "DXXX00000099", "MU-11")
    assert (answer.code, answer.out) == (64, "")
    assert 'No list has a device "DXXX00000099".' in answer.err


def test_a_school_lists_its_devices_and_all_are_counted_by_cohort(folder):
    found = {
        row["serial"] or row["asset"]: row
        for row in rows(folder, "handover", "--school", "gs-sued")
    }
    assert [name for name, row in found.items() if row["ready"]] == ["DXXX00000011"]
    assert found["AP-2"]["serial"] is None
    counted = {(row["school"], row["cohort"]): row for row in rows(folder, "handover")}
    pupils = counted["gs-sued", "pupil"]
    assert (pupils["listed"], pupils["ready"], pupils["unsigned"]) == (3, 1, 2)
    assert says(folder, "handover", "--school", "gs-sd").code == 64


def test_help_says_where_configured_is_known(folder):
    for words in (("deliveries",), ("handover",)):
        text = " ".join(says(folder, *words, "--help").out.split())
        assert "pedell plan" in text
