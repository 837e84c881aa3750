"""What stood on a target before us and was taken over: it keeps the name that it had there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from pedell.model.address import Address
from pedell.model.source import Source

ACTIVATION = "activation"
"""Word for the kind of what switches declarations on; such a thing is kept and never declared."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """One thing under its old name on the target.

    Of a profile devices show ``uuid`` for the content that it had when it was taken over, and
    ``content`` is what Pedell's own naming calls that content; both are empty for all else.
    """

    identifier: str
    source: Source
    uuid: str = ""
    content: str = ""


Adoptions: TypeAlias = Mapping[Address, Adopted]
"""What was taken over on one target, by the place that it has in the inventory."""
