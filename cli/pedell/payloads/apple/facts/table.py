"""The table of facts: what Apple's schema says of iPads, and what we add on top of it."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pedell.model import tell
from pedell.payloads.apple.facts.findings import padded, read_version
from pedell.payloads.apple.facts.rules import Rule, read_rules

Fact = Mapping[str, Any]
FORMAT = 2
_KINDS = frozenset("sirbtxao*")
COMMON, TOP, WRAPPER = "CommonPayloadKeys", "TopLevel", "any"
"""Entries that are no types: keys of every payload, of a profile, of a declaration."""


@dataclass(frozen=True, slots=True)
class Table:
    """Facts by name of the payload type, or of the declaration type; ``{}``: not for iPads.

    ``source`` says in sentences where they come from, ``releases`` maps a part of the table to its
    release of iOS, ``replaced_by`` a type, or ``type/key``, to what takes its place, ``rules`` a
    type to what holds between its keys.
    """

    source: tuple[str, ...]
    releases: Mapping[str, str]
    types: Mapping[str, Fact]
    declarations: Mapping[str, Fact]
    replaced_by: Mapping[str, str]
    rules: Mapping[str, Sequence[Rule]]

    def is_older_than(self, part: str, version: tuple[int, ...]) -> bool:
        """Tell whether devices of this version may know more than this part of the table."""
        return _number_of(self.releases.get(part, "0")) < padded(version)

    def ends_before(self, part: str, other: "Table") -> bool:
        """Tell whether this part of it is of an older release than that of another table."""
        return _number_of(self.releases.get(part, "0")) < _number_of(other.releases.get(part, "0"))


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


def read_table(text: str) -> Table:
    """Read a table and lay errata, successors and rules over it; ValueError where it is none."""
    return complete_table(parse_facts(text))


def parse_facts(text: str) -> Fact:
    """Read the text of a table; ValueError where it is none, or of another format."""
    try:
        found = json.loads(text)
        _check(found)
    except RecursionError:
        raise ValueError(tell("it is nested too deep")) from None
    except json.JSONDecodeError as error:
        raise ValueError(tell("it is no JSON from line {line} on", line=error.lineno)) from None
    except (KeyError, TypeError, AttributeError):
        raise ValueError(tell("something in it has another form")) from None
    checked: Fact = found
    return checked


def complete_table(derived: Fact) -> Table:
    """Lay errata, successors and rules over a derived table."""
    ours = json.loads(_shipped("additions.json"))
    types = {name: fact or {} for name, fact in derived["types"].items()}
    declarations = {name: fact or {} for name, fact in derived["declarations"].items()}
    for erratum in ours["errata"]:
        first, *way = erratum["at"]
        part = declarations if erratum.get("part") == "declarations" else types
        if first in part:
            part[first] = _patched(part[first], way, erratum["key"])
    return Table(
        source=tuple(derived["source"]),
        releases=derived["releases"],
        types=types,
        declarations=declarations,
        replaced_by=ours["replaced_by"],
        rules=read_rules(ours["rules"]),
    )


def write_facts(derived: Fact) -> str:
    """Write a table: a type a line, so that two of them can be compared."""
    head = ("format", "source", "releases", "licence")
    lines = [f'"{key}":{_compact(derived[key])}' for key in head]
    lines += [f'"{part}":{{\n{_rows(derived[part])}}}' for part in ("types", "declarations")]
    return "{" + ",\n".join(lines) + "}\n"


def _check(found: Any) -> None:
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ValueError(tell("it was not written by pedell schema update, or by another version"))
    wrappers = [found["types"].get(TOP), found["types"].get(COMMON)]
    if not all("k" in (one or {}) for one in (*wrappers, found["declarations"].get(WRAPPER))):
        raise ValueError(tell("it lacks the keys of every profile or declaration"))
    for part in ("types", "declarations"):
        for name, fact in found[part].items():
            if fact and not _is_sound({"t": "o", **fact}):
                raise ValueError(tell("what it says of {name} cannot be read", name=name[:60]))
    if not _are_texts([*found["source"], *found["releases"].values()]):
        raise ValueError(tell("it does not say in words where it comes from"))
    for release in found["releases"].values():
        if not _is_version(release.partition(" ")[0]):
            raise ValueError(tell("it does not say of which iOS it is"))


def _is_sound(fact: Any) -> bool:
    """Tell whether a fact and all that is in it can be worked with."""
    if not isinstance(fact, dict) or fact.get("t") not in _KINDS:
        return False
    dated = [_is_version(fact[mark]) for mark in ("a", "x", "z") if mark in fact]
    pairs = [_is_span(fact[mark]) for mark in ("r", "n") if mark in fact]
    texts = [_are_texts(fact[mark]) for mark in ("u", "as", "en", "sc") if mark in fact]
    texts += [isinstance(fact[mark], str) for mark in ("f", "also") if mark in fact]
    texts += [isinstance(fact.get("e", []), list), isinstance(fact.get("^", 0), int)]
    inside = [*fact.get("k", {}).values(), *(fact[mark] for mark in ("w", "i") if mark in fact)]
    return all([*dated, *pairs, *texts]) and all(map(_is_sound, inside))


def _is_version(text: str) -> bool:
    try:
        return bool(read_version(text))
    except ValueError:
        return False


def _is_span(found: Any) -> bool:
    kinds = (int, float, type(None))
    return isinstance(found, list) and len(found) == 2 and all(isinstance(n, kinds) for n in found)


def _are_texts(found: Any) -> bool:
    return isinstance(found, list) and all(isinstance(each, str) for each in found)


def _number_of(release: str) -> tuple[int, ...]:
    """Return the version in a release (``27.0 Seed 1``)."""
    return padded(read_version(release.partition(" ")[0]))


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
