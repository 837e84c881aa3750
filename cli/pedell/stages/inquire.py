"""Stage (reads devices): all are asked what they hold; their answers are counted as they come."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from pedell.model import Desired, Progress, Resource
from pedell.ports import Clock, Devices, Switchboard

_POLL = 1.0
"""Seconds between two counts."""


def inquire_devices(
    lines: Switchboard, desired: Desired, patience: float, clock: Clock
) -> Iterator[Progress]:
    """Ask every device of these once, and yield how many have answered (as verified).

    Ends when all have, or after ``patience`` seconds: a device that sleeps answers nothing. What
    could not be woken stands in the detail. A target that is silent has no devices here.
    """
    until = clock.now() + patience
    asked: list[tuple[Devices, Sequence[Resource], str]] = []
    for target, resources in _by_target(lines, desired).items():
        with suppress(OSError):  # it says so again when it is surveyed
            if devices := lines.session(target).devices:
                asked.append((devices, resources, devices.ask(resources)))
    while True:
        counts = [devices.answers(resources) for devices, resources, _ in asked]
        answered = Progress(
            total=sum(each.total for each in counts),
            queued=sum(each.queued for each in counts),
            verified=sum(each.verified for each in counts),
            failed=sum(each.failed for each in counts),
            asleep=sum(each.asleep for each in counts),
            detail="; ".join(filter(None, (why for *_, why in asked))),
        )
        yield answered
        if answered.verified + answered.failed >= answered.total or clock.now() >= until:
            return
        clock.sleep(_POLL)


def _by_target(lines: Switchboard, desired: Desired) -> dict[str, list[Resource]]:
    found: dict[str, list[Resource]] = {}
    for resource in desired.values():
        if resource.devices and lines.knows(resource.target):
            found.setdefault(resource.target, []).append(resource)
    return found
