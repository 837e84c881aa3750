"""The last check before anything leaves the files: a compiled resource obeys its kind."""

import re
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

from pedell.language.lookalikes import invisible_in
from pedell.language.schemas import Schemas, Violation
from pedell.model import (
    Pointer,
    Problem,
    Resource,
    Sealed,
    SecretName,
    Source,
    Value,
    imprint,
    tell,
)

_SSID_BYTES = 32
_ON_DEVICES = frozenset({"app", "configuration", "exam", "presets", "restrictions", "wifi"})
_IN_TEXTS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What XML, and so a property list, cannot hold."""
_IN_NAMES = re.compile("[\x00-\x1f\ufffe\uffff]")
"""Names of parts become identifiers, and lines of a text for people."""


class KindCheck:
    """Checks resources against their kinds; what many schools share is checked once."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._known: dict[tuple[str, Hashable], tuple[Violation, ...]] = {}

    def fields(self, kind: str) -> Mapping[str, Any]:
        """Return the fields that a kind has, each with what its schema says."""
        found: Mapping[str, Any] = self._schemas.kinds[kind].schema["properties"]
        return found

    def problems(self, resource: Resource) -> list[Problem]:
        """Return what is wrong with a resource, each with the line that said so."""
        kind = resource.address.kind
        mark = kind, imprint(resource.spec)
        if mark not in self._known:
            plain = {key: _plain(value) for key, value in resource.spec.items()}
            self._known[mark] = self._violations(kind, plain)
        what = f"{kind} {resource.address.name}"
        return [
            Problem(
                found.code,
                tell("{what}: {detail}", what=what, detail=found.detail),
                _origin(resource, found.pointer),
            )
            for found in self._known[mark]
        ]

    def _violations(self, kind: str, spec: dict[str, Value]) -> tuple[Violation, ...]:
        found = list(self._schemas.violations(f"kinds/{kind}.json", spec))
        ssid = spec.get("ssid")
        if kind == "wifi" and isinstance(ssid, str):
            found = [each for each in found if each.pointer != ("ssid",)] + _on_the_air(ssid, found)
        if kind in _ON_DEVICES:
            told = {each.pointer for each in found}
            found += [each for each in _unwritable(spec, ()) if each.pointer not in told]
        return tuple(found)


def _origin(resource: Resource, at: Pointer) -> Source:
    while at and at not in resource.origins:
        at = at[:-1]
    return resource.origins.get(at, resource.source)


def _on_the_air(ssid: str, found: list[Violation]) -> list[Violation]:
    """Return what is wrong with a network's name: the first reason, ours before the schema's."""
    size = len(ssid.encode())
    if size > _SSID_BYTES:
        detail = tell(
            '"{ssid}" has {count} bytes (umlauts have two each); {most} fit.',
            ssid=ssid,
            count=size,
            most=_SSID_BYTES,
        )
        return [Violation("E0113", detail, ("ssid",))]
    if unseen := invisible_in(ssid):
        detail = tell(
            '"{ssid}" holds a character that nobody sees ({unseen}). Take it out.',
            ssid=ssid,
            unseen=unseen,
        )
        return [Violation("E0113", detail, ("ssid",))]
    return [each for each in found if each.pointer == ("ssid",)]


def _unwritable(value: Value, at: Pointer) -> Iterator[Violation]:
    match value:
        case str():
            yield from _unwritable_text(value, at, _IN_TEXTS)
        case Mapping():
            for name, child in value.items():
                yield from _unwritable_text(name, (*at, name), _IN_NAMES)
                yield from _unwritable(child, (*at, name))
        case list() | tuple():
            for number, child in enumerate(value):
                yield from _unwritable(child, (*at, number))


def _unwritable_text(text: str, at: Pointer, signs: re.Pattern[str]) -> Iterator[Violation]:
    if found := signs.search(text):
        detail = tell(
            'Behind "{text}" stands a control character (U+{sign:04X}), and no profile can hold it.'
            " Take it out.",
            text=text[: found.start()],
            sign=ord(found[0]),
        )
        yield Violation("E0113", detail, at)


def _plain(value: Value) -> Value:
    match value:
        case Sealed(name):
            return SecretName(name)
        case Mapping():
            return {key: _plain(child) for key, child in value.items()}
        case _:
            return value
