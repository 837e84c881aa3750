"""What an MDM holds of what we want, said without disturbing any device (pure)."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from pedell.model import Address, Observed, Remembered, Resource, Spec, Value
from pedell.payloads.apple import COMMANDED, DECLARATIONS, PROFILES
from pedell.ports import Stage
from pedell.providers.nanohub.apps import content_of, stages_of_app
from pedell.providers.nanohub.books import Books
from pedell.providers.nanohub.codecs import opened
from pedell.providers.nanohub.names import Names


@dataclass(frozen=True, slots=True)
class Sighting:
    """All that is known: the books, the declarations' names, and those that were read.

    ``unheld`` maps an app's identifier to serials that do not have it, whatever the books say.
    """

    names: Names
    books: Books
    declarations: Set[str]
    read: Mapping[str, Mapping[str, Any]]
    unheld: Mapping[str, Set[str]]

    def look(self, wanted: Resource | None, remembered: Remembered | None) -> Observed | None:
        """Say what is there of one address, or None for nothing. One of the two is given."""
        thing = wanted or remembered
        if thing is None:
            raise ValueError("nothing to look for")
        if thing.address.kind in PROFILES or thing.address.kind in COMMANDED:
            return self._profile(thing.address, wanted, remembered)
        if thing.address.kind in DECLARATIONS:
            return self._declared(thing.address, wanted, remembered)
        return self._membership(thing.address, wanted, remembered)

    def _profile(
        self, address: Address, wanted: Resource | None, remembered: Remembered | None
    ) -> Observed | None:
        name = self.names.identifier(address)
        contents, old = self.books.contents(name), remembered.spec if remembered else {}
        if wanted is None:
            everybody = frozenset().union(*contents.values())
            return Observed(address, old, name, everybody) if everybody else None
        waiting = self._waiting(wanted)
        uuid = self._uuid(address, opened(wanted.spec, old))
        holders = frozenset(contents.get(uuid, ()))
        if holders or waiting == wanted.devices:  # there, or nobody there who could hold it
            late = (holders & wanted.devices) - self._shown(wanted, name, uuid)
            return Observed(address, wanted.spec, name, holders, waiting, pending=late)
        if remembered is None and not contents:
            return None
        known = not contents or self._uuid(address, old) in contents
        note = "" if known else f"{_count(contents)} hold a content that Pedell does not know"
        return Observed(address, old, name, holders, waiting, note)

    def _shown(self, wanted: Resource, name: str, content: str) -> Set[str]:
        if wanted.address.kind in COMMANDED:
            return stages_of_app(self.books, name, content, wanted.spec)[Stage.VERIFIED]
        return self.books.shown(name, content)

    def _membership(
        self, address: Address, wanted: Resource | None, remembered: Remembered | None
    ) -> Observed | None:
        # KMFDDM cannot list the enrolments of a set: our own notes are all there is
        name = self.names.set_name(address)
        members = frozenset(self.books.members(name))
        if wanted is None:
            spec = remembered.spec if remembered else {}
            return Observed(address, spec, name, members) if members else None
        waiting = self._waiting(wanted)
        if not (members or remembered or waiting == wanted.devices):
            return None
        spec = remembered.spec if remembered else wanted.spec
        return Observed(address, spec, name, members, waiting)

    def _declared(
        self, address: Address, wanted: Resource | None, remembered: Remembered | None
    ) -> Observed | None:
        name = self.names.identifier(address)
        if name not in self.declarations or not (remembered or name in self.read):
            return None
        told = self.books.members(self.names.set_name(address)) & self.books.synced
        if wanted is None:
            return Observed(address, remembered.spec if remembered else {}, name, frozenset(told))
        spec = self._declared_spec(name, wanted, remembered)
        # what was read counts as it is: it may say what none of our words can
        held = self.read.get(name, {}).get("Payload") or _payload(name, address, spec)
        is_wanted = held == _payload(name, address, wanted.spec)
        holders = frozenset(told - self.unheld.get(name, frozenset())) if is_wanted else frozenset()
        return Observed(address, spec, name, holders, self._waiting(wanted))

    def _declared_spec(self, name: str, wanted: Resource, remembered: Remembered | None) -> Spec:
        if name not in self.read:
            return remembered.spec if remembered else {}
        for book in (wanted, remembered):
            payload = _payload(name, wanted.address, book.spec) if book else None
            if book and payload == self.read[name].get("Payload"):
                return book.spec
        for_people = {key: wanted.spec[key] for key in ("title",) if key in wanted.spec}
        try:
            return {**for_people, **DECLARATIONS[wanted.address.kind].decode(self.read[name])}
        except ValueError:
            return for_people

    def _waiting(self, wanted: Resource) -> frozenset[str]:
        return wanted.devices.difference(self.books.enrolments)

    def _uuid(self, address: Address, spec: Value) -> str:
        try:
            return content_of(self.names, address, spec if isinstance(spec, Mapping) else {})
        except (ValueError, KeyError):  # a spec that cannot be written is held by nobody
            return ""


def _payload(name: str, address: Address, spec: Spec) -> Any:
    try:
        return DECLARATIONS[address.kind].encode(name, spec)["Payload"]
    except ValueError:  # a spec that cannot be written is nowhere
        return None


def _count(contents: Mapping[str, Set[str]]) -> str:
    number = len(frozenset().union(*contents.values()))
    return f"{number} device{'s' if number != 1 else ''}"
