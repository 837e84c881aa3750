"""The conversation with one MDM: look, ask, do, count."""

import time
from collections.abc import Iterator, Mapping, Sequence

from pedell.model import Address, Observed, Outcome, Progress, Remembered, Resource, Step
from pedell.payloads.apple import DECLARATIONS
from pedell.ports import Means
from pedell.providers.nanohub.api import Api
from pedell.providers.nanohub.apps import kept_apps
from pedell.providers.nanohub.books import Books, open_books
from pedell.providers.nanohub.devices import HubDevices
from pedell.providers.nanohub.jobs import Workshop
from pedell.providers.nanohub.names import Names, names_of
from pedell.providers.nanohub.observe import Sighting
from pedell.providers.nanohub.perform import Performance, portions
from pedell.providers.nanohub.post import Post
from pedell.providers.nanohub.refresh import Findings, Round, doubted_declarations
from pedell.providers.nanohub.signing import signing_with
from pedell.providers.nanohub.strangers import HubStrangers


class NanoHubSession:
    """Fulfils :class:`pedell.ports.Session`.

    Requests of an apply, near the least that the API allows: one for each device that joins or
    leaves a set, one for 100 devices of each profile, two for an app (three to delete it), three
    for a cohort whose apps change, and three for 100 devices touched (declarations, list, push).
    Declarations that the server has already as they should be are not written again where only
    devices lack them. An observation is one request, where KMFDDM stands beside a NanoMDM two.
    """

    def __init__(self, means: Means, api: Api) -> None:
        self._means, self._api = means, api
        self._names = names_of(means.owner, means.adopted)
        self._findings = Findings()
        self.devices = HubDevices(means, self._names, self._api)
        self.strangers = HubStrangers(means, self._api, self._look)

    def observe(
        self, wanted: Sequence[Resource], remembered: Sequence[Remembered]
    ) -> Sequence[Observed]:
        """Say what the target holds of these; see :class:`pedell.ports.Session`.

        Profiles and memberships come from the ledger (the MDM can list neither), declarations from
        one list of their names; those that are there and nobody remembers are read one by one.
        """
        self._api.begin()
        self._api.greet()
        self._recall_doubts(wanted)
        return self._look(self._names, open_books(self._means.ledger), wanted, remembered)

    def _look(
        self,
        known: Names,
        books: Books,
        wanted: Sequence[Resource],
        remembered: Sequence[Remembered],
    ) -> Sequence[Observed]:
        by_address = {resource.address: resource for resource in wanted}
        memory = {left.address: left for left in remembered}
        names = self._api.declarations()
        strange = {
            name
            for address in by_address.keys() - memory.keys()
            if address.kind in DECLARATIONS and (name := known.identifier(address)) in names
        } - self._findings.read.keys()
        read = {**self._findings.read, **self._api.read_declarations(sorted(strange))}
        heirs = self._round(0.0).ask_heirs(wanted, remembered)
        unheld = {**self._findings.unheld, **heirs}
        sighting = Sighting(known, books, names, read, unheld)
        addresses = dict.fromkeys((*by_address, *memory))
        seen = (sighting.look(by_address.get(at), memory.get(at)) for at in addresses)
        return [observed for observed in seen if observed is not None]

    def _recall_doubts(self, wanted: Sequence[Resource]) -> None:
        """Look again at declarations that an earlier run asked for and found wrong."""
        if self._findings.read or self._findings.unheld:
            return
        doubted = doubted_declarations(self._means.ledger)
        again = [r for r in wanted if self._names.identifier(r.address) in doubted]
        self._findings = self._round(0.0).ask_apps(again) if doubted else self._findings

    def refresh(self, wanted: Sequence[Resource], patience: float) -> None:
        """Have devices list their profiles, and read what they reported of declarations.

        Sleeping devices answer nothing, so that ``patience`` seconds may be used up.
        """
        self._api.begin()
        round_ = self._round(time.monotonic() + patience)
        asked = round_.ask_again(wanted)
        round_.ask_profiles(wanted)
        round_.wait(asked)
        self._findings = round_.ask_apps(wanted)

    def perform(self, batch: Sequence[Step]) -> Iterator[Outcome]:
        """Do the steps, some schools at a time, and yield the outcomes of each portion.

        An outcome is DONE when the MDM has taken all of it; what could not be woken is a remark.
        """
        self._api.begin()
        self.devices.forget()
        doubted = self._findings.read.keys() | self._findings.unheld.keys()
        for step in batch:
            if step.change.address.kind in DECLARATIONS:
                self._findings.forget(self._names.identifier(step.change.address))
        ledger = self._means.ledger
        post = Post(self._means.owner, ledger, self._api)
        books, vault = open_books(ledger), self._means.vault
        sign = signing_with(self._means.signing, vault)
        kept = kept_apps(self._names, batch)
        workshop = Workshop(self._names, vault, books, post, doubted, sign, kept, ledger.seal)
        for steps in portions(batch):
            yield from Performance(workshop, ledger, self._api).run(steps)

    def progress(self, resources: Sequence[Resource]) -> Mapping[Address, Progress]:
        """Count how far devices have come; asks the MDM for reports on apps, and no device."""
        return self.devices.progress(resources)

    def _round(self, until: float) -> Round:
        return Round(self._names, self._means.ledger, self._api, until)
