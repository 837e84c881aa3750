"""The table of facts: what Apple's schema says of iPads, and what we add on top of it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pedell.payloads.apple.facts.findings import padded, read_version

Fact = Mapping[str, Any]
FORMAT = 2
_KINDS = frozenset("sirbtxao*")
COMMON, TOP, WRAPPER = "CommonPayloadKeys", "TopLevel", "any"
"""Entries that are no types: keys of every payload, of a profile, of a declaration."""


@dataclass(frozen=True, slots=True)
class Table:
    """Facts by name of the payload type, or of the declaration type; ``{}``: not for iPads.

    ``source`` says in sentences where they come from, ``releases`` maps a part of the table to its
    release of iOS, ``replaced_by`` a type, or ``type/key``, to what takes its place.
    """

    source: tuple[str, ...]
    releases: Mapping[str, str]
    types: Mapping[str, Fact]
    declarations: Mapping[str, Fact]
    replaced_by: Mapping[str, str]

    def is_older_than(self, part: str, version: tuple[int, ...]) -> bool:
        """Tell whether devices of this version may know more than this part of the table."""
        number = self.releases.get(part, "0").split()[0]
        return padded(read_version(number)) < padded(version)


@cache
def facts() -> Fact:
    """Return the table that comes with Pedell as it was derived, without additions of ours.

    Source: github.com/apple/device-management (MIT, © Apple Inc.); see :mod:`.derive`.
    """
    found: Fact = json.loads(_shipped("table.json"))
    return found


@cache
def shipped_table() -> Table:
    """Return the table that comes with Pedell, errata and successors on top."""
    return complete_table(facts())


def parse_facts(text: str) -> Fact:
    """Read the text of a table; ValueError where it is none, or of another format."""
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ValueError("it was not written by `pedell schema update`, or by another version")
    if not {TOP, COMMON} <= found["types"].keys() or WRAPPER not in found["declarations"]:
        raise ValueError("it lacks the keys of every profile or declaration")
    for part in ("types", "declarations"):
        for name, fact in found[part].items():
            if fact and not _is_sound({"t": "o", **fact}):
                raise ValueError(f"what it says of {name} cannot be read")
    return found


def complete_table(derived: Fact) -> Table:
    """Lay errata and successors over a derived table."""
    ours = json.loads(_shipped("additions.json"))
    types = {name: fact or {} for name, fact in derived["types"].items()}
    declarations = {name: fact or {} for name, fact in derived["declarations"].items()}
    for erratum in ours["errata"]:
        first, *way = erratum["at"]
        part = declarations if erratum.get("part") == "declarations" else types
        if first in part:
            part[first] = _patched(part[first], way, erratum["key"])
    return Table(
        tuple(derived["source"]), derived["releases"], types, declarations, ours["replaced_by"]
    )


def write_facts(derived: Fact) -> str:
    """Write a table: a type a line, so that two of them can be compared."""
    head = ("format", "source", "releases", "licence")
    lines = [f'"{key}":{_compact(derived[key])}' for key in head]
    lines += [f'"{part}":{{\n{_rows(derived[part])}}}' for part in ("types", "declarations")]
    return "{" + ",\n".join(lines) + "}\n"


def _is_sound(fact: Any) -> bool:
    """Tell whether a fact and all that is in it can be worked with."""
    if not isinstance(fact, dict) or fact.get("t") not in _KINDS:
        return False
    try:
        versions = [read_version(fact[mark]) for mark in ("a", "x", "z") if mark in fact]
        pairs = [len(fact[mark]) == 2 for mark in ("r", "n") if mark in fact]
    except (ValueError, TypeError, AttributeError):
        return False
    inside = [*fact.get("k", {}).values(), *(fact[mark] for mark in ("w", "i") if mark in fact)]
    return all(versions) and all(pairs) and all(map(_is_sound, inside))


def _rows(part: Fact) -> str:
    return ",\n".join(f"{_compact(name)}:{_compact(part[name])}" for name in sorted(part))


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _patched(fact: Fact, way: list[str], change: Fact) -> Fact:
    if not fact:
        return fact
    if not way:
        return {**fact, **change}
    keys = fact.get("k", {})
    return {
        **fact,
        "k": {**keys, way[0]: _patched(keys.get(way[0]) or {"t": "*"}, way[1:], change)},
    }


def _shipped(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


@cache
def pattern_of(form: str) -> re.Pattern[str] | None:
    """Return what a text must match; None for one that Python does not read."""
    try:
        return re.compile(form)
    except (re.error, RecursionError, OverflowError):
        return None
