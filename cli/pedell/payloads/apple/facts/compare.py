"""What another release of Apple's schema changes: types and keys, by their names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pedell.payloads.apple.facts.table import Fact

_PARTS = ("types", "declarations")


@dataclass(frozen=True, slots=True)
class Changes:
    """Types and keys (``type``, ``type/key/key``) in order; what is inside a new one is not told.

    ``outdated`` maps those that were not outdated before to the version since which they are.
    """

    new: tuple[str, ...]
    gone: tuple[str, ...]
    outdated: Mapping[str, str]


def compare_facts(old: Fact, new: Fact) -> Changes:
    """Say what is new, gone or newly outdated on iPads."""
    before, after = dict(_places(old)), dict(_places(new))
    outdated = {
        place: after[place] for place in sorted(after) if after[place] and not before.get(place, "")
    }
    return Changes(_highest(after, before), _highest(before, after), outdated)


def _highest(here: Mapping[str, str], there: Mapping[str, str]) -> tuple[str, ...]:
    found = sorted(here.keys() - there.keys())
    return tuple(place for place in found if place.rpartition("/")[0] not in found)


def _places(table: Fact) -> Iterator[tuple[str, str]]:
    """Yield every place on iPads, with the version since which it is outdated, or nothing."""
    for part in _PARTS:
        for name, fact in table[part].items():
            if fact:
                yield name, _ended(fact)
                yield from _inside(fact, name)


def _inside(fact: Fact, above: str) -> Iterator[tuple[str, str]]:
    for name, key in fact.get("k", {}).items():
        if not key.get("no"):
            yield f"{above}/{name}", _ended(key)
            yield from _inside(key, f"{above}/{name}")
    for mark in ("i", "w"):
        if mark in fact:
            yield from _inside(fact[mark], above)


def _ended(fact: Fact) -> str:
    return str(fact.get("z") or fact.get("x") or "")
