"""The table as JSON Schema (draft 2020-12), for editors: structure alone, no versions, no devices.

What JSON Schema cannot say stays out: since when, supervised or not, references, one at most, rules
between keys. Dates and data are texts, as JSON writes them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pedell.payloads.apple.facts.table import COMMON, TOP, WRAPPER, Fact, Table

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
WHOLE_PROFILE, WHOLE_DECLARATION = "profile", "declaration"
_TYPES = {
    "s": "string", "i": "integer", "r": "number", "b": "boolean", "t": "string", "x": "string",
    "a": "array", "o": "object",
}  # fmt: skip
_MOST_LEVELS = 8
"""How deep blocks that hold blocks like themselves are written out."""


def schema_names(table: Table) -> list[str]:
    """Return what :func:`export_schema` knows: both wholes, and every type for iPads."""
    types = [name for name, fact in table.types.items() if fact and name not in (COMMON, TOP)]
    declared = [name for name, fact in table.declarations.items() if fact and name != WRAPPER]
    return [WHOLE_PROFILE, WHOLE_DECLARATION, *sorted(types), *sorted(declared)]


def export_schema(table: Table, name: str) -> Schema:
    """Return the schema of a whole profile or declaration, or of one type. KeyError: unknown."""
    if name == WHOLE_PROFILE:
        found = _whole_profile(table)
    elif name == WHOLE_DECLARATION:
        found = _whole_declaration(table)
    elif table.types.get(name):
        found = _payload(table, name)
    else:
        found = _declaration(table, name)
    about = " · ".join(table.source)
    return {"$schema": DIALECT, "title": name, "$comment": about, **found}


def _whole_profile(table: Table) -> Schema:
    names = [name for name in schema_names(table) if table.types.get(name)]
    found = _block({"t": "o", **table.types[TOP]})
    parts = {"type": "array", "items": _chosen("PayloadType", names, table.types[COMMON])}
    found["properties"]["PayloadContent"] = parts
    return {**found, "$defs": {name: _payload(table, name) for name in names}}


def _whole_declaration(table: Table) -> Schema:
    names = [name for name in schema_names(table) if table.declarations.get(name)]
    found = _chosen("Type", names, table.declarations[WRAPPER])
    return {**found, "$defs": {name: _declaration(table, name) for name in names}}


def _chosen(key: str, names: Iterable[str], fact: Fact) -> Schema:
    """Say: where ``key`` has this name, that definition holds."""
    named = [
        {
            "if": {"properties": {key: {"const": name}}, "required": [key]},
            "then": {"$ref": f"#/$defs/{name}"},
        }
        for name in names
    ]
    found = _block({"t": "o", **fact})
    del found["additionalProperties"]
    found["properties"][key] = {"type": "string", "examples": list(names)}
    return {**found, "allOf": named}


def _payload(table: Table, name: str) -> Schema:
    fact = table.types[name]
    keys = {**table.types[COMMON]["k"], **fact.get("k", {})}
    found = _block({**fact, "t": "o", "k": keys})
    found["properties"]["PayloadType"] = {"const": name}
    return found


def _declaration(table: Table, name: str) -> Schema:
    fact = table.declarations[name]
    if not fact or name == WRAPPER:
        raise KeyError(name)
    found = _block({"t": "o", **table.declarations[WRAPPER]})
    found["properties"] |= {"Type": {"const": name}, "Payload": _block({**fact, "t": "o"})}
    return found


def _block(fact: Fact, above: tuple[Fact, ...] = ()) -> Schema:
    keys = {name: key for name, key in fact.get("k", {}).items() if not key.get("no")}
    found: Schema = {"type": "object"}
    if keys or "w" in fact:
        inner = (*above, fact)
        found["properties"] = {name: _value(key, inner) for name, key in keys.items()}
        found["additionalProperties"] = _value(fact["w"], inner) if "w" in fact else False
    needed = [name for name, key in keys.items() if key.get("q") and not key.get("u")]
    return {**found, "required": needed} if needed else found


def _value(fact: Fact, above: tuple[Fact, ...]) -> Schema:
    up = fact.get("^", 0)
    if up:
        fact = {**fact, **_again(above, up)}
    if fact["t"] == "o":
        return _block(fact, above)
    found: Schema = {"type": _TYPES[fact["t"]]} if fact["t"] in _TYPES else {}
    if fact["t"] == "a" and "i" in fact:
        inner = (*above, fact)
        found["items"] = _value(fact["i"], inner)
        found |= _bounds(fact["i"].get("n") or fact.get("n"), "minItems", "maxItems")
    return {**found, **_limits(fact)}


def _again(above: tuple[Fact, ...], up: int) -> Mapping[str, Any]:
    """Return what is inside the block that many levels above, until it is deep enough."""
    if len(above) > _MOST_LEVELS or up > len(above):
        return {}
    return {mark: above[-up][mark] for mark in ("k", "w", "i") if mark in above[-up]}


def _limits(fact: Fact) -> Schema:
    found: Schema = {"pattern": fact["f"]} if "f" in fact else {}
    found |= {"default": fact["d"]} if isinstance(fact.get("d"), str | int | float) else {}
    ranged = _bounds(fact.get("r"), "minimum", "maximum")
    if "e" in fact and ranged:
        return {**found, "anyOf": [{"enum": fact["e"]}, ranged]}
    return {**found, **ranged, **({"enum": fact["e"]} if "e" in fact else {})}


def _bounds(pair: Any, low: str, high: str) -> Schema:
    said = zip((low, high), pair or (None, None), strict=True)
    return {name: bound for name, bound in said if bound is not None}
