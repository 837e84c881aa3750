"""The devices behind one NanoHUB: counted, looked at one by one, and asked."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from contextlib import suppress

from pedell.model import Address, DeviceStand, Notice, Progress, Resource
from pedell.payloads.apple import DECLARATIONS, PROFILES
from pedell.ports import Means, Stage
from pedell.providers.nanohub.api import Api
from pedell.providers.nanohub.books import Books, open_books
from pedell.providers.nanohub.codecs import LIST, SYNC, Report
from pedell.providers.nanohub.names import Names
from pedell.providers.nanohub.progress import count, stages_of
from pedell.providers.nanohub.pushcert import tell_push_certificate
from pedell.providers.nanohub.refresh import Round, doubt_declarations
from pedell.providers.nanohub.signing import tell_signing
from pedell.providers.nanohub.stand import Knowledge

AGAIN = 20.0
"""Seconds that a device gets to load an app by command before it is asked for it again."""


class HubDevices:
    """Fulfils :class:`pedell.ports.Devices`.

    Of declarations the MDM is asked, 100 devices a request, and again only for those that did not
    keep all of theirs when last asked.
    """

    def __init__(self, means: Means, names: Names, api: Api) -> None:
        self._means, self._names, self._api = means, names, api
        self._reports: dict[str, Mapping[str, Report]] = {}
        self._asked = time.monotonic()

    def forget(self) -> None:
        """Believe no report any more: declarations change now."""
        self._reports.clear()

    def stand(self, resources: Sequence[Resource]) -> Sequence[DeviceStand]:
        """Say of each device of these how far it has come with them; asks no device.

        A declaration that devices should report by now and do not is doubted from then on, so that
        the next plan looks at it again.
        """
        self._api.begin()
        means, books = self._means, open_books(self._means.ledger)
        self._ask_unfinished(resources, books)
        traces = means.ledger.traces([SYNC])
        fingerprint = means.vault.fingerprint
        heard = means.ledger.heard()
        now = time.time()
        known = Knowledge(self._names, books, self._reports, heard, traces, fingerprint, now)
        wrong = (r for r in resources if known.missed(r))
        doubt_declarations(means.ledger, (self._names.identifier(r.address) for r in wrong))
        return known.stand(resources)

    def progress(self, resources: Sequence[Resource]) -> Mapping[Address, Progress]:
        """Count how far devices have come; asks the MDM for reports on apps.

        Devices are asked only for apps by command that they had not loaded yet, now and then.
        """
        self._api.begin()
        means, books = self._means, open_books(self._means.ledger)
        with suppress(OSError):  # nothing more is verified then, which is what a gate has to know
            self._ask_unfinished(resources, books)
            self._ask_again(resources)
        known = (books, self._reports, means.vault.fingerprint)
        return {
            resource.address: count(resource.devices, stages_of(self._names, resource, *known))
            for resource in resources
        }

    def ask(self, resources: Sequence[Resource]) -> str:
        """Have devices list their profiles and wake them; return why some could not be woken."""
        self._api.begin()
        round_ = Round(self._names, self._means.ledger, self._api, 0.0)
        round_.ask_again(resources)
        _, unwoken = round_.ask(_holders(resources))
        if not unwoken:
            return ""
        return f"{len(unwoken):,} could not be woken: {unwoken[min(unwoken)]}"

    def answers(self, resources: Sequence[Resource]) -> Progress:
        """Count who has listed its profiles since they were asked for last."""
        groups = open_books(self._means.ledger).standings.get(LIST, {})
        stages = {stage: groups.get((LIST, stage), frozenset()) for stage in Stage}
        answered = stages[Stage.VERIFIED] | stages[Stage.INSTALLED]
        held = {**stages, Stage.VERIFIED: answered, Stage.INSTALLED: frozenset()}
        return count(_holders(resources), held)

    def notices(self) -> Sequence[Notice]:
        """Tell when the certificates end that devices are woken with, and that sign profiles.

        Raises OSError.
        """
        self._api.begin()
        found = [*tell_signing(self._means.signing, time.time())]
        for topic in self._means.ledger.topics():
            reply = self._api.ask_push_certificate(topic)
            try:
                found += tell_push_certificate(topic, reply, time.time())
            except ValueError:
                raise OSError("the MDM does not say what its push certificate is") from None
        return found

    def _ask_again(self, resources: Sequence[Resource]) -> None:
        if time.monotonic() - self._asked >= AGAIN:
            self._asked = time.monotonic()
            round_ = Round(self._names, self._means.ledger, self._api, 0.0)
            round_.ask_again(resources, only_unsure=True)

    def _ask_unfinished(self, resources: Sequence[Resource], books: Books) -> None:
        wanted: dict[str, set[str]] = defaultdict(set)
        for resource in resources:
            if resource.address.kind in DECLARATIONS:
                for serial in resource.devices & books.informed:
                    wanted[serial].add(self._names.identifier(resource.address))
        unfinished = {
            serial
            for serial, names in wanted.items()
            if not all(_is_held(self._reports.get(serial, {}).get(name)) for name in names)
        }
        round_ = Round(self._names, self._means.ledger, self._api, 0.0)
        self._reports |= round_.reports(books, unfinished)


def _holders(resources: Sequence[Resource]) -> Set[str]:
    """Return the devices that have a profile to show."""
    held = (resource.devices for resource in resources if resource.address.kind in PROFILES)
    return frozenset[str]().union(*held)


def _is_held(report: Report | None) -> bool:
    return report is not None and report.is_held
