"""What ``${…}`` stands for: declared fields of one school, and nothing else."""

import re
from collections.abc import Callable, Mapping
from functools import cached_property

from pedell.language.nearest import did_you_mean
from pedell.model import Inventory, Problem, School, SecretName, Source, Value, tell

_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")


def known_fields(inventory: Inventory, school: School) -> Mapping[str, Value]:
    """Return what every value may name, for one school."""
    variables = {
        f"school.variables.{at[1]}": written.value
        for layer in school.layers
        for at, written in layer.settings.items()
        if at[0] == "variables"
    }
    return {
        "school.id": school.id,
        "school.name": school.name,
        "school.type": school.type,
        "authority.id": inventory.authority,
        "authority.name": inventory.name,
        **{f"school.{key}": value for key, value in school.variables.items()},
        **variables,
    }


def names_in(value: Value) -> frozenset[str]:
    """Return the names between ``${`` and ``}`` in a value, those in lists and mappings too."""
    match value:
        case str():
            return frozenset(_PLACEHOLDER.findall(value)) if "${" in value else frozenset()
        case Mapping():
            return frozenset().union(*map(names_in, value.values()))
        case list() | tuple():
            return frozenset().union(*map(names_in, value))
        case _:
            return frozenset()


def fill_in(value: Value, field: Callable[[str], Value]) -> Value:
    """Return a value with its placeholders filled in, those in lists and mappings too.

    A text that is one placeholder becomes what ``field`` says of its name as it is, a list too;
    inside of other text, entries of a list stand with commas between.
    """
    match value:
        case str() if "${" not in value:
            return value
        case SecretName():
            return SecretName(_sub(value, lambda name: _as_text(field(name))))
        case str():
            whole = _PLACEHOLDER.fullmatch(value)
            return field(whole[1]) if whole else _sub(value, lambda name: _as_text(field(name)))
        case Mapping():
            return {key: fill_in(child, field) for key, child in value.items()}
        case list() | tuple():
            return [fill_in(child, field) for child in value]
        case _:
            return value


def _sub(text: str, field: Callable[[str], str]) -> str:
    return _PLACEHOLDER.sub(lambda m: field(m[1]), text)


def _as_text(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list() | tuple():
            return ", ".join(map(_as_text, value))
        case _:
            return str(value)


class Fields:
    """The fields of one school. A name that is not known goes to ``problems``.

    ``asked`` counts how often anybody wanted to know: what was found without asking is the same
    for every school.
    """

    def __init__(self, inventory: Inventory, school: School, problems: list[Problem]) -> None:
        self._inventory = inventory
        self._school = school
        self._problems = problems
        self.asked = 0

    @property
    def school(self) -> str:
        """The id of the school."""
        self.asked += 1
        return self._school.id

    def fill(self, value: Value, source: Source) -> Value:
        """Return a value with its placeholders filled in, as text, at any depth."""
        match value:
            case str() if "${" not in value:
                return value
            case SecretName():
                return SecretName(_sub(value, lambda name: self._field(name, source)))
            case str():
                return _sub(value, lambda name: self._field(name, source))
            case list():
                return [self.fill(child, source) for child in value]
            case dict():
                return {key: self.fill(child, source) for key, child in value.items()}
            case _:
                return value

    def _field(self, name: str, source: Source) -> str:
        school = self.school
        if name in self._known:
            return str(self._known[name])
        detail = tell(
            "{field} is not known for {school}. {meant}",
            field=f"${{{name}}}",
            school=school,
            meant=did_you_mean(name, self._known),
        )
        self._problems.append(Problem("E0221", detail, source))
        return ""

    @cached_property
    def _known(self) -> Mapping[str, Value]:
        return known_fields(self._inventory, self._school)
