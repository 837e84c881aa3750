"""What things are called on the MDM and on devices: by our own rule, or as we found them (pure)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pedell.model import ACTIVATION, Address, Adoptions
from pedell.payloads.apple import PROFILES

MARK = "de.pedell."
"""What the names that we give begin with. Others are ours only where they were adopted."""

MEMBERSHIP = "membership"

_Home = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Names:
    """Says what things are called. ``owner`` is the authority's id.

    ``sets`` and ``switches`` are the adopted sets and activations of cohorts; ``homes`` maps the
    identifiers of adopted profiles to the cohorts that have them, which may be several.
    """

    owner: str
    adopted: Adoptions = field(default_factory=dict)
    sets: Mapping[_Home, str] = field(default_factory=dict)
    switches: Mapping[_Home, tuple[str, ...]] = field(default_factory=dict)
    homes: Mapping[str, tuple[_Home, ...]] = field(default_factory=dict)

    def identifier(self, address: Address) -> str:
        """Return the name of a profile or declaration on the MDM and on devices."""
        found = self.adopted.get(address)
        return found.identifier if found else f"{self._own(address)}.{address.kind}.{address.name}"

    def set_name(self, address: Address) -> str:
        """Return the name of the set of declarations that the cohort's devices keep."""
        return self.sets.get((address.school, address.place)) or self._own(address)

    def activations(self, address: Address) -> tuple[str, ...]:
        """Return what may switch on declarations of the cohort's set; the last is our own."""
        found = self.switches.get((address.school, address.place), ())
        return (*found, f"{self._own(address)}.{ACTIVATION}")

    def is_of(self, address: Address, name: str) -> bool:
        """Tell whether a profile is of this cohort, so that devices which leave it lose it.

        One that was adopted for several cohorts is not: who leaves one may be in another by then.
        """
        if homes := self.homes.get(name):
            return homes == ((address.school, address.place),)
        return name.startswith(f"{self._own(address)}.")

    def sets_beside(self, address: Address) -> list[str]:
        """Return the sets of the other cohorts that have an adopted profile of the same name."""
        own = (address.school, address.place)
        homes = self.homes.get(self.identifier(address), ())
        return [
            self.set_name(replace(address, school=s, place=p)) for s, p in homes if (s, p) != own
        ]

    def uuid(self, address: Address, content: str) -> str:
        """Return what devices show for some content of a profile, named as we name contents."""
        found = self.adopted.get(address)
        return found.uuid if found and found.content == content else content

    def _own(self, address: Address) -> str:
        return f"{MARK}{self.owner}.{address.school}.{address.place}"


def names_of(owner: str, adopted: Adoptions) -> Names:
    """Put together what is called how."""
    sets: dict[_Home, str] = {}
    switches: dict[_Home, tuple[str, ...]] = defaultdict(tuple)
    homes: dict[str, tuple[_Home, ...]] = defaultdict(tuple)
    for at, one in adopted.items():
        home = (at.school, at.place)
        if at.kind == MEMBERSHIP:
            sets[home] = one.identifier
        elif at.kind == ACTIVATION:
            switches[home] += (one.identifier,)
        elif at.kind in PROFILES:
            homes[one.identifier] += (home,)
    return Names(owner, adopted, sets, switches, homes)
