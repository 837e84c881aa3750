"""Declarations, the sets that hold them and the enrolments that hold sets, as KMFDDM keeps them."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

MANIFESTS = {
    "activation": "Activations",
    "asset": "Assets",
    "configuration": "Configurations",
    "management": "Management",
}


class Missing(Exception):  # noqa: N818 - it is an answer of the server, not an accident
    """There is no such declaration."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """One declaration; ``payload`` is compact JSON."""

    identifier: str
    type: str
    payload: str
    touches: int = 0

    @property
    def token(self) -> str:
        """The ServerToken: 16 hexadecimal digits that follow from the content."""
        return _digest(f"{self.identifier}\n{self.type}\n{self.payload}\n{self.touches}")

    @property
    def kind(self) -> str:
        """The third word of the type, such as ``configuration``."""
        words = self.type.split(".")
        return words[2] if self.type.startswith("com.apple.") and len(words) > 2 else ""

    def document(self) -> dict[str, Any]:
        """Return it as the device gets it."""
        return {
            "Identifier": self.identifier,
            "Type": self.type,
            "Payload": json.loads(self.payload),
            "ServerToken": self.token,
        }


@dataclass(frozen=True, slots=True)
class View:
    """What enrolments with the same sets get."""

    tokens: bytes
    items: bytes
    by_id: dict[str, tuple[str, str, bytes]]
    """identifier → (kind, ServerToken, JSON)"""


class Declarations:
    """The declarations and their two relations. Names of sets exist as long as they hold some."""

    def __init__(self) -> None:
        self.by_id: dict[str, Declaration] = {}
        self.sets: dict[str, dict[str, None]] = {}
        self._sets_of: dict[str, frozenset[str]] = {}
        self._views: dict[frozenset[str], View] = {}
        self._shared: dict[frozenset[str], frozenset[str]] = {}

    def put(self, raw: bytes) -> bool:
        """Store a declaration; return whether that changed anything. ValueError if it is none."""
        new = _read(raw)
        old = self.by_id.get(new.identifier)
        if old and replace(new, touches=old.touches) == old:
            return False
        self.by_id[new.identifier] = replace(new, touches=old.touches if old else 0)
        self._views.clear()
        return True

    def get(self, identifier: str) -> Declaration:
        """Return a declaration, or raise Missing."""
        if identifier not in self.by_id:
            raise Missing(f"declaration not found: {identifier}")
        return self.by_id[identifier]

    def touch(self, identifier: str) -> None:
        """Give it a new ServerToken, so that devices apply it again."""
        old = self.get(identifier)
        self.by_id[identifier] = replace(old, touches=old.touches + 1)
        self._views.clear()

    def delete(self, identifier: str) -> bool:
        """Delete a declaration; return whether it was there. ValueError while sets hold it."""
        holders = self.sets_with(identifier)
        if holders:
            raise ValueError(f"declaration is referenced by {len(holders)} sets")
        return self.by_id.pop(identifier, None) is not None

    def sets_with(self, identifier: str) -> list[str]:
        """Return the sets that hold a declaration."""
        return [name for name, held in self.sets.items() if identifier in held]

    def put_in_set(self, name: str, identifier: str) -> bool:
        """Put a declaration into a set; return whether that changed anything."""
        if identifier not in self.by_id:
            raise Missing("declaration not found")
        held = self.sets.setdefault(name, {})
        changed = identifier not in held
        held[identifier] = None
        self._views.clear()
        return changed

    def drop_from_set(self, name: str, identifier: str) -> bool:
        """Take a declaration out of a set; return whether it was there."""
        held = self.sets.get(name, {})
        changed = identifier in held
        held.pop(identifier, None)
        if not held:
            self.sets.pop(name, None)
        self._views.clear()
        return changed

    def sets_of(self, enrolment: str) -> frozenset[str]:
        """Return the sets of an enrolment."""
        return self._sets_of.get(enrolment, frozenset())

    def assign(self, enrolment: str, sets: frozenset[str]) -> bool:
        """Give an enrolment exactly these sets; return whether that changed anything."""
        if sets == self.sets_of(enrolment):
            return False
        if sets:
            self._sets_of[enrolment] = self._shared.setdefault(sets, sets)
        else:
            del self._sets_of[enrolment]
        return True

    def enrolments_with(self, sets: set[str]) -> list[str]:
        """Return the enrolments that have one of these sets."""
        return [each for each, held in self._sets_of.items() if not sets.isdisjoint(held)]

    def view(self, enrolment: str) -> View:
        """Return what this enrolment would get now."""
        sets = self.sets_of(enrolment)
        found = self._views.get(sets)
        if found is None:
            found = self._views[sets] = self._render(sets)
        return found

    def _render(self, sets: frozenset[str]) -> View:
        ids = sorted({each for name in sets for each in self.sets.get(name, ())})
        held = [self.by_id[each] for each in ids]
        token = _digest("\n".join(f"{d.identifier} {d.token}" for d in held))
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return View(
            tokens=_compact({"SyncTokens": {"DeclarationsToken": token, "Timestamp": now}}),
            items=_compact({"Declarations": _manifest(held), "DeclarationsToken": token}),
            by_id={d.identifier: (d.kind, d.token, _compact(d.document())) for d in held},
        )


def _read(raw: bytes) -> Declaration:
    document = json.loads(raw)
    if not isinstance(document, dict):
        raise ValueError("json: cannot unmarshal into declaration")  # noqa: TRY004
    identifier, kind = document.get("Identifier"), document.get("Type")
    payload = document.get("Payload")
    if not (identifier and kind and isinstance(identifier, str) and isinstance(kind, str)):
        raise ValueError("invalid declaration")
    if "Payload" not in document or payload == "":
        raise ValueError("invalid declaration")
    return Declaration(identifier, kind, json.dumps(payload, separators=(",", ":")))


def _manifest(held: list[Declaration]) -> dict[str, list[dict[str, str]] | None]:
    """Return the lists of the declaration items; an empty one is null, as from the real server."""
    lists: dict[str, list[dict[str, str]]] = {name: [] for name in MANIFESTS.values()}
    for each in held:
        if each.kind in MANIFESTS:
            entry = {"Identifier": each.identifier, "ServerToken": each.token}
            lists[MANIFESTS[each.kind]].append(entry)
    return {name: entries or None for name, entries in lists.items()}


def _compact(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()
