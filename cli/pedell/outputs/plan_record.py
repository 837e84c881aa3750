"""Plans, and what became of them, as plain JSON values under keys that do not change."""

from collections import Counter
from dataclasses import asdict

from pedell.model import Change, FieldChange, Plan, Step, dotted
from pedell.outputs.drift_text import drifted
from pedell.outputs.group import cause_of
from pedell.outputs.masking import masked
from pedell.outputs.records import Record, plain, source_record
from pedell.outputs.status_record import notice_records
from pedell.outputs.views import Difference, Report


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
        "moved_to": [str(address) for address in change.heirs],
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
