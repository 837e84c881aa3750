"""Rows of the ledger into words, and events into rows (pure)."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from pedell.ports import Event, Happening, Stage

SILENCE = 120.0
"""Seconds that a device which asked for commands gets to answer ours. Then it was never offered:
key-value queues of NanoMDM lose a command that was put off with NotNow."""

LOADING = 6 * 3600.0
"""Seconds that a device gets to load an app before one that does not have it counts as without."""

SKEW = 60.0
"""Seconds by which the clocks of the MDM and of this machine may differ."""

OPEN = ("intent", "queued", "notnow")


def stage_on_the_way(
    state: str, marked: float, asked: float, seen: float, at: float, now: float
) -> Stage | None:
    """Say how far a command has come that nobody has obeyed or refused; None where none is open.

    ``marked`` is when the state was set, ``asked`` and ``seen`` when the device last asked for
    commands and last said anything, ``at`` when the command was written.
    """
    if state == "intent":
        return Stage.INTENT
    # a NotNow bears the MDM's own time, what we queued bears ours
    slack = 0.0 if state == "notnow" else SKEW
    if state not in OPEN or (asked > marked + slack and now > asked + SILENCE):
        return None
    return Stage.QUEUED if state == "notnow" or seen >= at else Stage.ASLEEP


Seen: TypeAlias = tuple[str, str, float, float, float, float, float, float]


def fold(events: Sequence[Event]) -> Iterator[Seen]:
    """Fold the events of each device, which stand in order of time, into one row."""
    rows: dict[str, list[Any]] = {}
    for event in events:
        row = rows.setdefault(event.enrolment, [event.enrolment, "", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
        row[1] = event.serial or row[1]
        row[5] = event.at
        match event.what:
            case Happening.ARRIVED:
                row[2] = event.at
            case Happening.ENROLLED:
                row[3] = event.at
            case Happening.LEFT:
                row[4] = event.at
            case Happening.ANSWERED:
                row[6] = event.at
        if event.profiles is not None:
            row[7] = event.at
    yield from map(tuple, rows.values())
