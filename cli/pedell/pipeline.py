"""The whole tool on one page: the stages in a row.

``plan`` is the pipeline that stops before apply; there is no dry run anywhere in the code.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from pedell.language.patterns import select_schools
from pedell.language.schemas import Schemas
from pedell.lines import Lines
from pedell.model import (
    EVERYTHING_AT_ONCE,
    Desired,
    DevicesCounted,
    Effective,
    Event,
    Folder,
    Inventory,
    Memory,
    Observed,
    Outcome,
    Plan,
    Progress,
    Remembered,
    Resource,
    Rollout,
    Scope,
    Sight,
    Source,
    Status,
    Step,
    StepEnded,
    WaveEnded,
    WaveStarted,
)
from pedell.ports import Clock, Journal
from pedell.stages.apply import apply_steps
from pedell.stages.compare import Abilities, compare_states, delete_orphans
from pedell.stages.compile import compile_resources
from pedell.stages.guard import Limits, guard_changes
from pedell.stages.load import load_folder
from pedell.stages.observe import observe_targets
from pedell.stages.order import order_changes
from pedell.stages.refresh import refresh_targets
from pedell.stages.resolve import resolve_values
from pedell.stages.schedule import schedule_steps
from pedell.stages.validate import validate_folder
from pedell.stages.verify import Verdict, verify_wave

Seal = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the files say: the inventory, its effective values, and what is wanted by them."""

    folder: Folder
    inventory: Inventory
    values: Mapping[tuple[str, str], Effective]
    desired: Desired


@dataclass(frozen=True, slots=True)
class World:
    """What stands around a run: the schemas, the open lines, the memory, and the plan's heading."""

    schemas: Schemas
    lines: Lines
    memory: Memory
    scope: Scope


@dataclass(frozen=True, slots=True)
class Choice:
    """Which part of the inventory a run is about, and what it may do there."""

    limit: str = ""
    tags: tuple[str, ...] = ()
    rollout: Rollout = EVERYTHING_AT_ONCE
    prune: bool = False
    limits: Limits = field(default_factory=Limits)


def read(
    roots: tuple[Path, ...], schemas: Schemas, seal_for: Callable[[Inventory], Seal]
) -> Reading:
    """Read what is wanted from the files. Touches no target.

    ``seal_for`` opens the vault that belongs to the inventory, once that is known.
    """
    folder = load_folder(roots)
    inventory = validate_folder(folder, schemas)
    values = resolve_values(inventory, schemas.kinds)
    desired = compile_resources(inventory, values, schemas, seal_for(inventory))
    return Reading(folder, inventory, values, desired)


def plan(reading: Reading, world: World, choice: Choice) -> Plan:
    """Compare what is wanted, seen and remembered, and plan the way. Changes nothing."""
    desired, left = _chosen(reading, world.memory, choice)
    sight = observe_targets(world.lines, desired, left)
    return _arranged(reading, desired, left, sight, world, choice)


def plan_from_memory(reading: Reading, world: World, choice: Choice) -> Plan:
    """Plan against what the last apply left, without asking any target."""
    desired, left = _chosen(reading, world.memory, choice)
    seen = {address: _as_seen(remembered, desired) for address, remembered in left.items()}
    return _arranged(reading, desired, left, Sight(seen, {}), world, choice)


def drift(reading: Reading, world: World, choice: Choice, patience: float) -> Plan:
    """Find what somebody moved since our last apply, whatever the files say. Changes nothing."""
    _, left = _chosen(reading, world.memory, choice)
    ours = {address: _as_wanted(remembered) for address, remembered in left.items()}
    refresh_targets(world.lines, ours, patience)
    sight = observe_targets(world.lines, ours, left)
    return _arranged(reading, ours, left, sight, world, choice)


def apply(
    approved: Plan,
    lines: Lines,
    journal: Journal,
    clock: Clock,
    is_stopped: Callable[[], bool],
    known: Mapping[int, Outcome],
) -> Iterator[Event]:
    """Wave by wave: do the steps, then wait for the gate. Yields what happens, already written.

    ``known`` are steps whose end is clear before they begin (see :func:`stale_steps`).
    """
    ended: dict[int, Status] = {}
    lost: set[str] = set()
    concerned = {step.change.address.school for step in approved.steps}
    for wave in approved.waves:
        yield WaveStarted(wave)
        settled = [(step, known[step.number]) for step in wave.steps if step.number in known]
        ended |= {step.number: outcome.status for step, outcome in settled}
        journal.conclude(settled)
        open_steps = [step for step in wave.steps if step.number not in known]
        done = apply_steps(open_steps, ended, lines, journal, is_stopped)
        for step, outcome in chain(settled, done):
            lost |= {step.change.address.school} if outcome.status is not Status.DONE else set()
            yield StepEnded(step, outcome)
        verdict = Verdict(Progress(0), "", True)
        for count in verify_wave(wave, lines, approved.rollout.gate, clock):
            if isinstance(count, Verdict):
                verdict = count
            else:
                yield DevicesCounted(wave, count)
        words, passed = _brake(verdict, lost, concerned, approved.rollout)
        yield WaveEnded(wave, verdict.progress, words, passed)
        if not passed or is_stopped():
            return


def stale_steps(approved: Plan, memory: Memory, lines: Lines) -> Mapping[int, Outcome]:
    """Look again at everything the plan is about; return the steps whose ground moved.

    A step whose end is reached already is returned as done: a cut-off apply goes on from there.
    """
    steps = {step.change.address: step for step in approved.steps}
    wanted = {a: s.change.after for a, s in steps.items() if s.change.after}
    left = {address: memory[address] for address in steps.keys() & memory.keys()}
    sight = observe_targets(lines, wanted, left)
    return {
        step.number: found
        for address, step in steps.items()
        if (found := _moved(step, sight.observed.get(address), sight)) is not None
    }


def _moved(step: Step, seen: Observed | None, sight: Sight) -> Outcome | None:
    change = step.change
    if change.target in sight.unreachable:
        return None
    before = change.before.fingerprint if change.before else ""
    now = seen.fingerprint if seen and seen.spec else ""
    if now == before:
        return None
    if change.after and seen and not change.after.devices and seen.spec == change.after.spec:
        return Outcome(step.number, Status.DONE, "already so")
    if change.after and seen and change.devices and change.devices <= seen.devices | seen.waiting:
        return Outcome(step.number, Status.DONE, "already so")
    return Outcome(step.number, Status.STALE, "changed on the target since the plan was made")


def _chosen(reading: Reading, memory: Memory, choice: Choice) -> tuple[Desired, Memory]:
    schools = select_schools(choice.limit or "all", reading.inventory.schools)
    schools &= select_schools(choice.rollout.schools, reading.inventory.schools)
    tags = frozenset(choice.tags or choice.rollout.tags)
    everywhere = schools == reading.inventory.schools.keys() and not tags
    desired = {
        address: resource
        for address, resource in reading.desired.items()
        if address.school in schools and (not tags or tags & set(resource.tags))
    }
    left = {
        address: remembered
        for address, remembered in memory.items()
        if everywhere or address in desired or (address.school in schools and not tags)
    }
    return desired, left


def _arranged(
    reading: Reading, desired: Desired, left: Memory, sight: Sight, world: World, choice: Choice
) -> Plan:
    kinds = world.schemas.kinds
    comparison = compare_states(desired, sight, left, kinds, _abilities(world.lines, desired))
    changes = comparison.changes
    if choice.prune:
        changes += delete_orphans(comparison.orphans, sight, kinds)
    guarded = guard_changes(changes, reading.desired, left, choice.limits)
    steps, blocked = order_changes(guarded, desired, kinds)
    return Plan(
        scope=world.scope,
        rollout=choice.rollout,
        waves=schedule_steps(steps, reading.inventory.schools, choice.rollout),
        blocked=blocked,
        orphans=() if choice.prune else tuple(orphan.address for orphan in comparison.orphans),
        unchanged=comparison.unchanged,
        waiting=len(comparison.waiting),
        unreachable=tuple(sorted(sight.unreachable.items())),
    )


def _abilities(lines: Lines, desired: Desired) -> Abilities:
    targets = {resource.target for resource in desired.values()}
    return {target: lines.provider(target).abilities for target in targets}


def _as_seen(remembered: Remembered, desired: Desired) -> Observed:
    wanted = desired.get(remembered.address)
    is_same = wanted is not None and wanted.spec == remembered.spec
    held = remembered.devices if is_same else frozenset()
    return Observed(remembered.address, remembered.spec, remembered.handle, held)


def _as_wanted(remembered: Remembered) -> Resource:
    return Resource(
        address=remembered.address,
        target=remembered.target,
        spec=remembered.spec,
        devices=remembered.devices,
        needs=(),
        tags=(),
        source=Source("", 0, 0),
    )


def _brake(
    verdict: Verdict, lost: set[str], concerned: set[str], rollout: Rollout
) -> tuple[str, bool]:
    """Return how the gate stood, in words, and whether the rollout may go on."""
    limit = rollout.stop_share * len(concerned)
    if len(lost) > limit:
        share = f"{rollout.stop_share:.0%} of {len(concerned)} = {limit:.0f}"
        return f"{len(lost)} schools failed or were unreachable, the limit is {share}", False
    return verdict.words, verdict.passed
