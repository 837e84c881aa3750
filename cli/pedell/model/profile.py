"""A raw profile of the catalogue, as it was read from its file."""

from dataclasses import dataclass

from pedell.model.problem import Problem


@dataclass(frozen=True, slots=True)
class RawProfile:
    """``content`` is XML in the one way that equal profiles share; ``path`` names its file.

    ``doubts`` are warnings: what Apple does not list, and may be right all the same.
    """

    content: str
    path: str
    doubts: tuple[Problem, ...] = ()
