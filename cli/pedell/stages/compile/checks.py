"""The last check before anything leaves the files: a compiled resource obeys its kind."""

from collections.abc import Hashable, Mapping
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


def _plain(value: Value) -> Value:
    match value:
        case Sealed(name):
            return SecretName(name)
        case Mapping():
            return {key: _plain(child) for key, child in value.items()}
        case _:
            return value
