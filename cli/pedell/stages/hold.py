"""Stage (reads targets): what waits for something on devices stays where devices lack that."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pedell.model import (
    Action,
    DeviceStage,
    Edge,
    Effect,
    Outcome,
    Resource,
    Status,
    Step,
    Until,
    Wave,
)
from pedell.ports import Switchboard


@dataclass(frozen=True, slots=True)
class Held:
    """The steps of a wave as they may be done now, and the ends of those that may not.

    ``spared`` counts by number the devices that a step leaves out.
    """

    steps: tuple[Step, ...]
    outcomes: Mapping[int, Outcome]
    spared: Mapping[int, int]

    def told(self, outcome: Outcome) -> Outcome:
        """Return an outcome that says how many devices were left out."""
        count = self.spared.get(outcome.step, 0)
        if not count or outcome.status is not Status.DONE:
            return outcome
        who = (
            "1 device keeps it, which has" if count == 1 else f"{count} devices keep it, which have"
        )
        remark = f"{who} not shown what takes its place"
        return replace(outcome, detail="; ".join(filter(None, (outcome.detail, remark))))


def hold_unverified(wave: Wave, steps: Mapping[int, Step], lines: Switchboard) -> Held:
    """Take out what must not be done now. ``steps`` are all of the plan by number.

    A step stays out, skipped, where a device has refused what it waits for, or nobody can tell.
    Devices that sleep hold nothing up. What may cut devices off goes on all the same: it reaches
    those alone that have shown what came in its place.
    """
    holding = _Holding(steps, lines)
    going = [holding.spared(step) for step in wave.steps]
    pairs = zip(wave.steps, going, strict=True)
    ends = {step.number: end for step in going if (end := holding.end(step))}
    return Held(
        tuple(step for step in going if step.number not in ends),
        {number: Outcome(number, Status.SKIPPED, detail) for number, detail in ends.items()},
        {old.number: len(old.change.devices - new.change.devices) for old, new in pairs},
    )


class _Holding:
    """All steps of a plan, and what was asked about those that others wait for."""

    def __init__(self, steps: Mapping[int, Step], lines: Switchboard) -> None:
        self._steps, self._lines = steps, lines
        self._troubles: dict[int, str] = {}

    def spared(self, step: Step) -> Step:
        """Return the step without the devices that it would cut off."""
        wanted = [
            after
            for edge in _unverified(step)
            if (after := self._steps[edge.step].change.after) and after.devices
        ]
        if not wanted or not _cuts_off(step):
            return step
        kept = step.change.devices & self._unproven(step.change.target, wanted)
        return replace(step, change=replace(step.change, devices=step.change.devices - kept))

    def end(self, step: Step) -> str:
        """Return why a step stays out, or nothing."""
        for edge in _unverified(step):
            if _cuts_off(step):
                trouble = "" if step.change.devices else "which no device has shown yet"
            else:
                trouble = self._trouble(edge.step)
            if trouble:
                return f"waits for step {edge.step}, {trouble} ({edge.reason})"
        return ""

    def _unproven(self, target: str, wanted: Sequence[Resource]) -> frozenset[str]:
        """Return the devices of these that have not shown all of them."""
        everybody = frozenset().union(*(resource.devices for resource in wanted))
        try:
            devices = self._lines.session(target).devices
            if devices is None:  # a target that knows no single device counts refusals alone
                return frozenset()
            stands = devices.stand(wanted)
        except OSError:
            return everybody
        return everybody - {one.serial for one in stands if one.stage is DeviceStage.VERIFIED}

    def _trouble(self, number: int) -> str:
        if number not in self._troubles:
            self._troubles[number] = _trouble(self._steps[number], self._lines)
        return self._troubles[number]


def _unverified(step: Step) -> Iterator[Edge]:
    yield from (edge for edge in step.needs if edge.until is Until.VERIFIED)


def _cuts_off(step: Step) -> bool:
    change = step.change
    return change.action is Action.DELETE and change.effect is Effect.LOCKS_OUT


def _trouble(step: Step, lines: Switchboard) -> str:
    """Say why what a step brought is not on the devices for good, or nothing."""
    wanted = step.change.after
    if wanted is None or not wanted.devices:
        return ""
    try:
        counts = lines.session(step.change.target).progress([wanted])
    except OSError:
        return "and whether devices hold it cannot be asked"
    refused = sum(progress.failed for progress in counts.values())
    return f"which {refused} device{'s' if refused != 1 else ''} refused" if refused else ""
