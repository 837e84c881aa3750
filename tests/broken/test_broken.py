"""Broken inventories through the real command line: every message, to the letter, in two languages."""

import os
import re
from pathlib import Path

import pytest

from pedell.model import SUMMARIES
from tests.broken.examples import break_inventory
from tests.commands.typed import pedell_says

HOME = Path(__file__).parent
CASES = sorted(path.stem for path in (HOME / "cases").glob("*.txt"))
REFRESH = os.environ.get("PEDELL_REFRESH_GOLDEN") == "1"


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_told_to_the_letter(case: str, language: str, tmp_path: Path) -> None:
    text = (HOME / "cases" / f"{case}.txt").read_text("utf-8")
    folder = tmp_path / "schulen"
    typed = break_inventory(HOME / "base", folder, text)
    variables, _, words = typed.partition("pedell ")
    env = dict(each.split("=") for each in variables.split()) | {"PEDELL_LANG": language}
    answer = pedell_says(*words.split(), cwd=folder, env=env)
    told = f"{answer.err}{answer.out}".replace(f"{tmp_path}/", "").rstrip()
    told = f"$ {typed}\n{told}\nexit code {answer.code}\n"
    golden = HOME / "golden" / f"{case}.{language}.txt"
    if REFRESH:
        golden.write_text(told, encoding="utf-8")
    assert case.split("-", maxsplit=1)[0] in answer.err
    assert told == golden.read_text("utf-8")


def test_every_number_has_a_broken_inventory() -> None:
    assert {case.split("-")[0] for case in CASES} == SUMMARIES.keys()
    assert len(CASES) >= 60


def test_nothing_golden_is_left_over() -> None:
    told = {path.name for path in (HOME / "golden").iterdir()}
    assert told == {f"{case}.{language}.txt" for case in CASES for language in ("en", "de")}


@pytest.mark.parametrize("case", CASES)
def test_both_languages_name_the_same_places(case: str) -> None:
    english, german = (
        (HOME / "golden" / f"{case}.{language}.txt").read_text("utf-8") for language in ("en", "de")
    )
    assert _places(english) == _places(german)


def _places(text: str) -> list[str]:
    """Return the files, lines, numbers and marks of a message: what no language may change."""
    return re.findall(r"^  (?:[EW]\d{4})|\d+:\d+$|^ +\d+ │.*$|│ .*\^+|^exit code \d+", text, re.M)
