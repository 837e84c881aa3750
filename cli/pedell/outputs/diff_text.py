"""Every field of a group: what ``--diff`` shows."""

from collections.abc import Iterator
from dataclasses import replace

from pedell.model import Action, FieldChange
from pedell.outputs.group import Group
from pedell.outputs.layout import wrapped
from pedell.outputs.values import field_name, is_text, show_change, show_value, unified

_INDENT = " " * 6
_HANGING = " " * 10


def differences(group: Group, width: int) -> Iterator[str]:
    """Yield each field, wrapped, and the difference line by line for longer texts."""
    for field in group.fields:
        if is_text(field):
            ended = _ended(field)
            yield f"{_INDENT}{show_change(ended)}"
            yield from (f"{_INDENT}  {line}".rstrip() for line in unified(ended))
        else:
            yield from wrapped(_on_one_line(group.action, field), width, _INDENT, _HANGING)


def _on_one_line(action: Action, field: FieldChange) -> str:
    match action:
        case Action.CREATE:
            return f"{field_name(field)} {show_value(field.after)}"
        case Action.DELETE:
            return f"{field_name(field)} {show_value(field.before)}"
        case _:
            return show_change(field)


def _ended(field: FieldChange) -> FieldChange:
    """Return the change with a text on both sides, so that its lines can be counted."""
    before, after = ("" if side is None else side for side in (field.before, field.after))
    return replace(field, before=before, after=after)
