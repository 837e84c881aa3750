"""What a provider says it can do with a kind."""

from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    """Whether the target's API offers it: ``manual`` means a person must click."""

    YES = "yes"
    MANUAL = "manual"
    NO = "no"


class Writes(StrEnum):
    """Whether a write sets the whole thing (what is not named goes) or only what is named."""

    REPLACE = "replace"
    MERGE = "merge"


@dataclass(frozen=True, slots=True)
class Ability:
    """One row of a provider's table; ``asynchronous`` means that devices fetch it later."""

    create: Verb = Verb.YES
    update: Verb = Verb.YES
    delete: Verb = Verb.YES
    writes: Writes = Writes.REPLACE
    asynchronous: bool = False
