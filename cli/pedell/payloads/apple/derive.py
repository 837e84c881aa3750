"""How the table of facts was made: Apple's schema, cut down to what profiles on iPads need (pure).

``derive_facts`` reads a table of all of Apple's schema (format 1: types with ``k`` keys, ``o``
availability, ``@`` shared parts) and the differences of newer restrictions. Another release is
another run of it; its result is ``facts.json`` beside this file.
"""

from collections.abc import Iterable, Mapping
from typing import Any

Table = Mapping[str, Any]

_TYPES: Mapping[str, Mapping[str, Any]] = {
    "boolean": {"t": "b"},
    "[string]": {"t": "a", "i": {"t": "s"}},
}
_KEPT = ("t", "q", "e", "r", "f")
_RESTRICTIONS = "com.apple.applicationaccess"
_ERRATA: Mapping[str, Mapping[str, Any]] = {
    "CommonPayloadKeys": {"PayloadEnabled": {"t": "b"}},
    "TopLevel": {"PayloadEnabled": {"t": "b"}, "ConsentText": {"t": "o", "w": {"t": "s"}}},
}
"""What real tools write and Apple's schema lacks or garbles."""


def derive_facts(schema: Table, newer: Table, source: Iterable[str], licence: str) -> Table:
    """Return ``{"source", "licence", "types"}``; ``source`` names release and origin in words.

    A type is ``{"k": {key: KEY}, "x"?, "z"?, "s"?, "m"?}``, or 0 where iPads do not know it. KEY
    has ``t`` (s i r b t x a o *), ``q`` required, ``e`` allowed values, ``r`` range, ``f`` form,
    ``k`` subkeys, ``w`` any key, ``i`` item, and of iOS: ``n`` 1 not there, ``a`` since, ``x``
    deprecated, ``z`` removed, ``s`` 1 supervised only; of a type ``m`` 0 one at most.
    """
    types: dict[str, Any] = {}
    for name, variants in schema["profiles"].items():
        found: dict[str, Any] = {}
        for variant in variants:
            entry = _there(schema, variant.get("o"), {})
            if entry:
                keys = _keys(schema, variant, entry)
                found = {**_marks(entry), "k": {**found.get("k", {}), **keys}}
                found |= {"m": 0} if entry.get("m") == 0 else {}
        types[name] = found or 0
    types[_RESTRICTIONS]["k"] |= _newer(types[_RESTRICTIONS]["k"], newer)
    for name, extra in _ERRATA.items():
        types[name]["k"] |= extra
    return {"source": list(source), "licence": licence, "types": types}


def _there(schema: Table, index: int | None, above: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what holds on iOS: that of the parent with single fields overridden, {} for no."""
    own = schema["os"][index].get("iOS", {}) if index is not None else {}
    if own == 0 or (not above and "i" not in own):
        return {}
    return {**above, **own}


def _keys(schema: Table, holder: Table, above: Mapping[str, Any]) -> dict[str, Any]:
    inside: Table = schema["shared"][holder["@"]] if "@" in holder else holder.get("k", {})
    return {name: _key(schema, key, above) for name, key in inside.items()}


def _key(schema: Table, key: Table, above: Mapping[str, Any]) -> dict[str, Any]:
    entry = _there(schema, key.get("o"), above)
    found = {mark: key[mark] for mark in _KEPT if mark in key}
    if not entry:
        return {**found, "n": 1}
    known = _marks(above)  # what holds for the whole is not said again
    found |= {mark: value for mark, value in _marks(entry).items() if value != known.get(mark)}
    if "k" in key or "@" in key:
        found["k"] = _keys(schema, key, entry)
    for mark in ("w", "i"):
        if mark in key:
            found[mark] = _key(schema, key[mark], entry)
    return found


def _marks(entry: Mapping[str, Any]) -> dict[str, Any]:
    names = {"i": "a", "x": "x", "z": "z", "s": "s"}
    return {short: entry[mark] for mark, short in names.items() if entry.get(mark)}


def _newer(known: Table, newer: Table) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, said in newer.items():
        key = dict(known.get(name, {}))
        if said.get("new"):
            since = said["introduced"].get("iOS")
            key = {**_TYPES[said["type"]], **({"a": since} if since else {"n": 1})}
        if key and "deprecated_ios" in said:
            key["x"] = said["deprecated_ios"]
        found |= {name: key} if key else {}
    return found
