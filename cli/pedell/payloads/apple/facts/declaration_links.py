"""What declarations of one set say of each other: references to assets, and identifiers."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pedell.model import Pointer, tell
from pedell.payloads.apple.facts.findings import Finding, Reason
from pedell.payloads.apple.facts.table import Fact, Table
from pedell.payloads.apple.facts.values import cut


def check_declared(listed: Sequence[Any], table: Table) -> Iterator[Finding]:
    """Yield identifiers that stand twice, and references to an asset of a wrong type.

    An asset that is not in the set may be on the server already, so it is not missed.
    """
    types: dict[str, Any] = {}
    for number, one in enumerate(listed):
        name = one.get("Identifier") if isinstance(one, dict) else None
        if isinstance(name, str):
            if name in types:
                said = tell('The {key} "{value}" stands twice.', key="Identifier", value=cut(name))
                yield Finding((number, "Identifier"), said, Reason.TWICE)
            types[name] = one.get("Type")
    for number, one in enumerate(listed):
        kind = one.get("Type") if isinstance(one, dict) else None
        fact = table.declarations.get(kind) if isinstance(kind, str) else None
        if fact:
            payload, at = one.get("Payload"), (number, "Payload")
            yield from _led_astray(payload, {"t": "o", **fact}, at, types)


def _led_astray(value: Any, fact: Fact, at: Pointer, types: Mapping[str, Any]) -> Iterator[Finding]:
    """``^`` is not followed: what contains itself (bookmarks) refers to nothing."""
    if isinstance(value, dict):
        for key, known in fact.get("k", {}).items():
            if key in value:
                yield from _led_astray(value[key], known, (*at, key), types)
    elif isinstance(value, list):
        for number, child in enumerate(value):
            yield from _led_astray(child, fact.get("i", {}), (*at, number), types)
    elif isinstance(value, str) and "as" in fact and types.get(value) not in (None, *fact["as"]):
        wanted = ", ".join(fact["as"])
        parts = {"name": cut(value), "type": cut(types[value]), "wanted": wanted}
        said = tell('"{name}" is "{type}"; here belongs: {wanted}.', **parts)
        yield Finding(at, said, Reason.REFERENCE)
