"""What others left on an MDM: looked at, and taken over as it stands, without touching it."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace

from pedell.model import Adopted, Adoptions, Legacy, Observed, Remembered, Resource
from pedell.ports import Means, Stage
from pedell.providers.nanohub.api import Api
from pedell.providers.nanohub.books import Books, open_books
from pedell.providers.nanohub.codecs import MEMBER, SYNC, profile_of
from pedell.providers.nanohub.names import MARK, MEMBERSHIP, Names, names_of
from pedell.providers.nanohub.post import Post
from pedell.providers.nanohub.refresh import Round

Look = Callable[[Names, Books, Sequence[Resource], Sequence[Remembered]], Sequence[Observed]]
"""Says what the MDM holds of these, under some names and by some books."""


class HubStrangers:
    """Fulfils :class:`pedell.ports.Strangers`."""

    def __init__(self, means: Means, api: Api, look: Look) -> None:
        self._means, self._api, self._look = means, api, look

    def survey(self, patience: float) -> Legacy:
        """Look at all that stands there; see :class:`pedell.ports.Strangers`.

        Requests: one for each device (the API knows no other way), one for each set and each
        declaration of a set with members, and what a round of ProfileList takes. What bears the
        name of this authority is Pedell's own and is left out.
        """
        self._api.begin()
        names, books = names_of(self._means.owner, {}), open_books(self._means.ledger)
        own = f"{MARK}{names.owner}."
        members: dict[str, set[str]] = defaultdict(set)
        for serial, sets in self._api.read_sets(books.enrolments).items():
            for name in sets:
                members[name].add(serial)
        held = self._api.read_held({*members, *self._api.sets()})
        near = {one for name in members for one in held[name]}
        asked = Round(names, self._means.ledger, self._api, time.monotonic() + patience)
        silent = asked.ask_all_profiles(books.enrolments.keys()) if patience else frozenset()
        return Legacy(
            enrolled=frozenset(books.enrolments),
            sets={n: frozenset(members.get(n, ())) for n in held if not n.startswith(own)},
            held=held,
            declarations=self._api.read_declarations(sorted(near)),
            profiles=_shown(open_books(self._means.ledger), own, near),
            silent=silent,
            unheld=self._unheld(asked, books, members, held),
        )

    def foresee(
        self,
        adopted: Adoptions,
        wanted: Sequence[Resource],
        remembered: Sequence[Remembered],
    ) -> Sequence[Observed]:
        """Say what will be observed of these once they are taken over."""
        self._api.begin()
        names, books = names_of(self._means.owner, adopted), open_books(self._means.ledger)
        standings, told = dict(books.standings), set[str]()
        for name, serials in _members(names, wanted, books).items():
            standings[name] = {(name, Stage.INSTALLED): serials}
            told |= serials
        noted = replace(
            books,
            standings=standings,
            synced=books.synced | told,
            informed=books.informed | told,
        )
        return self._look(names, noted, wanted, remembered)

    def content_of(self, identifier: str, wanted: Resource) -> str:
        """Say how Pedell names the content of a profile that keeps its identifier."""
        kept = {wanted.address: Adopted(identifier, wanted.source)}
        return profile_of(Names(self._means.owner, kept), wanted.address, wanted.spec).uuid

    def take_over(self, adopted: Adoptions, wanted: Sequence[Resource]) -> None:
        """Note whose sets the devices are in, and that they know what is in them."""
        ledger = self._means.ledger
        names, books = names_of(self._means.owner, adopted), open_books(ledger)
        post = Post(names.owner, ledger, self._api)
        members = _members(names, wanted, books)
        notes = [
            note
            for name, serials in members.items()
            for note in post.address(MEMBER, name, name, books.ids(serials))
        ]
        told = frozenset[str]().union(*members.values()) - books.synced
        notes += post.address(SYNC, SYNC, SYNC, books.ids(told))
        post.note(notes)
        ledger.mark([note.uuid for note in notes], "done")

    def _unheld(
        self,
        asked: Round,
        books: Books,
        members: Mapping[str, Set[str]],
        held: Mapping[str, Set[str]],
    ) -> Mapping[str, frozenset[str]]:
        rows = asked.reports(books, frozenset[str]().union(*members.values()))
        found: dict[str, set[str]] = defaultdict(set)
        for name, serials in members.items():
            for serial in serials:
                reported = rows.get(serial, {})
                for one in held[name] if reported else ():
                    if one not in reported or not reported[one].is_held:
                        found[one].add(serial)
        return {name: frozenset(serials) for name, serials in found.items()}


def _shown(
    books: Books, own: str, declared: Set[str]
) -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Return what devices listed under names that are not ours; our own notes name themselves."""
    found = {
        name: {
            content: frozenset(serials)
            for (content, stage), serials in groups.items()
            if stage is Stage.VERIFIED and content != name
        }
        for name, groups in books.standings.items()
        if not name.startswith(own) and name not in declared
    }
    return {name: groups for name, groups in found.items() if groups}


def _members(names: Names, wanted: Sequence[Resource], books: Books) -> dict[str, frozenset[str]]:
    """Return set → the enrolled devices of the cohort that it was taken over for."""
    return {
        names.set_name(one.address): one.devices & books.enrolments.keys()
        for one in wanted
        if one.address.kind == MEMBERSHIP and one.address in names.adopted
    }
