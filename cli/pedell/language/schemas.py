"""The only file that knows jsonschema: it checks values against the language and the kinds."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from pedell.model import Kind, Pointer, SecretName, dotted

_HOME = "https://pedell.example.org/schemas/"


@dataclass(frozen=True, slots=True)
class Violation:
    """One place where a value breaks its schema; ``on_key`` points at the key, not the value."""

    code: str
    detail: str
    pointer: Pointer
    on_key: bool = False


class Schemas:
    """All schemas, read once; validators are built when first needed and kept."""

    def __init__(self, documents: Mapping[str, Mapping[str, Any]]) -> None:
        """Take ``{"authority.json": …, "kinds/wifi.json": …}``."""
        self._documents = documents
        self._check = cache(self._validator)

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        """The kinds with their marks, by name."""
        return {
            name.removeprefix("kinds/").removesuffix(".json"): Kind.from_schema(
                name.removeprefix("kinds/").removesuffix(".json"), schema
            )
            for name, schema in self._documents.items()
            if name.startswith("kinds/")
        }

    def document(self, name: str) -> Mapping[str, Any]:
        """Return one schema, or raise KeyError."""
        return self._documents[name]

    @property
    def names(self) -> Iterable[str]:
        """The names of all schemas."""
        return self._documents.keys()

    def violations(self, name: str, value: Any) -> Iterator[Violation]:
        """Yield everything that is wrong with ``value`` by the schema ``name``."""
        errors = self._check(name).iter_errors(value)
        for error in sorted(errors, key=lambda error: [str(part) for part in error.absolute_path]):
            yield from _described(_innermost(error))

    def _validator(self, name: str) -> Any:
        from jsonschema import Draft202012Validator, ValidationError, validators
        from referencing import Registry
        from referencing.jsonschema import DRAFT202012

        def secret(_: Any, wanted: Any, instance: Any, __: Any) -> Iterator[ValidationError]:
            if wanted and isinstance(instance, str) and not isinstance(instance, SecretName):
                yield ValidationError("clear text")

        def typed(validator: Any, types: Any, instance: Any, schema: Any) -> Iterator[Any]:
            if isinstance(instance, SecretName) and not schema.get("x-secret"):
                yield ValidationError("a secret here", validator="x-misplaced")
            yield from Draft202012Validator.VALIDATORS["type"](validator, types, instance, schema)

        extend: Any = validators.extend
        build = extend(Draft202012Validator, {"x-secret": secret, "type": typed})
        registry: Any = Registry().with_resources(
            (_HOME + key, DRAFT202012.create_resource(document))
            for key, document in self._documents.items()
        )
        return build({"$ref": _HOME + name}, registry=registry)


def _innermost(error: Any) -> Any:
    """Follow ``oneOf`` and ``anyOf`` into the branch that the person most likely meant."""
    while error.context:
        fitting = [e for e in error.context if not (e.validator == "type" and not e.path)]
        same_branch = fitting or list(error.context)
        if not fitting and error.validator in ("oneOf", "anyOf"):
            return error
        error = max(same_branch, key=lambda e: (len(e.path), e.validator != "required"))
    return error


def _described(error: Any) -> Iterator[Violation]:
    at: Pointer = tuple(error.absolute_path)
    match error.validator:
        case "additionalProperties" | "unevaluatedProperties":
            known = list(error.schema.get("properties", {}))
            for key in error.instance.keys() - set(known):
                yield Violation(
                    "E0110", f'"{key}" is no key here. {_meant(key, known)}', (*at, key), True
                )
        case "required":
            missing = [key for key in error.validator_value if key not in error.instance]
            for key in missing:
                yield Violation("E0111", f'"{key}" is missing{_inside(at)}.', at, True)
        case "type":
            yield Violation("E0112", _typed(error), at)
        case "x-secret":
            detail = "Write the name of a secret: !secret NAME. And change this one, git keeps it."
            yield Violation("E0114", detail, at)
        case "x-misplaced":
            yield Violation("E0113", "No secret can stand here.", at)
        case "enum" | "const":
            yield Violation("E0113", _allowed(error), at)
        case "oneOf" | "anyOf":
            yield Violation("E0112", _alternatives(error), at)
        case _:
            yield Violation("E0113", _bounded(error), at, error.validator == "propertyNames")


def _inside(at: Pointer) -> str:
    return f' in "{dotted(at)}"' if at else ""


def _meant(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    return f'Did you mean "{near[0]}"?' if near else f"Known here: {', '.join(sorted(known))}."


_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a block of keys",
    "null": "nothing",
}


def _typed(error: Any) -> str:
    wanted = (
        error.validator_value
        if isinstance(error.validator_value, list)
        else [error.validator_value]
    )
    words = " or ".join(_TYPES[name] for name in wanted)
    hint = ""
    if "boolean" in wanted and str(error.instance).lower() in ("yes", "no", "on", "off"):
        hint = f' "{error.instance}" is text for Pedell.'
    if "string" in wanted and isinstance(error.instance, (int, float)):
        hint = " Put it in quotes."
    return f"Expected {words}, found {_shown(error.instance)}.{hint}"


def _allowed(error: Any) -> str:
    values = error.validator_value if error.validator == "enum" else [error.validator_value]
    near = difflib.get_close_matches(str(error.instance), [str(v) for v in values], n=1)
    meant = f' Did you mean "{near[0]}"?' if near else ""
    return f"{_shown(error.instance)} is none of: {', '.join(map(str, values))}.{meant}"


def _alternatives(error: Any) -> str:
    shapes = [
        _TYPES.get(str(branch.get("type")), "another shape")
        for branch in error.validator_value
        if "type" in branch
    ]
    if shapes:
        return f"Expected {' or '.join(dict.fromkeys(shapes))}, found {_shown(error.instance)}."
    wanted = [" and ".join(b["required"]) for b in error.validator_value if "required" in b]
    return (
        f"Exactly one of these is needed: {', '.join(wanted)}." if wanted else "Not allowed here."
    )


def _bounded(error: Any) -> str:
    value, limit = error.instance, error.validator_value
    match error.validator:
        case "pattern":
            example = next(iter(error.schema.get("examples", [])), "")
            known = error.schema.get("description", "")
            return f"{_shown(value)} has the wrong form. {known}" + (
                f" Example: {example}" if example else ""
            )
        case "minimum" | "maximum":
            return f"{_shown(value)} is out of range; the {error.validator} is {limit}."
        case "minLength" | "minItems" | "minProperties":
            return "It is empty."
        case "maxLength":
            return f"It is longer than {limit} characters."
        case "uniqueItems":
            return "A value stands twice."
        case _:
            return f"{_shown(value)} is not allowed here."


def _shown(value: Any) -> str:
    match value:
        case SecretName():
            return f"!secret {value}"
        case str():
            return f'"{value[:60]}{"…" if len(value) > 60 else ""}"'
        case bool():
            return str(value).lower()
        case None:
            return "nothing"
        case dict():
            return "a block of keys"
        case list():
            return "a list"
        case _:
            return str(value)
