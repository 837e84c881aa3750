"""How far each device has come with all that it shall hold (pure)."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from pedell.model import Address, DeviceStage, DeviceStand, Resource
from pedell.payloads.apple import COMMANDED, DECLARATIONS, PROFILES
from pedell.ports import Stage, Trace
from pedell.providers.nanohub.books import Books
from pedell.providers.nanohub.codecs import SYNC, Report
from pedell.providers.nanohub.names import Names
from pedell.providers.nanohub.progress import stages_of

_LACKS = (
    (Stage.FAILED, DeviceStage.REFUSED),
    (Stage.INSTALLED, DeviceStage.INSTALLED),
    (Stage.QUEUED, DeviceStage.QUEUED),
    (Stage.ASLEEP, DeviceStage.ASLEEP),
)
"""What a device has come to that has not verified a thing; in none of them it was sent nothing."""

SLOW = 60.0
"""Seconds that a device gets to report a declaration after it was told to fetch it."""

_ORDER = {stage: place for place, stage in enumerate(DeviceStage)}


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that is known: the books, what devices reported, when they spoke, what keeps them.

    ``heard`` maps a serial to when it enrolled and when it was last heard of, ``traces`` are by
    subject and serial, ``fingerprint`` is the vault's, ``now`` in seconds since the epoch.
    """

    names: Names
    books: Books
    reports: Mapping[str, Mapping[str, Report]]
    heard: Mapping[str, tuple[float, float]]
    traces: Mapping[str, Mapping[str, Trace]]
    fingerprint: Callable[[str], str | None]
    now: float

    def stand(self, resources: Sequence[Resource]) -> Sequence[DeviceStand]:
        """Say it of every device of these, once for each cohort that it is in."""
        cohorts: dict[tuple[str, str], list[Resource]] = defaultdict(list)
        for resource in resources:
            cohorts[resource.address.school, resource.address.place].append(resource)
        return [one for each in cohorts.values() for one in self._cohort(each)]

    def _cohort(self, resources: Sequence[Resource]) -> Iterator[DeviceStand]:
        lacking: dict[str, list[tuple[DeviceStage, Address]]] = defaultdict(list)
        for resource in resources:
            for stage, serials in self._lacking(resource):
                for serial in serials:
                    lacking[serial].append((stage, resource.address))
        at = resources[0].address
        for serial in sorted(frozenset[str]().union(*(r.devices for r in resources))):
            heard = self.heard.get(serial, (0.0, 0.0))[1] or None
            if serial in lacking:
                yield self._behind(serial, lacking[serial], heard)
            else:
                stage = DeviceStage.VERIFIED
                yield DeviceStand(serial, at.school, at.place, stage, heard=heard)

    def missed(self, resource: Resource) -> Set[str]:
        """Return the devices that said they fetched a declaration, and report others but not it."""
        if resource.address.kind not in DECLARATIONS:
            return frozenset()
        name, told = self.names.identifier(resource.address), self.traces.get(SYNC, {})
        return {
            serial
            for serial in resource.devices & self.books.informed
            if (rows := self.reports.get(serial))
            and not (name in rows and (rows[name].is_held or rows[name].is_refused))
            and serial in told
            and self.now - told[serial].since > SLOW
        }

    def _lacking(self, resource: Resource) -> Iterator[tuple[DeviceStage, Set[str]]]:
        stages = stages_of(self.names, resource, self.books, self.reports, self.fingerprint)
        left = resource.devices - stages.get(Stage.VERIFIED, frozenset())
        missed = left & self.missed(resource)
        left -= missed
        for stage, found in _LACKS:
            here = left & stages.get(stage, frozenset())
            yield found, here
            left -= here
        yield DeviceStage.UNSENT, left | missed

    def _behind(
        self, serial: str, lacking: Sequence[tuple[DeviceStage, Address]], heard: float | None
    ) -> DeviceStand:
        worst = min((stage for stage, _ in lacking), key=_ORDER.__getitem__)
        missing = tuple(at for stage, at in lacking if stage.is_behind or not worst.is_behind)
        traces = [trace for at in missing if (trace := self._trace(serial, at))]
        refused = [at for stage, at in lacking if stage is DeviceStage.REFUSED]
        errors = (self._error(serial, at) for at in refused)
        place = missing[0]
        return DeviceStand(
            serial,
            place.school,
            place.place,
            worst,
            missing,
            min((trace.since for trace in traces), default=self._enrolled(serial)),
            heard,
            next(filter(None, errors), ""),
        )

    def _trace(self, serial: str, at: Address) -> Trace | None:
        return self.traces.get(self._subject(at), {}).get(serial)

    def _error(self, serial: str, at: Address) -> str:
        if at.kind in DECLARATIONS:
            report = self.reports.get(serial, {}).get(self.names.identifier(at))
            if report and report.is_refused:
                return report.reason
        trace = self._trace(serial, at)
        return trace.detail if trace else ""

    def _subject(self, at: Address) -> str:
        if at.kind in PROFILES or at.kind in COMMANDED:
            return self.names.identifier(at)
        return SYNC if at.kind in DECLARATIONS else self.names.set_name(at)

    def _enrolled(self, serial: str) -> float | None:
        # nothing was sent to it yet: it has lacked everything since it came
        return self.heard.get(serial, (0.0, 0.0))[0] or None
