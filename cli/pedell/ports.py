"""What the core asks of the world outside. Providers, vaults, stores and formats fulfil these."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from pedell.model import (
    Ability,
    Address,
    Memory,
    Observed,
    Outcome,
    Progress,
    Remembered,
    Resource,
    Secret,
    Step,
    Target,
    Traffic,
)


class Vault(Protocol):
    """The only place where a secret has a value."""

    def reveal(self, name: str) -> Secret:
        """Return the secret, or raise KeyError."""
        ...

    def fingerprint(self, name: str) -> str | None:
        """Return the keyed fingerprint (32 hexadecimal digits), or None where it cannot be opened.

        The fingerprint covers the name too, so that equal passwords of two schools do not show.
        """
        ...


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
    identifiers to PayloadUUIDs where the answer lists what the device holds.
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

    def learn(self, tokens: Mapping[str, tuple[str, str]]) -> None:
        """Keep declaration identifier → (server token, content that bears it)."""
        ...

    def tokens(self) -> Mapping[str, tuple[str, str]]:
        """Return what was learnt."""
        ...


@dataclass(frozen=True, slots=True)
class Means:
    """What a session may use. ``owner`` marks what is ours on a target (the authority's id)."""

    vault: Vault
    ledger: Ledger
    traffic: Traffic
    owner: str


class Session(Protocol):
    """An open line to one target."""

    def observe(
        self, wanted: Sequence[Resource], remembered: Sequence[Remembered]
    ) -> Sequence[Observed]:
        """Say what the target holds of these, in bulk and without disturbing any device.

        An address that is absent from the answer is absent from the target. Raises OSError where
        the target cannot be asked.
        """
        ...

    def refresh(self, wanted: Sequence[Resource], patience: float) -> None:
        """Ask the devices themselves and wait ``patience`` seconds at most for their answers."""
        ...

    def perform(self, batch: Sequence[Step]) -> Iterator[Outcome]:
        """Do the steps, which stand in order, and yield one outcome each, as they come.

        A step whose needed step of the same batch failed is skipped. Every failure is an outcome.
        """
        ...

    def progress(self, resources: Sequence[Resource]) -> Mapping[Address, Progress]:
        """Say how far the devices of these resources have come. Asks no device."""
        ...


class Provider(Protocol):
    """Knows how one brand of target is spoken to."""

    @property
    def abilities(self) -> Mapping[str, Ability]:
        """The kinds that this brand can hold, and with which verbs."""
        ...

    @property
    def settle(self) -> float:
        """Seconds after which a call that was cut off has surely taken effect or never will."""
        ...

    def connect(self, target: Target, means: Means) -> AbstractContextManager[Session]:
        """Open a session; leaving it closes the line. Raises OSError where nobody answers."""
        ...


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A step that was begun and whose end nobody wrote down."""

    run: str
    step: int
    address: Address
    at: float


@dataclass(frozen=True, slots=True)
class Run:
    """One apply as the journal has it.

    Times are in seconds since the epoch; ``ended`` is None where nobody wrote the end down: it
    still runs, or it was cut off. ``done`` counts the steps whose outcome was ``done``.
    """

    id: str
    label: str
    began: float
    ended: float | None
    steps: int
    done: int
    word: str


class Store(Protocol):
    """The memory: what we left on targets, and the journal of all runs."""

    def recall(self) -> Memory:
        """Return all that our applies left there."""
        ...

    def begin(self, label: str, steps: int) -> str:
        """Open a run and return its id."""
        ...

    def intend(self, run: str, steps: Sequence[Step]) -> None:
        """Write down, durably, that these steps begin now."""
        ...

    def conclude(self, run: str, ends: Sequence[tuple[Step, Outcome]]) -> None:
        """Write outcomes down, and remember what the done ones left."""
        ...

    def finish(self, run: str, word: str) -> None:
        """Close a run with the word that the history shows."""
        ...

    def runs(self) -> Sequence[Run]:
        """Return all runs, the newest first."""
        ...

    def unsettled(self) -> Sequence[Unsettled]:
        """Return the intents without outcome, of all runs."""
        ...

    def intended(self) -> Mapping[Unsettled, Remembered | None]:
        """Return what each of them was to leave, None where it was to take away."""
        ...

    def settle(
        self,
        entries: Sequence[tuple[Unsettled, str]],
        left: Mapping[Address, Remembered | None],
    ) -> None:
        """Write down what looking has shown of them, and remember what they have left there."""
        ...


class Switchboard(Protocol):
    """The open lines of one run."""

    @property
    def forks(self) -> int:
        """How many targets are spoken to at the same time."""
        ...

    def knows(self, target_id: str) -> bool:
        """Tell whether the inventory has this target."""
        ...

    def session(self, target_id: str) -> Session:
        """Return the session of a target, opening it the first time. Raises OSError."""
        ...


class Journal(Protocol):
    """One run, being written down."""

    def intend(self, steps: Sequence[Step]) -> None:
        """Write down, durably, that these steps begin now."""
        ...

    def conclude(self, ends: Sequence[tuple[Step, Outcome]]) -> None:
        """Write down how they ended."""
        ...


class Clock(Protocol):
    """Time, so that tests need not wait for it."""

    def now(self) -> float:
        """Return seconds since the epoch."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...
