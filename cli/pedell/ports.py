"""What the core asks of the world outside. Providers, vaults, stores and formats fulfil these."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

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
    """One MDM command on its way to one device.

    ``state`` is ``intent`` (about to be sent), ``queued`` (the MDM took it), ``notnow``,
    ``done``, ``error``, or ``lost`` (its queue was cleared, or a newer one took its place).
    ``at`` and ``answered_at`` are seconds since the epoch.
    """

    uuid: str
    enrolment: str
    request: str
    identifier: str
    content: str
    state: str
    at: float
    answered_at: float = 0.0
    detail: str = ""


class Ledger(Protocol):
    """What we know about the devices of one MDM, from its events and our own commands.

    The listener writes what devices say, a session writes what it sends; both at the same time.
    """

    def enrolments(self) -> Mapping[str, str]:
        """Return serial → enrolment id of every device that is enrolled now."""
        ...

    def holdings(self) -> Mapping[str, Mapping[str, str]]:
        """Return enrolment id → {profile identifier → PayloadUUID} as last confirmed."""
        ...

    def commands(self) -> Iterable[Command]:
        """Yield the newest command for each device and identifier."""
        ...

    def write(self, commands: Iterable[Command]) -> None:
        """Keep these commands, durably, before any of them is sent."""
        ...

    def mark(self, uuids: Iterable[str], state: str, detail: str = "") -> None:
        """Set the state of commands that are not answered yet."""
        ...

    def listed_since(self, moment: float) -> Mapping[str, float]:
        """Return enrolment id → time of its last profile list, where that is after ``moment``."""
        ...

    def seen_since(self, moment: float) -> frozenset[str]:
        """Return the enrolment ids that said anything after ``moment``."""
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

    def unsettled(self) -> Sequence[Unsettled]:
        """Return the intents without outcome, of all runs."""
        ...

    def settle(self, entries: Sequence[tuple[Unsettled, str]]) -> None:
        """Write down what looking has shown of them."""
        ...
