"""Stage (reads devices): all are asked what they hold; their answers are counted as they come."""

from collections.abc import Iterator, Sequence

from pedell.model import Desired, Progress, Resource, Survey, survey_silence
from pedell.ports import Clock, Devices, Switchboard

_POLL = 1.0
"""Seconds between two counts."""


def inquire_devices(
    lines: Switchboard, desired: Desired, patience: float, clock: Clock
) -> Iterator[Progress | Survey]:
    """Ask every device of these once, and yield how many have answered (as verified).

    Ends when all have, or after ``patience`` seconds: a device that sleeps answers nothing. What
    could not be woken stands in the detail. First it says which targets are silent; their devices
    are not counted.
    """
    until = clock.now() + patience
    asked: list[tuple[Devices, Sequence[Resource], str]] = []
    errors: dict[str, OSError] = {}
    for target, resources in _by_target(lines, desired).items():
        try:
            if devices := lines.session(target).devices:
                asked.append((devices, resources, devices.ask(resources)))
        except OSError as error:
            errors[target] = error
    yield survey_silence(errors)
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
