"""What a target is asked for and given, and by whom."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from pedell.model import (
    Ability,
    Address,
    Adoptions,
    DeviceStand,
    Legacy,
    Notice,
    Observed,
    Outcome,
    Progress,
    Remembered,
    Resource,
    Secret,
    Signing,
    Step,
    Target,
    Traffic,
)
from pedell.ports.ledger import Ledger


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
class Means:
    """What a session may use. ``owner`` marks what is ours on a target (the authority's id).

    ``adopted`` is what was taken over there and keeps another name; ``signing`` says who signs the
    profiles that go there, None for nobody.
    """

    vault: Vault
    ledger: Ledger
    traffic: Traffic
    owner: str
    adopted: Adoptions = field(default_factory=dict)
    signing: Signing | None = None


class Devices(Protocol):
    """The devices behind one target."""

    def stand(self, resources: Sequence[Resource]) -> Sequence[DeviceStand]:
        """Say of each device of these how far it has come with them. Asks no device.

        Raises OSError where the target cannot be asked.
        """
        ...

    def ask(self, resources: Sequence[Resource]) -> str:
        """Have the devices of these say what they hold, and wait for nobody.

        Returns why devices could not be woken, or nothing. Raises OSError where the target does
        not answer.
        """
        ...

    def answers(self, resources: Sequence[Resource]) -> Progress:
        """Count who has answered since they were asked last (as verified). Asks nobody."""
        ...

    def notices(self) -> Sequence[Notice]:
        """Return what a person should know before devices are relied on. Raises OSError."""
        ...


class Strangers(Protocol):
    """What others left on a target, to be taken over as it stands."""

    def survey(self, patience: float) -> Legacy:
        """Look at all of it. Changes nothing on the target.

        Devices are asked for their profiles where ``patience`` gives them seconds to answer.
        Raises OSError where the target cannot be asked.
        """
        ...

    def foresee(
        self,
        adopted: Adoptions,
        wanted: Sequence[Resource],
        remembered: Sequence[Remembered],
    ) -> Sequence[Observed]:
        """Say what :meth:`Session.observe` will say once all of ``adopted`` is taken over.

        Raises OSError where the target cannot be asked.
        """
        ...

    def content_of(self, identifier: str, wanted: Resource) -> str:
        """Say how Pedell names the content of a profile that keeps its identifier.

        Raises ValueError or KeyError where it cannot be written.
        """
        ...

    def take_over(self, adopted: Adoptions, wanted: Sequence[Resource]) -> None:
        """Note that the devices of ``wanted`` hold it. Changes nothing on the target."""
        ...


class Session(Protocol):
    """An open line to one target."""

    @property
    def strangers(self) -> Strangers | None:
        """What others left there; None where nothing can be taken over."""
        ...

    @property
    def devices(self) -> Devices | None:
        """The devices behind the target; None where there are none to be asked."""
        ...

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
