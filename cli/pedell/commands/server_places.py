"""Servers and the jump hosts before them, and the keys that they show."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

from pedell.commands.finding import nothing
from pedell.language.nearest import did_you_mean
from pedell.model import Inventory, Problem, Rejected, Secret, Target, Traffic, tell
from pedell.transports.asking import address_of, ask_host_key
from pedell.transports.host_keys import entry_name, read_pinned
from pedell.transports.ssh import SshAddress
from pedell.wiring import Setting, aim, open_vault, read_offline


class State(StrEnum):
    """How a server stands, the gravest first."""

    CHANGED = "changed key"
    NOT_PINNED = "not pinned"
    DENIED = "denied"
    UNREACHABLE = "unreachable"
    PINNED = "ok"


@dataclass(frozen=True, slots=True)
class Place:
    """One server, called by its school, or a jump host, called by its address."""

    name: str
    address: SshAddress
    is_jump: bool = False

    @property
    def entry(self) -> str:
        """Its name in a file of host keys."""
        return entry_name(self.address.host, self.address.port)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a server showed: type and key, or why there is none."""

    place: Place
    state: State
    pinned: Mapping[str, bytes]
    shown: tuple[str, bytes] | None = None
    why: str = ""


def find_places(setting: Setting, names: Sequence[str]) -> tuple[Place, ...]:
    """Return the servers of these schools (of all, if none is named), jump hosts first.

    Raises Rejected where nobody is called so, or no file for keys is named.
    """
    inventory = read_offline(setting).inventory
    servers = [t for t in aim(setting, inventory).values() if "host" in t.settings and t.is_driven]
    chosen = [t for t in servers if not names or _names_of(t) & set(names)]
    known = {name for target in servers for name in _names_of(target)}
    for name in names:
        if name not in known:
            meant = did_you_mean(name, known)
            raise nothing(tell('There is no server "{name}". {meant}', name=name, meant=meant))
    if not chosen:
        raise nothing(tell("No target has the address of a server (host)."))
    detail = tell("Name a file for the host keys of the servers (known_hosts).")
    bare = [t for t in chosen if not t.settings.get("known_hosts")]
    if bare:
        raise Rejected(Problem("E0111", detail, target.source) for target in bare)
    found = [Place(t.school or t.name, _address(t, setting, inventory)) for t in chosen]
    return (*_jumps(found), *found)


def ask_all(places: Sequence[Place], forks: int) -> list[Finding]:
    """Ask them for their keys, so many at the same time; in the order of ``places``."""
    with ThreadPoolExecutor(forks) as crew:
        return list(crew.map(_ask, places))


def _ask(place: Place) -> Finding:
    address = place.address
    pinned: Mapping[str, bytes] = {}
    try:
        if address.known_hosts.exists():
            pinned = read_pinned(address.known_hosts, address.host, address.port)
        shown = ask_host_key(address, pinned, Traffic())
    except PermissionError as error:
        return Finding(place, State.DENIED, pinned, None, str(error))
    except OSError as error:
        return Finding(place, State.UNREACHABLE, pinned, None, str(error))
    if not pinned:
        return Finding(place, State.NOT_PINNED, pinned, shown)
    state = State.PINNED if shown[1] in pinned.values() else State.CHANGED
    return Finding(place, state, pinned, shown)


def _names_of(target: Target) -> set[str]:
    return {target.id, target.name, target.school} - {""}


def _address(target: Target, setting: Setting, inventory: Inventory) -> SshAddress:
    """Only the way through a jump host needs a secret: nothing else is logged in to."""
    secret: Secret | None = None
    name = target.settings.get("credential")
    if name and target.settings.get("jump"):
        try:
            secret = open_vault(setting, inventory).reveal(str(name))
        except KeyError:
            secret = None  # the agent may have it
    return address_of(target.settings, secret)


def _jumps(places: Sequence[Place]) -> Iterator[Place]:
    seen: set[tuple[str, int]] = set()
    for place in places:
        jump = place.address.jump
        if jump and (jump.host, jump.port) not in seen:
            seen.add((jump.host, jump.port))
            yield Place(entry_name(jump.host, jump.port), jump, is_jump=True)
