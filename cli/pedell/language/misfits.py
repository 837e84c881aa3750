"""What a value lacks that breaks its schema, in words; the errors are those of jsonschema."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from pedell.model import Pointer, SecretName, Words, dotted, quote, tell, tell_row


def left_out(key: str, at: Pointer) -> Words:
    """Say which key must be said."""
    if at:
        return tell('"{key}" is missing in "{place}".', key=key, place=dotted(at))
    return tell('"{key}" is missing.', key=key)


def nearest_key(key: str, known: list[str]) -> Words:
    """Name the nearest key, or all that can stand here."""
    near = difflib.get_close_matches(key, known, n=1)
    if near:
        return tell('Did you mean "{name}"?', name=near[0])
    return tell("Known here: {names}.", names=", ".join(sorted(known)))


_TYPES = {
    "string": tell("text"),
    "integer": tell("a whole number"),
    "number": tell("a number"),
    "boolean": tell("true or false"),
    "array": tell("a list"),
    "object": tell("a block of keys"),
    "null": tell("nothing"),
}
_ALMOST_BOOLEAN = ("yes", "no", "on", "off", "true", "false")


def mistyped(error: Any) -> Words:
    """Say what sort of value was expected."""
    wanted = (
        error.validator_value
        if isinstance(error.validator_value, list)
        else [error.validator_value]
    )
    hint = tell("")
    if "boolean" in wanted and str(error.instance).lower() in _ALMOST_BOOLEAN:
        hint = tell('"{value}" is text for Pedell, write true or false.', value=error.instance)
    if "string" in wanted and isinstance(error.instance, (int, float)):
        hint = tell("Put it in quotes.")
    return tell_row("{first} {last}", [_unexpected(wanted, error.instance), hint])


def _unexpected(wanted: Iterable[Any], value: Any) -> Words:
    words = tell_row("{first} or {last}", [_TYPES[str(name)] for name in wanted])
    return tell("Expected {wanted}, found {found}.", wanted=words, found=_shown(value))


def not_allowed(error: Any) -> Words:
    """Say which values can be chosen."""
    values = error.validator_value if error.validator == "enum" else [error.validator_value]
    near = difflib.get_close_matches(str(error.instance), [str(v) for v in values], n=1)
    meant = tell('Did you mean "{name}"?', name=near[0]) if near else tell("")
    listed = ", ".join(str(v).lower() if isinstance(v, bool) else str(v) for v in values)
    none = tell("{value} is none of: {values}.", value=_shown(error.instance), values=listed)
    return tell_row("{first} {last}", [none, meant])


def no_branch(error: Any) -> Words:
    """Say which of several forms the value could have."""
    branches = [b["required"] for b in error.validator_value if "required" in b]
    if branches:
        together = [tell_row("{first} and {last}", keys) for keys in branches]
        keys = tell_row("{first}, {last}", together)
        if error.validator == "oneOf":
            return tell("Exactly one of these is needed: {keys}.", keys=keys)
        return tell("One of these is needed: {keys}.", keys=keys)
    # a branch that is itself a reference shows its shape only in what it complains about
    types = [e.validator_value for e in error.context if e.validator == "type"]
    return _unexpected(dict.fromkeys(map(str, types)), error.instance)


def out_of_bounds(error: Any) -> Words:
    """Say what is wrong with the form or the size of a value."""
    value, limit = error.instance, error.validator_value
    match error.validator:
        case "pattern":
            return _misshapen(error.schema, _shown(value))
        case "minimum":
            return tell(
                "{value} is out of range; the minimum is {limit}.", value=_shown(value), limit=limit
            )
        case "maximum":
            return tell(
                "{value} is out of range; the maximum is {limit}.", value=_shown(value), limit=limit
            )
        case "minLength" | "minItems" | "minProperties":
            return tell("It is empty.")
        case "maxLength":
            return tell("It is longer than {limit} characters.", limit=limit)
        case "uniqueItems":
            return tell("A value stands twice.")
        case _:
            return tell("{value} is not allowed here.", value=_shown(value))


def _misshapen(schema: Mapping[str, Any], value: Words) -> Words:
    """Say what the form should be, in the schema's own words."""
    form = tell("{value} has the wrong form.", value=value)
    about = quote(schema.get("description", ""))
    example = next(iter(schema.get("examples", [])), "")
    like = tell("Example: {example}", example=example) if example else tell("")
    return tell_row("{first} {last}", [form, about, like])


def _shown(value: Any) -> Words:
    match value:
        case SecretName():
            return tell("!secret {name}", name=value)
        case str():
            return tell('"{text}"', text=f"{value[:60]}…" if len(value) > 60 else value)
        case bool():
            return tell("{value}", value=str(value).lower())
        case None:
            return tell("nothing")
        case dict():
            return tell("a block of keys")
        case list():
            return tell("a list")
        case _:
            return tell("{value}", value=value)
