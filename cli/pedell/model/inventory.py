"""Who there is: the authority, its schools, their cohorts and devices, and the targets we drive."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pedell.model.adopted import Adoptions
from pedell.model.app import Offer
from pedell.model.apple_facts import AppleFacts
from pedell.model.delivery import Contract, Delivery, Stock
from pedell.model.layer import Layer
from pedell.model.lock import Lock
from pedell.model.profile import RawProfile
from pedell.model.role import Role
from pedell.model.secret_file import SecretFiles
from pedell.model.signing import Signing
from pedell.model.source import Source
from pedell.model.value import Spec


@dataclass(frozen=True, slots=True)
class Device:
    """One row of a device list. Never a person's name.

    What is only counted may have no serial number or MAC address yet. ``lot`` is the delivery it
    came with, empty where nobody said.
    """

    serial: str
    mac: str
    asset: str
    model: str
    lot: str = ""


@dataclass(frozen=True, slots=True)
class Cohort:
    """Devices of one school that are set up alike.

    ``layers`` are those that it stands on, the lowest first. ``owner`` is who decides for it; empty
    where that are its school and whom the school belongs to. ``persons`` use its devices, None
    where nobody said how many.
    """

    name: str
    role: str
    ownership: str
    platform: str
    target: str
    devices: tuple[Device, ...]
    serials: frozenset[str]
    source: Source
    owner: str = ""
    layers: tuple[Layer, ...] = field(default=(), hash=False)
    persons: int | None = None


@dataclass(frozen=True, slots=True)
class Municipality:
    """A member of the authority that decides for its own schools."""

    id: str
    name: str
    layer: Layer
    source: Source


@dataclass(frozen=True, slots=True)
class Owner:
    """A body that decides for the cohorts of some roles: a state for its teachers.

    Of what municipality and school say only the sections of ``accepts`` hold for its cohorts;
    ``schools`` is what it says for single schools.
    """

    id: str
    name: str
    roles: frozenset[str]
    accepts: frozenset[str]
    layer: Layer
    schools: Mapping[str, Layer]
    source: Source


@dataclass(frozen=True, slots=True)
class School:
    """One school. ``layers`` are those that it stands on, the lowest first, its own the last.

    ``need`` is the number of devices that it reports to need, None where it has not said.
    """

    id: str
    name: str
    type: str
    groups: tuple[str, ...]
    priority: int
    variables: Spec
    cohorts: tuple[Cohort, ...]
    layers: tuple[Layer, ...]
    source: Source
    municipality: str = ""
    base: str = "apple"
    need: int | None = None

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

    @property
    def is_driven(self) -> bool:
        """Whether Pedell drives it; what lies outside is only counted."""
        return self.provider != "outside"

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where it answers, by the files; none where nobody has said so."""
        said = (self.settings.get(key) for key in ("url", "ddm_url", "host"))
        return tuple(str(address) for address in said if address)


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
    municipalities: Mapping[str, Municipality] = field(default_factory=dict)
    owners: Mapping[str, Owner] = field(default_factory=dict)
    deliveries: Mapping[str, Delivery] = field(default_factory=dict)
    """Lot → what is known of it."""
    contracts: Mapping[str, Mapping[str, Contract]] = field(default_factory=dict)
    """School → serial number → loan contract."""
    stock: Stock | None = None
    offer: Offer = field(default_factory=Offer)
    profiles: Mapping[str, RawProfile] = field(default_factory=dict)
    facts: AppleFacts = field(default_factory=AppleFacts)
    signing: Mapping[str, Signing] = field(default_factory=dict)
    """Name of a target → who signs the profiles that it gets."""
    adopted: Mapping[str, Adoptions] = field(default_factory=dict)
    """Name of a target → what was taken over there and keeps its old name."""

    @property
    def device_count(self) -> int:
        """How many devices stand in all lists."""
        return sum(school.device_count for school in self.schools.values())
