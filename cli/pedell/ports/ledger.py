"""What is known of the devices of one MDM: the words of its ledger, and the ledger itself."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from pedell.model import Secret

REPORT = "?"
"""Ends the subject of questions about an app; before it stands the subject of the app itself."""


@dataclass(frozen=True, slots=True)
class Command:
    """One MDM command; many devices may share it, and its ``uuid``.

    ``subject`` names what it is about, so that a newer command on the same subject takes its place:
    a profile's identifier, or a word of the session's own. ``content`` names what a device holds
    once it has obeyed (a PayloadUUID), empty where it then holds nothing. ``at`` is in seconds
    since the epoch.
    """

    uuid: str
    request: str
    subject: str
    content: str
    enrolments: tuple[str, ...]
    at: float


class Stage(StrEnum):
    """How far one device has come with one content."""

    INTENT = "intent"  # about to be sent when we were last heard of: nobody knows whether it was
    QUEUED = "queued"  # the MDM took it, the device has not obeyed yet
    ASLEEP = "asleep"  # the same, and the device has not been heard of since
    INSTALLED = "installed"  # the device says that it obeyed
    VERIFIED = "verified"  # and a later list from the device shows it
    FAILED = "failed"  # the device refused


Standings: TypeAlias = Mapping[str, Mapping[tuple[str, Stage], Set[str]]]
"""Subject → (content, stage) → serials. A command on its way hides what a device still holds; a
refused one does not, so that device stands twice."""


class Happening(StrEnum):
    """What an event of an MDM tells us about a device."""

    ARRIVED = "arrived"  # it enrols (again): its queue is empty now, its serial is known
    ENROLLED = "enrolled"  # it can be reached
    LEFT = "left"
    ANSWERED = "answered"  # it asked for commands, or obeyed, refused or put off one
    SPOKE = "spoke"  # anything else


@dataclass(frozen=True, slots=True)
class Event:
    """What one device said to its MDM, decoded; ``at`` is the MDM's clock.

    ``answer`` is ``done``, ``error`` or ``notnow`` where it answers ``command``. ``profiles`` maps
    identifiers to PayloadUUIDs where the answer lists what the device holds, ``told`` is what it
    says of one app that it was asked about. ``topic`` is the push topic that it enrols with.
    """

    enrolment: str
    what: Happening
    at: float
    serial: str = ""
    is_fresh: bool = False
    command: str = ""
    answer: str = ""
    detail: str = ""
    profiles: Mapping[str, str] | None = None
    topic: str = ""
    told: Secret | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """What keeps one device from one subject: since when (seconds), and what it said, if it did."""

    since: float
    detail: str = ""


class Ledger(Protocol):
    """What we know about the devices of one MDM, from its events and our own commands.

    The listener takes in what devices say, a session writes what it sends; both at the same time.
    """

    def take(self, events: Sequence[Event]) -> None:
        """Take in what devices said, in any order and any number of times."""
        ...

    def write(self, commands: Sequence[Command]) -> None:
        """Keep these commands as intents, durably, before any of them is sent."""
        ...

    def mark(self, uuids: Iterable[str], state: str, detail: str = "") -> None:
        """Set the state of commands that no device has answered yet.

        ``queued``: the MDM took it. ``lost``: it surely did not. ``done``: no device has to answer.
        """
        ...

    def enrolments(self) -> Mapping[str, str]:
        """Return serial → enrolment id of every device that is enrolled now."""
        ...

    def standings(self) -> Standings:
        """Return how far every enrolled device has come with every subject."""
        ...

    def intents(self) -> Sequence[Command]:
        """Return the commands that were begun and never marked, oldest first."""
        ...

    def attempts(self) -> Mapping[tuple[str, str, str], int]:
        """Return how many commands there were for each (request, subject, content)."""
        ...

    def refusals(self, subjects: Iterable[str]) -> Mapping[str, str]:
        """Return subject → what one of the devices that refused it said."""
        ...

    def pending(self, uuids: Iterable[str]) -> int:
        """Return how many devices have neither answered nor put off these commands."""
        ...

    def heard(self) -> Mapping[str, tuple[float, float]]:
        """Return serial → when it enrolled and when it last said anything, of those enrolled."""
        ...

    def traces(self, always: Iterable[str] = ()) -> Mapping[str, Mapping[str, Trace]]:
        """Return subject → serial → trace, where a device does not hold what it was last sent.

        Of the subjects in ``always`` every device has one.
        """
        ...

    def topics(self) -> Sequence[str]:
        """Return the push topics that devices enrolled with."""
        ...

    def learn(self, tokens: Mapping[str, tuple[str, str]]) -> None:
        """Keep declaration identifier → (server token, content that bears it)."""
        ...

    def tokens(self) -> Mapping[str, tuple[str, str]]:
        """Return what was learnt."""
        ...

    def seal(self, text: str) -> str:
        """Return the keyed fingerprint by which the answer ``text`` of a device is known again.

        A command's content that ends with it, after a colon, is held by devices that answer so.
        """
        ...
