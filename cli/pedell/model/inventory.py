"""Who there is: the authority, its schools, their cohorts and devices, and the targets we drive."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pedell.model.layer import Layer
from pedell.model.lock import Lock
from pedell.model.role import Role
from pedell.model.secret_file import SecretFiles
from pedell.model.source import Source
from pedell.model.value import Spec


@dataclass(frozen=True, slots=True)
class Device:
    """One row of a device list. Never a person's name."""

    serial: str
    mac: str
    asset: str
    model: str


@dataclass(frozen=True, slots=True)
class Cohort:
    """Devices of one school that are set up alike."""

    name: str
    role: str
    ownership: str
    platform: str
    target: str
    devices: tuple[Device, ...]
    serials: frozenset[str]
    source: Source


@dataclass(frozen=True, slots=True)
class School:
    """One school. ``layers`` are those that it stands on, the lowest first, its own the last."""

    id: str
    name: str
    type: str
    groups: tuple[str, ...]
    priority: int
    variables: Spec
    cohorts: tuple[Cohort, ...]
    layers: tuple[Layer, ...]
    source: Source

    @property
    def device_count(self) -> int:
        """How many devices stand in its lists."""
        return sum(len(cohort.devices) for cohort in self.cohorts)


@dataclass(frozen=True, slots=True)
class Target:
    """One system that we drive.

    ``id`` is the name in ``authority.yml``, for a target per school followed by ``/SCHOOL``.
    ``settings`` are the provider's own (url, host, user, credential …); a secret is only named.
    """

    id: str
    name: str
    provider: str
    school: str
    settings: Spec
    source: Source


@dataclass(frozen=True, slots=True)
class Inventory:
    """All input, valid and at rest. ``label`` is the folder as the person typed it."""

    label: str
    authority: str
    name: str
    timezone: str
    schools: Mapping[str, School]
    targets: Mapping[str, Target]
    locks: tuple[Lock, ...]
    catalogue: Layer
    roles: Mapping[str, Role]
    certificates: Mapping[str, str]
    secrets: SecretFiles = field(default_factory=SecretFiles)

    @property
    def device_count(self) -> int:
        """How many devices stand in all lists."""
        return sum(school.device_count for school in self.schools.values())
