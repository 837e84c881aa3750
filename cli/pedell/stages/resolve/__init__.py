"""Stage 3 (pure): layers become effective values, each with its trail, under the locks."""

import datetime
from collections.abc import Iterator, Mapping, Sequence

from pedell.language.fields import Fields
from pedell.model import (
    Cohort,
    Contribution,
    Effective,
    Inventory,
    Kind,
    Layer,
    Lock,
    Pointer,
    Problem,
    Rejected,
    School,
    Setting,
    Settings,
)
from pedell.stages.resolve.topics import Said, Topic, TopicResolver

__all__ = ["resolve_values"]

_Locker = tuple[str, str]
_Locked = Mapping[Topic, Mapping[Pointer, Lock]]
_Spoken = Mapping[Topic, Said]


def resolve_values(
    inventory: Inventory, kinds: Mapping[str, Kind], today: datetime.date
) -> Mapping[tuple[str, str], Effective]:
    """Return (school, cohort) → effective values; cohort ``""`` is the school itself.

    A later layer wins, but where a kind marks a field ``x-merge: restrict`` the stricter value
    does. Rejects values that a lock does not permit, and groups that disagree. A lock whose last
    day lies before ``today`` holds nothing.
    """
    problems: list[Problem] = []
    locks = [lock for lock in inventory.locks if lock.holds_on(today)]
    resolving = _Resolving(locks, TopicResolver(inventory.catalogue, kinds, problems))
    found = {}
    for school in inventory.schools.values():
        fields = Fields(inventory, school, problems)
        for cohort in (None, *school.cohorts):
            name = cohort.name if cohort else ""
            settings = resolving.settings(school, cohort, fields)
            found[school.id, name] = Effective(school.id, name, settings)
    if problems:
        raise Rejected(problems)
    return found


class _Resolving:
    """Goes from school to school, and resolves once what several of them are told alike.

    What holds of one topic never depends on another. So all who are told the same of it, by the
    same lines of the same layers, share its settings, unless a school's own words stand in them.
    """

    def __init__(self, locks: Sequence[Lock], topics: TopicResolver) -> None:
        self._locks = locks
        self._topics = topics
        self._locked: dict[_Locker, _Locked] = {}
        self._spoken: dict[int, _Spoken] = {}
        self._shared: dict[tuple[object, ...], Mapping[Pointer, Setting]] = {}

    def settings(
        self, school: School, cohort: Cohort | None, fields: Fields
    ) -> Mapping[Pointer, Setting]:
        locker = ("municipality", school.municipality)
        if cohort and cohort.owner:
            locker = ("owner", cohort.owner)
        told: dict[Topic, tuple[Said, ...]] = {}
        for spoken in self._spoken_in(cohort.layers if cohort else school.layers, cohort):
            for topic, said in spoken.items():
                told[topic] = (*told.get(topic, ()), said)
        found: dict[Pointer, Setting] = {}
        for topic in dict.fromkeys((*told, *self._locked_by(locker))):
            if not (cohort and topic[0] == "restrictions" and topic[1] != cohort.role):
                found |= self._settled(topic, told.get(topic, ()), locker, fields)
        return found

    def _settled(
        self, topic: Topic, said: tuple[Said, ...], locker: _Locker, fields: Fields
    ) -> Mapping[Pointer, Setting]:
        mark = (topic, locker, *map(id, said))
        if mark in self._shared:
            return self._shared[mark]
        asked = fields.asked
        settings = self._topics.settle(topic, said, self._locked_by(locker).get(topic, {}), fields)
        if fields.asked == asked:
            self._shared[mark] = settings
        return settings

    def _spoken_in(self, layers: Sequence[Layer], cohort: Cohort | None) -> Iterator[_Spoken]:
        for layer in layers:
            yield self._by_topic(layer.settings, layer.kind, layer.name)
            if cohort and cohort.name in layer.cohorts:
                kind = "cohort" if layer.kind == "school" else layer.kind
                yield self._by_topic(layer.cohorts[cohort.name], kind, layer.name)

    def _by_topic(self, settings: Settings, kind: str, name: str) -> _Spoken:
        """Return what one part of a layer says; the inventory keeps the part, and so its id."""
        if id(settings) not in self._spoken:
            spoken: dict[Topic, list[tuple[Pointer, Contribution]]] = {}
            for at, written in settings.items():
                said = Contribution(kind, name, written.value, written.source)
                spoken.setdefault(at[:2], []).append((at, said))
            self._spoken[id(settings)] = spoken
        return self._spoken[id(settings)]

    def _locked_by(self, locker: _Locker) -> _Locked:
        if locker not in self._locked:
            found: dict[Topic, dict[Pointer, Lock]] = {}
            for lock in self._locks:
                if (lock.layer, lock.name) in (("authority", ""), locker):
                    found.setdefault(lock.at[:2], {})[lock.at] = lock
            self._locked[locker] = found
        return self._locked[locker]
