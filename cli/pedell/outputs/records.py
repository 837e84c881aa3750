"""Nouns as plain JSON values, under keys that do not change."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeAlias

from pedell.model import (
    Change,
    Contribution,
    FieldChange,
    Lock,
    Plan,
    Problem,
    Sealed,
    SecretName,
    Severity,
    Source,
    Step,
    Value,
    dotted,
)
from pedell.outputs.drift_text import drifted
from pedell.outputs.group import cause_of
from pedell.outputs.masking import masked
from pedell.outputs.status_record import notice_records
from pedell.outputs.values import mark
from pedell.outputs.views import (
    Arrow,
    Difference,
    Explanation,
    Picture,
    Report,
    Table,
)

Record: TypeAlias = dict[str, Any]


def plan_record(plan: Plan) -> Record:
    """Return a plan: the changes that are done, in order, then the blocked ones."""
    done = [
        {"step": step.number, "wave": wave.number, **_change(masked(step.change)), **_needs(step)}
        for wave in plan.waves
        for step in wave.steps
    ]
    nowhere: Record = {"step": None, "wave": None}
    held = [{**nowhere, **_change(masked(c)), "needs": []} for c in plan.blocked]
    return {**_planned(plan), "changes": [*done, *held]}


def difference_record(difference: Difference) -> Record:
    """Return what other files would change, also summed up for each school."""
    devices: dict[str, set[str]] = {}
    changes: Counter[str] = Counter()
    for step in difference.plan.steps:
        school = step.change.address.school
        changes[school] += 1
        devices.setdefault(school, set()).update(step.change.devices, step.change.leaving)
    by_school = [
        {"school": school, "changes": number, "devices": len(devices[school])}
        for school, number in sorted(changes.items())
    ]
    revisions = {"old": difference.old, "new": difference.new}
    return {"revisions": revisions, **plan_record(difference.plan), "by_school": by_school}


def drift_record(plan: Plan) -> Record:
    """Return what somebody moved: before is what was left there, after what is seen now."""
    nowhere: Record = {"step": None, "wave": None}
    moved = [{**nowhere, **_change(change), "needs": []} for change in drifted(plan)]
    record = _planned(plan)
    record["summary"]["changes"] = len(moved)
    record["summary"]["schools"] = len({each["school"] for each in moved})
    return {**record, "changes": moved}


def report_record(report: Report) -> Record:
    """Return what became of a plan."""
    return {
        "run": report.run,
        "scope": asdict(report.scope),
        "seconds": round(report.seconds, 3),
        "stopped": report.stopped,
        "traffic": asdict(report.traffic),
        "waves": [
            {
                "number": each.wave.number,
                "schools": list(each.wave.schools),
                "steps": len(each.wave.steps),
                "gate": each.gate,
                "progress": asdict(each.progress),
            }
            for each in report.waves
        ],
        "outcomes": _outcomes(report),
        "unfinished": [{"address": str(address)} for address in report.unfinished],
    }


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


def _planned(plan: Plan) -> Record:
    steps = list(plan.steps)
    return {
        "scope": asdict(plan.scope),
        "summary": {
            "changes": len(steps),
            "schools": len({step.change.address.school for step in steps}),
            "blocked": len(plan.blocked),
            "waves": len(plan.waves),
            "unchanged": plan.unchanged,
            "waiting": plan.waiting,
        },
        "waves": [
            {"number": wave.number, "schools": list(wave.schools), "steps": len(wave.steps)}
            for wave in plan.waves
        ],
        "orphans": [{"address": str(address)} for address in plan.orphans],
        "notices": notice_records(plan.notices),
        "unreachable": [{"target": name, "reason": reason} for name, reason in plan.unreachable],
    }


def _change(change: Change) -> Record:
    at = change.address
    return {
        "action": change.action.word,
        "address": str(at),
        "school": at.school,
        "place": at.place,
        "kind": at.kind,
        "name": at.name,
        "target": change.target,
        "effect": str(change.effect),
        "cause": str(cause_of(change)),
        "drift": change.is_drift,
        "blocked": change.blocked,
        "note": change.before.note if change.before else "",
        "devices": len(change.devices),
        "drifted": sorted(change.drifted),
        "leaving": sorted(change.leaving),
        "fields": [_field(field) for field in change.fields],
        "source": source_record(change.after.source if change.after else None),
    }


def _field(field: FieldChange) -> Record:
    return {
        "path": dotted(field.pointer),
        "before": plain(field.before),
        "after": plain(field.after),
        "cause": str(field.cause),
    }


def _needs(step: Step) -> Record:
    needs = [{"step": n.step, "reason": n.reason, "until": str(n.until)} for n in step.needs]
    return {"needs": needs}


def _outcomes(report: Report) -> list[Record]:
    found = []
    for wave in report.waves:
        steps = {step.number: step.change for step in wave.wave.steps}
        for end in wave.outcomes:
            change = steps[end.step]
            found.append(outcome_record(wave.wave.number, change, end.step, end.status, end.detail))
    return found


def outcome_record(wave: int, change: Change, step: int, status: str, detail: str) -> Record:
    """Return the end of one step."""
    return {
        "step": step,
        "wave": wave,
        "address": str(change.address),
        "action": change.action.word,
        "status": str(status),
        "detail": detail,
    }


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
