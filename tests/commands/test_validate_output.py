"""``pedell validate`` for other programs, through the real command line."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pedell import __version__
from pedell.commands.help import help_pages
from tests.commands.typed import Answer, pedell_says

MINIMAL = Path(__file__).parents[2] / "inventories/minimal"
OLD = """\
  - at: presets.lock_screen
    value: Exams
    reason: Exams
    owner: it@example.org
    until: "2021-07-31"
"""


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "schools"
    shutil.copytree(MINIMAL, folder, ignore=shutil.ignore_patterns(".pedell"))
    return folder


def validate(folder: Path, *words: str) -> Answer:
    return pedell_says("validate", *words, cwd=folder)


def expire(folder: Path) -> int:
    """Put an expired lock in front of the others; return its line."""
    path = folder / "authority.yml"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines, 1) if line.startswith("locks:"))
    path.write_text("".join([*lines[:at], OLD, *lines[at:]]), "utf-8")
    return at + 2


def mistake(folder: Path) -> None:
    path = folder / "schools/gs-nord.yml"
    text = path.read_text("utf-8") + "restrictions: {pupil: {airdrop: true}}\n"
    path.write_text(text, "utf-8")


def review(answer: Answer) -> dict[str, Any]:
    assert answer.err == ""
    (run,) = json.loads(answer.out)["runs"]
    return run


def test_a_sound_inventory_says_so_to_programs(folder):
    answer = validate(folder, "--output", "json")
    document = json.loads(answer.out)
    assert (answer.code, answer.err) == (0, "")
    assert (document["format"], document["type"], document["valid"]) == (1, "problems", True)
    assert (document["schools"], document["devices"]) == (1, 3)
    assert document["problems"] == []
    assert document["summary"] == {"errors": 0, "warnings": 0, "files": 0}


def test_a_warning_stands_in_the_document(folder):
    line = expire(folder)
    answer = validate(folder, "--output", "json")
    document = json.loads(answer.out)
    assert (answer.code, answer.err, document["valid"]) == (0, "", True)
    assert document["summary"] == {"errors": 0, "warnings": 1, "files": 1}
    (found,) = document["problems"]
    assert (found["code"], found["severity"]) == ("W0302", "warning")
    assert found["source"] == {"file": "authority.yml", "line": line, "column": 12}


def test_and_in_a_line_of_its_own(folder):
    expire(folder)
    answer = validate(folder, "--output", "jsonl")
    head, found = map(json.loads, answer.out.splitlines())
    assert (answer.code, answer.err) == (0, "")
    assert (head["format"], head["valid"], head["summary"]["warnings"]) == (1, True, 1)
    assert (found["type"], found["code"]) == ("problem", "W0302")


def test_people_read_it_beside_the_result(folder):
    expire(folder)
    answer = validate(folder)
    assert answer.code == 0
    assert "W0302  Lock has expired" in answer.err
    assert "are sound" in answer.out


def test_code_review_gets_warnings(folder):
    line = expire(folder)
    answer = validate(folder, "--output", "sarif")
    assert answer.code == 0
    (result,) = review(answer)["results"]
    assert (result["ruleId"], result["level"]) == ("W0302", "warning")
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "authority.yml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": line, "startColumn": 12},
    }


def test_code_review_gets_errors_and_the_exit_code_stays(folder):
    mistake(folder)
    answer = pedell_says("validate", "-i", folder, "--output", "sarif", cwd=folder.parent)
    assert answer.code == validate(folder).code == 5
    run = review(answer)
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("E0107", "error")
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "schools/schools/gs-nord.yml"
    driver = run["tool"]["driver"]
    assert driver["version"] == __version__
    page = help_pages()["E0107"]
    assert driver["rules"][result["ruleIndex"]]["help"]["text"] == f"{page.means} {page.way_out}"


def test_code_review_gets_an_empty_list_of_a_sound_inventory(folder):
    answer = validate(folder, "--output", "sarif")
    assert answer.code == 0
    assert review(answer)["results"] == []


def test_other_commands_do_not_offer_it(folder):
    answer = pedell_says("list", "locks", "--output", "sarif", cwd=folder)
    assert (answer.code, answer.out) == (64, "")


def test_validate_says_against_which_releases_of_apples_schema(folder: Path) -> None:
    assert "Held against Apple's schema: profiles of iOS 18.3, declarations" in validate(folder).out
    record = json.loads(validate(folder, "--output", "json").out)
    assert record["apple"] == "profiles of iOS 18.3, declarations of iOS 27.0 Seed 1"


def test_a_link_that_leads_out_shows_nothing_of_where_it_leads(folder: Path) -> None:
    (folder.parent / "secret.txt").write_text("Geheim-1 (erfunden)\n")
    (folder / "facts").mkdir()
    (folder / "facts/apple.json").symlink_to(folder.parent / "secret.txt")
    answer = validate(folder)
    assert "E0106" in answer.err
    assert "Geheim" not in answer.err + answer.out
