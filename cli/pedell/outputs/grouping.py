"""Equal changes of many schools become one thing to read; what stands out comes first."""

from collections.abc import Hashable, Iterable, Sequence

from pedell.model import (
    Action,
    Change,
    FieldChange,
    canonical,
)
from pedell.outputs.group import WORST_FIRST, Content, Group, cause_of, gathered, in_order
from pedell.outputs.likeness import (
    WITHIN_KINDS,
    Likeness,
    but_for_kinds,
    but_for_names_of_whole,
    but_for_values,
    equal,
)
from pedell.outputs.wording import without_particulars

ENOUGH = 12
"""So many groups a person still takes in; with more, the most alike are told together."""

_ALIKE_VALUES = 6
_ALIKE_NAMES = 3
_ACTIONS = (Action.DELETE, Action.REPLACE, Action.UPDATE, Action.CREATE)


def group_changes(changes: Iterable[Change], at_most: int = ENOUGH) -> tuple[Group, ...]:
    """Tell equal changes together, outliers first: blocked, conflict, drift, few schools, many.

    Updates are equal where every field is; creations and deletions where kind, name and place
    are. More than six groups that differ only in their values become one. Where there are more
    than ``at_most``, what differs in values, then names, places and fields is told together;
    ``variants`` above 1, or several ``names`` or ``places`` say so.
    """
    groups = _merged(_piled(changes), equal, 1)
    groups = _merged(groups, but_for_values, _ALIKE_VALUES)
    groups = _merged(groups, but_for_names_of_whole, _ALIKE_NAMES)
    return coarsened(groups, at_most)


def group_exactly(changes: Iterable[Change]) -> tuple[Group, ...]:
    """Tell only equal changes together, however many groups that makes."""
    groups = _merged(_piled(changes, by_value=True), equal, 1)
    return tuple(sorted(groups, key=_outliers_first))


def coarsened(
    groups: Iterable[Group], at_most: int, rungs: Sequence[Likeness] = WITHIN_KINDS
) -> tuple[Group, ...]:
    """Bring groups down to ``at_most``, as far as the rungs go, the most alike first."""
    found = list(groups)
    for alike in rungs:
        found = _merged(found, alike, 1, at_most)
    return tuple(sorted(found, key=_outliers_first))


def _piled(changes: Iterable[Change], *, by_value: bool = False) -> list[Group]:
    piles: dict[Hashable, tuple[list[Change], set[Content]]] = {}
    for change in sorted(changes, key=lambda change: in_order(change.address)):
        at = change.address
        digest = _digest(change.fields)
        reason = without_particulars(change.blocked, at.school) if change.blocked else ""
        told = "" if change.action in (Action.CREATE, Action.DELETE) and not by_value else digest
        head = (change.action, change.effect, cause_of(change), reason, bool(change.heirs))
        pile, contents = piles.setdefault(
            (*head, at.kind, at.name, at.place, change.target.split("/")[0], told), ([], set())
        )
        pile.append(change)
        contents.add(Content(at.name, at.place, digest))
    return [gathered(pile, frozenset(contents)) for pile, contents in piles.values()]


def _digest(fields: Iterable[FieldChange]) -> str:
    told = sorted(fields, key=lambda field: field.pointer)
    return canonical([[field.pointer, field.before, field.after, field.cause] for field in told])


def _merged(groups: Sequence[Group], alike: Likeness, above: int, at_most: int = 0) -> list[Group]:
    """Join groups that are ``alike`` where there are more than ``above`` of them.

    The fullest buckets come first, and it ends as soon as ``at_most`` are left. A group that
    outweighs all others of its bucket stays alone, if it is one thing: they are its outliers.
    """
    buckets: dict[Hashable, list[Group]] = {}
    for group in groups:
        buckets.setdefault(alike(group), []).append(group)
    left = len(groups)
    done: list[Group] = []
    for bucket in sorted(buckets.values(), key=len, reverse=True):
        main = None if alike in (equal, but_for_kinds) else _main(bucket)
        rest = [group for group in bucket if group is not main]
        if len(rest) > above and left > at_most:
            done += [main, _joined(rest)] if main else [_joined(rest)]
            left -= len(rest) - 1
        else:
            done += bucket
    return done


def _main(bucket: Sequence[Group]) -> Group | None:
    largest = max(bucket, key=lambda group: len(group.changes))
    half = sum(len(group.changes) for group in bucket) / 2
    is_plain = largest.variants == 1 and not largest.is_whole
    return largest if is_plain and len(largest.changes) > half else None


def _joined(groups: Sequence[Group]) -> Group:
    changes = [change for group in groups for change in group.changes]
    return gathered(changes, frozenset[Content]().union(*(group.contents for group in groups)))


def _outliers_first(group: Group) -> tuple[object, ...]:
    return (
        not group.reasons,
        WORST_FIRST.index(group.cause),
        len(group.schools),
        _ACTIONS.index(group.action),
        group.kinds,
        group.names,
        group.places,
        sorted((content.name, content.digest) for content in group.contents),
    )
