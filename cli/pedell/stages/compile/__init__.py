"""Stage 4 (pure): effective values become desired resources that know what they need."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from pedell.graph import find_cycle
from pedell.language.roles import FindService
from pedell.language.schemas import Schemas
from pedell.model import (
    Address,
    Cohort,
    Desired,
    Effective,
    Inventory,
    Problem,
    Rejected,
    Resource,
    School,
    Value,
    tell,
)
from pedell.stages.compile.certificates import complete_certificates, names_of_two
from pedell.stages.compile.checks import KindCheck
from pedell.stages.compile.cohorts import cohort_resources
from pedell.stages.compile.eap import prove_networks
from pedell.stages.compile.proofs import complete_proofs
from pedell.stages.compile.secret_rule import foreign_secrets
from pedell.stages.compile.servers import ServerCompiler
from pedell.stages.compile.trust import complete_trust

__all__ = ["compile_resources"]

_GUESTS = ("block", "line_in_file")
"""Kinds that have a part of a file."""
_ONLOOKERS = ("verify_certificate",)
"""Kinds that only look at a file."""


def compile_resources(
    inventory: Inventory,
    values: Mapping[tuple[str, str], Effective],
    schemas: Schemas,
    seal: Callable[[str], str | None],
    find_service: FindService,
) -> Desired:
    """Return address → resource for all schools, or reject with every finding.

    ``seal`` turns the name of a secret into its keyed fingerprint, or None where nobody here may
    open the vault. ``find_service`` knows the kinds of services that roles use.
    """
    schools = _Schools(inventory, values, schemas, seal, find_service)
    desired: dict[Address, Resource] = {}
    for school in inventory.schools.values():
        desired.update((resource.address, resource) for resource in schools.resources(school))
    problems = [*schools.problems()]
    problems += names_of_two(desired.values())
    problems += _unmet(desired) if not problems else ()  # what was refused is missing by itself
    problems += _rings(desired)
    problems += foreign_secrets(inventory, values, desired)
    if problems:
        raise Rejected(problems)
    return {address: desired[address] for address in sorted(desired, key=_place)}


class _Schools:
    """Compiles one school after the other; what is wrong is told at the end."""

    def __init__(
        self,
        inventory: Inventory,
        values: Mapping[tuple[str, str], Effective],
        schemas: Schemas,
        seal: Callable[[str], str | None],
        find_service: FindService,
    ) -> None:
        self._inventory, self._values, self._seal = inventory, values, seal
        self._check = KindCheck(schemas)
        self._servers = ServerCompiler(inventory, values, schemas, seal, find_service)
        self._problems: list[Problem] = []

    def resources(self, school: School) -> Sequence[Resource]:
        """Return what server and devices of a school shall hold, proofs between them."""
        authorities = self._inventory.certificates
        server = self._servers.server(school)
        trusted = complete_trust(server.resources, authorities)
        completed = complete_certificates(trusted.resources, authorities, self._seal)
        devices = [server.held_back(one) for one in self._devices(school)]
        proven = prove_networks(
            completed.resources, devices, self._inventory, self._values, self._seal
        )
        proofs = complete_proofs(proven.server, authorities)
        self._problems += completed.problems
        problems = (*trusted.problems, *proven.problems, *proofs.problems)
        self._servers.findings.take(problems, school.id)
        found = (*proofs.resources, *proven.devices)
        self._problems += _twice(found)
        return found

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong with the schools so far."""
        yield from self._problems
        yield from self._servers.problems
        yield from self._servers.findings.problems()

    def _devices(self, school: School) -> Iterator[Resource]:
        for cohort in school.cohorts:
            effective = self._values[school.id, cohort.name]
            resources = cohort_resources(
                self._inventory, cohort, effective, self._check, self._seal, self._problems
            )
            if _is_set_up(self._inventory, cohort, effective):  # mistakes are told all the same
                yield from resources


def _is_set_up(inventory: Inventory, cohort: Cohort, effective: Effective) -> bool:
    """Tell whether we set its devices up: others may do that, or service may end before."""
    target = inventory.targets.get(cohort.target)
    service = effective.settings.get(("service",))
    return bool(target and target.is_driven) and (not service or service.value == "configured")


def _place(address: Address) -> tuple[str, str, str, str]:
    return address.school, address.place, address.kind, address.name


def _twice(resources: Sequence[Resource]) -> Iterator[Problem]:
    """Yield what two places of the roles of one server define."""
    first: dict[tuple[str, str, Value], Resource] = {}
    # Blocks come last: many share a file, but none stands in a file that is ours as a whole.
    for resource in sorted(resources, key=_is_guest):
        at = resource.address
        path = None if at.kind in _ONLOOKERS else resource.spec.get("path")
        marks = [(at.place, at.kind, at.name), (at.place, "path", path)]
        for mark in marks:
            if mark[1] == "path" and _is_guest(resource):
                other = first.get(mark, resource)
            else:
                other = first.setdefault(mark, resource) if mark[2] is not None else resource
            if other is not resource:
                what = f"{mark[1]} {mark[2]}"
                detail = tell(
                    "{what} is defined at {place} already. Keep one of the two.",
                    what=what,
                    place=other.source,
                )
                yield Problem("E0201", detail, resource.source)


def _is_guest(resource: Resource) -> bool:
    return resource.address.kind in _GUESTS


def _unmet(desired: Desired) -> Iterator[Problem]:
    for resource in desired.values():
        for need in resource.needs:
            if need.address not in desired:
                detail = tell(
                    "{one} needs {other}, which nobody declares.",
                    one=resource.address,
                    other=need.address,
                )
                yield Problem("E0220", detail, resource.source)


def _rings(desired: Desired) -> Iterator[Problem]:
    ring = find_cycle({r.address: [need.address for need in r.needs] for r in desired.values()})
    ring = tuple(address for address in ring if address in desired)
    if ring:
        way = " → ".join(f"{address} ({desired[address].source})" for address in (*ring, ring[0]))
        detail = tell("Each waits for the next: {way}", way=way)
        yield Problem("E0260", detail, desired[ring[0]].source)
