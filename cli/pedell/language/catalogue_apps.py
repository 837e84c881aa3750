"""The apps of the catalogue become values with types; what they name must be there."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from pedell.language.nearest import did_you_mean
from pedell.model import (
    IDENTITIES,
    App,
    Counting,
    Document,
    Licensed,
    Pointer,
    PoolOf,
    Problem,
    Requirement,
    Span,
    tell,
)

_UNKNOWN = {"apps": "E0231", "wifi": "E0232", "certificates": "E0234"}
_CENT = -2


def read_apps(document: Document) -> tuple[dict[str, App], tuple[Problem, ...]]:
    """Return name → app of the catalogue, and what is wrong with them."""
    entries = (document.value or {}).get("apps", {})
    problems: list[Problem] = []
    found = {name: _app(document, name, entry, problems) for name, entry in entries.items()}
    problems += _unknown(document, found)
    problems += _rings(found)
    for name, entry in entries.items():
        problems += _unable(document, ("apps", name), entry)
    return found, tuple(problems)


def read_grades(document: Document) -> tuple[dict[str, Span], tuple[Problem, ...]]:
    """Return type of school → its grades, as ``authority.yml`` says them."""
    problems: list[Problem] = []
    found = {}
    for name, entry in document.value.get("types", {}).items():
        span = _span(document, ("types", name), "grades", entry, problems)
        if span is not None:
            found[name] = span
    return found, tuple(problems)


def _app(document: Document, name: str, entry: Mapping[str, Any], problems: list[Problem]) -> App:
    place = ("apps", name)
    return App(
        name=name,
        title=entry["title"],
        platforms=frozenset(p for p, keys in IDENTITIES.items() if entry.keys() & set(keys)),
        is_approved="approved" in entry,
        source=document.key_source(place),
        ages=_span(document, place, "ages", entry, problems),
        grades=_span(document, place, "grades", entry, problems),
        licences=_licensed(document, place, entry.get("licences")),
        needs=tuple(_requirements(document, place, entry.get("needs", {}))),
        cost=_cost(document, place, entry.get("cost"), problems),
        by_command=entry.get("install") == "command",
    )


def _span(
    document: Document, place: Pointer, key: str, entry: Any, problems: list[Problem]
) -> Span | None:
    said = entry.get(key) if isinstance(entry, Mapping) else None
    if said is None:
        return None
    span = Span(said.get("from"), said.get("to"))
    if not span.meets(span):
        detail = tell(
            "From {first} to {last} there is nothing. Change the two.",
            first=span.first,
            last=span.last,
        )
        problems.append(Problem("E0113", detail, document.source((*place, key))))
    return span


def _licensed(document: Document, place: Pointer, said: Any) -> Licensed | None:
    if said is None:
        return None
    at = (*place, "licences", "owned") if "owned" in said else (*place, "licences")
    counting, pool_of = Counting(said["count"]), PoolOf(said["pool"])
    return Licensed(counting, pool_of, said.get("owned", 0), document.source(at))


def _requirements(document: Document, place: Pointer, said: Any) -> Iterator[Requirement]:
    for section in _UNKNOWN:
        for number, name in enumerate(said.get(section, ())):
            at = (*place, "needs", section, number)
            yield Requirement(section, name, document.source(at))


def _cost(document: Document, place: Pointer, said: Any, problems: list[Problem]) -> Decimal | None:
    if said is None:
        return None
    cost = Decimal(str(said))
    exponent = cost.as_tuple().exponent
    if isinstance(exponent, int) and exponent < _CENT:
        detail = tell("{cost} has parts of a cent. Two decimals are read.", cost=said)
        problems.append(Problem("E0113", detail, document.source((*place, "cost"))))
    return cost


def _unable(document: Document, place: Pointer, entry: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what the way in which tablets get an app does not allow.

    Source: Apple's device management schema. Settings/ApplicationConfiguration fails for apps that
    are managed by declaration; what a declaration requires nobody can delete; UpdateBehavior is a
    key of declarations alone.
    """
    if entry.get("install") == "command":
        if "bundle" not in entry:
            detail = tell("Commands know an app by its bundle id. Say `bundle` too.")
            yield Problem("E0266", detail, document.source((*place, "install")))
        wrong = {"updates": entry.get("updates"), "optional": entry.get("optional")}
        way = tell("That is for apps by declaration. Take it out, or take out `install: command`.")
    else:
        wrong = {key: entry.get(key) for key in ("configuration", "removable")}
        way = tell("That is for apps by command. Take it out, or say `install: command`.")
    for key in (key for key, said in wrong.items() if said is not None and said is not False):
        yield Problem("E0266", way, document.key_source((*place, key)))


def _unknown(document: Document, apps: Mapping[str, App]) -> Iterator[Problem]:
    for app in apps.values():
        for need in app.needs:
            known = (document.value or {}).get(need.section, {})
            if need.name not in known:
                detail = tell(
                    '"{name}" is not in the catalogue. {meant}',
                    name=need.name,
                    meant=did_you_mean(need.name, known),
                )
                yield Problem(_UNKNOWN[need.section], detail, need.source)


def _rings(apps: Mapping[str, App]) -> Iterator[Problem]:
    """Yield each ring of apps that need each other once, at its first line."""
    told: set[str] = set()
    for name in apps:
        way = () if name in told else _way_back(apps, name)
        if way:
            told.update(need.name for need in way)
            steps = " → ".join(f"{need.name} ({need.source})" for need in way)
            detail = tell("Each waits for the next: {start} → {way}", start=name, way=steps)
            yield Problem("E0260", detail, way[0].source)


def _way_back(apps: Mapping[str, App], start: str) -> tuple[Requirement, ...]:
    """Return what leads from an app to itself, or nothing."""
    ways: list[tuple[Requirement, ...]] = [()]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        at = apps.get(way[-1].name if way else start)
        for need in at.needs if at else ():
            if need.section == "apps" and need.name == start:
                return (*way, need)
            if need.section == "apps" and need.name not in seen:
                seen.add(need.name)
                ways.append((*way, need))
    return ()
