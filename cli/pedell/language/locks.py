"""Locks: a path of ``authority.yml`` and what it may be become a bound on every layer."""

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from pedell.language.layers import read_layer
from pedell.language.schemas import Schemas
from pedell.model import Document, Lock, Pointer, Problem, Value

_CHOICES = ("apps", "certificates", "roles")
_FORMS = ("value", "allowed", "range")


def read_locks(
    authority: Document, schemas: Schemas
) -> tuple[tuple[Lock, ...], tuple[Problem, ...]]:
    """Return all locks, and what is wrong with them.

    A lock names nothing that a layer could not say, so each of its values is checked and
    flattened as one: a path that leads nowhere would be a lock that holds nothing.
    """
    locks: list[Lock] = []
    problems: list[Problem] = []
    for number, entry in enumerate(authority.value.get("locks", [])):
        place: Pointer = ("locks", number)
        found = [*_misfits(authority, schemas, place, entry), *_no_sense(authority, place, entry)]
        at = () if found else _settled_at(authority, entry)
        if at:
            locks.append(_lock(authority, place, entry, at))
        elif not found:
            detail = f"{entry['at']} is nothing that can be locked."
            found = [Problem("E0113", detail, authority.source((*place, _form(entry))))]
        problems += found
    return tuple(locks), (*problems, *_twice(locks))


def _form(entry: Mapping[str, Any]) -> str:
    return next(form for form in _FORMS if form in entry)


def _values(entry: Mapping[str, Any]) -> Mapping[Pointer, Value]:
    """Return every value that the lock names, by its place inside the entry."""
    form = _form(entry)
    match form:
        case "value":
            return {(form,): entry[form]}
        case "allowed":
            return {(form, number): value for number, value in enumerate(entry[form])}
        case _:
            return {(form, end): entry[form][end] for end in ("min", "max")}


def _misfits(
    authority: Document, schemas: Schemas, place: Pointer, entry: Mapping[str, Any]
) -> Iterator[Problem]:
    """Yield what no layer could say, once each: a wrong path is wrong for every value."""
    told = set()
    for way, value in _values(entry).items():
        for wrong in schemas.violations("authority.json", _as_defaults(authority, entry, value)):
            # a lock names one value; what a layer would have to say beside it stands elsewhere
            if wrong.code != "E0111" and wrong.detail not in told:
                told.add(wrong.detail)
                detail = f"{entry['at']}: {wrong.detail}"
                yield Problem(wrong.code, detail, authority.source((*place, *way)))


def _no_sense(authority: Document, place: Pointer, entry: Mapping[str, Any]) -> Iterator[Problem]:
    bounds = entry.get("range", {"min": 0, "max": 0})
    if not bounds["min"] <= bounds["max"]:
        detail = (
            f"{entry['at']}: no number is at least {bounds['min']} and at most {bounds['max']}."
        )
        yield Problem("E0113", detail, authority.source((*place, "range")))
    try:
        _until(entry)
    except ValueError:
        detail = f'"{entry["until"]}" is no day of the calendar.'
        yield Problem("E0113", detail, authority.source((*place, "until")))


def _until(entry: Mapping[str, Any]) -> datetime.date | None:
    return datetime.date.fromisoformat(entry["until"]) if "until" in entry else None


def _settled_at(authority: Document, entry: Mapping[str, Any]) -> Pointer:
    """Return where a layer that says this says it, or nothing if it cannot be said."""
    value = next(iter(_values(entry).values()))
    said = Document("", "", "", _as_defaults(authority, entry, value), {}, {})
    settings = list(read_layer("authority", said, ("defaults",)).settings)
    return settings[-1] if settings else ()


def _lock(authority: Document, place: Pointer, entry: Mapping[str, Any], at: Pointer) -> Lock:
    allowed, bounds = entry.get("allowed"), entry.get("range")
    return Lock(
        at=at,
        value=entry.get("value"),
        reason=entry["reason"],
        owner=entry["owner"],
        source=authority.source((*place, _form(entry))),
        allowed=None if allowed is None else tuple(allowed),
        bounds=None if bounds is None else (bounds["min"], bounds["max"]),
        until=_until(entry),
    )


def _as_defaults(authority: Document, entry: Mapping[str, Any], value: Value) -> Any:
    return {**authority.value, "locks": [], "defaults": _nested(entry["at"], value)}


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
