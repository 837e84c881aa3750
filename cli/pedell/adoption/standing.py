"""What stands on an MDM, cohort by cohort: what is a cohort's alone, and what is left alone."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pedell.adoption import leaving
from pedell.adoption.leaving import Home, Left
from pedell.adoption.sorting import Said
from pedell.model import Cohort, Legacy, Spec, Words, canonical, tell
from pedell.payloads.apple import DECLARATIONS, decode_activation

_LONGEST = 500
_STRANGE = (ValueError, LookupError, TypeError, AttributeError)
"""What codecs raise over declarations that they have not written."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A declaration or profile that our words say, for one cohort.

    ``payload`` is what it holds: a declaration's, or the payloads of a profile. A profile has the
    ``uuid`` that devices show and a ``title``; it is ``said`` in words or goes on ``raw``, and
    ``twin`` is what it would be raw.
    """

    home: Home
    identifier: str
    kind: str
    spec: Spec
    payload: Any
    where: str = ""
    uuid: str = ""
    title: str = ""
    said: Said | None = None
    raw: bytes = b""
    twin: bytes = b""

    @property
    def key(self) -> tuple[Home, str]:
        """What tells it from others: a profile may stand with several cohorts."""
        return self.home, self.identifier


@dataclass(frozen=True, slots=True)
class Grounds:
    """What could be taken over: ``sets`` are by cohort, with their ``activations``."""

    sets: Mapping[Home, str]
    activations: Mapping[Home, tuple[str, ...]]
    candidates: tuple[Candidate, ...]
    left: tuple[Left, ...]


@dataclass(frozen=True, slots=True)
class Claims:
    """What is spoken for: ``sets`` that were adopted before, cohorts with a set of ``our`` own.

    ``identifiers`` of declarations and ``profiles`` of cohorts were adopted before.
    """

    sets: Mapping[Home, str] = field(default_factory=dict)
    our: frozenset[Home] = frozenset()
    identifiers: frozenset[str] = frozenset()
    profiles: frozenset[tuple[Home, str]] = frozenset()


def sort_legacy(legacy: Legacy, cohorts: Mapping[Home, Cohort], claims: Claims) -> Grounds:
    """Tell what is one cohort's alone and can be said in our words. Nothing is changed.

    ``cohorts`` are those whose devices the target looks after.
    """
    sorting = _Sorting(legacy, cohorts, claims)
    sets = dict(sorting.sets())
    candidates: list[Candidate] = []
    activations = {home: sorting.switches_in(name) for home, name in sets.items()}
    for home, name in sets.items():
        candidates += sorting.candidates(home, name)
    return Grounds(sets, activations, tuple(candidates), tuple(sorting.left))


class _Sorting:
    """One target."""

    def __init__(self, legacy: Legacy, cohorts: Mapping[Home, Cohort], claims: Claims) -> None:
        self._legacy, self._claims = legacy, claims
        self._devices = {home: each.serials & legacy.enrolled for home, each in cohorts.items()}
        self._home = {serial: home for home, found in self._devices.items() for serial in found}
        self._places: dict[str, set[str]] = defaultdict(set)
        for name, held in legacy.held.items():
            for one in held:
                self._places[one].add(name)
        self._switched = dict(self._activations())
        self.left: list[Left] = []

    def sets(self) -> Iterator[tuple[Home, str]]:
        """Yield each cohort with the set that is its alone; of several the one that holds most."""
        found: dict[Home, list[str]] = defaultdict(list)
        for name in sorted(self._legacy.sets):
            home, reason = self._home_of(name)
            if reason:
                self.left.append(Left("set", name, "", reason))
            elif home:
                found[home].append(name)
        for home, names in sorted(found.items()):
            most = sorted(names, key=lambda each: (-len(self._held(each)), each))
            name = self._claims.sets.get(home, most[0])
            rest = [each for each in names if each != name]
            self.left += [Left("set", n, "", leaving.second_set(home, name)) for n in rest]
            yield home, name

    def switches_in(self, name: str) -> tuple[str, ...]:
        """Return the activations that stand in this set alone."""
        return tuple(
            one
            for one in sorted(self._held(name))
            if one in self._switched and self._places[one] == {name} and _is_sound(one)
        )

    def candidates(self, home: Home, name: str) -> Iterator[Candidate]:
        """Yield what can be taken over of a set; the rest is left."""
        for one in sorted(self._held(name) - self._switched.keys() - self._claims.identifiers):
            declaration = self._legacy.declarations.get(one, {})
            kind, spec, reason = _said(one, declaration)
            reason = self._hindrance(one, name) or reason
            if reason:
                self.left.append(Left("declaration", one, name, reason))
            else:
                yield Candidate(home, one, kind, spec, declaration["Payload"], name)

    def _held(self, name: str) -> frozenset[str]:
        return self._legacy.held.get(name, frozenset())

    def _home_of(self, name: str) -> tuple[Home | None, Words | None]:
        """Return whose set it is, or why it is left alone; neither where it is of no interest."""
        members = self._legacy.sets[name]
        homes = {self._home[serial] for serial in members if serial in self._home}
        strangers = members - self._home.keys()
        if not members:
            return None, tell("none of the enrolled devices is in it")
        if not _is_sound(name):
            return None, tell("its name has signs that nobody can see, or is very long")
        if strangers:
            return None, leaving.unlisted(strangers)
        if len(homes) > 1:
            return None, leaving.shared_set(homes)
        home = homes.pop()
        if home in self._claims.our:
            return None, tell(
                "{home} has a set of Pedell's own already. Write what it holds into the files and"
                " take it away on the MDM.",
                home="/".join(home),
            )
        if lacking := self._devices[home] - members:
            return None, leaving.missing(home, lacking)
        return home, None

    def _activations(self) -> Iterator[tuple[str, frozenset[str]]]:
        for name, declaration in self._legacy.declarations.items():
            try:
                yield name, decode_activation(declaration)
            except ValueError:
                continue

    def _hindrance(self, one: str, name: str) -> Words | None:
        """Return what stands against taking a declaration over, whatever it says."""
        if not _is_sound(one):
            return tell("its name has signs that nobody can see, or is very long")
        if self._places[one] != {name}:
            return leaving.in_several(self._places[one])
        switches = [each for each, apps in self._switched.items() if one in apps]
        if not switches:
            return tell("no activation switches it on, so no device keeps it")
        for each in switches:
            if self._places[each] != {name} or not _is_sound(each):
                return tell(
                    "{activation} switches it on, which is not of this set alone. Give the set an"
                    " activation of its own, then adopt again.",
                    activation=leaving.seen(each),
                )
            if "Predicate" in self._legacy.declarations[each]["Payload"]:
                return tell(
                    "{activation} switches it on under a condition, and Pedell has no words for"
                    " conditions",
                    activation=leaving.seen(each),
                )
        return None


def _said(name: str, declaration: Mapping[str, Any]) -> tuple[str, Spec, Words | None]:
    """Say a declaration in our words; it must come out as it went in."""
    payload = declaration.get("Payload")
    for kind, codec in DECLARATIONS.items():
        try:
            spec = codec.decode(declaration)
        except _STRANGE:
            continue
        try:
            again = codec.encode(name, spec)["Payload"]
        except _STRANGE:
            again = None
        if canonical(again) == canonical(payload):
            return kind, spec, None
        keys = leaving.named(set(_odd(payload, again, "")))
        return kind, {}, tell("Pedell has no words for {keys} as it stands there", keys=keys)
    type_ = leaving.seen(str(declaration.get("Type", "?")))
    return "", {}, tell("Pedell has no words for declarations of the type {type}", type=type_)


def _odd(one: Any, other: Any, at: str) -> Iterator[str]:
    """Yield the keys in which two payloads differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            if one.get(key) != other.get(key):
                yield from _odd(one.get(key), other.get(key), f"{at}.{key}" if at else key)
    else:
        yield at or "Payload"


def _is_sound(name: str) -> bool:
    return name.isprintable() and 0 < len(name) <= _LONGEST
