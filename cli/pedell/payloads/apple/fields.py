"""Fields of a spec copied into the keys of a payload, and back."""

from collections.abc import Mapping

from pedell.model import Sealed, Value
from pedell.payloads.apple.profile import Item

Keys = Mapping[str, str]
"""Our name of a field → Apple's key."""


def fields_of(value: Value) -> Mapping[str, Value]:
    """Return a block of keys, or an empty one where it is none."""
    return value if isinstance(value, Mapping) else {}


def copied(value: Value, keys: Keys) -> dict[str, Item]:
    """Copy what is there; lists are sets of texts, so they are sorted."""
    fields = fields_of(value)
    return {key: _item(fields[name]) for name, key in keys.items() if fields.get(name) is not None}


def copied_back(content: Mapping[str, Item], keys: Keys) -> dict[str, Value]:
    """Read what :func:`copied` wrote; what is of another shape is left out."""
    found = {name: content.get(key) for name, key in keys.items()}
    return {
        name: item
        for name, item in found.items()
        if isinstance(item, bool | int | str | Sealed | list)
    }


def names_in(value: Value) -> list[str]:
    """Return a list of texts, or an empty one where it is none."""
    return [str(name) for name in value] if isinstance(value, list | tuple) else []


def _item(value: Value) -> Item:
    return value if isinstance(value, bool | int | str | Sealed) else sorted(names_in(value))
