"""What became of a step, and how far the devices have come."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How a step ended."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNREACHABLE = "unreachable"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one step, as far as the target goes: it took the change, or it did not.

    ``detail`` says why where it is not DONE. ``handle`` is the target's own id for the thing.
    """

    step: int
    status: Status
    detail: str = ""
    handle: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the devices of one resource have come; each device is counted once.

    ``queued`` has the target taken and not delivered, ``installed`` was confirmed by the device,
    ``verified`` was seen on the device afterwards, ``failed`` was refused by it, ``asleep`` has not
    been heard of since the step.
    """

    total: int
    queued: int = 0
    installed: int = 0
    verified: int = 0
    failed: int = 0
    asleep: int = 0
    detail: str = ""
