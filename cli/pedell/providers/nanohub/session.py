"""The conversation with one NanoHUB: look, ask, do, count."""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from pedell.model import Address, Observed, Outcome, Progress, Remembered, Resource, Step
from pedell.ports import Means
from pedell.providers.nanohub.api import Api
from pedell.providers.nanohub.books import Books, open_books
from pedell.providers.nanohub.codecs import Report, identifier_of
from pedell.providers.nanohub.jobs import Workshop
from pedell.providers.nanohub.observe import Sighting
from pedell.providers.nanohub.perform import Performance, portions
from pedell.providers.nanohub.post import Post
from pedell.providers.nanohub.progress import count
from pedell.providers.nanohub.refresh import Findings, Round
from pedell.transports.http import Http


class NanoHubSession:
    """Fulfils :class:`pedell.ports.Session`.

    Requests of an apply, near the least that the API allows: one for each device that joins or
    leaves a set, one for 100 devices of each profile, two for an app (three to delete it), three
    for a cohort whose apps change, and three for 100 devices touched (declarations, list, push).
    An observation is one request.
    """

    def __init__(self, means: Means, http: Http) -> None:
        self._means, self._api = means, Api(http)
        self._findings = Findings()
        self._reports: dict[str, Mapping[str, Report]] = {}

    def observe(
        self, wanted: Sequence[Resource], remembered: Sequence[Remembered]
    ) -> Sequence[Observed]:
        """Say what the target holds of these; see :class:`pedell.ports.Session`.

        Profiles and memberships come from the ledger (the MDM can list neither), declarations from
        one list of their names; those that are there and nobody remembers are read one by one.
        """
        self._api.begin()
        by_address = {resource.address: resource for resource in wanted}
        memory = {left.address: left for left in remembered}
        names = self._api.declarations()
        strange = {
            name
            for address in by_address.keys() - memory.keys()
            if address.kind == "app"
            and (name := identifier_of(self._means.owner, address)) in names
        } - self._findings.read.keys()
        read = {**self._findings.read, **self._api.read_declarations(sorted(strange))}
        books = open_books(self._means.ledger)
        sighting = Sighting(self._means.owner, books, names, read, self._findings.unheld)
        addresses = dict.fromkeys((*by_address, *memory))
        seen = (sighting.look(by_address.get(at), memory.get(at)) for at in addresses)
        return [observed for observed in seen if observed is not None]

    def refresh(self, wanted: Sequence[Resource], patience: float) -> None:
        """Have devices list their profiles, and read what they reported of declarations.

        Sleeping devices answer nothing, so that ``patience`` seconds may be used up.
        """
        self._api.begin()
        round_ = self._round(time.monotonic() + patience)
        round_.ask_profiles(wanted)
        self._findings = round_.ask_apps(wanted)

    def perform(self, batch: Sequence[Step]) -> Iterator[Outcome]:
        """Do the steps, some schools at a time, and yield the outcomes of each portion.

        An outcome is DONE when the MDM has taken all of it; what could not be woken is a remark.
        """
        self._api.begin()
        self._reports.clear()
        for step in batch:
            if step.change.address.kind == "app":
                self._findings.forget(identifier_of(self._means.owner, step.change.address))
        ledger = self._means.ledger
        post = Post(self._means.owner, ledger, self._api)
        workshop = Workshop(self._means.owner, self._means.vault, open_books(ledger), post)
        for steps in portions(batch):
            yield from Performance(workshop, ledger, self._api).run(steps)

    def progress(self, resources: Sequence[Resource]) -> Mapping[Address, Progress]:
        """Count how far devices have come; asks the MDM for reports on apps, and no device."""
        self._api.begin()
        means, books = self._means, open_books(self._means.ledger)
        with suppress(OSError):  # nothing more is verified then, which is what a gate has to know
            self._ask_unfinished(resources, books)
        return {
            resource.address: count(
                means.owner, resource, books, self._reports, means.vault.fingerprint
            )
            for resource in resources
        }

    def _ask_unfinished(self, resources: Sequence[Resource], books: Books) -> None:
        """Fetch reports of those devices that did not keep all their apps when last asked."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for resource in resources:
            if resource.address.kind == "app":
                for serial in resource.devices & books.informed:
                    wanted[serial].add(identifier_of(self._means.owner, resource.address))
        unfinished = {
            serial
            for serial, names in wanted.items()
            if not all(_is_held(self._reports.get(serial, {}).get(name)) for name in names)
        }
        self._reports |= self._round(0).reports(books, unfinished)

    def _round(self, until: float) -> Round:
        return Round(self._means.owner, self._means.ledger, self._api, until)


def _is_held(report: Report | None) -> bool:
    return report is not None and report.is_held
