"""Stage (reads targets): what waits for something on devices stays where devices refuse that."""

from collections.abc import Iterator, Mapping

from pedell.model import Outcome, Status, Step, Until, Wave
from pedell.ports import Switchboard


def hold_unverified(
    wave: Wave, steps: Mapping[int, Step], lines: Switchboard
) -> Mapping[int, Outcome]:
    """Return the steps of a wave that must not be done now, each with its outcome: skipped.

    ``steps`` are all of the plan by number. A step stays out where a device has refused what it
    waits for, or nobody can tell: an old network goes only when the new one is there. Devices that
    sleep hold nothing up.
    """
    return dict(_held(wave, steps, lines))


def _held(
    wave: Wave, steps: Mapping[int, Step], lines: Switchboard
) -> Iterator[tuple[int, Outcome]]:
    troubles: dict[int, str] = {}
    for step in wave.steps:
        for edge in step.needs:
            if edge.until is not Until.VERIFIED:
                continue
            if edge.step not in troubles:
                troubles[edge.step] = _trouble(steps[edge.step], lines)
            if trouble := troubles[edge.step]:
                detail = f"waits for step {edge.step}, {trouble} ({edge.reason})"
                yield step.number, Outcome(step.number, Status.SKIPPED, detail)
                break


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
    if not refused:
        return ""
    return f"which {refused} device{'s' if refused != 1 else ''} refused"
