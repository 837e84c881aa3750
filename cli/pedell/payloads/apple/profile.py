"""A configuration profile: payloads under one identifier, named by what they contain."""

import plistlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pedell.model import Sealed, Value, canonical

Item: TypeAlias = (
    "bool | int | str | bytes | Sealed | Sibling | Sequence[Item] | Mapping[str, Item]"
)
"""What may stand in a payload: plist values, sealed secrets, and references inside the profile."""

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://pedell.example.org/profile")


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another payload of the same profile; becomes that one's PayloadUUID."""

    name: str


@dataclass(frozen=True, slots=True)
class Payload:
    """One part of a profile. ``name`` tells it from the others of the same profile."""

    name: str
    type: str
    content: Mapping[str, Item]


def profile_uuid(identifier: str, title: str, payloads: Sequence[Payload]) -> str:
    """Name a profile by its content, in which a secret stands by its keyed fingerprint.

    So the name can be computed where the vault is closed, and a new password is a new name.
    """
    content = canonical(
        {
            "title": title,
            "payloads": [[part.name, part.type, _plain(part.content)] for part in payloads],
        }
    )
    return _uuid(f"{identifier}\n{content}")


def compile_profile(
    identifier: str, title: str, payloads: Sequence[Payload], reveal: Callable[[str], str]
) -> bytes:
    """Write the profile as an XML property list, the same bytes for the same content.

    ``reveal`` returns the value of a secret by its name. Source: Apple's device management schema
    18.3, TopLevel and CommonPayloadKeys.
    """
    own = profile_uuid(identifier, title, payloads)
    parts = [
        {
            **{key: _written(item, own, reveal) for key, item in part.content.items()},
            "PayloadIdentifier": f"{identifier}.{part.name}",
            "PayloadType": part.type,
            "PayloadUUID": _part_uuid(own, part.name),
            "PayloadVersion": 1,
        }
        for part in payloads
    ]
    whole = {
        "PayloadContent": parts,
        "PayloadDisplayName": title,
        "PayloadIdentifier": identifier,
        "PayloadType": "Configuration",
        "PayloadUUID": own,
        "PayloadVersion": 1,
    }
    return plistlib.dumps(whole, sort_keys=True)


def _plain(item: Item) -> Value:
    match item:
        case bytes():
            return {"bytes": item.hex()}
        case Sealed(name, fingerprint):
            return {"secret": fingerprint or f"not opened: {name}"}
        case Sibling(name):
            return {"sibling": name}
        case Mapping():
            return {key: _plain(child) for key, child in item.items()}
        case str() | int():
            return item
        case _:
            return [_plain(child) for child in item]


def _written(item: Item, own: str, reveal: Callable[[str], str]) -> object:
    match item:
        case Sealed(name):
            return reveal(name)
        case Sibling(name):
            return _part_uuid(own, name)
        case Mapping():
            return {key: _written(child, own, reveal) for key, child in item.items()}
        case str() | bytes() | int():
            return item
        case _:
            return [_written(child, own, reveal) for child in item]


def _part_uuid(own: str, name: str) -> str:
    return _uuid(f"{own}\n{name}")


def _uuid(text: str) -> str:
    return str(uuid.uuid5(NAMESPACE, text)).upper()
