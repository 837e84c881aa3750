"""A raw profile of the catalogue, as it was read from its file."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pedell.model.problem import Problem
from pedell.model.source import Pointer


@dataclass(frozen=True, slots=True)
class RawProfile:
    """``content`` is XML in the one way that equal profiles share; ``path`` names its file.

    ``doubts`` are warnings: what Apple does not list, and may be right all the same. ``lines`` has
    the line of each place in the file.
    """

    content: str
    path: str
    doubts: tuple[Problem, ...] = ()
    lines: Mapping[Pointer, int] = field(default_factory=dict, compare=False)

    def line_of(self, at: Pointer) -> int:
        """Return the line of a place, or of what holds it."""
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at, 1)
