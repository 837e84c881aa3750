"""A service becomes plain resources: those of its kind, filled with its parameters."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from pedell.language.fields import fill_in
from pedell.language.roles import FindService
from pedell.language.templates import SoundValues, Templates
from pedell.model import Role, RoleResource, Source, Spec, Value, tell
from pedell.stages.compile.findings import Findings
from pedell.stages.compile.parts import Maker, Part, Place

TRIGGERS = ("restart_on", "reload_on")
"""Fields of a service that name what it restarts or reloads for."""


class Expander:
    """Turns the services of roles into parts; the templates of a kind are compiled once."""

    def __init__(
        self, find: FindService, maker: Maker, findings: Findings, sound: SoundValues
    ) -> None:
        self._find = find
        self._maker = maker
        self._findings = findings
        self._sound = sound
        self._templates = cache(self._templates_of)

    def parts(self, wish: RoleResource, where: Place) -> tuple[Part, ...]:
        """Return what a service is made of, each part once; what is wrong is noted."""
        kind = self._find(wish.kind)
        parameters = self._parameters(wish, kind, where)
        if parameters is None:
            return ()
        given = {name: parameters.get(name) for name in kind.defaults}
        inner = Place(
            school=where.school,
            reason=f"{wish.kind} {wish.name} is made in this order",
            fields=_prefixed(where.fields, "service", _with_firsts({**given, "name": wish.name})),
            context=where.context,
            own={"service": {**given, "name": wish.name}},
            templates=self._templates(kind.name),
            source=wish.source,
            blame=f"{wish.kind} {wish.name}",
        )
        made = [part for resource in kind.resources for part in self._made(resource, inner, given)]
        return tuple(_knit(wish, made, where.reason))

    def _parameters(self, wish: RoleResource, kind: Role, where: Place) -> Spec | None:
        defaults = {name: value for name, value in kind.defaults.items() if value is not None}
        filled = self._maker.filled({**defaults, **wish.spec}, wish, where)
        if filled is None:
            return None
        found = self._maker.violations(f"services/{wish.kind}.json", filled)
        for one in found:
            thing = f"{wish.kind} {wish.name}"
            detail = tell("{thing}: {wrong}", thing=thing, wrong=one.detail)
            self._findings.note(one.code, detail, _place(wish, one.pointer), where.school)
        return None if found else filled

    def _made(self, resource: RoleResource, where: Place, given: Spec) -> Iterator[Part]:
        for entry in _entries(given.get(resource.each)) if resource.each else ({},):
            fields = _prefixed(where.fields, "each", entry) if entry else where.fields
            if not all(_holds(fields.get(at), wanted) for at, wanted in resource.when.items()):
                continue
            aimed = replace(where, fields=fields) if entry else where
            if part := self._maker.part(_named(resource, fields), aimed, is_checked=False):
                yield part

    def _templates_of(self, kind: str) -> Templates:
        found = self._find(kind)
        return Templates(kind, found.templates, found.source, self._sound)


def _named(resource: RoleResource, fields: Mapping[str, Value]) -> RoleResource:
    """Return a resource of a kind whose name, and what it needs, are those of this service."""
    if not any("${" in text for text in (resource.name, *resource.needs)):
        return resource
    needs = tuple(_text(name, fields) for name in resource.needs)
    return replace(resource, name=_text(resource.name, fields), needs=needs)


def _prefixed(fields: Mapping[str, Value], head: str, more: Spec) -> Mapping[str, Value]:
    return {**fields, **{f"{head}.{name}": value for name, value in more.items()}}


def _holds(given: Value, wanted: Value) -> bool:
    """Tell whether a parameter is as wanted: this value, or for true and false, said or not."""
    return bool(given) is wanted if isinstance(wanted, bool) else given == wanted


def _with_firsts(parameters: Spec) -> Spec:
    """Return parameters with the first entry of each list, as ``names.first``."""
    lists = {key: v for key, v in parameters.items() if isinstance(v, list) and v}
    return {**parameters, **{f"{key}.first": value[0] for key, value in lists.items()}}


def _entries(value: Value) -> Iterator[Spec]:
    """Yield the entries of a parameter: those of a list as they are, of a mapping with their key.

    ``values`` is what stands behind the key, as a list.
    """
    match value:
        case Mapping():
            for key, child in value.items():
                texts = child if isinstance(child, list | tuple) else [child] if child else []
                yield {"key": key, "values": texts}
        case list() | tuple():
            for child in value:
                yield child if isinstance(child, Mapping) else {"value": child}


def _text(text: str, fields: Mapping[str, Any]) -> str:
    return str(fill_in(text, fields.__getitem__))


def _place(wish: RoleResource, at: tuple[str | int, ...]) -> Source:
    while at and at not in wish.places:
        at = at[:-1]
    return wish.places.get(at, wish.source)


def _knit(wish: RoleResource, made: list[Part], reason: str) -> Iterator[Part]:
    """Yield the parts with what holds for the whole: what it needs, and who waits for its end.

    What they say of parts that these parameters do without is left out.
    """
    there = {part.at for part in made}
    named = {name for part in made for name in (*part.needs, *triggers(part.spec))}
    for part in made:
        is_end = part.at not in named
        lists = {
            field: [name for name in triggers({field: part.spec[field]}) if name in there]
            for field in TRIGGERS
            if field in part.spec
        }
        inner = {name: why for name, why in part.needs.items() if name in there}
        yield Part(
            kind=part.kind,
            name=part.name,
            spec={**part.spec, **lists} if lists else part.spec,
            needs={**inner, **dict.fromkeys(wish.needs, reason)},
            needed_by=(*part.needed_by, *(wish.needed_by if is_end else ())),
            tags=(wish.kind, *part.tags, *wish.tags),
            source=part.source,
            is_shared=True,
        )


def triggers(spec: Spec) -> Iterator[str]:
    """Yield the resources, as ``kind/name``, whose change restarts or reloads this service."""
    for field in TRIGGERS:
        named = spec.get(field)
        if isinstance(named, list | tuple):
            yield from map(str, named)
