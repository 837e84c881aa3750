"""In what groups of changes may be alike, from nearly everything to hardly anything."""

from collections.abc import Callable, Hashable
from typing import TypeAlias

from pedell.outputs.group import Group
from pedell.outputs.wording import without_particulars

Likeness: TypeAlias = Callable[[Group], Hashable]


def _head(group: Group) -> tuple[Hashable, ...]:
    why = tuple(without_particulars(reason, group.address.school) for reason in group.reasons)
    is_move = bool(group.heirs)
    return (group.action, group.kinds, group.effect, group.cause, why, is_move, group.is_on_server)


def _shape(group: Group) -> Hashable:
    return () if group.is_whole else group.pointers


def equal(group: Group) -> Hashable:
    """Compare all: what is done, where, why, and what it is called if it comes or goes whole."""
    named = group.names if group.is_whole else ()
    digests = frozenset(content.digest for content in group.contents)
    return (*_head(group), group.places, named, digests)


def but_for_values(group: Group) -> Hashable:
    """Compare all but the values that fields get."""
    return (*_head(group), group.places, group.names, _shape(group))


def but_for_names_of_whole(group: Group) -> Hashable:
    """Compare all but the names of things that come or go whole."""
    return (*_head(group), group.places, () if group.is_whole else id(group))


def but_for_names(group: Group) -> Hashable:
    """Compare all but values and names."""
    return (*_head(group), group.places, _shape(group))


def but_for_places(group: Group) -> Hashable:
    """Compare all but values, names and places."""
    return (*_head(group), _shape(group))


def but_for_fields(group: Group) -> Hashable:
    """Compare kind, effect, cause and reason."""
    return _head(group)


def but_for_kinds(group: Group) -> Hashable:
    """Compare action, effect, cause and side only."""
    return (group.action, group.effect, group.cause, bool(group.reasons), group.is_on_server)


WITHIN_KINDS = (but_for_values, but_for_names, but_for_places, but_for_fields)
ACROSS_KINDS = (but_for_kinds,)
