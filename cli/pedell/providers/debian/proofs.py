"""What stands only as long as all it rests on is as wanted: proofs, and reboots. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from pedell.model import Address, Observed, Resource, Spec, Value
from pedell.providers.debian.skills import SKILLS


def still_standing(seen: Sequence[Observed], wanted: Sequence[Resource]) -> Sequence[Observed]:
    """Leave out what was seen and yet has to be done anew, because something below it moves."""
    resources = {one.address: one for one in wanted}
    found = {one.address: one.spec for one in seen}
    moving = {at for at, one in resources.items() if not _is_same(found.get(at), one.spec)}
    if not moving:
        return seen
    return [one for one in seen if moving.isdisjoint(_rests_on(one.address, resources))]


def _rests_on(at: Address, resources: Mapping[Address, Resource]) -> Iterable[Address]:
    one = resources.get(at)
    skill = SKILLS.get(at.kind)
    if one is None or skill is None or not skill.proof:
        return ()
    if at.kind == "reboot":
        names = one.spec.get("restart_on")
        named = {str(name) for name in names} if isinstance(names, list | tuple) else set()
        return [n.address for n in one.needs if f"{n.address.kind}/{n.address.name}" in named]
    return _below(one, resources)


def _below(one: Resource, resources: Mapping[Address, Resource]) -> set[Address]:
    found: set[Address] = set()
    open_ends = [one]
    while open_ends:
        for need in open_ends.pop().needs:
            if need.address in resources and need.address not in found:
                found.add(need.address)
                open_ends.append(resources[need.address])
    return found


def _is_same(seen: Spec | None, wanted: Spec) -> bool:
    return seen is not None and all(_alike(seen.get(k), value) for k, value in wanted.items())


def _alike(seen: Value, wanted: Value) -> bool:
    if isinstance(seen, list | tuple) and isinstance(wanted, list | tuple):
        return sorted(map(repr, seen)) == sorted(map(repr, wanted))
    return seen == wanted
