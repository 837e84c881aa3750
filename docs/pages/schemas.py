"""Walks through the schemas: every key with what it is, behind all references."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pedell.wiring import load_schemas

Schema = Mapping[str, Any]

_WORDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true / false",
    "array": "list",
    "object": "block",
}


@dataclass(frozen=True, slots=True)
class Key:
    """One key: the way to it, what it says, whether it must stand, the reference it came from."""

    path: str
    schema: Schema
    required: bool
    reference: str


def keys_of(name: str, closed: tuple[str, ...] = ()) -> Iterator[Key]:
    """Yield the keys of a schema (``school.json``, ``layer.json#/$defs/wifi``), the outer first.

    A reference that begins with one of ``closed`` is shown, and what lies below it is not.
    """
    yield from _inside(*resolved({"$ref": name}, ""), "", closed)


def resolved(schema: Schema, home: str) -> tuple[Schema, str]:
    """Follow ``$ref``; what stands beside it wins. Return the schema and the file it stands in."""
    while "$ref" in schema:
        file, _, way = str(schema["$ref"]).partition("#/")
        home = file or home
        found: Any = load_schemas().document(home)
        for part in filter(None, way.split("/")):
            found = found[part]
        own = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**found, **own}
    return schema, home


def type_in_words(schema: Schema) -> str:
    """Say what a value looks like, in the words of the error messages."""
    if schema.get("x-secret"):
        return "name of a secret"
    if "x-names" in schema:
        return f"name ({str(schema['x-names']).replace('-', ' ')})"
    if "const" in schema:
        return f"always {str(schema['const']).lower()}"
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"])
    if "oneOf" in schema and "type" not in schema:
        shapes = (type_in_words(resolved(one, "layer.json")[0]) for one in schema["oneOf"])
        return " or ".join(dict.fromkeys(shapes))
    names = schema.get("type", [])
    words = [_WORDS[name] for name in ([names] if isinstance(names, str) else names)]
    return " or ".join(words) + _bounds(schema)


def _bounds(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None:
        return ""
    return f" from {low}" if high is None else f" {low} to {high}"


def _inside(
    schema: Schema, home: str, path: str, closed: tuple[str, ...], above: tuple[str, ...] = ()
) -> Iterator[Key]:
    for branch in schema.get("oneOf", []):
        if "required" not in branch or "properties" in branch:
            yield from _inside(*resolved(branch, home), path, closed, above)
    for name, field in schema.get("properties", {}).items():
        below, file = resolved(field, home)
        here = f"{path}.{name}".strip(".")
        reference = _reference(field, home)
        yield Key(here, below, name in schema.get("required", ()), reference)
        if not reference.startswith(closed or "/"):
            yield from _inside(below, file, here, closed, above)
    for field, here in (
        (schema.get("additionalProperties"), f"{path}.NAME".strip(".")),
        (schema.get("items"), f"{path}[]"),
    ):
        if isinstance(field, dict):
            yield from _entries(field, home, here, closed, above)


def _entries(
    field: Schema, home: str, path: str, closed: tuple[str, ...], above: tuple[str, ...]
) -> Iterator[Key]:
    """Yield what stands in each entry of a list or of a block with names of one's own.

    What may stand inside of itself, any value at any depth, ends there.
    """
    reference = _reference(field, home)
    if reference and reference in above:
        return
    below, file = resolved(field, home)
    if not reference.startswith(closed or "/"):
        yield from _inside(below, file, path, closed, (*above, reference))
    elif below.get("type") == "object":
        yield Key(path, below, False, reference)


def _reference(field: Schema, home: str) -> str:
    reference = str(field.get("$ref", ""))
    return home + reference if reference.startswith("#") else reference
