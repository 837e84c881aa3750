"""Apple's repository of schemas, as its YAML files say it, in the form that is derived from (pure).

Source: github.com/apple/device-management, docs/schema.yaml there. What to look out for: a list of
keys may contain itself (a folder of bookmarks holds folders), ``key: ANY`` stands for any key,
several files may describe one type, names of keys may have blanks.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pedell.payloads.apple.facts.findings import read_version

Plain = Mapping[str, Any]

PARTS: Mapping[str, str] = {
    "profiles": "mdm/profiles",
    "declarations": "declarative/declarations",
}
"""Part of the table → folder of the repository, with all that is below it."""
_NAMES = ("payloadtype", "declarationtype")
_KINDS = {
    "<string>": "s", "<integer>": "i", "<real>": "r", "<boolean>": "b", "<date>": "t",
    "<data>": "x", "<array>": "a", "<dictionary>": "o", "<any>": "*",
}  # fmt: skip
_SAID = {"introduced": "i", "deprecated": "x", "removed": "z"}
_FLAGS = {"supervised": "s", "multiple": "m"}
_LISTS = {"allowed-enrollments": "en", "allowed-scopes": "sc"}
_RELEASE = re.compile(r"^\|\s*iOS\s*\|\s*([0-9][^|]*?)\s*\|", re.MULTILINE)
_TAKEN = {"format": "f", "combinetype": "c", "assettypes": "as", "default": "d"}
_MOST_LEVELS = 30
_MOST_KEYS = 20_000
_WILDCARD = "ANY"


def read_release(readme: str) -> str:
    """Return the release of iOS that a README of Apple's names, or nothing."""
    found = _RELEASE.search(readme)
    return found[1] if found else ""


def read_schema(documents: Mapping[str, Iterable[Any]]) -> Plain:
    """Return the schema in format 1 from the YAML documents of each part, in the order of files.

    ValueError says which document is not written as Apple writes them.
    """
    found: dict[str, dict[str, list[Any]]] = {}
    for part, listed in documents.items():
        types = found.setdefault(part, {})
        for document in listed:
            name = _type_of(document)
            if name:
                types.setdefault(name, []).append(_variant(document, name))
    return found


def _type_of(document: Any) -> str:
    payload = document.get("payload") if isinstance(document, dict) else None
    if not isinstance(payload, dict):
        return ""
    name = next((payload[key] for key in _NAMES if key in payload), "")
    return name if isinstance(name, str) else ""


def _variant(document: Any, name: str) -> Plain:
    payload = document["payload"]
    found: dict[str, Any] = {"o": _available(payload.get("supportedOS"))}
    found |= {"ap": payload["apply"]} if "apply" in payload else {}
    try:
        return {**found, **_Reader().inside(document.get("payloadkeys") or [], ())}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"{name} is not written as Apple writes its schema: {error!r}") from None


class _Reader:
    """Reads the keys of one type; counts them, since anchors may multiply without end."""

    def __init__(self) -> None:
        self._left = _MOST_KEYS

    def inside(self, listed: Sequence[Plain], above: tuple[int, ...]) -> dict[str, Any]:
        """Read the keys of a block: by name, and what any other must look like."""
        inner = (*above, id(listed))
        keys = {key["key"]: self._key(key, inner) for key in listed if key["key"] != _WILDCARD}
        other = [self._key(key, inner) for key in listed if key["key"] == _WILDCARD]
        return {**({"k": keys} if keys else {}), **({"w": other[0]} if other else {})}

    def _key(self, key: Plain, above: tuple[int, ...]) -> dict[str, Any]:
        self._left -= 1
        if len(above) > _MOST_LEVELS or self._left < 0:
            raise ValueError("the keys have no end")
        found: dict[str, Any] = {"t": _KINDS[key["type"]]}
        found |= {"q": 1} if key.get("presence") == "required" else {}
        found |= _bounds(key)
        found |= {short: key[said] for said, short in _TAKEN.items() if said in key}
        kind = key.get("valuetype", key.get("subtype"))
        found |= {"v": kind.strip("<>")} if kind else {}
        available = _available(key.get("supportedOS"))
        found |= {"o": available} if available else {}
        return {**found, **self._subkeys(key, found["t"], above)}

    def _subkeys(self, key: Plain, kind: str, above: tuple[int, ...]) -> dict[str, Any]:
        listed = key.get("subkeys")
        if not listed:
            return {}
        if id(listed) in above:
            return {"^": len(above) - above.index(id(listed))}
        if kind == "a":
            return {"i": self._key(listed[0], (*above, id(listed)))}
        return self.inside(listed, above)


def _bounds(key: Plain) -> dict[str, Any]:
    found: dict[str, Any] = {"e": key["rangelist"]} if key.get("rangelist") else {}
    for said, short in (("range", "r"), ("repetition", "n")):
        if key.get(said):
            found[short] = [key[said].get("min"), key[said].get("max")]
    return found


def _available(said: Plain | None) -> dict[str, Any]:
    own = (said or {}).get("iOS")
    if not isinstance(own, dict):
        return {}
    if str(own.get("introduced")) == "n/a":
        return {"iOS": 0}
    entry = {short: str(own[name]) for name, short in _SAID.items() if _is_version(own.get(name))}
    flags = {short: int(own[name]) for name, short in _FLAGS.items() if name in own}
    lists = {short: own[name] for name, short in _LISTS.items() if name in own}
    return {"iOS": {**entry, **flags, **lists, **_shared(own.get("sharedipad") or {})}}


def _is_version(said: Any) -> bool:
    try:
        return bool(read_version(str(said)))
    except ValueError:
        return False


def _shared(said: Plain) -> dict[str, Any]:
    scopes = {key: said[key] for key in said if key != "mode"}
    mode = said.get("mode")
    return {"sp": [mode, scopes] if scopes else mode} if said else {}
