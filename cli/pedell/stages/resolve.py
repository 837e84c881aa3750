"""Stage 3 (pure): layers become effective values, each with its trail, under the locks."""

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from pedell.language.nearest import did_you_mean
from pedell.model import (
    LAYERS,
    Cohort,
    Contribution,
    Effective,
    Inventory,
    Kind,
    Lock,
    Pointer,
    Problem,
    Rejected,
    School,
    SecretName,
    Setting,
    Source,
    Value,
    Written,
    dotted,
)

_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
_BELOW_AUTHORITY = LAYERS[LAYERS.index("authority") + 1 :]

Trails = dict[Pointer, list[Contribution]]


def resolve_values(
    inventory: Inventory, kinds: Mapping[str, Kind], today: datetime.date
) -> Mapping[tuple[str, str], Effective]:
    """Return (school, cohort) → effective values; cohort ``""`` is the school itself.

    A later layer wins, but where a kind marks a field ``x-merge: restrict`` the stricter value
    does. Rejects values that a lock does not permit, and groups that disagree. A lock whose last
    day lies before ``today`` holds nothing.
    """
    problems: list[Problem] = []
    locks = {lock.at: lock for lock in inventory.locks if lock.holds_on(today)}
    found = {}
    for school in inventory.schools.values():
        for cohort in (None, *school.cohorts):
            name = cohort.name if cohort else ""
            resolving = _Resolving(inventory, school, cohort, kinds, locks, problems)
            found[school.id, name] = Effective(school.id, name, resolving.settings())
    if problems:
        raise Rejected(problems)
    return found


class _Resolving:
    """The values of one cohort, or of one school, on their way up the layers."""

    def __init__(
        self,
        inventory: Inventory,
        school: School,
        cohort: Cohort | None,
        kinds: Mapping[str, Kind],
        locks: Mapping[Pointer, Lock],
        problems: list[Problem],
    ) -> None:
        self._inventory = inventory
        self._school = school
        self._cohort = cohort
        self._locks = {at: lock for at, lock in locks.items() if self._concerns(at)}
        self._strict = {
            name: (field.get("x-merge"), field.get("x-strict"))
            for name, field in kinds["restrictions"].schema["properties"].items()
        }
        self._problems = problems

    def settings(self) -> Mapping[Pointer, Setting]:
        trails = self._trails()
        fixed = {at: lock for at, lock in self._locks.items() if lock.is_fixed}
        self._found_in_catalogue(trails, fixed)
        for at in fixed:
            chosen = (*at[:2], "present")
            if at[0] not in ("wifi", "apps") or chosen in trails or chosen in fixed:
                trails.setdefault(at, [])
        return {at: self._setting(at, trail) for at, trail in trails.items()}

    def _concerns(self, at: Pointer) -> bool:
        return not (self._cohort and at[0] == "restrictions" and at[1] != self._cohort.role)

    def _trails(self) -> Trails:
        trails: Trails = {}
        cohort = self._cohort.name if self._cohort else ""
        for layer in self._school.layers:
            parts = [(layer.kind, layer.settings)]
            if cohort in layer.cohorts:
                kind = "cohort" if layer.kind == "school" else layer.kind
                parts.append((kind, layer.cohorts[cohort]))
            for kind, settings in parts:
                for at, written in settings.items():
                    if self._concerns(at):
                        said = Contribution(kind, layer.name, written.value, written.source)
                        trails.setdefault(at, []).append(said)
        return trails

    def _agree(self, at: Pointer, trail: list[Contribution]) -> None:
        said = trail[-1]
        for other in trail:
            both = said.layer == "group" == other.layer and other.name != said.name
            if both and other.value != said.value:
                detail = (
                    f'"{other.name}" ({other.source}) and "{said.name}" both set {dotted(at)} for'
                    f" {self._school.id}. Say it in the school's file, or in one group only."
                )
                self._problems.append(Problem("E0202", detail, said.source))

    def _found_in_catalogue(self, trails: Trails, locks: Mapping[Pointer, Lock]) -> None:
        """Put under each chosen network, app and set what the catalogue says of it."""
        for at, written in self._inventory.catalogue.settings.items():
            said = Contribution("catalogue", "", written.value, written.source)
            chosen = (*at[:2], "present")
            if at[0] in ("wifi", "apps") and len(at) > 2 and (chosen in trails or chosen in locks):
                trails.setdefault(at, []).insert(0, said)
        sets = {at for at in (*trails, *locks) if at[0] == "restrictions" and at[-1] == "use"}
        for at in sorted(sets, key=str):
            lock = locks.get(at)
            last = Written(lock.value, lock.source) if lock else trails[at][-1]
            self._open_set(at, str(last.value), last.source, trails)

    def _open_set(self, at: Pointer, chosen: str, source: Source, trails: Trails) -> None:
        catalogue = self._inventory.catalogue.settings
        known = {pointer[1] for pointer in catalogue if pointer[0] == "restrictions"}
        if chosen not in known:
            meant = did_you_mean(chosen, map(str, known))
            detail = f'"{chosen}" is no set of the catalogue. {meant}'
            self._problems.append(Problem("E0233", detail, source))
        for pointer, written in catalogue.items():
            if pointer[:2] == ("restrictions", chosen) and len(pointer) > 2:
                said = Contribution("catalogue", chosen, written.value, written.source)
                trails.setdefault((*at[:2], *pointer[2:]), []).insert(0, said)

    def _setting(self, at: Pointer, trail: list[Contribution]) -> Setting:
        lock = self._locks.get(at)
        if lock is not None and lock.is_fixed:
            for said in trail:
                if said.layer in _BELOW_AUTHORITY and not lock.permits(said.value):
                    self._refuse(lock, said)
            held = self._filled(lock.value, lock.source)
            return Setting(held, lock.source, tuple(trail), lock)
        won = self._winner(at, trail)
        if lock is not None:
            self._keep_within(lock, trail, won)
        return Setting(self._filled(won.value, won.source), won.source, tuple(trail), lock)

    def _keep_within(self, lock: Lock, trail: list[Contribution], won: Contribution) -> None:
        """Check what the layers chose; what the catalogue says counts only where it wins."""
        if lock.allowed is not None:
            allowed = tuple(self._filled(value, lock.source) for value in lock.allowed)
            lock = replace(lock, allowed=allowed)
        for said in trail:
            counts = said.layer != "catalogue" or said is won
            if counts and not lock.permits(self._filled(said.value, said.source)):
                self._refuse(lock, said)

    def _refuse(self, lock: Lock, said: Contribution) -> None:
        what, words = dotted(lock.at), lock.in_words(_shown)
        rule = f"locks {what} to {words}" if lock.is_fixed else f"allows {words} for {what}"
        until = f" {lock.end}" if lock.end else ""
        own = (
            "" if said.layer in _BELOW_AUTHORITY else f" It says {_shown(said.value)} here itself."
        )
        detail = (
            f"The authority {rule}{until} ({lock.source}).{own}"
            f" Reason: {lock.reason}. Ask: {lock.owner}"
        )
        self._problems.append(Problem("E0107", detail, said.source))

    def _winner(self, at: Pointer, trail: list[Contribution]) -> Contribution:
        merge, strict = (
            self._strict.get(str(at[-1]), (None, None)) if at[0] == "restrictions" else (None, None)
        )
        if merge != "restrict":
            self._agree(at, trail)
            return trail[-1]
        if strict == "min":
            return min(reversed(trail), key=lambda said: _number(said.value))
        return next((said for said in reversed(trail) if said.value is strict), trail[-1])

    def _filled(self, value: Value, source: Source) -> Value:
        return _map_text(
            value, lambda text: _PLACEHOLDER.sub(lambda m: self._field(m[1], source), text)
        )

    def _field(self, name: str, source: Source) -> str:
        fields = {
            "school.id": self._school.id,
            "school.name": self._school.name,
            "school.type": self._school.type,
            "authority.id": self._inventory.authority,
            "authority.name": self._inventory.name,
            **{f"school.{key}": value for key, value in self._school.variables.items()},
            **dict(self._variables()),
        }
        if name in fields:
            return str(fields[name])
        detail = f"${{{name}}} is not known for {self._school.id}. {did_you_mean(name, fields)}"
        self._problems.append(Problem("E0221", detail, source))
        return ""

    def _variables(self) -> Iterator[tuple[str, Value]]:
        for layer in self._school.layers:
            for at, written in layer.settings.items():
                if at[0] == "variables":
                    yield f"school.variables.{at[1]}", written.value


def _map_text(value: Value, change: Callable[[str], str]) -> Value:
    match value:
        case SecretName():
            return SecretName(change(value))
        case str() if "${" in value:
            return change(value)
        case list():
            return [_map_text(child, change) for child in value]
        case _:
            return value


def _number(value: Value) -> float:
    return float(value) if isinstance(value, (int, float)) else float("inf")


def _shown(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
