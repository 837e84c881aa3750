"""A resource as it is wanted, as it was seen, and as we left it last time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from pedell.model.address import Address
from pedell.model.source import Pointer, Source
from pedell.model.value import Spec, fingerprint


class Until(StrEnum):
    """How far a needed step must have come: the target took it, or its devices hold it."""

    DONE = "done"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class Need:
    """Something that must be there first, and why, in words a person reads."""

    address: Address
    reason: str
    until: Until = Until.DONE


@dataclass(frozen=True, slots=True)
class Resource:
    """Wanted. ``devices`` are the serials that shall hold it; empty for a server's resource.

    ``tags`` are what ``--tags`` selects by. ``origins`` says for each field which line set it.
    """

    address: Address
    target: str
    spec: Spec
    devices: frozenset[str]
    needs: tuple[Need, ...]
    tags: tuple[str, ...]
    source: Source
    origins: Mapping[Pointer, Source] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Observed:
    """Seen on a target, in our terms.

    ``spec`` is what is there: the wanted spec where that is what the target holds, else the
    remembered one where it is that, else what could be read. ``devices`` hold exactly the wanted
    content or have it queued, ``pending`` those of them that have not shown it yet; ``waiting``
    are devices that cannot be reached by any step now (not enrolled yet). ``handle`` is the
    target's own id. ``note`` is for people.
    """

    address: Address
    spec: Spec
    handle: str = ""
    devices: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()
    note: str = ""
    pending: frozenset[str] = frozenset()

    @property
    def fingerprint(self) -> str:
        """Name what was seen by its content, for a saved plan to compare again."""
        return fingerprint(self.spec)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What our last apply left there."""

    address: Address
    target: str
    spec: Spec
    handle: str
    devices: frozenset[str]


Desired: TypeAlias = Mapping[Address, Resource]
Memory: TypeAlias = Mapping[Address, Remembered]


@dataclass(frozen=True, slots=True)
class Sight:
    """The answer of all targets that were asked; those that did not answer stand with why.

    ``denied`` are those of them that answered and did not let us in.
    """

    observed: Mapping[Address, Observed]
    unreachable: Mapping[str, str]
    denied: frozenset[str] = frozenset()
