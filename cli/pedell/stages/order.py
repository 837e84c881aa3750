"""Stage 7 (pure): changes become numbered steps. Makers wait for what they need, deleters last."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from pedell.graph import in_order
from pedell.model import (
    Action,
    Address,
    Change,
    Desired,
    Edge,
    Effect,
    Kind,
    Need,
    Spec,
    Step,
    Until,
)

Waits = dict[Address, list[Need]]


def order_changes(
    changes: tuple[Change, ...], desired: Desired, kinds: Mapping[str, Kind]
) -> tuple[tuple[Step, ...], tuple[Change, ...]]:
    """Return the steps, each behind all that it waits for, and the changes that stay blocked.

    What waits for a blocked maker is blocked itself. A chain that runs through resources that
    stand already still orders the steps at its two ends.
    """
    moving = {change.address: change for change in changes}
    waits = _concerned(waits_of(moving, desired, kinds), moving)
    blocked = {address: change for address, change in moving.items() if change.blocked}
    edges: dict[Address, list[Need]] = {}
    numbers: dict[Address, int] = {}
    steps: list[Step] = []
    for address in in_order({a: [need.address for need in needs] for a, needs in waits.items()}):
        edges[address] = list(_reached(waits.get(address, []), moving, edges))
        if address not in moving or address in blocked:
            continue
        if held := next((need for need in edges[address] if need.address in blocked), None):
            reason = f"it waits for {held.address}, which is held back ({held.reason})"
            blocked[address] = replace(moving[address], blocked=reason)
            continue
        numbers[address] = len(numbers) + 1
        needs = tuple(Edge(numbers[n.address], n.reason, n.until) for n in edges[address])
        steps.append(Step(numbers[address], moving[address], needs))
    return tuple(steps), tuple(blocked.values())


def waits_of(
    moving: Mapping[Address, Change], desired: Desired, kinds: Mapping[str, Kind]
) -> Waits:
    """Return for each address what it waits for, with the reason of each edge in words."""
    waits: Waits = {address: list(resource.needs) for address, resource in desired.items()}
    for address in moving:
        waits.setdefault(address, [])
    for address, change in moving.items():
        for held in _held(change, kinds):
            other = moving.get(held)
            if other and other.action is Action.DELETE and held != address:
                waits[held].append(Need(address, f"{address.kind} {address.name} lets go of it"))
        if change.action is Action.DELETE and change.effect is Effect.LOCKS_OUT:
            waits[address] += _successors(address, moving)
    return waits


def _concerned(waits: Waits, moving: Iterable[Address]) -> Waits:
    """Return the part that matters: what moves, and all that it waits for."""
    found: set[Address] = set()
    open_ends = [*moving]
    while open_ends:
        address = open_ends.pop()
        if address not in found:
            found.add(address)
            open_ends += [need.address for need in waits.get(address, ())]
    return {address: needs for address, needs in waits.items() if address in found}


def _successors(address: Address, moving: Mapping[Address, Change]) -> Iterator[Need]:
    """Yield what must be on the devices before that which keeps them in touch goes."""
    for other, change in moving.items():
        is_near = (other.school, other.place, other.kind) == (*_home(address), address.kind)
        if is_near and change.action is not Action.DELETE:
            reason = f"{other.kind} {other.name} must be there before it goes"
            yield Need(other, reason, Until.VERIFIED)


def _home(address: Address) -> tuple[str, str]:
    return address.school, address.place


def _held(change: Change, kinds: Mapping[str, Kind]) -> Iterator[Address]:
    """Yield what the thing on the target still holds on to before this change."""
    specs: list[Spec] = [change.before.spec] if change.before else []
    specs += [change.remembered.spec] if change.remembered else []
    seen: set[Address] = set()
    for spec in specs:
        for _, kind, name in kinds[change.address.kind].referenced(spec):
            seen.add(Address(change.address.school, change.address.place, kind, name))
    yield from sorted(seen)


def _reached(
    needs: list[Need], moving: Mapping[Address, Change], edges: Mapping[Address, list[Need]]
) -> Iterator[Need]:
    """Yield the moving ends of these needs, through what does not move."""
    found: dict[Address, Need] = {}
    for need in needs:
        ends = [need] if need.address in moving else edges.get(need.address, [])
        for end in ends:
            until = Until.VERIFIED if Until.VERIFIED in (need.until, end.until) else Until.DONE
            known = found.get(end.address)
            if known is None or (known.until is Until.DONE and until is Until.VERIFIED):
                found[end.address] = replace(need, address=end.address, until=until)
    yield from found.values()
