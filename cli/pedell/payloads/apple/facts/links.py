"""What payloads of one profile say of each other: references, and names that stand twice."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pedell.model import Pointer, Words, tell
from pedell.payloads.apple.facts.findings import Finding, Grade, Reason
from pedell.payloads.apple.facts.table import Fact
from pedell.payloads.apple.facts.values import cut

_PARTS = "PayloadContent"
_IDENTITIES = frozenset(
    {"com.apple.security.pkcs12", "com.apple.security.scep", "com.apple.security.acme"}
)
_ANCHORS = frozenset({f"com.apple.security.{name}" for name in ("root", "pkcs1", "pem")})
_NEEDED: Mapping[str, tuple[frozenset[str], Words]] = {
    "PayloadCertificateUUID": (_IDENTITIES, tell("an identity (PKCS#12, SCEP or ACME)")),
    "PayloadCertificateAnchorUUID": (_ANCHORS, tell("a certificate")),
    "LeaderPayloadCertificateAnchorUUID": (_ANCHORS, tell("a certificate")),
    "MemberPayloadCertificateAnchorUUID": (_ANCHORS, tell("a certificate")),
}
"""Key → types of payload that it may name, and what they are in words (payloads.md, 2.1)."""


def check_references(parts: Sequence[Any]) -> Iterator[Finding]:
    """Yield each reference to a certificate that names no payload here, or one of a wrong type."""
    types = {
        _folded(part.get("PayloadUUID")): part.get("PayloadType")
        for part in parts
        if isinstance(part, dict)
    }
    for number, part in enumerate(parts):
        if isinstance(part, dict) and str(part.get("PayloadType")).startswith("com.apple."):
            for at, name, key in _references(part, (_PARTS, number)):
                yield from _led_astray(at, name, key, types)


def check_names(parts: Sequence[Any]) -> Iterator[Finding]:
    """Yield identifiers and UUIDs that two payloads share."""
    for key in ("PayloadUUID", "PayloadIdentifier"):
        met = set()
        for number, part in enumerate(parts):
            value = part.get(key) if isinstance(part, dict) else None
            if isinstance(value, str):
                if value in met:
                    said = tell('The {key} "{value}" stands twice.', key=key, value=cut(value))
                    yield Finding((_PARTS, number, key), said, Reason.TWICE)
                met.add(value)


def check_alone(parts: Sequence[Any], types: Mapping[str, Fact]) -> Iterator[Finding]:
    """Yield payloads of which a device takes one alone, where there is a second."""
    met = set()
    for number, part in enumerate(parts):
        name = part.get("PayloadType") if isinstance(part, dict) else None
        if isinstance(name, str) and types.get(name, {}).get("m") == 0:
            if name in met:
                said = tell('Devices take one payload "{name}"; this is another one.', name=name)
                yield Finding((_PARTS, number, "PayloadType"), said, Reason.TWICE, Grade.WARNING)
            met.add(name)


def _led_astray(at: Pointer, name: str, key: str, types: Mapping[str, Any]) -> Iterator[Finding]:
    fitting, wanted = _NEEDED[key]
    found = types.get(_folded(name), "")
    parts = {"key": key, "name": cut(name), "wanted": wanted}
    if found == "":
        said = tell('"{key}" names {name}, but no payload of this profile is called so.', **parts)
        yield Finding(at, said, Reason.REFERENCE)
    elif found not in fitting:
        said = tell('"{key}" must name {wanted}; {name} is "{type}".', **parts, type=cut(found))
        yield Finding(at, said, Reason.REFERENCE)


def _references(value: Any, at: Pointer) -> Iterator[tuple[Pointer, str, str]]:
    if isinstance(value, dict):
        for key, child in value.items():
            if key in _NEEDED:
                many = list(enumerate(child)) if isinstance(child, list) else []
                named = [((*at, key, number), each) for number, each in many]
                for place, name in named or [((*at, key), child)]:
                    if isinstance(name, str) and _folded(name):
                        yield place, name, key
            else:
                yield from _references(child, (*at, key))
    elif isinstance(value, list):
        for number, child in enumerate(value):
            yield from _references(child, (*at, number))


def _folded(name: Any) -> str:
    """Return a UUID in one way of writing: devices do not look at capitals."""
    return name.strip().casefold() if isinstance(name, str) else ""
