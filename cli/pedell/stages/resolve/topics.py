"""One topic, a network or an app or the rights of a role: all that layers say becomes settings."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from pedell.language.fields import Fields
from pedell.language.nearest import did_you_mean
from pedell.model import (
    Contribution,
    Kind,
    Layer,
    Lock,
    Pointer,
    Problem,
    Setting,
    Source,
    Value,
    dotted,
    tell,
)
from pedell.stages.resolve.bounds import overstepping

Topic: TypeAlias = Pointer
"""The first two keys of a pointer: ``("wifi", "schulnetz")``, ``("restrictions", "pupil")``."""

Said: TypeAlias = Iterable[tuple[Pointer, Contribution]]
"""What one part of a layer says of one topic."""

_Trails = dict[Pointer, list[Contribution]]


class TopicResolver:
    """Resolves one topic after the other; what is wrong goes to ``problems``."""

    def __init__(
        self, catalogue: Layer, kinds: Mapping[str, Kind], problems: list[Problem]
    ) -> None:
        self._catalogue: dict[Topic, list[tuple[Pointer, Value, Source]]] = {}
        for at, written in catalogue.settings.items():
            entry = self._catalogue.setdefault(at[:2], [])
            entry += [(at[2:], written.value, written.source)] if len(at) > 2 else []
        self._strict = {
            (section, *at): how
            for section in ("restrictions", "presets")
            for at, how in kinds[section].strict.items()
        }
        self._problems = problems

    def settle(
        self, topic: Topic, told: Iterable[Said], locks: Mapping[Pointer, Lock], fields: Fields
    ) -> Mapping[Pointer, Setting]:
        """Return the settings of a topic, after all who speak of it, the lowest layer first."""
        trails: _Trails = {}
        for said in told:
            for at, contribution in said:
                trails.setdefault(at, []).append(contribution)
        fixed = {at: lock for at, lock in locks.items() if lock.is_fixed}
        chosen = (*topic, "present")
        is_chosen = chosen in trails or chosen in fixed
        if topic[0] in ("wifi", "apps") and is_chosen:
            self._found_in_catalogue(topic, topic, "", trails)
        if topic[0] == "restrictions":
            self._open_set(topic, fixed.get((*topic, "use")), trails)
        if topic[0] not in ("wifi", "apps") or is_chosen:
            trails |= {at: [] for at in fixed if at not in trails}
        return {at: self._setting(at, trail, locks.get(at), fields) for at, trail in trails.items()}

    def _found_in_catalogue(self, topic: Topic, entry: Topic, name: str, trails: _Trails) -> None:
        """Put what the catalogue says under what the layers say."""
        for rest, value, source in self._catalogue.get(entry, ()):
            said = Contribution("catalogue", name, value, source)
            trails.setdefault((*topic, *rest), []).insert(0, said)

    def _open_set(self, topic: Topic, lock: Lock | None, trails: _Trails) -> None:
        trail = trails.get((*topic, "use"), ())
        last = lock or (trail[-1] if trail else None)
        if last is None:
            return
        chosen = str(last.value)
        known = [str(name) for section, name in self._catalogue if section == "restrictions"]
        if chosen not in known:
            meant = did_you_mean(chosen, known)
            detail = tell('"{name}" is no set of the catalogue. {meant}', name=chosen, meant=meant)
            self._problems.append(Problem("E0233", detail, last.source))
        self._found_in_catalogue(topic, ("restrictions", chosen), chosen, trails)

    def _setting(
        self, at: Pointer, trail: list[Contribution], lock: Lock | None, fields: Fields
    ) -> Setting:
        if lock is not None and lock.is_fixed:
            self._problems += overstepping(lock, trail, None, fields)
            held = fields.fill(lock.value, lock.source)
            return Setting(held, lock.source, tuple(trail), lock)
        won = self._winner(at, trail, fields)
        if lock is not None:
            self._problems += overstepping(lock, trail, won, fields)
        return Setting(fields.fill(won.value, won.source), won.source, tuple(trail), lock)

    def _winner(self, at: Pointer, trail: list[Contribution], fields: Fields) -> Contribution:
        how = self._strict.get((at[0], *at[2:]) if at[0] == "restrictions" else at)
        if how is None:
            self._agree(at, trail, fields)
            return trail[-1]
        if how in ("min", "max"):
            choose = min if how == "min" else max
            return choose(reversed(trail), key=lambda said: _number(said.value, how))
        return next((said for said in reversed(trail) if said.value is how), trail[-1])

    def _agree(self, at: Pointer, trail: list[Contribution], fields: Fields) -> None:
        said = trail[-1]
        if said.layer != "group":
            return
        for other in trail:
            both = other.layer == "group" and other.name != said.name
            if both and other.value != said.value:
                detail = tell(
                    '"{one}" ({place}) and "{other}" both set {path} for {school}.'
                    " Say it in the school's file, or in one group only.",
                    one=other.name,
                    place=other.source,
                    other=said.name,
                    path=dotted(at),
                    school=fields.school,
                )
                self._problems.append(Problem("E0202", detail, said.source))


def _number(value: Value, how: bool | str) -> float:
    """Return a number to compare by; what is none never wins."""
    none = float("inf") if how == "min" else float("-inf")
    return float(value) if isinstance(value, (int, float)) else none
