"""Stage 5 (pure): wanted, seen and remembered become changes. What is equal leaves no trace."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pedell.model import (
    Ability,
    Action,
    Address,
    Cause,
    Change,
    Desired,
    Effect,
    FieldChange,
    Kind,
    Memory,
    Observed,
    Pointer,
    Remembered,
    Resource,
    Sight,
    Value,
    Verb,
    Writes,
    is_same,
    leaves,
    look_up,
)

Abilities = Mapping[str, Mapping[str, Ability]]
"""Target id → kind → what its provider can do."""

_UNABLE = Ability(Verb.NO, Verb.NO, Verb.NO)
_NOBODY: Mapping[Address, tuple[Address, ...]] = {}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What has to move, how much stands, and what we made that nobody declares any more."""

    changes: tuple[Change, ...]
    orphans: tuple[Remembered, ...]
    unchanged: int
    waiting: frozenset[str]


def compare_states(
    desired: Desired, sight: Sight, memory: Memory, kinds: Mapping[str, Kind], abilities: Abilities
) -> Comparison:
    """Compare by address, field by field, three ways.

    Only declared fields count, and for a target whose writes replace the whole thing also those
    that we declared last time. A target that did not answer is left out. Orphans are returned
    and not turned into changes: deleting is a decision of its own.
    """
    found: list[Change] = []
    unchanged = 0
    waiting: set[str] = set()
    for address, resource in desired.items():
        if resource.target in sight.unreachable:
            continue
        seen = sight.observed.get(address)
        waiting |= seen.waiting if seen else frozenset()
        ability = abilities.get(resource.target, {}).get(address.kind, _UNABLE)
        change = _compare(resource, seen, memory.get(address), kinds[address.kind], ability)
        unchanged += change is None
        found += [change] if change else []
    orphans = tuple(
        memory[address]
        for address in sorted(memory.keys() - desired.keys())
        if address in sight.observed or _is_unsure(memory[address].target, sight, abilities)
    )
    return Comparison(tuple(found), orphans, unchanged, frozenset(waiting))


def delete_orphans(
    orphans: tuple[Remembered, ...],
    sight: Sight,
    kinds: Mapping[str, Kind],
    abilities: Abilities,
    heirs: Mapping[Address, tuple[Address, ...]] = _NOBODY,
) -> tuple[Change, ...]:
    """Turn orphans that are still there into deletions; ``heirs`` say what some of them said."""
    return tuple(
        Change(
            address=left.address,
            target=left.target,
            action=Action.DELETE,
            before=sight.observed.get(left.address),
            after=None,
            remembered=left,
            fields=(),
            devices=left.devices,
            drifted=frozenset(),
            effect=kinds[left.address.kind].removal,
            blocked=_hindrance(
                abilities.get(left.target, {}).get(left.address.kind, _UNABLE).delete, Action.DELETE
            ),
            heirs=heirs.get(left.address, ()),
        )
        for left in orphans
        if left.target not in sight.unreachable and left.address in sight.observed
    )


def _is_unsure(target: str, sight: Sight, abilities: Abilities) -> bool:
    """Tell whether nobody knows what the target holds: it is silent, or named no more."""
    return target in sight.unreachable or target not in abilities


def _compare(
    wanted: Resource, seen: Observed | None, left: Remembered | None, kind: Kind, ability: Ability
) -> Change | None:
    is_there = seen is not None and (bool(seen.spec) or not wanted.spec)
    held = seen.devices | seen.waiting if seen else frozenset()
    devices = wanted.devices - held
    leaving = left.devices - wanted.devices if left and kind.has_members else frozenset()
    if wanted.devices and not devices and not leaving:
        return None
    fields = tuple(_fields(wanted, seen if is_there else None, left, kind, ability))
    if is_there and not fields and not devices and not leaving:
        return None
    action = _action(is_there, fields, kind)
    verb = ability.create if action is Action.CREATE else ability.update
    return Change(
        address=wanted.address,
        target=wanted.target,
        action=action,
        before=seen if is_there else None,
        after=wanted,
        remembered=left,
        fields=fields,
        devices=devices,
        drifted=_drifted(wanted, devices, left),
        effect=kind.removal if leaving else _effect(action, fields, kind),
        blocked=_hindrance(verb, action),
        leaving=leaving,
    )


def _hindrance(verb: Verb, action: Action) -> str:
    return "" if verb is Verb.YES else f"the target cannot {action.word} this kind"


def _action(is_there: bool, fields: tuple[FieldChange, ...], kind: Kind) -> Action:
    if not is_there:
        return Action.CREATE
    frozen = any(field.pointer in kind.immutable for field in fields)
    return Action.REPLACE if frozen else Action.UPDATE


def _fields(
    wanted: Resource, seen: Observed | None, left: Remembered | None, kind: Kind, ability: Ability
) -> Iterator[FieldChange]:
    if seen is not None and is_same(seen.spec, wanted.spec):
        return  # most are, and so need no look at each field
    for at, after in _compared(wanted, left, ability):
        before = look_up(seen.spec, at) if seen else None
        as_set = at in kind.unordered
        if is_same(before, after, as_set=as_set):
            continue
        ages = not kind.ageing.isdisjoint(((), at))
        last = before if ages else look_up(left.spec, at) if left else None
        yield FieldChange(at, before, after, _cause(left, before, after, last, as_set=as_set))


def _compared(
    wanted: Resource, left: Remembered | None, ability: Ability
) -> Iterator[tuple[Pointer, Value]]:
    """Yield each field that counts, with what is wanted there."""
    declared = {at: value for at, value in leaves(wanted.spec) if at}
    yield from declared.items()
    if left and ability.writes is Writes.REPLACE:
        for at, _ in leaves(left.spec):
            if at and at not in declared and look_up(wanted.spec, at) is None:
                yield at, None


def _cause(
    left: Remembered | None, before: Value, after: Value, last: Value, *, as_set: bool
) -> Cause:
    if left is None or is_same(last, before, as_set=as_set):
        return Cause.OURS
    return Cause.THEIRS if is_same(last, after, as_set=as_set) else Cause.CONFLICT


def _drifted(wanted: Resource, devices: frozenset[str], left: Remembered | None) -> frozenset[str]:
    is_unmoved = left is not None and is_same(left.spec, wanted.spec)
    return devices & left.devices if left and is_unmoved else frozenset()


def _effect(action: Action, fields: tuple[FieldChange, ...], kind: Kind) -> Effect:
    felt = [kind.effect_of(field.pointer[:1]) for field in fields] or [kind.effects[()]]
    felt += [kind.removal] if action is Action.REPLACE else []  # what was there goes first
    return max(felt, key=lambda effect: effect.weight)
