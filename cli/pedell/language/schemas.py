"""The only file that knows jsonschema: it checks values against the language and the kinds."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from pedell.language.misfits import (
    left_out,
    mistyped,
    nearest_key,
    no_branch,
    not_allowed,
    out_of_bounds,
)
from pedell.model import Kind, Pointer, SecretName, Words, imprint, tell

_HOME = "https://pedell.example.org/schemas/"


@dataclass(frozen=True, slots=True)
class Violation:
    """One place where a value breaks its schema; ``on_key`` points at the key, not the value."""

    code: str
    detail: Words
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
            {
                "x-secret": secret,
                "properties": _each_once(),
                "if": _asked_once(),
                **{word: guarded(word) for word in ("type", "enum", "const")},
            },
            type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", is_integer),
        )
        registry: Any = Registry().with_resources(
            (_HOME + key, DRAFT202012.create_resource(_without_dialect(document)))
            for key, document in self._documents.items()
        )
        return build({"$ref": _HOME + name}, registry=registry)


def _each_once() -> Any:
    """Return the check of ``properties``, which looks once at what many schools write alike."""
    sound: set[tuple[int, Hashable]] = set()  # the schemas, and with them their ids, are kept

    def checked(validator: Any, rules: Any, instance: Any, _: Any) -> Iterator[Any]:
        said = instance if isinstance(instance, dict) else {}
        for key, rule in rules.items():
            if key in said and (mark := (id(rule), imprint(said[key]))) not in sound:
                errors = [*validator.descend(said[key], rule, path=key, schema_path=key)]
                yield from errors
                sound.update(() if errors else (mark,))

    return checked


def _asked_once() -> Any:
    """Return the check of ``if``, which is answered once for what many schools write alike."""
    answers: dict[tuple[int, Hashable], bool] = {}

    def checked(validator: Any, rule: Any, instance: Any, schema: Any) -> Iterator[Any]:
        about = instance
        if isinstance(instance, dict) and rule.keys() <= {"properties", "required"}:
            named = (*rule.get("properties", ()), *rule.get("required", ()))
            about = {key: instance[key] for key in named if key in instance}
        mark = id(rule), imprint(about)
        if mark not in answers:
            answers[mark] = validator.evolve(schema=rule).is_valid(about)
        way = "then" if answers[mark] else "else"
        if way in schema:
            yield from validator.descend(instance, schema[way], schema_path=way)

    return checked


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


def _unknown_keys(error: Any, at: Pointer) -> Iterator[Violation]:
    known = list(error.schema.get("properties", {}))
    for key in (key for key in error.instance if key not in known):
        near = nearest_key(key, known)
        detail = tell('"{key}" is no key here. {meant}', key=key, meant=near)
        yield Violation("E0110", detail, (*at, key), True)


def _described(error: Any) -> Iterator[Violation]:
    at: Pointer = tuple(error.absolute_path)
    if "propertyNames" in error.absolute_schema_path:
        yield Violation("E0113", out_of_bounds(error), (*at, error.instance), True)
        return
    match "x-secret" if error.schema.get("x-secret") is True else error.validator:
        case "additionalProperties" | "unevaluatedProperties":
            yield from _unknown_keys(error, at)
        case "required":
            missing = [key for key in error.validator_value if key not in error.instance]
            for key in missing:
                yield Violation("E0111", left_out(key, at), at, True)
        case "type":
            yield Violation("E0112", mistyped(error), at)
        case "x-secret":
            detail = tell(
                "Write the name of a secret: !secret NAME. And change this one, git keeps it."
            )
            yield Violation("E0114", detail, at)
        case "x-misplaced":
            yield Violation("E0113", tell("No secret can stand here."), at)
        case "enum" | "const":
            yield Violation("E0113", not_allowed(error), at)
        case "oneOf" | "anyOf":
            yield Violation("E0112", no_branch(error), at)
        case _:
            yield Violation("E0113", out_of_bounds(error), at)
