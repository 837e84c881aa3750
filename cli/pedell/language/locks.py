"""Locks: a path and a value of ``authority.yml`` become a setting that no layer may change."""

from collections.abc import Mapping
from typing import Any

from pedell.language.layers import read_layer
from pedell.language.schemas import Schemas
from pedell.model import Document, Lock, Problem

_CHOICES = ("apps", "certificates", "roles")


def read_locks(
    authority: Document, schemas: Schemas
) -> tuple[tuple[Lock, ...], tuple[Problem, ...]]:
    """Return all locks, and what is wrong with them.

    A lock says nothing that a layer could not say, so it is checked and flattened as one: a path
    that leads nowhere would be a lock that holds nothing.
    """
    locks: list[Lock] = []
    problems: list[Problem] = []
    for number, entry in enumerate(authority.value.get("locks", [])):
        source = authority.source(("locks", number, "value"))
        said = {**authority.value, "locks": [], "defaults": _nested(entry["at"], entry["value"])}
        found = [
            Problem(wrong.code, f"{entry['at']}: {wrong.detail}", source)
            for wrong in schemas.violations("authority.json", said)
            if wrong.code != "E0111"  # a lock names one value; what belongs to it stands elsewhere
        ]
        if found:
            problems += found
            continue
        layer = read_layer("authority", Document("", "", "", said, {}, {}), ("defaults",))
        if layer.settings:
            at, written = list(layer.settings.items())[-1]
            locks.append(Lock(at, written.value, entry["reason"], entry["owner"], source))
        else:
            detail = f"{entry['at']} is nothing that can be locked."
            problems.append(Problem("E0113", detail, source))
    return tuple(locks), (*problems, *_twice(locks))


def _nested(path: str, value: Any) -> Mapping[str, Any]:
    section, *way = path.split(".")
    if section in _CHOICES and way[1:] == ["present"] and isinstance(value, bool):
        return {section: {"add" if value else "remove": way[:1]}}
    for key in reversed(way):
        value = {key: value}
    return {section: value}


def _twice(locks: list[Lock]) -> list[Problem]:
    first = {lock.at: lock for lock in reversed(locks)}
    return [
        Problem("E0201", f"The same value is locked at {first[lock.at].source}.", lock.source)
        for lock in locks
        if first[lock.at] is not lock
    ]
