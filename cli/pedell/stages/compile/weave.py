"""The parts of all roles of one server become resources that know what they need."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pedell.model import Address, Need, Resource, School, Spec, Target
from pedell.stages.compile.expand import TRIGGERS, triggers
from pedell.stages.compile.implied import implied_needs, lies_in
from pedell.stages.compile.parts import Part


@dataclass(frozen=True, slots=True)
class Server:
    """What one server shall hold, and what kinds on the school's devices wait for."""

    resources: tuple[Resource, ...]
    gates: Mapping[str, tuple[Need, ...]]

    def held_back(self, resource: Resource) -> Resource:
        """Return the resource with what it must wait for on the server."""
        kind = resource.address.kind
        needs = self.gates.get("app" if kind == "configured_app" else kind, ())
        return replace(resource, needs=(*resource.needs, *needs)) if needs else resource


def put_together(parts: Iterable[Part], school: School, target: Target) -> Server:
    """Return the server that holds all parts; what several services bring is there once."""
    merged: dict[str, Part] = {}
    twice: list[Part] = []
    for part in parts:
        other = merged.get(part.at)
        if other and (other.is_shared or part.is_shared) and _agree(other.spec, part.spec):
            merged[part.at] = _merged(other, part)
        elif other:
            twice.append(part)  # told of where all the school's resources are looked at
        else:
            merged[part.at] = part
    folders = [part for part in merged.values() if part.kind == "directory"]
    addresses = {at: Address(school.id, target.name, p.kind, p.name) for at, p in merged.items()}
    resources = tuple(
        Resource(
            address=addresses[part.at],
            target=target.id,
            spec=part.spec,
            devices=frozenset(),
            needs=tuple(_needs(part, addresses, folders)),
            tags=("server", *dict.fromkeys(part.tags)),
            source=part.source,
        )
        for part in (*merged.values(), *twice)
    )
    return Server(resources, _gates(merged, addresses))


def _agree(one: Spec, other: Spec) -> bool:
    return all(one[key] == other[key] for key in one.keys() & other.keys() if key not in TRIGGERS)


def _merged(one: Part, other: Part) -> Part:
    spec = {**one.spec, **other.spec}
    for key in TRIGGERS:
        named = (*triggers({key: one.spec.get(key)}), *triggers({key: other.spec.get(key)}))
        if named:
            spec[key] = list(dict.fromkeys(named))
    return replace(
        one,
        spec=spec,
        needs={**other.needs, **one.needs},
        needed_by=(*one.needed_by, *other.needed_by),
        tags=(*one.tags, *other.tags),
        is_shared=True,
    )


def _needs(part: Part, addresses: Mapping[str, Address], folders: Iterable[Part]) -> Iterator[Need]:
    for name, reason in part.needs.items():
        if name in addresses:
            yield Need(addresses[name], reason)
    for name, reason in implied_needs(part.kind, part.spec):
        if name in addresses and name not in part.needs:
            yield Need(addresses[name], reason)
    for folder in folders:
        if folder.at not in part.needs and (why := lies_in(part.spec, "directory", folder.spec)):
            yield Need(addresses[folder.at], why)


def _gates(
    merged: Mapping[str, Part], addresses: Mapping[str, Address]
) -> Mapping[str, tuple[Need, ...]]:
    by_kind: dict[str, list[Need]] = {}
    for part in merged.values():
        reason = f"{part.kind} {part.name} of the school's server serves it"
        for kind in dict.fromkeys(part.needed_by):
            by_kind.setdefault(kind, []).append(Need(addresses[part.at], reason))
    return {kind: tuple(needs) for kind, needs in by_kind.items()}
