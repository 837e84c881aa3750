"""What the ledger says at one moment, in the words of resources."""

from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass

from pedell.ports import Ledger, Stage, Standings
from pedell.providers.nanohub.codecs import SYNC

_ON_THE_WAY = frozenset({Stage.QUEUED, Stage.ASLEEP})
_THERE = frozenset({Stage.INSTALLED, Stage.VERIFIED})


@dataclass(frozen=True, slots=True)
class Books:
    """Serials everywhere; ``enrolments`` maps those that are enrolled to the MDM's ids.

    ``synced`` were told to fetch their declarations after the last change of them; ``informed``
    are those of them that said they did.
    """

    enrolments: Mapping[str, str]
    standings: Standings
    synced: Set[str]
    informed: Set[str]

    def contents(self, subject: str) -> Mapping[str, Set[str]]:
        """Return content → serials that hold it or have it queued, under one subject."""
        found: dict[str, set[str]] = defaultdict(set)
        for (content, stage), serials in self.standings.get(subject, {}).items():
            if content and (stage in _ON_THE_WAY or stage in _THERE):
                found[content] |= serials
        return found

    def shown(self, subject: str, content: str) -> Set[str]:
        """Return the serials of devices that have listed this content themselves."""
        return self.standings.get(subject, {}).get((content, Stage.VERIFIED), frozenset())

    def members(self, set_name: str) -> Set[str]:
        """Return the serials that we put into a set of declarations."""
        return self.contents(set_name).get(set_name, frozenset())

    def ids(self, serials: Set[str]) -> set[str]:
        """Return the enrolment ids of those that are enrolled."""
        return {self.enrolments[serial] for serial in serials if serial in self.enrolments}


def open_books(ledger: Ledger) -> Books:
    """Read the ledger once."""
    standings = ledger.standings()
    syncs = standings.get(SYNC, {})
    informed = {s for stage in _THERE for s in syncs.get((SYNC, stage), ())}
    waiting = {s for stage in _ON_THE_WAY for s in syncs.get((SYNC, stage), ())}
    return Books(ledger.enrolments(), standings, informed | waiting, informed)
