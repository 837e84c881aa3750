"""The whole tool on one page: the stages in a row.

``plan`` is the pipeline that stops before apply; there is no dry run anywhere in the code.
"""

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from pedell.language.schemas import Schemas
from pedell.lines import Lines
from pedell.model import (
    EVERYTHING_AT_ONCE,
    Desired,
    DevicesCounted,
    Event,
    Memory,
    Outcome,
    Plan,
    Progress,
    Remembered,
    Rollout,
    Scope,
    Sight,
    Status,
    Step,
    StepEnded,
    Survey,
    Wave,
    WaveEnded,
    WaveStarted,
)
from pedell.ports import Clock, Journal, Provider
from pedell.reading import Reading
from pedell.stages.apply import apply_steps
from pedell.stages.choose import add_neighbours, choose_part
from pedell.stages.compare import Abilities, compare_states, delete_orphans
from pedell.stages.guard import Limits, Surroundings, guard_changes
from pedell.stages.hold import hold_unverified
from pedell.stages.inquire import inquire_devices
from pedell.stages.move import find_heirs
from pedell.stages.notice import gather_notices
from pedell.stages.observe import observe_targets
from pedell.stages.order import order_changes
from pedell.stages.recall import see_memory, want_memory, without_leavers
from pedell.stages.recheck import recheck_step
from pedell.stages.refresh import refresh_targets
from pedell.stages.remark import remark_things
from pedell.stages.schedule import schedule_steps
from pedell.stages.settle import Intended, Settlement, settle_steps
from pedell.stages.survey import survey_devices
from pedell.stages.verify import Verdict, verify_wave

_NOBODY = Survey(())


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


def plan(reading: Reading, world: World, choice: Choice) -> Plan:
    """Compare what is wanted, seen and remembered, and plan the way. Changes nothing."""
    desired, left = _part(reading, world, choice)
    sight = observe_targets(world.lines, desired, add_neighbours(desired, left, world.memory))
    found = _arranged(reading, desired, left, sight, world, choice)
    said = _notices(world.lines, desired, sight.unreachable)
    return replace(found, notices=(*said.notices, *remark_things(desired, sight, found)))


def plan_from_memory(reading: Reading, world: World, choice: Choice) -> Plan:
    """Plan against what the last apply left, without asking any target."""
    desired, left = _part(reading, world, choice)
    return _arranged(reading, desired, left, see_memory(left, desired), world, choice)


def difference(
    old: Reading,
    new: Reading,
    schemas: Schemas,
    providers: Mapping[str, Provider],
    scope: Scope,
) -> Plan:
    """Say what the files of ``new`` change where those of ``old`` are applied. Asks no target.

    What is declared no more is taken away. There are no guards and no order: nobody applies it.
    """
    left = {
        at: Remembered(at, wanted.target, wanted.spec, "", wanted.devices)
        for at, wanted in old.desired.items()
        if at not in new.desired or new.desired[at].target == wanted.target
    }
    targets = {**old.inventory.targets, **new.inventory.targets}
    driven = {name: target for name, target in targets.items() if target.is_driven}
    abilities = {name: providers[target.provider].abilities for name, target in driven.items()}
    sight = see_memory(left, new.desired)
    found = compare_states(new.desired, sight, left, schemas.kinds, abilities)
    heirs = find_heirs(found.orphans, new.desired)
    gone = delete_orphans(found.orphans, sight, schemas.kinds, abilities, heirs)
    steps = tuple(Step(n, change, ()) for n, change in enumerate((*found.changes, *gone), 1))
    schools = tuple(sorted({step.change.address.school for step in steps}))
    waves = (Wave(1, schools, steps),) if steps else ()
    return Plan(scope, EVERYTHING_AT_ONCE, waves, (), (), found.unchanged, 0, ())


def drift(reading: Reading, world: World, choice: Choice, patience: float) -> Plan:
    """Find what somebody moved since our last apply, whatever the files say. Changes nothing."""
    left, ours = _ours(reading, world, choice)
    unasked = refresh_targets(world.lines, ours, patience)
    seen = observe_targets(world.lines, ours, left)
    silent = {**unasked.unreachable, **seen.unreachable}
    sight = Sight(seen.observed, silent, seen.denied | unasked.denied)
    return _arranged(reading, ours, left, sight, world, choice)


def inquire(
    reading: Reading, world: World, choice: Choice, patience: float, clock: Clock
) -> Iterator[Progress | Survey]:
    """Have devices say what they hold. Changes nothing.

    Yields a survey that knows which targets are silent, then how many devices have answered.
    """
    return inquire_devices(world.lines, _ours(reading, world, choice)[1], patience, clock)


def survey(reading: Reading, world: World, choice: Choice, unasked: Survey = _NOBODY) -> Survey:
    """Say how far each device has come with what our last apply left. Disturbs none.

    ``unasked`` is what is known already of targets that are silent.
    """
    ours = _ours(reading, world, choice)[1]
    found = unasked.joined(survey_devices(world.lines, ours))
    return found.joined(_notices(world.lines, ours, found.unreachable))


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
    steps = {step.number: step for step in approved.steps}
    for wave in approved.waves:
        yield WaveStarted(wave)
        held = hold_unverified(wave, steps, lines)
        known = {**known, **held.outcomes}
        settled = [(step, known[step.number]) for step in wave.steps if step.number in known]
        ended |= {step.number: outcome.status for step, outcome in settled}
        journal.conclude(settled)
        open_steps = [step for step in held.steps if step.number not in known]
        done = apply_steps(open_steps, ended, lines, journal, is_stopped)
        for step, outcome in chain(settled, done):
            lost |= {step.change.address.school} if outcome.status is not Status.DONE else set()
            yield StepEnded(step, held.told(outcome))
        verdict = _brake(lost, concerned, approved.rollout)
        gate = approved.rollout.gate
        counts = verify_wave(wave, ended, lines, gate, clock) if verdict.passed else ()
        for count in counts:
            if isinstance(count, Verdict):
                verdict = count
                break
            verdict = replace(verdict, progress=count)
            yield DevicesCounted(wave, count)
            if is_stopped():
                break
        yield WaveEnded(wave, verdict.progress, verdict.words, verdict.passed)
        if not verdict.passed or is_stopped():
            return


def stale_steps(approved: Plan, memory: Memory, lines: Lines) -> Mapping[int, Outcome]:
    """Look again at everything the plan is about; return the steps whose ground moved.

    A step whose end is reached already is returned as done: a cut-off apply goes on from there.
    """
    steps = {step.change.address: step for step in approved.steps}
    wanted = {a: s.change.after for a, s in steps.items() if s.change.after}
    left = {address: memory[address] for address in steps.keys() & memory.keys()}
    sight = observe_targets(lines, wanted, add_neighbours(wanted, left, memory))
    return {
        step.number: found
        for step in steps.values()
        if (found := recheck_step(step, sight)) is not None
    }


def settle(intended: Intended, memory: Memory, lines: Lines) -> Settlement:
    """Look what became of steps that were cut off. Changes nothing; the store writes it down."""
    meant = {entry.address: left for entry, left in intended.items() if left}
    wanted = want_memory(meant)
    left = {e.address: memory[e.address] for e in intended if e.address in memory}
    return settle_steps(intended, memory, observe_targets(lines, wanted, left))


def _part(reading: Reading, world: World, choice: Choice) -> tuple[Desired, Memory]:
    rollout = replace(choice.rollout, tags=choice.tags or choice.rollout.tags)
    schools = reading.inventory.schools
    return choose_part(reading.desired, world.memory, schools, rollout, choice.limit)


def _ours(reading: Reading, world: World, choice: Choice) -> tuple[Memory, Desired]:
    """Return what our last apply left, and the same as if the files still said it."""
    _, remembered = _part(reading, world, choice)
    left = {at: found for at, found in remembered.items() if world.lines.knows(found.target)}
    return left, want_memory(without_leavers(left, world.schemas.kinds))


def _notices(lines: Lines, desired: Desired, silent: Collection[str]) -> Survey:
    held_by = dict.fromkeys(wanted.target for wanted in desired.values() if wanted.devices)
    return gather_notices(lines, [name for name in held_by if name not in silent])


def _arranged(
    reading: Reading, desired: Desired, left: Memory, sight: Sight, world: World, choice: Choice
) -> Plan:
    kinds = world.schemas.kinds
    abilities = _abilities(world.lines, desired, left)
    comparison = compare_states(desired, sight, left, kinds, abilities)
    heirs = find_heirs(comparison.orphans, desired)
    leavers = tuple(o for o in comparison.orphans if choice.prune or o.address in heirs)
    gone = delete_orphans(leavers, sight, kinds, abilities, heirs)
    changes = (*comparison.changes, *gone)
    moving = {change.address for change in changes}
    around = Surroundings(sight, world.memory, choice.rollout.gate.verified)
    guarded = guard_changes(changes, reading.desired, left, choice.limits, around)
    steps, blocked = order_changes(guarded, desired, kinds)
    return Plan(
        scope=replace(world.scope, chosen=_chosen(desired, left, world.scope)),
        rollout=choice.rollout,
        waves=schedule_steps(steps, reading.inventory.schools, choice.rollout),
        blocked=blocked,
        orphans=tuple(o.address for o in comparison.orphans if o.address not in moving),
        unchanged=comparison.unchanged,
        waiting=len(comparison.waiting),
        unreachable=tuple(sorted(sight.unreachable.items())),
        denied=sight.denied,
    )


def _chosen(desired: Desired, left: Memory, scope: Scope) -> int:
    schools = {address.school for address in (*desired, *left)}
    return len(schools) if len(schools) < scope.schools else 0


def _abilities(lines: Lines, desired: Desired, left: Memory) -> Abilities:
    targets = {wanted.target for wanted in desired.values()}
    targets |= {remembered.target for remembered in left.values()}
    return {target: lines.provider(target).abilities for target in targets if lines.knows(target)}


def _brake(lost: set[str], concerned: set[str], rollout: Rollout) -> Verdict:
    """Tell whether so many schools failed that no device needs to be waited for."""
    limit = math.floor(rollout.stop_share * len(concerned))
    if len(lost) <= limit:
        return Verdict(Progress(0), "", True)
    share = f"{rollout.stop_share:.0%} of {len(concerned)} = {limit}"
    words = f"{len(lost)} schools failed or were unreachable, the limit is {share}"
    return Verdict(Progress(0), words, False)
