"""``pedell licences`` through the real command line."""

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from tests.commands.typed import Answer, pedell_says

HOME = Path(__file__).parents[2]
CATALOGUE = """\
apps:
  anton: {title: "=ANTON ü", app_store: 1, approved: "2021-01-15", licences: {count: device, pool: authority, owned: 2}, cost: 1234.5}
  book-creator: {title: Book Creator, app_store: 2, approved: "2021-01-15", licences: {count: school, pool: school}}
  spare: {title: Spare, app_store: 3, licences: {count: person, pool: school}, cost: 1}
  free: {title: Free, app_store: 4}
"""


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "schools"
    shutil.copytree(HOME / "inventories/minimal", folder, ignore=shutil.ignore_patterns(".pedell"))
    catalogue = (folder / "catalogue.yml").read_text().partition("apps:")[0]
    (folder / "catalogue.yml").write_text(catalogue + CATALOGUE)
    (folder / "licences.csv").write_text("app;pool;owned\nspare;gs-nord;5\n")
    return folder


def licences(folder: Path, *words: str) -> Answer:
    return pedell_says("licences", *words, "-i", folder.name, cwd=folder.parent)


def rows(folder: Path, *words: str) -> list[dict[str, object]]:
    answer = licences(folder, *words, "--output", "json")
    assert (answer.code, answer.err) == (0, "")
    return json.loads(answer.out)["rows"]


def test_each_app_has_an_account_in_each_pool(folder):
    assert rows(folder) == [
        {
            "app": "anton", "title": "=ANTON ü", "pool": "musterstadt", "count": "device",
            "needed": 3, "owned": 2, "short": 1, "surplus": 0, "cost_each": 1234.5, "cost": 1234.5,
            "without": [{"school": "gs-nord", "licences": 1}],
        },
        {
            "app": "book-creator", "title": "Book Creator", "pool": "gs-nord", "count": "school",
            "needed": 1, "owned": 0, "short": 1, "surplus": 0, "cost_each": None, "cost": None,
            "without": [{"school": "gs-nord", "licences": 1}],
        },
        {
            "app": "spare", "title": "Spare", "pool": "gs-nord", "count": "person",
            "needed": 0, "owned": 5, "short": 0, "surplus": 5, "cost_each": 1.0, "cost": 0.0,
            "without": [],
        },
    ]  # fmt: skip


def test_people_read_the_sum_below(folder):
    answer = licences(folder)
    assert (answer.code, answer.err) == (0, "")
    assert "1,234.50  gs-nord 1" in answer.out
    assert "2 licences short in 2 lines, 1,234.50 EUR, 1 line without a cost." in answer.out
    assert "1 app not counted." in answer.out


def test_only_what_is_asked_for(folder):
    assert [row["app"] for row in rows(folder, "--short")] == ["anton", "book-creator"]
    assert [row["app"] for row in rows(folder, "--app", "spare")] == ["spare"]
    assert rows(folder, "--app", "spare", "--short") == []
    assert "Nothing is short." in licences(folder, "--app", "spare").out
    assert "does not say how licences of free are counted" in licences(folder, "--app", "free").out


def test_an_unknown_app_is_told(folder):
    answer = licences(folder, "--app", "antn")
    assert (answer.code, answer.out) == (64, "")
    assert 'Did you mean "anton"?' in answer.err


def test_the_shopping_list_has_what_is_short_and_no_formula(folder, tmp_path):
    path = tmp_path / "buy.csv"
    path.write_text("old")
    answer = licences(folder, "--shopping-list", "buy.csv")
    assert answer.code == 0
    assert "Written: buy.csv (2 lines)." in answer.err
    text = path.read_bytes().decode("utf-8-sig")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(text), delimiter=";")) == [
        ["app", "title", "pool", "needed", "owned", "short", "cost_each", "cost"],
        ["anton", "'=ANTON ü", "musterstadt", "3", "2", "1", "1234,50", "1234,50"],
        ["book-creator", "Book Creator", "gs-nord", "1", "0", "1", "", ""],
    ]


def test_a_list_that_cannot_be_written_is_told(folder):
    answer = licences(folder, "--shopping-list", "nowhere/buy.csv")
    assert answer.code == 1
    assert "nowhere/buy.csv: No such file or directory" in answer.err


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_a_title_is_never_a_formula(folder, sign):
    catalogue = folder / "catalogue.yml"
    catalogue.write_text(catalogue.read_text().replace("=ANTON", f"{sign}ANTON"))
    out = licences(folder, "--app", "anton", "--output", "csv").out
    assert f";'{sign}ANTON ü;" in out


def test_validate_and_plan_say_who_goes_without(folder):
    for words in (("validate",), ("plan", "--offline")):
        answer = pedell_says(*words, "-i", folder.name, cwd=folder.parent)
        assert answer.code == 0
        assert answer.err.count("W0306") == 3  # two of them, and the last line
        assert "Without: gs-nord (1)" in answer.err


def test_the_list_of_apps_says_what_is_short(folder):
    answer = pedell_says("list", "apps", "-i", folder.name, "--output", "json", cwd=folder.parent)
    found = {row["id"]: row for row in json.loads(answer.out)["rows"]}
    assert {name: row["short"] for name, row in found.items()} == {
        "anton": 1, "book-creator": 1, "spare": 0, "free": None,
    }  # fmt: skip


def test_a_wrong_list_stops_everything(folder):
    (folder / "licences.csv").write_text("app;pool;owned\nanton;musterstadt;two\n")
    answer = licences(folder, "--output", "csv")
    assert (answer.code, answer.out) == (5, "")
    assert "E0238" in answer.err
