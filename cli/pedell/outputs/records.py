"""Values, lists, problems and pictures as plain JSON values, under keys that do not change."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeAlias

from pedell.model import (
    Contribution,
    Lock,
    Problem,
    Sealed,
    SecretName,
    Severity,
    Source,
    Value,
    dotted,
)
from pedell.outputs.values import mark
from pedell.outputs.views import (
    Arrow,
    Explanation,
    Picture,
    Table,
)

Record: TypeAlias = dict[str, Any]


def explanations_record(explanations: Sequence[Explanation]) -> Record:
    """Return where values come from."""
    return {"values": [_explanation(explanation) for explanation in explanations]}


def table_record(table: Table) -> Record:
    """Return a list; the names of its columns are the keys."""
    rows = [
        {name: plain(value) for name, value in zip(table.columns, row, strict=True)}
        for row in table.rows
    ]
    return {"name": table.name, "note": table.note, "rows": rows}


def problems_record(problems: Sequence[Problem], texts: Mapping[str, str]) -> Record:
    """Return what is wrong, and of how many files."""
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    summary = {"errors": errors, "warnings": len(problems) - errors, "files": len(texts)}
    found = [
        {
            "code": problem.code,
            "summary": problem.summary,
            "detail": problem.detail,
            "severity": str(problem.severity),
            "source": source_record(problem.source),
        }
        for problem in problems
    ]
    return {"summary": summary, "problems": found}


def picture_record(picture: Picture) -> Record:
    """Return who waits for whom."""
    nodes = [{"address": str(address)} for address in picture.nodes]
    return {"nodes": nodes, **way_record(picture.arrows)}


def way_record(way: Sequence[Arrow]) -> Record:
    """Return by which steps one thing waits for another."""
    arrows = [
        {
            "waiting": str(arrow.waiting),
            "needed": str(arrow.needed),
            "reason": arrow.reason,
            "until": str(arrow.until),
        }
        for arrow in way
    ]
    return {"arrows": arrows}


def plain(value: Value) -> Any:
    """Turn a value into what ``json`` writes; a secret is its name and four digits."""
    match value:
        case Sealed(name, fingerprint):
            return {"secret": name, "fingerprint": f"{mark(value)}…" if fingerprint else None}
        case SecretName():
            return {"secret": str(value), "fingerprint": None}
        case Mapping():
            return {str(key): plain(child) for key, child in value.items()}
        case None | bool() | int() | float() | str():
            return value
        case _:
            return [plain(child) for child in value]


def _explanation(explanation: Explanation) -> Record:
    setting = explanation.setting
    return {
        "school": explanation.school,
        "cohort": explanation.cohort,
        "path": dotted(explanation.pointer),
        "value": plain(setting.value),
        "source": source_record(setting.source),
        "rule": explanation.rule,
        "trail": [_contribution(said) for said in setting.trail],
        "lock": lock_record(setting.lock),
        "reaches": list(explanation.reaches),
    }


def _contribution(said: Contribution) -> Record:
    return {
        "layer": said.layer,
        "name": said.name,
        "value": plain(said.value),
        "source": source_record(said.source),
    }


def lock_record(lock: Lock | None) -> Record | None:
    """Return a lock with its reason and where it stands."""
    if lock is None:
        return None
    numbers = None if lock.bounds is None else {"min": lock.bounds[0], "max": lock.bounds[1]}
    return {
        "value": plain(lock.value),
        "allowed": None if lock.allowed is None else [plain(each) for each in lock.allowed],
        "range": numbers,
        "until": lock.until.isoformat() if lock.until else None,
        "reason": lock.reason,
        "owner": lock.owner,
        "source": source_record(lock.source),
    }


def source_record(source: Source | None) -> Record | None:
    """Return a place in a file, None where there is none."""
    return asdict(source) if source and source.file else None
