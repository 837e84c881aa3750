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
        ordered = sorted(errors, key=lambda error: [str(part) for part in error.absolute_path])
        meant = (inner for error in ordered for inner in _innermost(error))
        yield from dict.fromkeys(found for error in meant for found in _described(error))

    def _validator(self, name: str) -> Any:
        from jsonschema import Draft202012Validator, ValidationError, validators
        from referencing import Registry
        from referencing.jsonschema import DRAFT202012

        def secret(_: Any, wanted: Any, instance: Any, __: Any) -> Iterator[ValidationError]:
            if wanted and not isinstance(instance, SecretName):
                yield ValidationError("clear text")

        def guarded(keyword: str) -> Any:
            check: Any = Draft202012Validator.VALIDATORS[keyword]

            def checked(validator: Any, rule: Any, instance: Any, schema: Any) -> Iterator[Any]:
                if isinstance(instance, SecretName) and not schema.get("x-secret"):
                    yield ValidationError("a secret here", validator="x-misplaced")
                elif not schema.get("x-secret"):  # what stands there instead is never shown
                    yield from check(validator, rule, instance, schema)

            return checked

        def is_integer(_: Any, value: Any) -> bool:
            return isinstance(value, int) and not isinstance(value, bool)

        extend: Any = validators.extend
        build = extend(
            Draft202012Validator,
            {"x-secret": secret, **{word: guarded(word) for word in ("type", "enum", "const")}},
            type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", is_integer),
        )
        registry: Any = Registry().with_resources(
            (_HOME + key, DRAFT202012.create_resource(_without_dialect(document)))
            for key, document in self._documents.items()
        )
        return build({"$ref": _HOME + name}, registry=registry)


def _without_dialect(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out ``$schema``: it would call the library's own validator, which lacks our marks."""
    return {key: value for key, value in document.items() if key != "$schema"}


def _innermost(error: Any) -> Iterator[Any]:
    """Follow ``oneOf`` and ``anyOf`` into the branch that the person most likely meant."""
    fitting = [e for e in error.context if not (e.validator == "type" and not e.path)]
    if all(e.validator == "required" and not e.path for e in fitting):
        yield error
        return
    deepest = max(fitting, key=lambda e: (len(e.path), e.validator != "required"))
    branch = deepest.schema_path[0]
    yield from (i for e in fitting if e.schema_path[0] == branch for i in _innermost(e))


def _described(error: Any) -> Iterator[Violation]:
    at: Pointer = tuple(error.absolute_path)
    if "propertyNames" in error.absolute_schema_path:
        yield Violation("E0113", _bounded(error), (*at, error.instance), True)
        return
    match "x-secret" if error.schema.get("x-secret") is True else error.validator:
        case "additionalProperties" | "unevaluatedProperties":
            known = list(error.schema.get("properties", {}))
            for key in (key for key in error.instance if key not in known):
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
            yield Violation("E0113", _bounded(error), at)


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
_ALMOST_BOOLEAN = ("yes", "no", "on", "off", "true", "false")


def _typed(error: Any) -> str:
    wanted = (
        error.validator_value
        if isinstance(error.validator_value, list)
        else [error.validator_value]
    )
    words = " or ".join(_TYPES[name] for name in wanted)
    hint = ""
    if "boolean" in wanted and str(error.instance).lower() in _ALMOST_BOOLEAN:
        hint = f' "{error.instance}" is text for Pedell, write true or false.'
    if "string" in wanted and isinstance(error.instance, (int, float)):
        hint = " Put it in quotes."
    return f"Expected {words}, found {_shown(error.instance)}.{hint}"


def _allowed(error: Any) -> str:
    values = error.validator_value if error.validator == "enum" else [error.validator_value]
    near = difflib.get_close_matches(str(error.instance), [str(v) for v in values], n=1)
    meant = f' Did you mean "{near[0]}"?' if near else ""
    return f"{_shown(error.instance)} is none of: {', '.join(map(str, values))}.{meant}"


def _alternatives(error: Any) -> str:
    wanted = [" and ".join(b["required"]) for b in error.validator_value if "required" in b]
    if wanted:
        count = "Exactly one" if error.validator == "oneOf" else "One"
        return f"{count} of these is needed: {', '.join(wanted)}."
    # a branch that is itself a reference shows its shape only in what it complains about
    types = [e.validator_value for e in error.context if e.validator == "type"]
    shapes = dict.fromkeys(_TYPES[str(name)] for name in types)
    return f"Expected {' or '.join(shapes)}, found {_shown(error.instance)}."


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
