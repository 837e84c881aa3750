"""Stage 7 (pure): changes become numbered steps. Makers wait for what they need, deleters last."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from pedell.certificates.trust import teachers_of
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
    Value,
)

Waits = dict[Address, list[Need]]
_MOVING_HOUSE = frozenset({"configuration", "presets", "restrictions"})
"""Kinds between which a field moves when its devices get a newer system."""
_Place = tuple[str, str, str]
"""School, place and path."""


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
    folders, houses = _folders_that_go(moving), _houses(moving)
    for address, change in moving.items():
        for held in _held(change, kinds, folders):
            other = moving.get(held)
            if other and other.action is Action.DELETE and held != address:
                waits[held].append(Need(address, f"{address.kind} {address.name} lets go of it"))
        if change.action is Action.DELETE and change.effect is Effect.LOCKS_OUT:
            waits[address] += _successors(address, moving)
        waits[address] += _heirs(change, houses.get(_home(address), ()))
    for server, teachers in teachers_of(moving).items():
        for first in teachers:
            # it is there already, so it waits for nothing on the server that waits for it
            waits[first] = [need for need in waits[first] if need.address.place != server.place]
            reason = f"devices must trust its authority first ({first.kind} {first.name})"
            waits[server].append(Need(first, reason, Until.VERIFIED))
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


def _houses(moving: Mapping[Address, Change]) -> Mapping[tuple[str, str], list[Change]]:
    found: dict[tuple[str, str], list[Change]] = {}
    for at, change in moving.items():
        if at.kind in _MOVING_HOUSE:
            found.setdefault(_home(at), []).append(change)
    return found


def _heirs(change: Change, house: Sequence[Change]) -> Iterator[Need]:
    """Yield what takes fields over that this change lets go of: first there, then gone here."""
    if change.address.kind not in _MOVING_HOUSE or change.action is Action.CREATE:
        return
    lost = {str(field.pointer[0]) for field in change.fields if field.after is None}
    if change.action is Action.DELETE:
        lost = {name for spec in _known(change) for name in spec}
    for taking in house if lost else ():
        other = taking.address
        if taking is not change and taking.after:
            new = {str(f.pointer[0]) for f in taking.fields if f.after is not None}
            if taken := sorted(lost & (new or taking.after.spec.keys())):
                reason = f"{other.kind} {other.name} takes {', '.join(taken)} over"
                yield Need(other, reason, Until.VERIFIED)


def _home(address: Address) -> tuple[str, str]:
    return address.school, address.place


def _held(
    change: Change, kinds: Mapping[str, Kind], folders: Mapping[_Place, Address]
) -> Iterator[Address]:
    """Yield what the thing on the target still holds on to before this change."""
    at = change.address
    seen: set[Address] = set()
    for spec in _known(change):
        for _, kind, name in kinds[at.kind].referenced(spec):
            seen.add(Address(at.school, at.place, kind, name))
        for field in ("restart_on", "reload_on"):
            for kind, _, name in (str(one).partition("/") for one in _listed(spec, field)):
                seen.add(Address(at.school, at.place, kind, name))
        for field in ("path", "key_path"):
            above = PurePosixPath(str(spec.get(field, ""))).parents
            around = (folders.get((at.school, at.place, str(one))) for one in above)
            seen.update(folder for folder in around if folder)
    yield from sorted(seen)


def _folders_that_go(moving: Mapping[Address, Change]) -> Mapping[_Place, Address]:
    return {
        (at.school, at.place, str(spec.get("path", ""))): at
        for at, change in moving.items()
        if at.kind == "directory" and change.action is Action.DELETE
        for spec in _known(change)
    }


def _known(change: Change) -> list[Spec]:
    specs = [change.before.spec] if change.before else []
    return specs + ([change.remembered.spec] if change.remembered else [])


def _listed(spec: Spec, field: str) -> Sequence[Value]:
    value = spec.get(field)
    return value if isinstance(value, list | tuple) else ()


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
                far = replace(need, address=end.address, until=until) if end is not need else need
                found[end.address] = far
    yield from found.values()
