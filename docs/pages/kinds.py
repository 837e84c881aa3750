"""The page of kinds, read off their schemas and off what each provider says it can do."""

from collections.abc import Iterator, Mapping
from typing import Any

from docs.pages.markdown import code, example, page, table
from docs.pages.schemas import type_in_words
from pedell.model import Ability, Kind, Verb, Writes
from pedell.providers import PROVIDERS
from pedell.wiring import load_schemas

_MARKS = """\
`changes replace it`: another value means that the thing is taken away and made anew. \
`order does not count`: the list is a set. `the strictest wins`: not the highest layer, but the \
strictest value of all layers counts. A word such as `locks-out` says how a change of this field \
feels, where that differs from the kind."""


def kinds_page() -> str:
    """Return every kind with its fields and the providers that can hold it."""
    kinds = load_schemas().kinds
    rows = (
        (f"[{name}](#{name})", str(kind.schema["description"]), ", ".join(_holders(name)))
        for name, kind in sorted(kinds.items())
    )
    return page(
        "Kinds",
        "A kind is the type of a thing that can be declared. How to add one: "
        "[add a kind](../how-to/add-a-kind.md). The provider `memory` is a dictionary inside the "
        "program, for tests and rehearsals; it can hold everything.",
        table(("kind", "what it is", "providers"), rows),
        _MARKS,
        *(_section(kind) for _, kind in sorted(kinds.items())),
    )


def _holders(kind: str) -> list[str]:
    return [name for name in sorted(PROVIDERS) if kind in PROVIDERS[name].abilities]


def _section(kind: Kind) -> str:
    feels = f"A change is *{kind.effects[()].value}*, taking it away is *{kind.removal.value}*."
    needed = kind.schema.get("required", ())
    fields = (
        _field(path, field, path in needed, kind)
        for path, field in _fields(kind.schema.get("properties", {}))
    )
    abilities = (
        _ability(name, PROVIDERS[name].abilities[kind.name]) for name in _holders(kind.name)
    )
    return "\n\n".join(
        filter(
            None,
            (
                f"## {kind.name}",
                f"{kind.schema['description']} {feels}",
                str(kind.schema.get("x-name", {}).get("description", "")),
                table(("field", "", "value", "what for", "example", "marks"), fields),
                table(("provider", "create", "change", "delete", "a write"), abilities),
            ),
        )
    )


def _fields(
    properties: Mapping[str, Any], path: str = ""
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, field in properties.items():
        yield path + name, field
        yield from _fields(field.get("properties", {}), f"{path}{name}.")
        items = field.get("items", {})
        yield from _fields(items.get("properties", {}), f"{path}{name}[].")
        inner = field.get("additionalProperties")
        if isinstance(inner, dict):
            yield from _fields(inner.get("properties", {}), f"{path}{name}.NAME.")


def _field(
    path: str, field: Mapping[str, Any], required: bool, kind: Kind
) -> tuple[str, str, str, str, str, str]:
    shown = example(field["examples"][0]) if field.get("examples") else ""
    about = str(field.get("description", ""))
    # The core fills some required fields in: those have no example, or say what "left out" means.
    must = "**must**" if required and shown and "Left out" not in about else ""
    return code(path), must, type_in_words(field), about, shown, ", ".join(_marks(field, kind))


def _marks(field: Mapping[str, Any], kind: Kind) -> Iterator[str]:
    if "x-ref" in field:
        yield f"names a [{field['x-ref']}](#{field['x-ref']})"
    if field.get("x-immutable"):
        yield "changes replace it"
    if field.get("x-unordered"):
        yield "order does not count"
    if field.get("x-merge") == "restrict":
        yield "the strictest wins"
    if field.get("x-effect", kind.effects[()]) != kind.effects[()]:
        yield str(field["x-effect"])


def _ability(name: str, can: Ability) -> tuple[str, str, str, str, str]:
    verbs = [_verb(verb) for verb in (can.create, can.update, can.delete)]
    write = "sets the whole thing" if can.writes is Writes.REPLACE else "sets what is named"
    later = ", devices fetch it later" if can.asynchronous else ""
    return name, verbs[0], verbs[1], verbs[2], write + later


def _verb(verb: Verb) -> str:
    return "by hand" if verb is Verb.MANUAL else verb.value
