"""Generated worlds: what is wanted, what targets hold, what we remember. All names are invented."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from hypothesis import strategies as st

from pedell import pipeline
from pedell.lines import Lines
from pedell.model import (
    EVERYTHING_AT_ONCE,
    Address,
    Event,
    Folder,
    Inventory,
    Layer,
    Memory,
    Need,
    Outcome,
    Plan,
    Remembered,
    Resource,
    Rollout,
    Scope,
    Source,
    Spec,
    Status,
    Step,
    Target,
    Traffic,
    Until,
)
from pedell.pipeline import Choice, World
from pedell.ports import Means
from pedell.providers.memory import MemoryProvider
from pedell.reading import Reading
from pedell.stages.guard import Limits
from pedell.state import store as stores
from pedell.vault import InventedVault
from tests.inventory_builder import schemas
from tests.stages.world import Clock, school

HERE = Source("x.yml", 1, 1)
SCHOOLS = ("a", "b", "c")
TARGETS = ("mdm", *(f"server/{name}" for name in SCHOOLS))
SCOPE = Scope("inv", "x", "X", "", "", 3, 0, sandbox=False)
Held = dict[Address, tuple[Spec, frozenset[str]]]

NAMES = st.sampled_from(["n1", "n2", "n3", "n4"])
COHORT_KINDS = ("certificate", "wifi", "app", "membership", "presets")
SERVER_KINDS = ("package", "file", "service")


@dataclass
class Case:
    """One generated world."""

    desired: dict[Address, Resource]
    held: dict[str, Held]
    memory: dict[Address, Remembered]
    rollout: Rollout = EVERYTHING_AT_ONCE
    confirmed: frozenset[str] = frozenset(SCHOOLS)


@st.composite
def addresses(draw: st.DrawFn) -> tuple[Address, str]:
    """Draw an address and the target that holds it."""
    name = draw(st.sampled_from(SCHOOLS))
    if draw(st.booleans()):
        return Address(
            name, "server", draw(st.sampled_from(SERVER_KINDS)), draw(NAMES)
        ), f"server/{name}"
    return Address(name, "pupil", draw(st.sampled_from(COHORT_KINDS)), draw(NAMES)), "mdm"


@st.composite
def specs(draw: st.DrawFn, kind: str) -> Spec:
    """Draw a content; the fields that carry marks are among its keys."""
    keys = {
        "wifi": ["ssid", "certificate", "eap"],
        "app": ["title", "app_store"],
        "file": ["path", "content"],
    }.get(kind, ["x", "y"])
    chosen = draw(st.lists(st.sampled_from(keys), unique=True))
    return {
        key: draw(NAMES) if key == "certificate"
        else draw(st.permutations(["peap", "ttls"])) if key == "eap"
        else draw(st.integers(1, 3))
        for key in sorted(chosen)
    }  # fmt: skip


def devices(draw: st.DrawFn, address: Address) -> frozenset[str]:
    """Draw devices; a server has none."""
    if address.place == "server":
        return frozenset()
    return frozenset(
        f"{address.school}{d}" for d in draw(st.sets(st.sampled_from("123"), min_size=1))
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a world in which anything may differ from anything."""
    desired: dict[Address, Resource] = {}
    for address, target in sorted(
        draw(st.lists(addresses(), unique_by=lambda pair: pair[0], max_size=10))
    ):
        near = [other for other in desired if other.school == address.school]
        chosen = draw(st.lists(st.sampled_from(near), unique=True, max_size=2)) if near else []
        needs = tuple(
            Need(other, f"needs {other.name}", draw(st.sampled_from(Until))) for other in chosen
        )
        spec = draw(specs(address.kind))
        who = devices(draw, address)
        desired[address] = Resource(address, target, spec, who, needs, (address.kind,), HERE)
    held: dict[str, Held] = {target: {} for target in TARGETS}
    memory: dict[Address, Remembered] = {}
    others = draw(st.lists(addresses(), unique_by=lambda pair: pair[0], max_size=6))
    known = {**{a: r.target for a, r in desired.items()}, **dict(others)}
    for address, target in sorted(known.items()):
        wish = desired.get(address)
        alike = st.just(wish.spec) if wish else st.nothing()
        if draw(st.booleans()):
            who = (
                draw(st.just(wish.devices))
                if wish and draw(st.booleans())
                else devices(draw, address)
            )
            held[target][address] = (draw(alike | specs(address.kind)), who)
        if draw(st.booleans()):
            spec = draw(alike | specs(address.kind))
            memory[address] = Remembered(address, target, spec, "", devices(draw, address))
    sizes = draw(st.sampled_from([("100%",), ("1",), ("1", "50%")]))
    rollout = Rollout("x", "all", (), (), sizes, EVERYTHING_AT_ONCE.gate, 1.0, None, HERE)
    return Case(desired, held, memory, rollout)


@dataclass
class Watched:
    """A provider that notes what it was asked to do before it does it in its dictionary."""

    inner: MemoryProvider
    fails: frozenset[Address] = frozenset()
    performed: list[Step] = field(default_factory=list)

    @property
    def abilities(self):
        return self.inner.abilities

    @property
    def settle(self):
        return 0.0

    @contextmanager
    def connect(self, target, means):
        with self.inner.connect(target, means) as session:
            yield _WatchedSession(session, self)


class _WatchedSession:
    def __init__(self, inner, watched) -> None:
        self._inner, self._watched = inner, watched
        self.observe, self.refresh, self.progress = inner.observe, inner.refresh, inner.progress
        self.devices = inner.devices

    def perform(self, batch: Sequence[Step]) -> Iterator[Outcome]:
        lost: set[int] = set()
        for step in batch:
            if step.change.address in self._watched.fails or lost & {e.step for e in step.needs}:
                lost.add(step.number)
                yield Outcome(step.number, Status.FAILED, "told to")
                continue
            self._watched.performed.append(step)
            yield from self._inner.perform([step])


class Bench:
    """A house around one case: plan, apply, look, as often as one likes."""

    def __init__(self, case: Case, fails: frozenset[Address] = frozenset()) -> None:
        memory = MemoryProvider()
        memory.held = {target: dict(held) for target, held in case.held.items()}
        self.case = case
        self.provider = Watched(memory, fails)
        self.base = sqlite3.connect(":memory:")
        self.base.executescript(stores._SCHEMA)
        self.store = stores.SqliteStore(self.base)
        for left in case.memory.values():
            self.store._remember([("before", left)])
        self.base.commit()

    @property
    def held(self) -> dict[str, Held]:
        return {target: dict(held) for target, held in self.provider.inner.held.items()}

    def lines(self) -> Lines:
        means = dict.fromkeys(("mdm", "server"), Means(InventedVault(b"k"), None, Traffic(), "x"))
        targets = {
            name: Target(name, name.partition("/")[0], "memory", name.partition("/")[2], {}, HERE)
            for name in TARGETS
        }
        return Lines(targets, {"memory": self.provider}, means, forks=2)

    def reading(self, desired: Mapping[Address, Resource] | None = None) -> Reading:
        layer = Layer("catalogue", "", {}, {})
        schools = {name: school(name) for name in SCHOOLS}
        inventory = Inventory(
            label="inv", authority="x", name="X", timezone="Europe/Berlin", schools=schools,
            targets={}, locks=(), catalogue=layer, roles={}, certificates={},
        )  # fmt: skip
        return Reading(Folder("inv", (), {}), inventory, {}, desired or self.case.desired)

    def plan(self, memory: Memory | None = None, *, prune: bool = True) -> Plan:
        limits = Limits(confirmed=self.case.confirmed)
        choice = Choice(rollout=self.case.rollout, prune=prune, limits=limits)
        world = World(
            schemas(), self.lines(), self.store.recall() if memory is None else memory, SCOPE
        )
        return pipeline.plan(self.reading(), world, choice)

    def apply(self, plan: Plan, wrap: Callable = lambda journal: journal) -> list[Event]:
        run = self.store.begin("law", len(list(plan.steps)))
        journal = wrap(Run(self.store, run))
        return list(pipeline.apply(plan, self.lines(), journal, Clock(), lambda: False, {}))

    def finish(self) -> None:
        """Apply, and once more: a network goes when devices have shown the one that came."""
        for _ in range(2):
            self.apply(self.plan())

    def settle(self) -> None:
        found = pipeline.settle(self.store.intended(), self.store.recall(), self.lines())
        self.store.settle(found.found, found.left)

    def close(self) -> None:
        self.base.close()


@dataclass
class Run:
    """One run in the journal."""

    store: stores.SqliteStore
    id: str

    def intend(self, steps: Sequence[Step]) -> None:
        self.store.intend(self.id, steps)

    def conclude(self, ends: Sequence[tuple[Step, Outcome]]) -> None:
        self.store.conclude(self.id, ends)


@contextmanager
def bench(case: Case, fails: frozenset[Address] = frozenset()) -> Iterator[Bench]:
    """Build a house around a case and take it down again."""
    found = Bench(case, fails)
    try:
        yield found
    finally:
        found.close()
