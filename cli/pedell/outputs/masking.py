"""The one door through which changes reach a format: what may hold a secret stays outside."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pedell.model import (
    Action,
    Cause,
    Change,
    FieldChange,
    Sealed,
    Value,
    leaves,
    look_up,
    sealed_in,
)

NOT_SHOWN = "not shown, may hold a secret"
_MARK = "⟦secret:"
"""How the place of a secret begins in a rendered text."""


def masked(change: Change) -> Change:
    """Return the change with fields that may be shown.

    A target may answer a wanted secret with a value in clear, and a file that should hold a mark
    may hold the secret itself. So what stands where we have a secret is sealed, and a text in
    which we have marks is shown only where it is ours to the letter.
    """
    fields = change.fields or tuple(_whole(change))
    specs = [side.spec for side in (change.after, change.remembered) if side is not None]
    fields = tuple(
        _masked_field(field, [look_up(spec, field.pointer) for spec in specs]) for field in fields
    )
    return change if fields == change.fields else replace(change, fields=fields)


def _whole(change: Change) -> Iterator[FieldChange]:
    """Yield the fields of a thing that comes or goes, where the comparison left them out."""
    if change.action is Action.CREATE and change.after is not None:
        cause = Cause.THEIRS if change.remembered else Cause.OURS
        for at, value in leaves(change.after.spec):
            yield FieldChange(at, None, value, cause)
    if change.action is Action.DELETE and change.remembered is not None:
        for at, value in leaves(change.remembered.spec):
            yield FieldChange(at, value, None, Cause.OURS)


def _masked_field(field: FieldChange, ours: Sequence[Value]) -> FieldChange:
    before, after = field.before, field.after
    if before is not None and (before not in ours or _becomes_secret(field)):
        before = _guarded(before, [*ours, field.after])
    if after not in ours:
        after = _guarded(after, [*ours, field.before])
    is_shown = before is field.before and after is field.after
    return field if is_shown else replace(field, before=before, after=after)


def _becomes_secret(field: FieldChange) -> bool:
    return any(sealed_in(field.after)) and not any(sealed_in(field.before))


def _guarded(value: Value, ours: Sequence[Value]) -> Value:
    """Walk a value together with what we have in its place."""
    match value:
        case None | bool() | Sealed():
            return value
        case Mapping():
            flat = (side for side in ours if not isinstance(side, Mapping))
            sealed = next((found for side in flat for found in sealed_in(side)), None)
            if sealed is not None:
                return _sealed_up(value, sealed)
            inside = [side for side in ours if isinstance(side, Mapping)]
            return {k: _guarded(v, [side.get(k) for side in inside]) for k, v in value.items()}
        case str() if any(isinstance(side, str) and _MARK in side for side in ours):
            return value if value in ours else NOT_SHOWN
        case _:
            sealed = next((found for side in ours for found in sealed_in(side)), None)
            return value if sealed is None else _sealed_up(value, sealed)


def _sealed_up(value: Value, sealed: Sealed) -> Value:
    match value:
        case None | bool() | Sealed():
            return value
        case Mapping():
            return {key: _sealed_up(child, sealed) for key, child in value.items()}
        case list() | tuple():
            return [_sealed_up(child, sealed) for child in value]
        case _:
            return Sealed(sealed.name)
