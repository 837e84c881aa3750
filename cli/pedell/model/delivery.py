"""What was ordered, what arrived, and on which contract it may be handed over."""

import datetime
from dataclasses import dataclass
from enum import StrEnum

from pedell.model.source import Source


class DeliveryState(StrEnum):
    """How far a lot has come."""

    ORDERED = "ordered"
    ANNOUNCED = "announced"
    PARTIAL = "partial"
    ARRIVED = "arrived"

    @property
    def has_come(self) -> bool:
        """Whether devices of such a lot can stand anywhere already."""
        return self in (DeliveryState.PARTIAL, DeliveryState.ARRIVED)


class Service(StrEnum):
    """How far the authority goes with devices: hand them on, label them, or set them up."""

    DELIVERED = "delivered"
    LABELLED = "labelled"
    CONFIGURED = "configured"


class Handover(StrEnum):
    """On what a device may be handed over."""

    FREE = "free"
    LOAN_CONTRACT = "loan-contract"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One lot. ``date`` and ``count`` are often not known, and None then."""

    lot: str
    date: datetime.date | None
    count: int | None
    model: str
    state: DeliveryState
    source: Source


@dataclass(frozen=True, slots=True)
class Contract:
    """The loan contract of one device. ``signed`` is None as long as nobody has signed."""

    serial: str
    number: str
    signed: datetime.date | None
    source: Source

    def holds_on(self, day: datetime.date) -> bool:
        """Tell whether it has been signed by that day."""
        return self.signed is not None and self.signed <= day


@dataclass(frozen=True, slots=True)
class Stock:
    """What every school gets first, for one role: ``minimum`` devices; then ``top_up`` decides.

    ``top_up`` is ``need`` (each its share of what is still needed) or ``priority`` (one school
    after the other).
    """

    role: str
    minimum: int
    top_up: str


@dataclass(frozen=True, slots=True)
class Want:
    """What one school has of the devices that are shared out, and what it needs in all.

    ``need`` is None where it has not said; then it gets the minimum and no more.
    """

    school: str
    priority: int
    has: int
    need: int | None
