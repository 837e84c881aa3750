"""``pedell devices`` through the real command line."""

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.commands.typed import pedell_says

MINIMAL = Path(__file__).parents[2] / "inventories" / "minimal"
HEAD = "Seriennummer;WLAN-MAC;Inventarnummer;Modell;Gruppe;Lieferung\n"
NINE = "dxxx00000009;02-D0-00-00-00-09;MU-0009;iPad (9. Generation);pupil;Herbst\n"
KNOWN = "DXXX00000001;02d000000001;MU-0001;iPad (9. Generation);pupil;Sommer\n"
OURS = "devices/gs-nord.csv"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "schools"
    shutil.copytree(MINIMAL, folder, ignore=shutil.ignore_patterns(".pedell"))
    (folder / "list.csv").write_text(HEAD + KNOWN + NINE, encoding="utf-8")
    return folder


def take(folder, *words):
    return pedell_says("devices", "import", *words, cwd=folder)


def files_of(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def counts(answer):
    assert answer.code == 0, answer.err
    rows = json.loads(answer.out)["rows"]
    return {row["cohort"]: (row["new"], row["present"], row["moved"]) for row in rows}


def test_a_look_changes_nothing(folder):
    before = files_of(folder)
    answer = take(folder, "list.csv", "--school", "gs-nord")
    assert (answer.code, answer.err) == (0, "")
    assert "1 device would be added. Nothing has been changed." in answer.out
    assert files_of(folder) == before


def test_writing_puts_the_new_ones_behind_and_the_second_time_adds_nothing(folder):
    before = (folder / OURS).read_bytes()
    (folder / OURS).chmod(0o644)
    words = ("list.csv", "--school", "gs-nord", "--write", "--output", "json")
    assert counts(take(folder, *words)) == {"pupil": (1, 1, 0)}
    row = b"DXXX00000009;02:d0:00:00:00:09;MU-0009;iPad (9. Generation);pupil\n"
    assert (folder / OURS).read_bytes() == before + row
    assert (folder / OURS).stat().st_mode & 0o777 == 0o644
    assert counts(take(folder, *words)) == {"pupil": (0, 2, 0)}
    assert (folder / OURS).read_bytes() == before + row
    assert [path.name for path in (folder / "devices").iterdir()] == ["gs-nord.csv"]
    assert pedell_says("validate", cwd=folder).code == 0


def test_the_first_list_of_a_school_is_made(folder):
    (folder / OURS).unlink()
    (folder / "devices").rmdir()
    answer = take(folder, "list.csv", "--school", "gs-nord", "--write")
    assert "2 devices added in 1 list." in answer.out
    assert pedell_says("devices", "check", cwd=folder).out.count("2") >= 1
    assert (folder / OURS).read_text().startswith("serial;mac;asset;model;cohort\nDXXX00000001;")


def test_one_delivery_of_a_list_can_be_taken(folder):
    words = ("list.csv", "--school", "gs-nord", "--output", "json")
    assert counts(take(folder, *words, "--lot", "Sommer")) == {"pupil": (0, 1, 0)}
    answer = take(folder, *words[:3], "--lot", "Sommr")
    assert answer.code == 64
    assert 'Did you mean "Sommer"?' in answer.err


def deliver(folder, lots="Herbst;;;;arrived\nSommer;;;;arrived\n"):
    (folder / "deliveries.csv").write_text(f"lot;date;count;model;state\n{lots}")


def test_where_there_are_deliveries_devices_keep_their_lot(folder):
    deliver(folder)
    before = (folder / OURS).read_text()
    assert take(folder, "list.csv", "--school", "gs-nord", "--write").code == 0
    after = (folder / OURS).read_text()
    assert after.startswith(before.replace("cohort\n", "cohort;lot\n", 1))
    assert after.endswith(
        "\nDXXX00000009;02:d0:00:00:00:09;MU-0009;iPad (9. Generation);pupil;Herbst\n"
    )
    assert pedell_says("validate", cwd=folder).code == 0


def test_a_list_that_names_no_lots_belongs_to_the_one_that_is_said(folder):
    deliver(folder)
    (folder / "list.csv").write_text("S/N;MAC\nDXXX00000009;02d000000009\n")
    words = ("list.csv", "--school", "gs-nord", "--cohort", "pupil", "--write", "--lot")
    assert 'Did you mean "Herbst"?' in take(folder, *words, "Herpst").err
    assert take(folder, *words, "Herbst").code == 0
    assert (folder / OURS).read_text().endswith(";pupil;Herbst\n")


def test_without_deliveries_a_lot_is_told_to_be_forgotten(folder):
    answer = take(folder, "list.csv", "--school", "gs-nord", "--lot", "Herbst")
    assert answer.code == 0
    assert "There is no deliveries.csv" in answer.err


def test_more_devices_than_were_delivered_hold_the_list_back(folder):
    deliver(folder, "Herbst;;0;;arrived\nSommer;;;;arrived\n")
    answer = take(folder, "list.csv", "--school", "gs-nord", "--write")
    assert (answer.code, answer.out) == (5, "")
    assert "E0246" in answer.err


def test_what_an_owner_decides_for_goes_into_its_own_list(folder):
    (folder / "owners").mkdir()
    (folder / "owners/land.yml").write_text("owner: land\nname: Land\ndecides_for: [teacher]\n")
    (folder / "devices/land").mkdir()
    head, first, second, teacher = (folder / OURS).read_text().splitlines(keepends=True)
    (folder / OURS).write_text(head + first + second)
    (folder / "devices/land/gs-nord.csv").write_text(head + teacher)
    (folder / "list.csv").write_text(HEAD + NINE.replace("pupil", "teacher"))
    assert take(folder, "list.csv", "--school", "gs-nord", "--write").code == 0
    assert (folder / OURS).read_text() == head + first + second
    assert "DXXX00000009" in (folder / "devices/land/gs-nord.csv").read_text()
    assert counts(take(folder, "list.csv", "--school", "gs-nord", "--output", "json")) == {
        "teacher": (0, 1, 0)
    }


def test_a_device_of_another_cohort_stays_and_is_named(folder):
    (folder / "list.csv").write_text(HEAD + KNOWN.replace("pupil", "teacher"))
    before = (folder / OURS).read_bytes()
    answer = take(folder, "list.csv", "--school", "gs-nord", "--write")
    assert "DXXX00000001 stays in pupil" in answer.err
    assert "devices/gs-nord.csv:2" in answer.err
    assert (folder / OURS).read_bytes() == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + NINE + NINE, "E0241"),
        (HEAD + NINE.replace("pupil", "pupils"), 'Did you mean "pupil"?'),
        (HEAD.replace("Modell", "Vorname") + NINE, "E0243"),
        (HEAD + NINE + NINE.replace("-09;", "-0;"), "E0242"),
        ("a picture\n", "E0240"),
    ],
)
def test_one_mistake_holds_the_whole_list_back(folder, text, said):
    (folder / "list.csv").write_text(text, encoding="utf-8")
    before = files_of(folder)
    answer = take(folder, "list.csv", "--school", "gs-nord", "--write")
    assert (answer.code, answer.out) == (5, "")
    assert said in answer.err
    assert files_of(folder) == before


def test_rows_without_a_school_ask_for_it_once(folder):
    answer = take(folder, "list.csv")
    assert answer.code == 5
    assert answer.err.count("--school") == 1


@pytest.mark.parametrize(
    ("option", "name", "meant"), [("--school", "gs-nrd", "gs-nord"), ("--cohort", "pupl", "pupil")]
)
def test_a_misspelt_option_names_what_is_meant(folder, option, name, meant):
    answer = take(folder, "list.csv", option, name)
    assert answer.code == 64
    assert f'Did you mean "{meant}"?' in answer.err


@pytest.mark.parametrize("content", [os.urandom(3000), b"PK\x03\x04" + b"\0" * 500, b"\xff\xfe\0"])
def test_binary_rubbish_gets_a_sentence(folder, content):
    (folder / "rubbish.xlsx").write_bytes(content)
    answer = take(folder, "rubbish.xlsx", "--school", "gs-nord")
    assert (answer.code, answer.out) == (5, "")
    assert "E0240" in answer.err
    assert "Traceback" not in answer.err
    assert "bug" not in answer.err


def test_a_file_that_is_not_there_is_named(folder):
    answer = take(folder, "nowhere.csv", "devices")
    assert answer.code == 5
    assert "nowhere.csv: No such file" in answer.err
    assert "devices: Is a directory" in answer.err


def test_a_spreadsheet_is_taken(folder):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for line in (HEAD, NINE):
        book.active.append(line.strip().split(";"))
    book.save(folder / "list.xlsx")
    words = ("list.xlsx", "--school", "gs-nord", "--write", "--output", "json")
    assert counts(take(folder, *words)) == {"pupil": (1, 0, 0)}
    assert b"DXXX00000009;02:d0:00:00:00:09;MU-0009" in (folder / OURS).read_bytes()


def test_without_the_library_a_spreadsheet_says_how_to_get_it(folder):
    hidden = folder / "hidden" / "openpyxl"
    hidden.mkdir(parents=True)
    (hidden / "__init__.py").write_text("raise ImportError\n")
    (folder / "list.xlsx").write_bytes(b"PK\x03\x04")
    source = Path(__file__).parents[2] / "cli"
    env = {"PYTHONPATH": f"{hidden.parent}{os.pathsep}{source}"}
    answer = pedell_says("devices", "import", "list.xlsx", cwd=folder, env=env)
    assert answer.code == 5
    assert "pip install 'pedell[xlsx]'" in answer.err
    assert "save the sheet as CSV" in answer.err


def test_check_counts_every_cohort(folder):
    answer = pedell_says("devices", "check", "--output", "json", cwd=folder)
    rows = json.loads(answer.out)["rows"]
    assert [tuple(row.values()) for row in rows] == [
        ("gs-nord", "pupil", 2),
        ("gs-nord", "teacher", 1),
    ]


def test_check_shows_what_is_wrong_in_a_list(folder):
    text = (folder / OURS).read_text()
    (folder / OURS).write_text(text.replace("cohort", "cohort;Name", 1))
    answer = pedell_says("devices", "check", cwd=folder)
    assert (answer.code, answer.out) == (5, "")
    assert "E0243" in answer.err
    assert "1:31" in answer.err


def test_help_stands_in_the_list_of_commands(tmp_path):
    assert "devices" in pedell_says("--help", cwd=tmp_path).out
