"""What the devices of a cohort are, as far as it decides what they understand."""

from dataclasses import dataclass
from typing import TypeAlias

Version: TypeAlias = tuple[int, ...]
"""``(18, 3)``; at least two numbers, so that 26 and 26.0 are the same."""

OLDEST: Version = (17, 2)
"""The oldest iPadOS that Pedell supports: the first that installs apps by declaration."""


@dataclass(frozen=True, slots=True)
class Platform:
    """``os`` is the oldest iPadOS among them; ``shared`` are those that pupils take turns with."""

    os: Version = OLDEST
    supervised: bool = True
    shared: bool = False


def version_of(text: str) -> Version:
    """Read ``26`` or ``18.3.1``. Raises ValueError where it is no version."""
    numbers = tuple(int(part) for part in text.split("."))
    return numbers if len(numbers) > 1 else (*numbers, 0)


def version_text(version: Version) -> str:
    """Write a version as people say it."""
    return ".".join(map(str, version))
