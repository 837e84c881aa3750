"""How far devices have come, one by one and counted."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from pedell.model.delivery import Service
from pedell.model.inventory import Device
from pedell.model.words import Words


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one device stands on its way to a person.

    ``is_signed`` is None where it needs no contract. ``obstacle`` says why it may not be handed
    over, None where it may.
    """

    school: str
    cohort: str
    device: Device
    service: Service
    is_signed: bool | None
    obstacle: Words | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of some devices stand where; all are counts of devices.

    ``delivered``, ``labelled`` and ``configured`` are what the authority does with them and add up
    to ``listed``. ``signed`` and ``missing`` count the contracts of those that need one, ``ready``
    the devices that may be handed over.
    """

    listed: int = 0
    delivered: int = 0
    labelled: int = 0
    configured: int = 0
    signed: int = 0
    missing: int = 0
    ready: int = 0

    @classmethod
    def of(cls, standings: Iterable[Standing]) -> Self:
        """Count devices."""
        found: Counter[str] = Counter()
        for standing in standings:
            found["listed"] += 1
            found[standing.service.value] += 1
            found["signed"] += standing.is_signed is True
            found["missing"] += standing.is_signed is False
            found["ready"] += standing.obstacle is None
        return cls(**found)
