"""Stage 4 (pure): effective values become desired resources that know what they need."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from pedell.graph import find_cycle
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
    Value,
    tell,
)
from pedell.stages.compile.checks import KindCheck
from pedell.stages.compile.cohorts import cohort_resources
from pedell.stages.compile.secret_rule import foreign_secrets
from pedell.stages.compile.servers import ServerCompiler

__all__ = ["compile_resources"]


def compile_resources(
    inventory: Inventory,
    values: Mapping[tuple[str, str], Effective],
    schemas: Schemas,
    seal: Callable[[str], str | None],
) -> Desired:
    """Return address → resource for all schools, or reject with every finding.

    ``seal`` turns the name of a secret into its keyed fingerprint, or None where nobody here may
    open the vault.
    """
    problems: list[Problem] = []
    check = KindCheck(schemas)
    servers = ServerCompiler(inventory, values, schemas, seal, problems)
    desired: dict[Address, Resource] = {}
    for school in inventory.schools.values():
        found = [*servers.resources(school)]
        gates = servers.gates(found)
        for cohort in school.cohorts:
            effective = values[school.id, cohort.name]
            resources = cohort_resources(inventory, cohort, effective, check, seal, problems)
            if not _is_set_up(inventory, cohort, effective):
                continue  # its mistakes are told all the same
            found += [gates.held_back(resource) for resource in resources]
        problems += _twice(found)
        desired.update((resource.address, resource) for resource in found)
    problems += _unmet(desired) if not problems else ()  # what was refused is missing by itself
    problems += _rings(desired)
    problems += foreign_secrets(inventory, values, desired)
    if problems:
        raise Rejected(problems)
    return {address: desired[address] for address in sorted(desired, key=_place)}


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
        marks = [(at.place, at.kind, at.name), (at.place, "path", resource.spec.get("path"))]
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
    return resource.address.kind == "block"


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
