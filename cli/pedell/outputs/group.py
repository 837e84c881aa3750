"""Changes that are told as one, with all that is counted and said of them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pedell.model import (
    Action,
    Address,
    Cause,
    Change,
    Effect,
    FieldChange,
    Pointer,
    Source,
)
from pedell.outputs.wording import distinct, without_particulars

WORST_FIRST = (Cause.CONFLICT, Cause.THEIRS, Cause.OURS)

_WHOLE = (Action.CREATE, Action.DELETE)


@dataclass(frozen=True, slots=True)
class Content:
    """What is done to one thing: its name, its place, and a digest of the fields."""

    name: str
    place: str
    digest: str


@dataclass(frozen=True, slots=True)
class Group:
    """Changes that are told as one.

    ``fields`` are what all of them do, or empty where they differ; ``pointers`` are all fields
    that move in any of them. ``variants`` counts the different contents that one and the same
    thing gets, 1 where nothing differs. ``devices``, ``drifted`` and ``leaving`` hold each serial
    once.
    ``reasons`` say why a guard holds them back. ``sources`` are the lines behind them, the most
    frequent first. ``heirs`` name what says now what goes here, in words.
    """

    action: Action
    kinds: tuple[str, ...]
    effect: Effect
    cause: Cause
    reasons: tuple[str, ...]
    changes: tuple[Change, ...]
    contents: frozenset[Content]
    names: tuple[str, ...]
    places: tuple[str, ...]
    schools: tuple[str, ...]
    pointers: tuple[Pointer, ...]
    fields: tuple[FieldChange, ...]
    variants: int
    devices: frozenset[str]
    drifted: frozenset[str]
    leaving: frozenset[str]
    sources: tuple[Source, ...]
    heirs: tuple[str, ...]

    @property
    def address(self) -> Address:
        """The address of its first change."""
        return self.changes[0].address

    @property
    def is_on_server(self) -> bool:
        """True where a server holds it and not devices: the place is the target's own name."""
        change = self.changes[0]
        return change.target.split("/")[0] == change.address.place

    @property
    def is_whole(self) -> bool:
        """True where things come or go as a whole, and not field by field."""
        return self.action in _WHOLE


def gathered(changes: Iterable[Change], contents: frozenset[Content]) -> Group:
    """Make one group of changes, whose ``contents`` are known."""
    ordered = tuple(sorted(changes, key=lambda change: in_order(change.address)))
    first = ordered[0]
    is_one = len({content.digest for content in contents}) == 1
    empty = frozenset[str]()
    return Group(
        action=first.action,
        kinds=tuple(sorted({change.address.kind for change in ordered})),
        effect=max((change.effect for change in ordered), key=lambda effect: effect.weight),
        cause=min((cause_of(change) for change in ordered), key=WORST_FIRST.index),
        reasons=_reasons(ordered),
        changes=ordered,
        contents=contents,
        names=tuple(sorted({content.name for content in contents})),
        places=tuple(sorted({content.place for content in contents})),
        schools=tuple(sorted({change.address.school for change in ordered})),
        pointers=distinct(sorted((f.pointer for c in ordered for f in c.fields), key=str)),
        fields=first.fields if is_one else (),
        variants=_variants(first.action, contents),
        devices=empty.union(*(change.devices for change in ordered)),
        drifted=empty.union(*(change.drifted for change in ordered)),
        leaving=empty.union(*(change.leaving for change in ordered)),
        sources=tuple(source for source, _ in Counter(_sources(ordered)).most_common()),
        heirs=tuple(sorted({f"{at.kind} {at.name}" for change in ordered for at in change.heirs})),
    )


def cause_of(change: Change) -> Cause:
    """Return the worst cause of a change: a conflict, somebody else, the files."""
    if any(field.cause is Cause.CONFLICT for field in change.fields):
        return Cause.CONFLICT
    return Cause.THEIRS if change.is_drift else Cause.OURS


def in_order(address: Address) -> tuple[str, str, str, str]:
    """Return what addresses are sorted by; a tuple compares many times faster than the noun."""
    return (address.school, address.place, address.kind, address.name)


def _variants(action: Action, contents: Iterable[Content]) -> int:
    """Count contents: of one thing where whole things come and go, else of all that move."""
    if action not in _WHOLE:
        return len({content.digest for content in contents})
    return max(Counter((content.name, content.place) for content in contents).values())


def _reasons(changes: Iterable[Change]) -> tuple[str, ...]:
    blocked = [change for change in changes if change.blocked]
    if len({change.address.school for change in blocked}) == 1:
        return distinct(change.blocked for change in blocked)
    return distinct(without_particulars(c.blocked, c.address.school) for c in blocked)


def _sources(changes: Iterable[Change]) -> Iterator[Source]:
    for change in changes:
        if change.after is None or not change.after.source.file:
            continue
        if change.action in _WHOLE or not change.fields:
            yield change.after.source
        else:
            yield from distinct(_origin(change.after.origins, f.pointer) or change.after.source
                                for f in change.fields)  # fmt: skip


def _origin(origins: Mapping[Pointer, Source], pointer: Pointer) -> Source | None:
    """Return the line that set a field, or the nearest value around it."""
    while pointer and pointer not in origins:
        pointer = pointer[:-1]
    return origins.get(pointer)
