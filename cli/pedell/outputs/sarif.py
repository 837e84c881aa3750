"""SARIF 2.1.0: problems as code review tools read them, one run with all its rules."""

import json
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from pedell.model import SUMMARIES, Problem, Source

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

Record = dict[str, Any]


def sarif(
    problems: Sequence[Problem], helps: Mapping[str, str], version: str, root: PurePath
) -> str:
    """Write problems as one SARIF document.

    ``helps`` maps codes to what can be said of each. ``root`` is the folder, absolute, in which
    Pedell was started: files below it are named from there, as a checkout names them.
    """
    driver = {
        "name": "pedell",
        "version": version,
        "rules": [_rule(code, helps.get(code, "")) for code in SUMMARIES],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, root) for problem in problems],
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=False, indent=2)


def _rule(code: str, about: str) -> Record:
    rule: Record = {
        "id": code,
        "shortDescription": {"text": SUMMARIES[code]},
        "defaultConfiguration": {"level": "warning" if code.startswith("W") else "error"},
    }
    return {**rule, "help": {"text": about}} if about else rule


def _result(problem: Problem, root: PurePath) -> Record:
    result: Record = {
        "ruleId": problem.code,
        "ruleIndex": list(SUMMARIES).index(problem.code),
        "level": str(problem.severity),
        "message": {"text": f"{problem.summary}: {problem.detail}"},
    }
    if problem.source and problem.source.file:
        result["locations"] = [{"physicalLocation": _location(problem.source, root)}]
    return result


def _location(source: Source, root: PurePath) -> Record:
    location: Record = {"artifactLocation": _artifact(PurePath(source.file), root)}
    if source.line > 0:
        location["region"] = {"startLine": source.line, "startColumn": max(source.column, 1)}
    return location


def _artifact(file: PurePath, root: PurePath) -> Record:
    """Name a file from the checkout's root; one that lies elsewhere by its whole address."""
    if file.is_absolute() and not file.is_relative_to(root):
        return {"uri": file.as_uri()}
    named = file.relative_to(root) if file.is_absolute() else file
    return {"uri": quote(named.as_posix(), errors="surrogateescape"), "uriBaseId": "%SRCROOT%"}
