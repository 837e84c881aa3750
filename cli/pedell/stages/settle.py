"""Stage (pure): what became of steps that a crash cut off is told by looking, never by guessing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pedell.model import Address, Memory, Remembered, Sight
from pedell.ports import Unsettled

Intended = Mapping[Unsettled, Remembered | None]
"""What each step was to leave; None where it was to take away."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What the look has shown, in words for the journal, and what is to be remembered by it.

    ``left`` maps an address to what stands there by our hand, or to None where it is gone.
    """

    found: tuple[tuple[Unsettled, str], ...]
    left: Mapping[Address, Remembered | None]


def settle_steps(intended: Intended, memory: Memory, sight: Sight) -> Settlement:
    """Say what each step left. One whose target was silent is not in the answer: it stays open."""
    found: list[tuple[Unsettled, str]] = []
    left: dict[Address, Remembered | None] = {}
    for entry, meant in intended.items():
        last = meant or memory.get(entry.address)
        if last is None or last.target in sight.unreachable:
            continue
        seen = sight.observed.get(entry.address)
        if meant and seen and seen.spec == meant.spec:
            left[entry.address] = replace(meant, devices=meant.devices & seen.devices)
            found.append((entry, "it is there"))
        else:
            left |= {entry.address: None} if seen is None and meant is None else {}
            found.append((entry, "something else is there" if seen else "nothing is there"))
    return Settlement(tuple(found), left)
