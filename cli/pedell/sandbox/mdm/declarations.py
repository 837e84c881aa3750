"""Declarations, the sets that hold them and the enrolments that hold sets, as KMFDDM keeps them."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from pedell.sandbox.mdm.quirks import Quirks

MANIFESTS = {
    "activation": "Activations",
    "asset": "Assets",
    "configuration": "Configurations",
    "management": "Management",
}

_DOTTED = "kv-dotted-names"


class Missing(Exception):  # noqa: N818 - it is an answer of the server, not an accident
    """There is no such declaration."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """One declaration; ``payload`` is compact JSON."""

    identifier: str
    type: str
    payload: str
    touches: int = 0
    birth: int = 0

    @property
    def token(self) -> str:
        """The ServerToken: 16 hexadecimal digits that follow from the content and the birth."""
        content = f"{self.identifier}\n{self.type}\n{self.payload}"
        return _digest(f"{content}\n{self.touches}\n{self.birth}")

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

    def __init__(self, quirks: Quirks) -> None:
        self._quirks = quirks
        self.by_id: dict[str, Declaration] = {}
        self.sets: dict[str, dict[str, None]] = {}
        self._sets_of: dict[str, frozenset[str]] = {}
        self._views: dict[frozenset[str], View] = {}
        self._shared: dict[frozenset[str], frozenset[str]] = {}
        self._births = 0

    def put(self, raw: bytes) -> bool:
        """Store a declaration; return whether that changed anything. ValueError if it is none."""
        new = _read(raw)
        old = self.by_id.get(new.identifier)
        if old:
            new = replace(new, touches=old.touches, birth=old.birth)
        else:
            self._births += 1
            new = replace(new, birth=self._births)
        if new == old:
            return False
        self.by_id[new.identifier] = new
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
            raise ValueError(f"txn rolled back: declaration is referenced by {len(holders)} sets")
        return self.by_id.pop(identifier, None) is not None

    def sets_with(self, identifier: str) -> list[str]:
        """Return the sets that hold a declaration."""
        if _DOTTED not in self._quirks:
            return [name for name, held in self.sets.items() if identifier in held]
        keys = [f"{each}.{name}" for name, held in self.sets.items() for each in held]
        return _cut(keys, f"{identifier}.")

    def held_by(self, name: str) -> list[str]:
        """Return the declarations of a set."""
        if _DOTTED not in self._quirks:
            return list(self.sets.get(name, ()))
        keys = [f"{other}.{each}" for other, held in self.sets.items() for each in held]
        return _cut(keys, f"{name}.")

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
        """Return what this enrolment would get now. Raises Missing by a quirk alone."""
        sets = self.sets_of(enrolment)
        found = self._views.get(sets)
        if found is None:
            found = self._views[sets] = self._render(sets)
        return found

    def _render(self, sets: frozenset[str]) -> View:
        ids = sorted({each for name in sets for each in self.held_by(name)})
        held = [self.get(each) for each in ids]
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


def _manifest(held: list[Declaration]) -> dict[str, list[dict[str, str]]]:
    lists: dict[str, list[dict[str, str]]] = {name: [] for name in MANIFESTS.values()}
    for each in held:
        if each.kind in MANIFESTS:
            entry = {"Identifier": each.identifier, "ServerToken": each.token}
            lists[MANIFESTS[each.kind]].append(entry)
    return lists


def _cut(keys: list[str], start: str) -> list[str]:
    """Seek keys by their beginning, as key-value storage does, and return the rest of each."""
    return [key[len(start) :] for key in keys if key.startswith(start)]


def _compact(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()
