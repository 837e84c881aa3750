"""Locks: a path and what it may be become a bound on the layers of those who are locked."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pedell.language.layers import CHOICES, read_layer
from pedell.language.schemas import Schemas
from pedell.model import Document, Lock, Pointer, Problem, Value, tell

_FORMS = ("value", "allowed", "range")


@dataclass(frozen=True, slots=True)
class Locker:
    """Who locks: the kind of its layer, its document, and where that layer stands in it."""

    layer: str
    name: str
    document: Document
    at: Pointer = ()

    def saying(self, path: str, value: Value) -> dict[str, Any]:
        """Return the part of a document in which its layer says only this."""
        said: Any = _nested(path, value)
        for key in reversed(self.at):
            said = {key: said}
        return dict(said)


def read_locks(locker: Locker, schemas: Schemas) -> tuple[tuple[Lock, ...], tuple[Problem, ...]]:
    """Return all locks of one document, and what is wrong with them.

    A lock names nothing that a layer could not say, so each of its values is checked and
    flattened as one: a path that leads nowhere would be a lock that holds nothing.
    """
    locks: list[Lock] = []
    problems: list[Problem] = []
    for number, entry in enumerate(locker.document.value.get("locks", [])):
        place: Pointer = ("locks", number)
        found = [
            *_misfits(locker, schemas, place, entry),
            *_no_sense(locker.document, place, entry),
        ]
        at = () if found else _settled_at(locker, entry)
        if at:
            locks.append(_lock(locker, place, entry, at))
        elif not found:
            detail = tell("{at} is nothing that can be locked.", at=entry["at"])
            found = [Problem("E0113", detail, locker.document.source((*place, _form(entry))))]
        problems += found
    return tuple(locks), tuple(problems)


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
    locker: Locker, schemas: Schemas, place: Pointer, entry: Mapping[str, Any]
) -> Iterator[Problem]:
    """Yield what no layer could say, once each: a wrong path is wrong for every value."""
    told, document = set(), locker.document
    for way, value in _values(entry).items():
        said = {**document.value, "locks": [], **locker.saying(entry["at"], value)}
        for wrong in schemas.violations(f"{locker.layer}.json", said):
            # a lock names one value; what a layer would have to say beside it stands elsewhere
            if wrong.code != "E0111" and wrong.detail not in told:
                told.add(wrong.detail)
                detail = tell("{at}: {wrong}", at=entry["at"], wrong=wrong.detail)
                yield Problem(wrong.code, detail, document.source((*place, *way)))


def _no_sense(document: Document, place: Pointer, entry: Mapping[str, Any]) -> Iterator[Problem]:
    bounds = entry.get("range", {"min": 0, "max": 0})
    if not bounds["min"] <= bounds["max"]:
        detail = tell(
            "{at}: no number is at least {min} and at most {max}.", at=entry["at"], **bounds
        )
        yield Problem("E0113", detail, document.source((*place, "range")))
    try:
        _until(entry)
    except ValueError:
        detail = tell('"{day}" is no day of the calendar.', day=entry["until"])
        yield Problem("E0113", detail, document.source((*place, "until")))


def _until(entry: Mapping[str, Any]) -> datetime.date | None:
    return datetime.date.fromisoformat(entry["until"]) if "until" in entry else None


def _settled_at(locker: Locker, entry: Mapping[str, Any]) -> Pointer:
    """Return where a layer that says this says it, or nothing if it cannot be said."""
    value = next(iter(_values(entry).values()))
    said = Document("", "", "", locker.saying(entry["at"], value), {}, {})
    settings = list(read_layer(locker.layer, said, locker.at).settings)
    return settings[-1] if settings else ()


def _lock(locker: Locker, place: Pointer, entry: Mapping[str, Any], at: Pointer) -> Lock:
    allowed, bounds = entry.get("allowed"), entry.get("range")
    return Lock(
        at=at,
        value=entry.get("value"),
        reason=entry["reason"],
        owner=entry["owner"],
        source=locker.document.source((*place, _form(entry))),
        allowed=None if allowed is None else tuple(allowed),
        bounds=None if bounds is None else (bounds["min"], bounds["max"]),
        until=_until(entry),
        layer=locker.layer,
        name=locker.name,
    )


def _nested(path: str, value: Any) -> Mapping[str, Any]:
    section, *way = path.split(".")
    if section in CHOICES and way[1:] == ["present"] and isinstance(value, bool):
        return {section: {"add" if value else "remove": way[:1]}}
    for key in reversed(way):
        value = {key: value}
    return {section: value}


def locked_twice(locks: Iterable[Lock]) -> Iterator[Problem]:
    """Yield where one value is locked twice for the same people, or under the authority's lock.

    Take them from the authority downwards.
    """
    first: dict[tuple[str, str, Pointer], Lock] = {}
    for lock in locks:
        highest = first.get(("authority", "", lock.at))
        other = highest or first.setdefault((lock.layer, lock.name, lock.at), lock)
        if other is not lock:
            detail = tell("The same value is locked at {place}.", place=other.source)
            yield Problem("E0201", detail, lock.source)
