"""How far each device has come with all that it shall hold, and what else a target says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pedell.model.address import Address


class DeviceStage(StrEnum):
    """How far one device has come. Where its things differ, the first of these counts."""

    REFUSED = "refused"  # it said no to something
    UNSENT = "unsent"  # the target was not told something, or has lost it
    ASLEEP = "asleep"  # the target took all of it, and has not heard of the device since
    QUEUED = "queued"  # it was heard of since, and has put something off or not answered
    INSTALLED = "installed"  # it says that it did all of it, and has not shown it yet
    VERIFIED = "verified"  # it has shown that it holds all of it

    @property
    def is_behind(self) -> bool:
        """Tell whether the device lacks something."""
        return self not in (DeviceStage.INSTALLED, DeviceStage.VERIFIED)


@dataclass(frozen=True, slots=True)
class DeviceStand:
    """One device of one cohort (``school``, ``place``).

    ``missing`` is what it has not come far enough with; empty where all is verified. ``since`` is
    when the oldest of that was sent first, ``heard`` when the device was last heard of, both in
    seconds since the epoch, None where nobody knows. ``error`` is what it said when it refused.
    """

    serial: str
    school: str
    place: str
    stage: DeviceStage
    missing: tuple[Address, ...] = ()
    since: float | None = None
    heard: float | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a target says about itself. Whoever has to act on it is told with every plan."""

    text: str
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class Survey:
    """What is known of all devices without disturbing any.

    ``unreachable`` maps a target to why it did not answer; ``denied`` are those of them that
    answered and did not let us in.
    """

    devices: tuple[DeviceStand, ...]
    unreachable: Mapping[str, str] = field(default_factory=dict)
    denied: frozenset[str] = frozenset()
    notices: tuple[Notice, ...] = ()

    def joined(self, other: "Survey") -> "Survey":
        """Return what both know."""
        return Survey(
            (*self.devices, *other.devices),
            {**self.unreachable, **other.unreachable},
            self.denied | other.denied,
            (*self.notices, *other.notices),
        )


def survey_silence(errors: Mapping[str, OSError]) -> Survey:
    """Return a survey that knows of these targets why they did not answer, and nothing else."""
    denied = (name for name, error in errors.items() if isinstance(error, PermissionError))
    return Survey((), {name: str(error) for name, error in errors.items()}, frozenset(denied))
