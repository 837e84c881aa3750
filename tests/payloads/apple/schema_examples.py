"""Examples made from the schema of a kind alone: the least, the most, and anything in between.

Nothing here knows what a kind means; the few fields whose content no schema can say (a
certificate, a profile) are handed in by name.
"""

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from jsonschema import Draft202012Validator

from pedell.model import Sealed

_FORMS = (
    "https://{0}.example.org/{0}", "192.0.2.{1}", "2099-03-{2}T10:15Z", "2099-03-{2} 10:15",
    "name-{1}", "org.example.{0}",
)  # fmt: skip
_PLAIN = "abcxyzABC019.-_" * 3
_ODD = ("ä", "ß", "漢", "🙂", "&", "<", ">", '"', "'", "]]>", "{{", "%", "\\", ":", " ")
_LINES = ("\t", "\n")
"""Signs of texts, but not of names."""
_MOST_ROUNDS = 20

Own = Mapping[str, Callable[[Random], Any]]
"""Name of a field, or what its ``x-names`` says → what makes its value."""


class Example:
    """Makes values for schemas. ``share`` of what may be left out is said: 0 least, 1 most."""

    def __init__(self, random: Random, share: float, own: Own) -> None:
        self._random, self._share, self._own = random, share, own

    def whole(self, schema: Mapping[str, Any], alone: str = "") -> Any:
        """Return a value that the schema takes, its conditions (``allOf``) too.

        ``alone``: a field that is said, and beside it only what must be.
        """
        must = {alone, *schema.get("required", ())}
        either = {key for each in _branches(schema) for key in each}
        fields = {k: v for k, v in schema["properties"].items() if not alone or k in must | either}
        needed = [name for name in fields if name in must]
        value = self._value({**schema, "properties": fields, "required": needed}, "")
        check = Draft202012Validator(schema)
        for _ in range(_MOST_ROUNDS):
            wrong = next(iter(check.iter_errors(plain(value))), None)
            if wrong is None:
                return value
            self._mend(schema, value, wrong)
        raise AssertionError(f"no example for {schema.get('title')}: {wrong}")

    def _value(self, schema: Mapping[str, Any], name: str) -> Any:
        make = self._own.get(schema.get("x-names", name))
        if make:
            return make(self._random)
        if schema.get("x-secret"):
            return Sealed(f"secret-{self._random.randint(1, 99)}", "3f9a")
        if "enum" in schema or "const" in schema:
            return self._random.choice(schema.get("enum") or [schema["const"]])
        if "oneOf" in schema and "type" not in schema:
            return self._value(self._random.choice(schema["oneOf"]), name)
        match schema["type"]:
            case "boolean":
                return self._random.random() < 0.5
            case "integer":
                return self._number(schema.get("minimum", 0), schema.get("maximum", 2**31 - 1))
            case "array":
                return self._list(schema)
            case "object":
                return self._block(schema)
        return self._text(schema)

    def _number(self, low: int, high: int) -> int:
        return self._random.choice((low, high, self._random.randint(low, high)))

    def _list(self, schema: Mapping[str, Any]) -> list[Any]:
        count = max(schema.get("minItems", 0), round(self._share * self._random.randint(0, 3)))
        made: list[Any] = []
        for _ in range(min(count, schema.get("maxItems", count))):
            item = self._value(schema["items"], "")
            if item not in made or not schema.get("x-unordered"):
                made.append(item)
        return made

    def _block(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        left_out, needed = self._branch(schema)
        made = {
            key: self._value(field, key)
            for key, field in schema.get("properties", {}).items()
            if key in needed or (key not in left_out and self._random.random() < self._share)
        }
        if isinstance(schema.get("additionalProperties"), dict):
            for _ in range(round(self._share * 3)):
                name = self._signs(self._random.randint(1, 20), _ODD)
                made[name] = self._value(schema["additionalProperties"], name)
        return made

    def _branch(self, schema: Mapping[str, Any]) -> tuple[set[str], set[str]]:
        """Return the keys of the branches that were not taken, and the keys that must be said."""
        needed = set(schema.get("required", ()))
        branches = _branches(schema)
        if not branches:
            return set(), needed
        taken = self._random.choice(branches)
        others = set().union(*branches) - taken if "oneOf" in schema else set()
        return others, needed | taken

    def _text(self, schema: Mapping[str, Any]) -> str:
        low, high = schema.get("minLength", 0), schema.get("maxLength", 40)
        if "pattern" in schema:
            return self._of_form(schema["pattern"])
        count = self._random.choice((low, self._random.randint(low, min(high, 12)), high))
        return self._signs(count, _ODD + _LINES)[:high].ljust(low, "x")

    def _signs(self, count: int, odd: tuple[str, ...]) -> str:
        return "".join(self._random.choice((*_PLAIN, *odd)) for _ in range(count))

    def _of_form(self, pattern: str) -> str:
        word = "".join(self._random.choice("abcdefghij") for _ in range(6))
        for form in _FORMS:
            text = form.format(word, self._random.randint(1, 254), self._random.randint(10, 28))
            if re.search(pattern, text):
                return text
        raise AssertionError(f"no text for {pattern}")

    def _mend(self, schema: Mapping[str, Any], value: Any, wrong: Any) -> None:
        """Do what a condition of the schema asks for: say a field, or say it in another form."""
        *way, last = wrong.absolute_path or (None,)
        box, known = value, schema
        for step in way:
            box, known = box[step], _below(known, step)
        if wrong.validator == "required":
            box, known = (box, known) if last is None else (box[last], _below(known, last))
            for key in wrong.validator_value:
                if key not in box:
                    box[key] = self._value(known["properties"][key], key)
        else:
            box[last] = self._value({**_below(known, last), **wrong.schema}, "")


def _branches(schema: Mapping[str, Any]) -> list[set[str]]:
    return [set(each["required"]) for each in schema.get("oneOf", schema.get("anyOf", ()))]


def _below(schema: Mapping[str, Any], step: Any) -> Mapping[str, Any]:
    if isinstance(step, int):
        return schema["items"]
    return schema.get("properties", {}).get(step) or schema["additionalProperties"]


def plain(value: Any) -> Any:
    """Return the value as a file says it: a secret by its name."""
    match value:
        case Sealed(name):
            return name
        case dict():
            return {key: plain(child) for key, child in value.items()}
        case list():
            return [plain(child) for child in value]
    return value
