"""What stands on a target that Pedell did not put there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Legacy:
    """Serials and names as the target has them; of names nothing is known but that they are texts.

    ``enrolled`` are the devices that were looked at. ``sets`` maps a set of declarations to its
    members among them, ``held`` every set to what it holds, and ``declarations`` are those of the
    sets with members, as JSON. ``profiles`` maps an identifier to PayloadUUID to who shows it,
    ``silent`` did not say what profiles they have. ``unheld`` maps a declaration to devices that
    report others and not that one.
    """

    enrolled: frozenset[str]
    sets: Mapping[str, frozenset[str]]
    held: Mapping[str, frozenset[str]]
    declarations: Mapping[str, Mapping[str, Any]]
    profiles: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    unheld: Mapping[str, frozenset[str]] = field(default_factory=dict)
