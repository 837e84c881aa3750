"""The difference between wanted, seen and remembered."""

from dataclasses import dataclass
from enum import StrEnum

from pedell.model.address import Address
from pedell.model.kind import Effect
from pedell.model.resource import Observed, Remembered, Resource
from pedell.model.source import Pointer
from pedell.model.value import Value


class Action(StrEnum):
    """What has to happen. The value is the glyph that people see."""

    CREATE = "+"
    UPDATE = "~"
    REPLACE = "±"
    DELETE = "-"

    @property
    def word(self) -> str:
        """The word that machines see."""
        return self.name.lower()


class Cause(StrEnum):
    """Who moved: the files (ours), someone on the target (theirs), or both (conflict)."""

    OURS = "ours"
    THEIRS = "theirs"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs; ``after`` None means that we let go of it."""

    pointer: Pointer
    before: Value
    after: Value
    cause: Cause


@dataclass(frozen=True, slots=True)
class Change:
    """One resource that has to move, and the two ends of the way.

    ``devices`` are the serials that a step must reach (empty for a server). ``drifted`` are those
    of them that held it after our last apply and do not any more; ``leaving`` have left the set of
    a membership. ``blocked`` says why a guard holds the change back, or is empty. ``heirs`` say now
    what a thing that goes has said: it goes because that moved, and not because nobody wants it.
    """

    address: Address
    target: str
    action: Action
    before: Observed | None
    after: Resource | None
    remembered: Remembered | None
    fields: tuple[FieldChange, ...]
    devices: frozenset[str]
    drifted: frozenset[str]
    effect: Effect
    blocked: str = ""
    leaving: frozenset[str] = frozenset()
    heirs: tuple[Address, ...] = ()

    @property
    def is_drift(self) -> bool:
        """True where someone moved it on the target."""
        return bool(self.drifted) or any(f.cause is not Cause.OURS for f in self.fields)
