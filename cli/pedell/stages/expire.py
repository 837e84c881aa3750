"""What had a time and is over is wanted no more: devices have taken it away by themselves. Pure."""

import datetime
from collections.abc import Mapping
from typing import TypeVar

from pedell.model import Address, Remembered, Resource

Thing = TypeVar("Thing", Resource, Remembered)


def leave_out_past(things: Mapping[Address, Thing], now: datetime.datetime) -> dict[Address, Thing]:
    """Return what is wanted, or remembered, without exams that have ended.

    ``now`` knows its time zone.
    """
    return {at: thing for at, thing in things.items() if not _is_over(at, thing, now)}


def _is_over(at: Address, thing: Resource | Remembered, now: datetime.datetime) -> bool:
    until = thing.spec.get("until") if at.kind == "exam" else None
    return until is not None and datetime.datetime.fromisoformat(str(until)) <= now
