"""What an MDM holds of what we want, said without disturbing any device (pure)."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from pedell.model import Address, Observed, Remembered, Resource, Spec, Value
from pedell.payloads.apple import PROFILES, decode_app, encode_app
from pedell.providers.nanohub.books import Books
from pedell.providers.nanohub.codecs import identifier_of, opened, profile_of, set_of


@dataclass(frozen=True, slots=True)
class Sighting:
    """All that is known: the books, the declarations' names, and those that were read.

    ``unheld`` maps an app's identifier to serials that do not have it, whatever the books say.
    """

    owner: str
    books: Books
    declarations: Set[str]
    read: Mapping[str, Mapping[str, Any]]
    unheld: Mapping[str, Set[str]]

    def look(self, wanted: Resource | None, remembered: Remembered | None) -> Observed | None:
        """Say what is there of one address, or None for nothing. One of the two is given."""
        thing = wanted or remembered
        if thing is None:
            raise ValueError("nothing to look for")
        if thing.address.kind in PROFILES:
            return self._profile(thing.address, wanted, remembered)
        if thing.address.kind == "app":
            return self._app(thing.address, wanted, remembered)
        return self._membership(thing.address, wanted, remembered)

    def _profile(
        self, address: Address, wanted: Resource | None, remembered: Remembered | None
    ) -> Observed | None:
        name = identifier_of(self.owner, address)
        contents, old = self.books.contents(name), remembered.spec if remembered else {}
        if wanted is None:
            everybody = frozenset().union(*contents.values())
            return Observed(address, old, name, everybody) if everybody else None
        waiting = self._waiting(wanted)
        uuid = self._uuid(address, opened(wanted.spec, old))
        holders = frozenset(contents.get(uuid, ()))
        if holders or waiting == wanted.devices:  # there, or nobody there who could hold it
            late = (holders & wanted.devices) - self.books.shown(name, uuid)
            return Observed(address, wanted.spec, name, holders, waiting, pending=late)
        if remembered is None and not contents:
            return None
        known = not contents or self._uuid(address, old) in contents
        note = "" if known else f"{_count(contents)} hold a content that Pedell does not know"
        return Observed(address, old, name, holders, waiting, note)

    def _membership(
        self, address: Address, wanted: Resource | None, remembered: Remembered | None
    ) -> Observed | None:
        # KMFDDM cannot list the enrolments of a set: our own notes are all there is
        name = set_of(self.owner, address)
        members = frozenset(self.books.members(name))
        if wanted is None:
            spec = remembered.spec if remembered else {}
            return Observed(address, spec, name, members) if members else None
        waiting = self._waiting(wanted)
        if not (members or remembered or waiting == wanted.devices):
            return None
        spec = remembered.spec if remembered else wanted.spec
        return Observed(address, spec, name, members, waiting)

    def _app(
        self, address: Address, wanted: Resource | None, remembered: Remembered | None
    ) -> Observed | None:
        name = identifier_of(self.owner, address)
        if name not in self.declarations or not (remembered or name in self.read):
            return None
        told = self.books.members(set_of(self.owner, address)) & self.books.synced
        holders = frozenset(told - self.unheld.get(name, frozenset()))
        spec = self._app_spec(name, wanted, remembered)
        if wanted is None:
            return Observed(address, spec, name, frozenset(told))
        is_wanted = encode_app(name, spec) == encode_app(name, wanted.spec)
        holders = holders if is_wanted else frozenset()
        return Observed(address, spec, name, holders, self._waiting(wanted))

    def _app_spec(self, name: str, wanted: Resource | None, remembered: Remembered | None) -> Spec:
        books = [book.spec for book in (wanted, remembered) if book]
        if name not in self.read:
            return remembered.spec if remembered else {}
        payload = self.read[name].get("Payload")
        for spec in books:
            if encode_app(name, spec)["Payload"] == payload:
                return spec
        title: dict[str, Value] = {"title": books[0].get("title")}
        try:
            return {**title, **decode_app(self.read[name])}
        except ValueError:
            return title

    def _waiting(self, wanted: Resource) -> frozenset[str]:
        return wanted.devices.difference(self.books.enrolments)

    def _uuid(self, address: Address, spec: Value) -> str:
        try:
            return profile_of(self.owner, address, spec if isinstance(spec, Mapping) else {}).uuid
        except (ValueError, KeyError):  # a spec that cannot be written is held by nobody
            return ""


def _count(contents: Mapping[str, Set[str]]) -> str:
    number = len(frozenset().union(*contents.values()))
    return f"{number} device{'s' if number != 1 else ''}"
