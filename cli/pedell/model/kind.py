"""What a kind is: a JSON Schema with marks of ours, from which the core derives the rest."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pedell.model.source import Pointer
from pedell.model.value import Spec, look_up


class Effect(StrEnum):
    """How a change feels in the classroom, the gentlest first."""

    HARMLESS = "harmless"
    VISIBLE = "visible"
    INTERRUPTS_LESSONS = "interrupts-lessons"
    DELETES_DATA = "deletes-data"
    LOCKS_OUT = "locks-out"

    @property
    def weight(self) -> int:
        """The place in the order of severity, 0 for harmless."""
        return _WEIGHTS[self]


_WEIGHTS = {effect: weight for weight, effect in enumerate(Effect)}


@dataclass(frozen=True, slots=True)
class Kind:
    """The type of a thing that can be declared.

    ``references`` maps fields that name another resource to its kind (``x-ref``); ``secrets``,
    ``immutable`` and ``unordered`` are fields that hold a vault name, force a replacement, and
    are sets (``x-secret``, ``x-immutable``, ``x-unordered``); ``effects`` maps fields to how a
    change of them feels (``x-effect``), ``()`` standing for the kind itself; ``removal`` is how
    taking the whole thing away feels (``x-removal``). ``has_members`` marks a kind whose value is
    the set of its devices, so that one who leaves the list leaves the set (``x-members``).
    ``strict`` maps fields of which the strictest value of all layers holds (``x-merge: restrict``)
    to what is strict: true or false, or ``min`` or ``max`` of numbers (``x-strict``). ``ageing``
    are fields that time moves, without anybody's doing (``x-ages``), ``()`` standing for them all.
    """

    name: str
    schema: Mapping[str, Any]
    references: Mapping[Pointer, str]
    secrets: frozenset[Pointer]
    immutable: frozenset[Pointer]
    unordered: frozenset[Pointer]
    effects: Mapping[Pointer, Effect]
    removal: Effect
    has_members: bool
    strict: Mapping[Pointer, bool | str]
    ageing: frozenset[Pointer] = frozenset()

    @classmethod
    def from_schema(cls, name: str, schema: Mapping[str, Any]) -> "Kind":
        """Read the marks out of a schema."""
        marked = dict(_fields(schema))

        def having(mark: str) -> frozenset[Pointer]:
            return frozenset(at for at, field in marked.items() if field.get(mark))

        effects = {at: Effect(f["x-effect"]) for at, f in marked.items() if "x-effect" in f}
        return cls(
            name=name,
            schema=schema,
            references={at: str(f["x-ref"]) for at, f in marked.items() if "x-ref" in f},
            secrets=having("x-secret"),
            immutable=having("x-immutable"),
            unordered=having("x-unordered"),
            effects={(): Effect(schema.get("x-effect", Effect.VISIBLE)), **effects},
            removal=Effect(schema.get("x-removal", Effect.VISIBLE)),
            has_members=bool(schema.get("x-members")),
            strict={
                at: f["x-strict"] for at, f in marked.items() if f.get("x-merge") == "restrict"
            },
            ageing=having("x-ages") | ({()} if schema.get("x-ages") else set()),
        )

    def referenced(self, spec: Spec) -> Iterator[tuple[Pointer, str, str]]:
        """Yield (where, kind, name) for every other resource that ``spec`` names."""
        for at, kind in self.references.items():
            named = look_up(spec, at)
            names = [named] if isinstance(named, str) else named if isinstance(named, list) else []
            yield from ((at, kind, str(name)) for name in names)

    def effect_of(self, pointer: Pointer) -> Effect:
        """Return how a change of the field at ``pointer`` feels."""
        return self.effects.get(pointer, self.effects[()])


def _fields(
    schema: Mapping[str, Any], at: Pointer = ()
) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    for name, field in schema.get("properties", {}).items():
        yield (*at, name), field
        yield from _fields(field, (*at, name))
