"""The resources of roles for one school, in plain kinds, before they know each other's address."""

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pedell.language.fields import fill_in, names_in
from pedell.language.nearest import did_you_mean
from pedell.language.schemas import Schemas, Violation
from pedell.language.templates import Templates
from pedell.model import (
    Problem,
    Rejected,
    RoleResource,
    Sealed,
    Source,
    Spec,
    Value,
    Words,
    imprint,
    tell,
)
from pedell.stages.compile.findings import Findings

_IMPLIED: Mapping[str, Mapping[str, Value]] = {
    "package": {"installed": True},
    "command": {"done": True},
    "firewall": {"policy": "deny", "ssh": True},
    "ntp": {"client": "timesyncd"},
    "timer": {"persistent": False},
}
_PATHS = ("file", "template", "directory", "symlink")
_SHELL = ("run", "unless", "check")
_FREE = (*_SHELL, "content")
"""Fields in whose text ``${…}`` may mean something else, to the shell or to a service."""
_OURS = re.compile(r"(school|authority|variables|service|each)\.")
_HARMLESS = re.compile(r"[A-Za-z0-9._:/@%+=,-]*")
"""What a shell takes as it stands."""


@dataclass(frozen=True, slots=True)
class Part:
    """One resource of one school's server.

    ``needs`` maps others, as ``kind/name``, to the reason in words. ``is_shared`` is true of what a
    kind of service brings: several bring the same package, and restart the same unit.
    """

    kind: str
    name: str
    spec: Spec
    needs: Mapping[str, str]
    needed_by: tuple[str, ...]
    tags: tuple[str, ...]
    source: Source
    is_shared: bool = False

    @property
    def at(self) -> str:
        """Its name in ``needs`` and ``restart_on``."""
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a wish is put: the school, what ``${…}`` and templates find there, their texts.

    ``own`` is what templates find beside the context that they share. ``reason`` says in words why
    one waits for what it needs. ``blame`` names the service that the wish is a part of, where it is
    one: mistakes are told of that, at ``source``.
    """

    school: str
    reason: str
    fields: Mapping[str, Value]
    context: Mapping[str, Any]
    templates: Templates
    own: Mapping[str, Any] = field(default_factory=dict)
    source: Source | None = None
    blame: str = ""

    def place(self, wish: RoleResource, *at: str | int) -> Source:
        """Return where a person finds what is wrong with the wish, or with one field of it."""
        return self.source or wish.places.get(at, wish.source)


def completed(wish: RoleResource) -> Spec:
    """Return the fields of a wish with those that its kind implies."""
    spec = {**_IMPLIED.get(wish.kind, {}), **wish.spec}
    if wish.kind in _PATHS and "path" not in spec:
        spec["path"] = wish.name
    return spec


class Maker:
    """Makes parts out of wishes: filled in, checked, rendered, sealed."""

    def __init__(
        self, schemas: Schemas, seal: Callable[[str], str | None], findings: Findings
    ) -> None:
        self._schemas = schemas
        self._seal = seal
        self._findings = findings
        self._known: dict[tuple[str, Hashable], tuple[Violation, ...]] = {}

    def violations(self, schema: str, spec: Spec) -> tuple[Violation, ...]:
        """Return what is wrong with a spec by this schema; equal ones are looked at once."""
        mark = schema, imprint(spec)
        if mark not in self._known:
            self._known[mark] = tuple(self._schemas.violations(schema, spec))
        return self._known[mark]

    def part(self, wish: RoleResource, where: Place, *, is_checked: bool) -> Part | None:
        """Return the part that a wish of a plain kind becomes, or note what is wrong with it."""
        filled = self.filled(completed(wish), wish, where)
        if filled is None:
            return None
        if not is_checked and not self._is_sound(wish, filled, where):
            return None
        spec = self._rendered(wish, filled, where)
        if spec is None:
            return None
        return Part(
            kind=wish.kind,
            name=wish.name,
            spec=spec,
            needs=dict.fromkeys(wish.needs, where.reason),
            needed_by=wish.needed_by,
            tags=wish.tags,
            source=where.place(wish),
        )

    def filled(self, spec: Spec, wish: RoleResource, where: Place) -> Spec | None:
        """Return a spec without placeholders, or note those that nobody knows."""
        if not any(map(names_in, spec.values())):
            return spec
        filling = _Filling(where, wish, self._findings)
        found = {key: fill_in(value, filling.of(key)) for key, value in spec.items()}
        left = {key: value for key, value in found.items() if value is not None}
        return left if filling.is_sound else None

    def _is_sound(self, wish: RoleResource, spec: Spec, where: Place) -> bool:
        checked = {**spec, "content": ""} if wish.kind == "template" else spec
        found = self.violations(f"kinds/{wish.kind}.json", checked)
        for violation in found:
            detail = tell("{thing}: {wrong}", thing=_thing(wish, where), wrong=violation.detail)
            source = where.place(wish, *violation.pointer)
            self._findings.note(violation.code, detail, source, where.school)
        return not found

    def _rendered(self, wish: RoleResource, spec: Spec, where: Place) -> Spec | None:
        if wish.kind != "template":
            return spec
        try:
            text, names = where.templates.render(str(spec["source"]), where.context, where.own)
        except Rejected as rejected:
            for problem in rejected.problems:
                self._tell_of_template(problem, wish, where)
            return None
        rendered: dict[str, Value] = {**spec, "content": text}
        if names:
            rendered["secrets"] = {name: Sealed(name, self._seal(name)) for name in sorted(names)}
        return rendered

    def _tell_of_template(self, problem: Problem, wish: RoleResource, where: Place) -> None:
        """Tell it of the template; where that is ours, of the line that uses it."""
        source, detail = problem.source, problem.detail
        if where.blame or source is None:
            source = where.place(wish)
            detail = tell("{thing}: {wrong}", thing=_thing(wish, where), wrong=detail)
        self._findings.note(problem.code, detail, source, where.school)


class _Filling:
    """Says what the placeholders of one spec stand for."""

    def __init__(self, where: Place, wish: RoleResource, findings: Findings) -> None:
        self._where = where
        self._wish = wish
        self._findings = findings
        self.is_sound = True

    def of(self, key: str) -> Callable[[str], Value]:
        """Return what says it for the text of one field."""

        def value_of(name: str) -> Value:
            if key in _FREE and not _OURS.match(name):
                return f"${{{name}}}"
            known = self._where.fields
            # of an entry nobody has to say everything
            if name not in known and not (self._where.blame and name.startswith("each.")):
                self._note("E0221", _unknown(name, known), key)
                return ""
            value = known.get(name)
            if key in _SHELL and not _HARMLESS.fullmatch(str(value)):
                self._note("E0113", _unfit(name, value), key)
            return value

        return value_of

    def _note(self, code: str, detail: Words, key: str) -> None:
        source = self._where.place(self._wish, key)
        self._findings.note(code, detail, source, self._where.school)
        self.is_sound = False


def _unknown(name: str, known: Mapping[str, Value]) -> Words:
    meant = did_you_mean(name, known)
    return tell("{field} is not known. {meant}", field=f"${{{name}}}", meant=meant)


def _unfit(name: str, value: Value) -> Words:
    return tell(
        '{field} is "{value}" here: a command takes over letters, digits and {signs} only.',
        field=f"${{{name}}}",
        value=str(value),
        signs="._:/@%+=,-",
    )


def _thing(wish: RoleResource, where: Place) -> str:
    return where.blame or f"{wish.kind} {wish.name}"
