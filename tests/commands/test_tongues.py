"""People are told in their language, machines in one, and nobody pays for a language not spoken."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pedell.commands.help import help_page
from pedell.commands.tongues import german
from pedell.model import SUMMARIES
from tests.broken.examples import break_inventory
from tests.commands.typed import SOURCE, pedell_says

BASE = Path(__file__).parents[1] / "broken/base"
GERMAN = {"PEDELL_LANG": "de"}
WRONG = "# schools/gs-nord.yml\napps: [book-creatr]\n"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "schulen"
    break_inventory(BASE, folder, WRONG)
    return folder


@pytest.mark.parametrize("output", ["json", "jsonl", "sarif"])
def test_a_machine_is_told_the_same_in_every_language(folder: Path, output: str) -> None:
    words = ("validate", "--output", output)
    english, spoken = (pedell_says(*words, cwd=folder, env=env) for env in ({}, GERMAN))
    assert english == spoken
    assert "is not in the catalogue" in english.out


def test_the_locale_decides_where_nobody_chose(folder: Path) -> None:
    locale = {"PEDELL_LANG": "", "LC_ALL": "de_DE.UTF-8"}
    assert "Unbekannte App" in pedell_says("validate", cwd=folder, env=locale).err
    assert "Unknown app" in pedell_says("validate", cwd=folder, env={**locale, "LC_ALL": "C"}).err


def test_warnings_beside_a_plan_are_german_too(folder: Path) -> None:
    file = folder / "schools/gs-nord.yml"
    file.write_text(file.read_text("utf-8").replace("book-creatr", "book-creator"), "utf-8")
    catalogue = folder / "catalogue.yml"
    said = catalogue.read_text("utf-8")
    secret = ', security: wpa2-personal, password: !secret "${school.id}-wlan"'
    open_to_all = ", security: wpa2-enterprise, eap: [peap]"
    assert said.count(secret) == 1
    catalogue.write_text(said.replace(secret, open_to_all), "utf-8")
    answer = pedell_says("plan", "--offline", cwd=folder, env=GERMAN)
    assert answer.code == 0
    assert "WPA Enterprise ohne Vertrauensanker" in answer.err


@pytest.mark.parametrize("code", ["E0101", "E0231", "W0301"])
def test_a_page_of_help_is_printed_in_german(code: str, tmp_path: Path) -> None:
    answer = pedell_says("help", code, cwd=tmp_path, env=GERMAN)
    assert (answer.code, answer.err) == (0, "")
    head, _, *rest = answer.out.splitlines()
    assert head == f"{code}  {german().summaries[code]}"
    text = " ".join(" ".join(rest).split())
    page = help_page(code, "de")
    for part in (page.means, "Falsch", page.wrong, "Richtig", page.right, "Was zu tun ist"):
        assert " ".join(part.split()) in text
    assert " ".join(page.way_out.split()) in text


def test_all_numbers_are_listed_in_german(tmp_path: Path) -> None:
    answer = pedell_says("help", cwd=tmp_path, env=GERMAN)
    listed = " ".join(answer.out.split())
    assert all(f"{code} {german().summaries[code]}" in listed for code in SUMMARIES)


def test_an_unknown_number_is_told_in_german(tmp_path: Path) -> None:
    answer = pedell_says("help", "E231", cwd=tmp_path, env=GERMAN)
    assert "„E231“ ist keine Fehlernummer. Gemeint ist vielleicht „E0231“." in answer.err


def test_an_english_run_opens_no_german_file(folder: Path) -> None:
    script = (
        "import contextlib, json, sys\n"
        "opened = []\n"
        "sys.addaudithook(lambda what, with_: opened.append(str(with_[0])) if what == 'open' else 0)\n"
        "from pedell.commands import cli\n"
        "from pedell.commands.exits import Leave\n"
        "with contextlib.suppress(Leave):\n"
        "    cli.main(['validate'], standalone_mode=False)\n"
        "print(json.dumps([name for name in opened if 'german' in name or '.de.' in name]))\n"
    )
    found = {}
    for language in ("en", "de"):
        env = {"PYTHONPATH": str(SOURCE), "PEDELL_LANG": language}
        command = [sys.executable, "-c", script]
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, check=True)
        found[language] = [Path(name).name for name in json.loads(done.stdout)]
    assert found == {"en": [], "de": ["german.toml", "german_quotes.toml"]}
