"""The last check before anything leaves the files: a compiled resource obeys its kind."""

from pedell.language.schemas import Schemas, Violation
from pedell.model import Problem, Resource, Sealed, SecretName, Value, canonical

_SSID_BYTES = 32


class KindCheck:
    """Checks resources against their kinds; what many schools share is checked once."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._known: dict[str, tuple[Violation, ...]] = {}

    def problems(self, resource: Resource) -> list[Problem]:
        """Return what is wrong with a resource, each with the line that said so."""
        kind = resource.address.kind
        mark = f"{kind} {canonical(resource.spec)}"
        if mark not in self._known:
            plain = {key: _plain(value) for key, value in resource.spec.items()}
            self._known[mark] = self._violations(kind, plain)
        what = f"{kind} {resource.address.name}"
        return [
            Problem(
                found.code,
                f"{what}: {found.detail}",
                resource.origins.get(found.pointer[:1], resource.source),
            )
            for found in self._known[mark]
        ]

    def _violations(self, kind: str, spec: dict[str, Value]) -> tuple[Violation, ...]:
        found = list(self._schemas.violations(f"kinds/{kind}.json", spec))
        ssid = spec.get("ssid")
        if kind == "wifi" and isinstance(ssid, str) and len(ssid.encode()) > _SSID_BYTES:
            count = len(ssid.encode())
            detail = f'"{ssid}" has {count} bytes (umlauts have two each); {_SSID_BYTES} fit.'
            found = [v for v in found if v.pointer != ("ssid",)]
            found.append(Violation("E0113", detail, ("ssid",)))
        return tuple(found)


def _plain(value: Value) -> Value:
    return SecretName(value.name) if isinstance(value, Sealed) else value
