"""Hand-made resources, lines and clocks for the stages that meet targets, all names invented."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence

from pedell.model import (
    Ability,
    Action,
    Address,
    Change,
    Effect,
    Kind,
    Need,
    Observed,
    Outcome,
    Progress,
    Remembered,
    Resource,
    School,
    Source,
    Status,
    Step,
)

HERE = Source("x.yml", 1, 1)
KINDS = {
    "node": Kind.from_schema(
        "node",
        {
            "properties": {
                "next": {"x-ref": "node"},
                "size": {"x-immutable": True, "x-effect": "deletes-data"},
                "names": {"x-unordered": True},
                "colour": {"x-effect": "harmless"},
            },
            "x-removal": "deletes-data",
        },
    ),
    "crowd": Kind.from_schema("crowd", {"properties": {}, "x-members": True}),
    "wifi": Kind.from_schema(
        "wifi", {"properties": {"ca": {"x-ref": "certificate"}}, "x-removal": "locks-out"}
    ),
    "certificate": Kind.from_schema("certificate", {"properties": {}}),
    "rights": Kind.from_schema("rights", {"properties": {"only_managed_wifi": {}}}),
}
ABLE: Mapping[str, Mapping[str, Ability]] = {"t": dict.fromkeys(KINDS, Ability())}


def at(name: str, kind: str = "node", school: str = "s") -> Address:
    return Address(school, "p", kind, name)


def wanted(name, spec=None, *, devices="", needs=(), kind="node", school="s", target="t"):
    """Want a thing; ``devices`` is a word whose letters are serials."""
    needs = tuple(n if isinstance(n, Need) else Need(at(n, kind, school), "so") for n in needs)
    address = at(name, kind, school)
    return Resource(address, target, spec or {}, frozenset(devices), needs, (kind,), HERE)


def seen(name, spec=None, *, devices="", waiting="", kind="node", school="s"):
    address = at(name, kind, school)
    return Observed(address, spec or {}, "h", frozenset(devices), frozenset(waiting))


def left(name, spec=None, *, devices="", kind="node", school="s", target="t"):
    return Remembered(at(name, kind, school), target, spec or {}, "h", frozenset(devices))


def by_address(*things):
    return {thing.address: thing for thing in things}


def change(name, action=Action.CREATE, *, kind="node", school="s", target="t", **fields):
    """Move a thing without saying which of its fields differ."""
    resource = wanted(name, {"x": 1}, kind=kind, school=school, target=target)
    rest = {
        "before": None,
        "after": None if action is Action.DELETE else resource,
        "remembered": None,
        "fields": (),
        "devices": frozenset(),
        "drifted": frozenset(),
        "effect": Effect.HARMLESS,
        **fields,
    }
    return Change(address=resource.address, target=target, action=action, **rest)


def step(number, *, needs=(), **fields):
    return Step(number, change(str(number), **fields), tuple(needs))


def school(name, kind="grundschule", priority=0, groups=()):
    return School(name, name, kind, tuple(groups), priority, {}, (), (), HERE)


class Clock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


class Book:
    """A journal that writes every call into one list, in the order of the calls."""

    def __init__(self, lines: list[tuple[str, int]] | None = None) -> None:
        self.lines: list[tuple[str, int]] = [] if lines is None else lines

    def intend(self, steps: Sequence[Step]) -> None:
        self.lines += [("intend", step.number) for step in steps]

    def conclude(self, ends: Sequence[tuple[Step, Outcome]]) -> None:
        self.lines += [(outcome.status.value, step.number) for step, outcome in ends]

    def numbers(self, word: str) -> list[int]:
        return [number for line, number in self.lines if line == word]


class ScriptedDevices:
    """Devices that stand as ``stands`` says, and answer as ``counts`` says, one after the other."""

    def __init__(self, stands=(), counts=(), told=(), unwoken="") -> None:
        self._stands, self._counts, self._told = tuple(stands), list(counts), tuple(told)
        self._unwoken = unwoken
        self.asked: list[list[tuple[str, frozenset[str]]]] = []

    def stand(self, resources):  # the port's shape
        return self._stands

    def ask(self, resources):
        self.asked.append([(str(r.address), r.devices) for r in resources])
        return self._unwoken

    def answers(self, resources):  # the port's shape
        return self._counts.pop(0) if len(self._counts) > 1 else self._counts[0]

    def notices(self):
        return self._told


class Scripted:
    """A session whose steps end as ``ends`` says: a status, an exception, or done."""

    def __init__(
        self,
        ends: Mapping[int, Status | Exception] | None = None,
        *,
        before: Callable[[Step], None] = lambda _: None,
        silent: frozenset[int] = frozenset(),
        devices: "ScriptedDevices | None" = None,
    ) -> None:
        self._ends = ends or {}
        self._before = before
        self._silent = silent
        self.devices = devices
        self.batches: list[list[int]] = []
        self.counts: list[Progress] = []
        self.observed: Sequence[Observed] = ()
        self.asked: list[tuple[list[str], list[str]]] = []

    def observe(self, wanted, remembered):
        self.asked.append(([str(w.address) for w in wanted], [str(r.address) for r in remembered]))
        return self.observed

    def refresh(self, wanted, patience):
        self.asked.append(([str(w.address) for w in wanted], [f"{patience}"]))

    def perform(self, batch: Sequence[Step]) -> Iterator[Outcome]:
        self.batches.append([step.number for step in batch])
        for step in batch:
            self._before(step)
            end = self._ends.get(step.number, Status.DONE)
            if isinstance(end, Exception):
                raise end
            if step.number not in self._silent:
                yield Outcome(step.number, end)

    def progress(self, resources):
        count = self.counts.pop(0) if len(self.counts) > 1 else self.counts[0]
        if isinstance(count, Exception):
            raise count
        return {resources[0].address: count}


class Lines:
    """Open lines to hand-written sessions; a target with an exception cannot be reached."""

    def __init__(self, sessions, forks=4) -> None:
        self._sessions = sessions
        self._guard = threading.Lock()
        self.opened: list[str] = []
        self.forks = forks

    def knows(self, target_id):
        return target_id in self._sessions

    def session(self, target_id):
        with self._guard:
            self.opened.append(target_id)
        found = self._sessions[target_id]
        if isinstance(found, Exception):
            raise found
        return found
