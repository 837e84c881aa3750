"""What a run writes down and looks up, and what it needs of the machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pedell.model import Address, Memory, Outcome, Remembered, Step
from pedell.ports.target import Session


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
