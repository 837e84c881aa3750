"""A configuration profile: payloads under one identifier, named by what they contain."""

import binascii
import datetime
import plistlib
import uuid
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pedell.model import Sealed, Value, canonical

Item: TypeAlias = (
    "bool | int | float | str | bytes | datetime.datetime | Sealed | SealedFile | Sibling"
    " | Sequence[Item] | Mapping[str, Item]"
)
"""What may stand in a payload: plist values, sealed secrets, and references inside the profile."""

WHOLE = "Configuration"
"""Type of the payload that stands for the profile itself: its content goes to the top level."""

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://pedell.example.org/profile")


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another payload of the same profile; becomes that one's PayloadUUID."""

    name: str


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A secret that holds a file in base64; becomes the bytes of the file."""

    secret: Sealed


@dataclass(frozen=True, slots=True)
class Payload:
    """One part of a profile. ``name`` tells it from the others of the same profile.

    An identifier or UUID in ``content`` is kept; left out, both are made from name and profile.
    """

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
    identifier: str,
    title: str,
    payloads: Sequence[Payload],
    reveal: Callable[[str], str],
    uuid: str = "",
) -> bytes:
    """Write the profile as an XML property list, the same bytes for the same content.

    ``reveal`` returns the value of a secret by its name; ``uuid`` names the whole, left out it is
    made from the content. Source: Apple's device management schema 18.3, TopLevel and
    CommonPayloadKeys.
    """
    own = profile_uuid(identifier, title, payloads)
    parts = [
        {
            "PayloadIdentifier": f"{identifier}.{part.name}",
            "PayloadUUID": _part_uuid(own, part.name),
            "PayloadVersion": 1,
            **_content(part, own, reveal),
            "PayloadType": part.type,
        }
        for part in payloads
        if part.type != WHOLE
    ]
    top = [_content(part, own, reveal) for part in payloads if part.type == WHOLE]
    whole = {
        **(top[0] if top else {}),
        "PayloadContent": parts,
        "PayloadDisplayName": title,
        "PayloadIdentifier": identifier,
        "PayloadType": "Configuration",
        "PayloadUUID": uuid or own,
        "PayloadVersion": 1,
    }
    return plistlib.dumps(whole, sort_keys=True)


def _content(part: Payload, own: str, reveal: Callable[[str], str]) -> dict[str, object]:
    return {key: _written(item, own, reveal) for key, item in part.content.items()}


def _plain(item: Item) -> Value:
    match item:
        case SealedFile(secret):
            return {"file": _plain(secret)}
        case datetime.datetime():
            return {"date": item.isoformat()}
        case bytes():
            return {"bytes": item.hex()}
        case Sealed(name, fingerprint):
            return {"secret": fingerprint or f"not opened: {name}"}
        case Sibling(name):
            return {"sibling": name}
        case Mapping():
            return {key: _plain(child) for key, child in item.items()}
        case str() | int() | float():
            return item
        case _:
            return [_plain(child) for child in item]


def _written(item: Item, own: str, reveal: Callable[[str], str]) -> object:
    match item:
        case Sealed(name):
            return reveal(name)
        case SealedFile(Sealed(name)):
            return _file(name, reveal)
        case Sibling(name):
            return _part_uuid(own, name)
        case Mapping():
            return {key: _written(child, own, reveal) for key, child in item.items()}
        case str() | bytes() | int() | float() | datetime.datetime():
            return item
        case _:
            return [_written(child, own, reveal) for child in item]


def _file(name: str, reveal: Callable[[str], str]) -> bytes:
    try:
        return b64decode("".join(reveal(name).split()), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"the secret {name} is no file in base64") from None


def _part_uuid(own: str, name: str) -> str:
    return _uuid(f"{own}\n{name}")


def _uuid(text: str) -> str:
    return str(uuid.uuid5(NAMESPACE, text)).upper()
