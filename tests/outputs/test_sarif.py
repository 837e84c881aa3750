"""SARIF: the parts of the 2.1.0 standard that readers rely on, held by hand."""

import json
import re
from pathlib import PurePosixPath
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pedell.model import SUMMARIES, Problem, Severity, Source
from pedell.outputs import sarif
from tests.outputs import cases

ROOT = PurePosixPath("/checkout")


def told(*problems: Problem, helps: dict[str, str] | None = None) -> dict[str, Any]:
    document = json.loads(sarif(problems, helps or {}, "1.2.3", ROOT))
    (run,) = document["runs"]
    return run


def place(file: str) -> dict[str, Any]:
    (result,) = told(Problem("E0110", "x", Source(file, 3, 4)))["results"]
    return result["locations"][0]["physicalLocation"]["artifactLocation"]


def test_the_frame_is_that_of_the_standard() -> None:
    document = json.loads(sarif((), {}, "1.2.3", ROOT))
    assert document.keys() == {"$schema", "version", "runs"}
    assert document["version"] == "2.1.0"
    assert document["$schema"].endswith("/sarif-schema-2.1.0.json")
    (run,) = document["runs"]
    assert run["tool"]["driver"]["name"] == "pedell"
    assert run["tool"]["driver"]["version"] == "1.2.3"
    assert run["results"] == []  # nothing found, which differs from null: nothing looked for
    assert run["columnKind"] == "unicodeCodePoints"


def test_every_code_is_a_rule_with_its_words() -> None:
    rules = told(helps={"E0107": "Take the line out."})["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(SUMMARIES)
    for rule in rules:
        assert rule["shortDescription"] == {"text": SUMMARIES[rule["id"]]}
        level = "warning" if rule["id"].startswith("W") else "error"
        assert rule["defaultConfiguration"] == {"level": level}
    assert {rule["id"]: rule["help"] for rule in rules if "help" in rule} == {
        "E0107": {"text": "Take the line out."}
    }


def test_every_problem_is_a_result_that_points_at_its_rule() -> None:
    problems, _ = cases.problems()
    run = told(*problems)
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) == len(problems)
    for result, problem in zip(run["results"], problems, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == problem.code
        assert result["level"] == str(problem.severity)
        assert result["message"] == {"text": f"{problem.summary}: {problem.detail}"}
    assert {result["level"] for result in run["results"]} == {"error", "warning"}


def test_a_result_names_file_line_and_column() -> None:
    problem = Problem("W0302", "x", Source("schools/gs-nord.yml", 7, 41), Severity.WARNING)
    (result,) = told(problem)["results"]
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "schools/gs-nord.yml", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 7, "startColumn": 41},
            }
        }
    ]


def test_what_stands_nowhere_has_no_place() -> None:
    assert "locations" not in told(Problem("E0108", "x"))["results"][0]
    whole = told(Problem("E0108", "x", Source("a.yml", 0, 0)))["results"][0]["locations"][0]
    assert "region" not in whole["physicalLocation"]


def test_files_are_named_from_the_checkout() -> None:
    assert place("/checkout/schools/a.yml")["uri"] == "schools/a.yml"
    assert place("./schools/a.yml")["uri"] == "schools/a.yml"
    assert place("../other/a.yml")["uri"] == "../other/a.yml"
    assert place("/elsewhere/a.yml") == {"uri": "file:///elsewhere/a.yml"}


@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="/\0"), min_size=1))
def test_any_name_becomes_a_valid_address(name: str) -> None:
    uri = place(f"schools/{name}.yml")["uri"]
    assert re.fullmatch(r"schools/(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+", uri)
