"""A saved plan: a JSON file that holds everything an apply needs, under a digest. No secret."""

import gzip
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pedell.files import write_atomically
from pedell.model import (
    Action,
    Address,
    Cause,
    Change,
    Edge,
    Effect,
    FieldChange,
    Gate,
    Observed,
    Plan,
    Problem,
    Rejected,
    Remembered,
    Resource,
    Rollout,
    Scope,
    Source,
    Step,
    Until,
    Wave,
    Window,
    Words,
    from_json,
    quote,
    tell,
    to_json,
)

FORMAT = 1


def write_plan(path: Path, plan: Plan) -> None:
    """Write the plan beside its place and move it there, readable for its owner only."""
    writing = _Writing()
    body = writing.plan(plan)
    body["crowds"] = writing.crowds
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    packed = gzip.compress(json.dumps({"digest": digest, "body": text}).encode(), 6, mtime=0)
    write_atomically(path, packed, 0o600)


def read_plan(path: Path) -> Plan:
    """Read a saved plan, or reject a file that is none, was changed, or is of another format."""
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise _rejected(path, tell("{reason}.", reason=quote(str(error.strerror)))) from None
    try:
        envelope = json.loads(gzip.decompress(packed))
        text = envelope["body"]
        if hashlib.sha256(text.encode()).hexdigest() != envelope["digest"]:
            raise _rejected(path, tell("It was changed after it was written. Plan again."))
        body = json.loads(text)
        if body["format"] != FORMAT:
            raise _rejected(path, tell("Another version of Pedell wrote it. Plan again."))
        return _Reading(body["crowds"]).plan(body)
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError):
        detail = tell("It is no plan. Make one: pedell plan --out FILE")
        raise _rejected(path, detail) from None


def _rejected(path: Path, detail: Words) -> Rejected:
    return Rejected([Problem("E0280", detail, Source(str(path), 1, 1))])


class _Writing:
    """Nouns to JSON; sets of devices are written once each, by digest."""

    def __init__(self) -> None:
        self.crowds: dict[str, list[str]] = {}
        self._digests: dict[frozenset[str], str] = {}

    def plan(self, plan: Plan) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "scope": {name: getattr(plan.scope, name) for name in Scope.__slots__},
            "rollout": self._rollout(plan.rollout),
            "waves": [
                {
                    "number": w.number,
                    "schools": w.schools,
                    "steps": [self._step(s) for s in w.steps],
                }
                for w in plan.waves
            ],
            "blocked": [self._change(change) for change in plan.blocked],
            "orphans": [str(address) for address in plan.orphans],
            "unchanged": plan.unchanged,
            "waiting": plan.waiting,
            "unreachable": plan.unreachable,
            "denied": sorted(plan.denied),
        }

    def _rollout(self, rollout: Rollout) -> dict[str, Any]:
        window = rollout.window
        return {
            "name": rollout.name,
            "schools": rollout.schools,
            "tags": rollout.tags,
            "order_by": rollout.order_by,
            "sizes": rollout.sizes,
            "gate": [rollout.gate.verified, rollout.gate.timeout],
            "stop_share": rollout.stop_share,
            "window": [sorted(window.days), window.start, window.end] if window else None,
            "source": _place(rollout.source),
        }

    def _step(self, step: Step) -> dict[str, Any]:
        needs = [[edge.step, edge.reason, edge.until] for edge in step.needs]
        return {"number": step.number, "needs": needs, "change": self._change(step.change)}

    def _change(self, change: Change) -> dict[str, Any]:
        before, after, left = change.before, change.after, change.remembered
        return {
            "address": str(change.address),
            "target": change.target,
            "action": change.action.name,
            "before": before and [to_json(before.spec), before.handle, self._crowd(before.devices)],
            "after": after and self._resource(after),
            "left": left and [to_json(left.spec), left.handle, self._crowd(left.devices)],
            "fields": [
                [list(f.pointer), to_json(f.before), to_json(f.after), f.cause]
                for f in change.fields
            ],
            "devices": self._crowd(change.devices),
            "drifted": self._crowd(change.drifted),
            "leaving": self._crowd(change.leaving),
            "effect": change.effect,
            "blocked": change.blocked,
            "heirs": [str(address) for address in change.heirs],
        }

    def _resource(self, resource: Resource) -> dict[str, Any]:
        return {
            "spec": to_json(resource.spec),
            "devices": self._crowd(resource.devices),
            "tags": resource.tags,
            "source": _place(resource.source),
            "origins": [[list(at), _place(source)] for at, source in resource.origins.items()],
        }

    def _crowd(self, serials: frozenset[str]) -> str:
        if serials not in self._digests:
            listed = sorted(serials)
            digest = hashlib.sha256(",".join(listed).encode()).hexdigest()[:16]
            self._digests[serials] = digest
            self.crowds[digest] = listed
        return self._digests[serials]


class _Reading:
    """JSON back to nouns."""

    def __init__(self, crowds: Mapping[str, list[str]]) -> None:
        self._crowds = {digest: frozenset(serials) for digest, serials in crowds.items()}

    def plan(self, body: Mapping[str, Any]) -> Plan:
        return Plan(
            scope=Scope(**body["scope"]),
            rollout=self._rollout(body["rollout"]),
            waves=tuple(
                Wave(w["number"], tuple(w["schools"]), tuple(self._step(s) for s in w["steps"]))
                for w in body["waves"]
            ),
            blocked=tuple(self._change(change) for change in body["blocked"]),
            orphans=tuple(Address.parse(address) for address in body["orphans"]),
            unchanged=body["unchanged"],
            waiting=body["waiting"],
            unreachable=tuple((target, why) for target, why in body["unreachable"]),
            denied=frozenset(body["denied"]),
        )

    def _rollout(self, body: Mapping[str, Any]) -> Rollout:
        window = body["window"]
        return Rollout(
            name=body["name"],
            schools=body["schools"],
            tags=tuple(body["tags"]),
            order_by=tuple(body["order_by"]),
            sizes=tuple(body["sizes"]),
            gate=Gate(*body["gate"]),
            stop_share=body["stop_share"],
            window=Window(frozenset(window[0]), window[1], window[2]) if window else None,
            source=Source(*body["source"]),
        )

    def _step(self, body: Mapping[str, Any]) -> Step:
        needs = tuple(Edge(step, reason, Until(until)) for step, reason, until in body["needs"])
        return Step(body["number"], self._change(body["change"]), needs)

    def _change(self, body: Mapping[str, Any]) -> Change:
        address = Address.parse(body["address"])
        before, left = body["before"], body["left"]
        return Change(
            address=address,
            target=body["target"],
            action=Action[body["action"]],
            before=before
            and Observed(address, _spec(before[0]), before[1], self._crowds[before[2]]),
            after=body["after"] and self._resource(address, body["target"], body["after"]),
            remembered=left
            and Remembered(address, body["target"], _spec(left[0]), left[1], self._crowds[left[2]]),
            fields=tuple(
                FieldChange(tuple(at), from_json(b), from_json(a), Cause(cause))
                for at, b, a, cause in body["fields"]
            ),
            devices=self._crowds[body["devices"]],
            drifted=self._crowds[body["drifted"]],
            effect=Effect(body["effect"]),
            blocked=body["blocked"],
            leaving=self._crowds[body["leaving"]],
            heirs=tuple(Address.parse(address) for address in body.get("heirs", ())),
        )

    def _resource(self, address: Address, target: str, body: Mapping[str, Any]) -> Resource:
        return Resource(
            address=address,
            target=target,
            spec=_spec(body["spec"]),
            devices=self._crowds[body["devices"]],
            needs=(),
            tags=tuple(body["tags"]),
            source=Source(*body["source"]),
            origins={tuple(at): Source(*place) for at, place in body["origins"]},
        )


def _place(source: Source) -> list[Any]:
    return [source.file, source.line, source.column]


def _spec(body: Any) -> Any:
    return from_json(body)
