"""What will be done, in which order: the one thing that a person approves."""

from collections.abc import Iterator
from dataclasses import dataclass

from pedell.model.address import Address
from pedell.model.change import Change
from pedell.model.playbook import Rollout
from pedell.model.resource import Until
from pedell.model.survey import Notice


@dataclass(frozen=True, slots=True)
class Edge:
    """A step that must have come far enough before, and why."""

    step: int
    reason: str
    until: Until


@dataclass(frozen=True, slots=True)
class Step:
    """A change with its number; numbers follow the order, needed ones first."""

    number: int
    change: Change
    needs: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Wave:
    """Steps that run together; the gate of the rollout stands behind each wave."""

    number: int
    schools: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a plan speaks about: whose files, at which commit, how many schools and devices.

    ``chosen`` counts the schools that a limit left over, 0 where there is no limit. ``apple`` names
    the releases of Apple's schema that profiles were held against, empty without any tablet.
    ``flags`` is what every next command needs too: ``--sandbox`` where targets have addresses.
    """

    inventory: str
    authority: str
    name: str
    commit: str
    version: str
    schools: int
    devices: int
    sandbox: bool
    chosen: int = 0
    apple: str = ""
    flags: str = ""

    @property
    def typed(self) -> str:
        """The inventory as people type it behind a command."""
        return f"-i {self.inventory} {self.flags}".strip()

    @property
    def concerned(self) -> int:
        """How many schools were looked at."""
        return self.chosen or self.schools


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that apply does; it decides nothing any more.

    ``blocked`` changes are shown and not done. ``orphans`` were made by us and are declared no
    more; without pruning they stay. ``waiting`` counts devices that stand in a list and are not
    enrolled yet. ``unreachable`` maps a target's id to why it did not answer; ``denied`` are those
    of them that answered and did not let us in. ``notices`` are what targets said about themselves
    when they were looked at; a saved plan does not keep them.
    """

    scope: Scope
    rollout: Rollout
    waves: tuple[Wave, ...]
    blocked: tuple[Change, ...]
    orphans: tuple[Address, ...]
    unchanged: int
    waiting: int
    unreachable: tuple[tuple[str, str], ...]
    denied: frozenset[str] = frozenset()
    notices: tuple[Notice, ...] = ()

    @property
    def steps(self) -> Iterator[Step]:
        """All steps in order."""
        return (step for wave in self.waves for step in wave.steps)

    @property
    def is_empty(self) -> bool:
        """True where nothing would be done and nothing is held back."""
        return not self.blocked and not any(wave.steps for wave in self.waves)
