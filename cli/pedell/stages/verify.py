"""Stage (reads targets): how far a wave's devices have come, and whether its gate opens."""

from collections.abc import Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, replace

from pedell.model import DeviceStage, Gate, Progress, Resource, Status, Wave
from pedell.ports import Clock, Switchboard

_POLL = 1.0
_LOOK_AGAIN = 4.0
"""Seconds between two counts, and without a move before devices are asked again."""

_OBEYED = frozenset({DeviceStage.INSTALLED})
_SPOKEN = frozenset({DeviceStage.INSTALLED, DeviceStage.QUEUED})


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the gate of a wave stood at last."""

    progress: Progress
    words: str
    passed: bool


def verify_wave(
    wave: Wave, ended: Mapping[int, Status], lines: Switchboard, gate: Gate, clock: Clock
) -> Iterator[Progress | Verdict]:
    """Yield the progress of the wave's devices while they come, and the verdict at last.

    ``ended`` says by number how steps ended. Devices are awaited for what was done, and for nothing
    else; what was not done counts against the gate, and ends the wait where it keeps the gate shut.
    A gate looks at the devices that were seen since the wave began; it opens when the share of
    them that it asks for holds everything. Without a gate the wait ends when nothing moves any
    more or the time is over, and the verdict is always good. Devices that obeyed and have not shown
    it yet (they put a command off and did it later) are asked again when nothing moves; the first
    time also those that were heard of and did not answer: the event that says so may be lost.
    """
    begun = asked = clock.now()
    resources, undone = _resources(wave, ended), _undone(wave, ended)
    lost = undone.total - undone.verified
    last, moved = undone, begun
    while resources:
        progress = _sum(resources, undone, lines)
        yield progress
        now = clock.now()
        if progress != last:
            last, moved = progress, now
        settled = progress.verified + progress.failed + lost >= progress.total
        is_shut = progress.total - lost < gate.verified * progress.total
        is_quiet = now - moved > max(5.0, 0.1 * gate.timeout) and not gate.verified
        if settled or is_quiet or is_shut or now - begun > gate.timeout:
            break
        if progress.installed + progress.queued and now - max(moved, asked) >= _LOOK_AGAIN:
            _ask(resources, lines, _OBEYED if asked > begun else _SPOKEN)
            asked = clock.now()
        if gate.verified and _share(progress) >= gate.verified and now - moved > _POLL:
            break
        clock.sleep(_POLL)
    yield _verdict(last, gate)


def _resources(wave: Wave, ended: Mapping[int, Status]) -> Mapping[str, list[Resource]]:
    """Return what was done and devices shall hold now, by target."""
    found: dict[str, list[Resource]] = {}
    for step in wave.steps:
        after = step.change.after
        if after and step.change.devices and ended.get(step.number) is Status.DONE:
            found.setdefault(step.change.target, []).append(after)
    return found


def _undone(wave: Wave, ended: Mapping[int, Status]) -> Progress:
    """Count the devices of steps that were not done: those that lack it, and those that have it."""
    left = [step.change for step in wave.steps if ended.get(step.number) is not Status.DONE]
    changes = [change for change in left if change.after and change.devices]
    lost = sum(len(change.devices) for change in changes)
    held = sum(len(one.before.devices - one.devices) for one in changes if one.before)
    return Progress(lost + held, verified=held)


def _ask(
    resources: Mapping[str, list[Resource]], lines: Switchboard, stages: Set[DeviceStage]
) -> None:
    """Have those devices that are at one of these stages show what they hold, and no others."""
    for target, wanted in resources.items():
        with suppress(OSError):  # a silent target says so when it is counted
            if devices := lines.session(target).devices:
                stands = devices.stand(wanted)
                behind = frozenset(one.serial for one in stands if one.stage in stages)
                if behind:
                    devices.ask([replace(r, devices=r.devices & behind) for r in wanted])


def _sum(resources: Mapping[str, list[Resource]], undone: Progress, lines: Switchboard) -> Progress:
    """Add up all resources of the wave; a device counts once for each thing that it shall hold."""
    found = [undone]
    for target, wanted in resources.items():
        try:
            found += lines.session(target).progress(wanted).values()
        except OSError:
            found += [Progress(total=len(r.devices), asleep=len(r.devices)) for r in wanted]
    return Progress(
        total=sum(progress.total for progress in found),
        queued=sum(progress.queued for progress in found),
        installed=sum(progress.installed for progress in found),
        verified=sum(progress.verified for progress in found),
        failed=sum(progress.failed for progress in found),
        asleep=sum(progress.asleep for progress in found),
    )


def _share(progress: Progress) -> float:
    seen = progress.total - progress.asleep
    return progress.verified / seen if seen else 0.0


def _verdict(progress: Progress, gate: Gate) -> Verdict:
    if not gate.verified or not progress.total:
        return Verdict(progress, "", True)
    share, wanted = _share(progress), gate.verified
    mark = "✓" if share >= wanted else "✗"
    words = f"gate {wanted:.0%} {mark} ({share:.0%} verified of those seen)"
    return Verdict(progress, words, share >= wanted)
