"""What ``${…}`` stands for: the declared fields of one school, and nothing else."""

import re
from collections.abc import Callable, Mapping
from functools import cached_property

from pedell.language.nearest import did_you_mean
from pedell.model import Inventory, Problem, School, SecretName, Source, Value, tell

_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")


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
        """Return a value with its placeholders filled in, those in lists too."""
        return _map_text(
            value, lambda text: _PLACEHOLDER.sub(lambda m: self._field(m[1], source), text)
        )

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
        variables = {
            f"school.variables.{at[1]}": written.value
            for layer in self._school.layers
            for at, written in layer.settings.items()
            if at[0] == "variables"
        }
        return {
            "school.id": self._school.id,
            "school.name": self._school.name,
            "school.type": self._school.type,
            "authority.id": self._inventory.authority,
            "authority.name": self._inventory.name,
            **{f"school.{key}": value for key, value in self._school.variables.items()},
            **variables,
        }


def _map_text(value: Value, change: Callable[[str], str]) -> Value:
    match value:
        case str() if "${" not in value:
            return value
        case SecretName():
            return SecretName(change(value))
        case str():
            return change(value)
        case list():
            return [_map_text(child, change) for child in value]
        case _:
            return value
