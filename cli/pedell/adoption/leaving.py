"""What stays as it is on a target, and in which words a person is told why."""

from collections.abc import Collection
from dataclasses import dataclass

from pedell.model import Words, tell

_NAMED = 5

Home = tuple[str, str]
"""School and cohort."""


@dataclass(frozen=True, slots=True)
class Left:
    """A set, declaration or profile that is left alone. ``where`` is the set, or empty."""

    kind: str
    identifier: str
    where: str
    reason: Words


def named(names: Collection[object]) -> str:
    """Name a few of many, so that a line stays a line; what cannot be seen is escaped."""
    shown = [seen(str(name)) for name in sorted(map(str, names))]
    more = f" and {len(shown) - _NAMED:,} more" if len(shown) > _NAMED else ""
    return ", ".join(shown[:_NAMED]) + more


def seen(text: str) -> str:
    """Return a name from a target so that nothing in it can play tricks on a terminal."""
    safe = text if text.isprintable() else text.encode("unicode_escape").decode()
    return safe if len(safe) <= 120 else f"{safe[:119]}…"


def homes_named(homes: Collection[Home]) -> str:
    """Name cohorts as people find them in the files."""
    return named(["/".join(home) for home in homes])


def shared_set(homes: Collection[Home]) -> Words:
    """Say that a set is of several cohorts."""
    return tell(
        "{homes} share it, so a change for one would reach the others. Give each cohort a set of"
        " its own on the MDM, then adopt again.",
        homes=homes_named(homes),
    )


def unlisted(serials: Collection[str]) -> Words:
    """Say that a set has devices that stand in no list of this target."""
    return tell(
        "{serials} in it stand in no device list of this target, and a change would reach them"
        " too. List them, or take them out of the set.",
        serials=named(serials),
    )


def missing(home: Home, serials: Collection[str]) -> Words:
    """Say that some devices of a cohort are not in its set."""
    return tell(
        "it is the set of {home}, but {serials} of that cohort are not in it. Put them into the"
        " set, or into a cohort of their own.",
        home="/".join(home),
        serials=named(serials),
    )


def second_set(home: Home, other: str) -> Words:
    """Say that a cohort has another set already."""
    return tell(
        "{home} has one set, {other}. Move its declarations there, then adopt again.",
        home="/".join(home),
        other=seen(other),
    )


def in_several(sets: Collection[str]) -> Words:
    """Say that a declaration stands in several sets."""
    return tell(
        "it stands in the sets {sets}, so a change for one would reach the others. Give each set a"
        " declaration of its own, then adopt again.",
        sets=named(sets),
    )
