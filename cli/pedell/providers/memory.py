"""A target that is only a dictionary: the reference provider, for tests and rehearsals."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from pedell.model import (
    Ability,
    Action,
    Address,
    Observed,
    Outcome,
    Progress,
    Remembered,
    Resource,
    Spec,
    Status,
    Step,
    Target,
)
from pedell.ports import Means, Session

_KINDS = (
    "app", "block", "certificate", "certificate_authority", "command", "configuration",
    "configured_app", "directory", "exam", "file", "firewall", "group", "line_in_file",
    "membership", "ntp", "package", "presets", "profile", "restrictions", "server_certificate",
    "service", "ssh_key", "sudo_rule", "symlink", "sysctl", "template", "timer", "user",
    "verify_certificate", "verify_dhcp", "verify_dns", "verify_eap", "verify_http",
    "verify_tcp", "wifi",
)  # fmt: skip


class MemoryProvider:
    """Holds every kind; ``held`` maps target id → address → (spec, devices)."""

    abilities: Mapping[str, Ability] = {kind: Ability() for kind in _KINDS}
    settle = 0.0

    def __init__(self) -> None:
        self.held: dict[str, dict[Address, tuple[Spec, frozenset[str]]]] = {}

    @contextmanager
    def connect(self, target: Target, means: Means) -> Iterator[Session]:  # noqa: ARG002  # the port's shape
        """Open a view on the things of ``target``."""
        yield _MemorySession(self.held.setdefault(target.id, {}))


class _MemorySession:
    devices = None
    strangers = None

    def __init__(self, held: dict[Address, tuple[Spec, frozenset[str]]]) -> None:
        self._held = held

    def observe(
        self, wanted: Sequence[Resource], remembered: Sequence[Remembered]
    ) -> Sequence[Observed]:
        """Return what is held of these."""
        specs = {resource.address: resource.spec for resource in wanted}
        asked = {**dict.fromkeys(left.address for left in remembered), **dict.fromkeys(specs)}
        return [
            Observed(
                address, spec, "", devices if spec == specs.get(address, spec) else frozenset()
            )
            for address in asked
            if address in self._held
            for spec, devices in [self._held[address]]
        ]

    def refresh(self, wanted: Sequence[Resource], patience: float) -> None:
        """Do nothing: a dictionary has no devices to ask."""

    def perform(self, batch: Sequence[Step]) -> Iterator[Outcome]:
        """Do the steps; a dictionary never fails."""
        for step in batch:
            change = step.change
            if change.action is Action.DELETE or change.after is None:
                self._held.pop(change.address, None)
            else:
                self._held[change.address] = (change.after.spec, change.after.devices)
            yield Outcome(step.number, Status.DONE)

    def progress(self, resources: Sequence[Resource]) -> Mapping[Address, Progress]:
        """Return what is held as verified: it is there."""
        found = {}
        for resource in resources:
            spec, devices = self._held.get(resource.address, ({}, frozenset()))
            there = devices & resource.devices if spec == resource.spec else frozenset()
            if resource.devices:
                found[resource.address] = Progress(len(resource.devices), verified=len(there))
        return found
