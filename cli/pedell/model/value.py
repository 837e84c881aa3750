"""Plain data: what YAML, JSON and a target's answer have in common."""

import hashlib
import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from pedell.model.secret import Sealed
from pedell.model.source import Pointer

Value: TypeAlias = (
    "bool | int | float | str | Sealed | Sequence[Value] | Mapping[str, Value] | None"
)
Spec: TypeAlias = Mapping[str, Value]
_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))
"""Writes what :func:`to_json` returns; plain data, which most is, it writes as quickly itself."""


def leaves(value: Value, at: Pointer = ()) -> Iterator[tuple[Pointer, Value]]:
    """Yield every value that is not a filled mapping, with the way to it. A list is one leaf."""
    if isinstance(value, Mapping) and value:
        for key, child in value.items():
            yield from leaves(child, (*at, key))
    else:
        yield at, value


def sealed_in(value: Value) -> Iterator[Sealed]:
    """Yield every sealed secret inside a value, lists included."""
    match value:
        case Sealed():
            yield value
        case Mapping():
            for child in value.values():
                yield from sealed_in(child)
        case list() | tuple():
            for child in value:
                yield from sealed_in(child)
        case _:
            return


def look_up(value: Value, pointer: Pointer) -> Value:
    """Follow ``pointer`` through mappings; a way that ends early leads to None."""
    for key in pointer:
        if not isinstance(value, Mapping):
            return None
        value = value.get(str(key))
    return value


def to_json(value: Value) -> Any:
    """Turn a value into what ``json`` can write; a sealed secret keeps name and fingerprint."""
    match value:
        case Sealed(name, fingerprint):
            return {"!sealed": name, "fingerprint": fingerprint}
        case Mapping():
            return {_escaped(str(key)): to_json(child) for key, child in value.items()}
        case str() | bool() | int() | float() | None:
            return value
        case _:
            return [to_json(child) for child in value]


def from_json(value: Any) -> Value:
    """Read what :func:`to_json` wrote."""
    match value:
        case {"!sealed": name, "fingerprint": fingerprint}:
            return Sealed(name, fingerprint)
        case dict():
            return {key.removeprefix("!"): from_json(child) for key, child in value.items()}
        case list():
            return [from_json(child) for child in value]
        case _:
            return value  # type: ignore[no-any-return]  # a JSON scalar is a Value


def _escaped(key: str) -> str:
    return f"!{key}" if key.startswith("!") else key


def canonical(value: Value) -> str:
    """Write a value in the one way that equal values share."""
    try:
        text = _ENCODER.encode(value)
    except TypeError:  # a sealed secret, or a mapping of another make
        return _ENCODER.encode(to_json(value))
    return _ENCODER.encode(to_json(value)) if '"!' in text else text  # a key to be escaped


def imprint(value: Value) -> Hashable:
    """Return what equal values share and no others, as a key: 1 is not true, a secret no text.

    Quicker than :func:`canonical`, and no text; the order of keys counts.
    """
    match value:
        case str() | bool() | int() | float() | None | Sealed():
            return type(value), value
        case Mapping():
            return dict, *value, *map(imprint, value.values())
        case _:
            return list, *map(imprint, value)


def fingerprint(value: Value) -> str:
    """Name a value by its content: 32 hexadecimal digits of SHA-256 over its canonical form."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:32]


def is_same(one: Value, other: Value, *, as_set: bool = False) -> bool:
    """Tell whether two values mean the same; ``as_set`` ignores the order of a list."""
    match one, other:
        case ((str() | bool() | int() | float() | None), _):  # most are: no need to try the others
            return one == other and isinstance(one, bool) == isinstance(other, bool)
        case Sealed(name, None), Sealed(other_name, _):
            return name == other_name
        case Sealed(name, _), Sealed(other_name, None):
            return name == other_name
        case Sealed(_, mark), Sealed(_, other_mark):
            return mark == other_mark
        case Mapping(), Mapping():
            return one.keys() == other.keys() and all(is_same(one[k], other[k]) for k in one)
        case list() | tuple(), list() | tuple() if as_set:
            return sorted(map(canonical, one)) == sorted(map(canonical, other))
        case list() | tuple(), list() | tuple():
            return len(one) == len(other) and all(map(is_same, one, other))
        case _:
            return one == other and isinstance(one, bool) == isinstance(other, bool)
