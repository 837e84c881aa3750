"""Whose secrets a value may name: what a school writes opens nothing but the school's own."""

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from pedell.language.secret_files import (
    AUTHORITY,
    FOLDER,
    RESERVED,
    credentials_of,
    owner_of,
    plain_name,
)
from pedell.model import (
    Address,
    Effective,
    Inventory,
    Problem,
    Resource,
    Role,
    SecretName,
    Setting,
    Source,
    Value,
    sealed_in,
    tell,
    tell_row,
)

_OF_THE_AUTHORITY = frozenset({"catalogue", "authority", "type", "group"})
"""Layers that the authority writes. Every other one counts as the school's, a new one too."""

_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
_FIXED = frozenset({"school.id", "authority.id"})
"""What no school's file can set: a name that is filled with it is still the authority's word."""

_WRITTEN_OUT = re.compile(r"""\bsecret\(\s*(["'])([A-Za-z0-9._-]+)\1\s*[,)]""")
"""A template that names a secret letter by letter."""

Finding: TypeAlias = tuple[str, str, Source]

_FROM_ROLES = ("template", "verify_eap")
"""Kinds whose secrets a line or a template of a role names, with the school's values in it."""

_HOLDERS = (SecretName, list, dict)
"""What a value can be that names a secret; all the others are passed over at once."""


def foreign_secrets(
    inventory: Inventory,
    values: Mapping[tuple[str, str], Effective],
    desired: Mapping[Address, Resource],
) -> Iterator[Problem]:
    """Yield each value and each template by which a school would get at somebody else's secret.

    The authority may name every secret. A municipality, an owner, a school and its cohorts may
    name what belongs to the school that the value is for (its entry stands in the school's file;
    without any entry, it begins with the school's id and a hyphen), and never what opens a target.
    The authority's own names may hold ``${school.id}``, and are then the school's or the
    authority's; a name that holds anything else is judged as if the school had written it.
    """
    rule = _Rule(inventory, values)
    schools: dict[tuple[str, Source], list[str]] = {}
    for school, name, source in rule.findings(desired):
        schools.setdefault((name, source), []).append(school)
    for (name, source), found in schools.items():
        yield rule.refused(name, source, list(dict.fromkeys(found)))


class _Rule:
    """The secrets of an inventory, and who may name them."""

    def __init__(self, inventory: Inventory, values: Mapping[tuple[str, str], Effective]) -> None:
        self._inventory = inventory
        self._values = values
        self._keys = {plain_name(name) for name in credentials_of(inventory.targets.values())}
        self._written_out = {name: _written_out(role) for name, role in inventory.roles.items()}
        self._parameters = {
            name: tuple(named for wish in role.resources for named in _secrets_in(wish.spec))
            for name, role in inventory.roles.items()
        }
        self._given: dict[str, set[str]] = {}
        self._homes: dict[str, set[str]] = {}
        for entry in inventory.secrets.entries.values():
            self._homes.setdefault(plain_name(entry.name), set()).add(entry.owner)

    def findings(self, desired: Mapping[Address, Resource]) -> Iterator[Finding]:
        """Yield school, secret and place of each word that opens too much."""
        for (school, _), effective in self._values.items():
            for setting in effective.settings.values():
                if isinstance(setting.value, _HOLDERS):
                    yield from self._in_value(school, setting)
        for resource in desired.values():
            if resource.address.kind in _FROM_ROLES:
                yield from self._in_role(resource)

    def _in_value(self, school: str, setting: Setting) -> Iterator[Finding]:
        for name in _secrets_in(setting.value):
            self._given.setdefault(school, set()).add(name)
            if not self._may_say(school, name, setting):
                yield school, name, setting.source

    def _may_say(self, school: str, name: str, setting: Setting) -> bool:
        layer, raw = _said(setting)
        placeholders = {word for text in _secrets_in(raw) for word in _PLACEHOLDER.findall(text)}
        if layer not in _OF_THE_AUTHORITY or placeholders - _FIXED:
            return self._is_own(school, name)
        return not placeholders or self._owners(name) <= {school, AUTHORITY}

    def _is_own(self, school: str, name: str) -> bool:
        opens_target = plain_name(name) in self._keys
        return not opens_target and school not in RESERVED and self._owners(name) == {school}

    def _owners(self, name: str) -> set[str]:
        """Return in whose files it stands, in any of its spellings; in none, whose its name is."""
        homes = self._homes.get(plain_name(name))
        return homes or {owner_of(name, self._inventory.schools)}

    def _in_role(self, resource: Resource) -> Iterator[Finding]:
        named = resource.spec.get("secrets")
        school = resource.address.school
        for name in (one.name for one in sealed_in(named)):
            is_said = any(name in self._written_out.get(tag, ()) for tag in resource.tags)
            is_said = is_said or any(self._is_named_by(tag, school, name) for tag in resource.tags)
            is_said = is_said or name in self._given.get(school, ())  # each was judged above
            if not is_said and not self._is_own(school, name):
                yield school, name, self._place(school, name) or resource.source

    def _is_named_by(self, role: str, school: str, name: str) -> bool:
        """Tell whether a line of the role names it, as the authority may name it in a value."""
        words = {"school.id": school, "authority.id": self._inventory.authority}
        for raw in self._parameters.get(role, ()):
            placeholders = frozenset(_PLACEHOLDER.findall(raw))
            filled = raw if placeholders - _FIXED else _PLACEHOLDER.sub(lambda m: words[m[1]], raw)
            if filled == name and not placeholders - _FIXED:
                return not placeholders or self._owners(name) <= {school, AUTHORITY}
        return False

    def _place(self, school: str, name: str) -> Source | None:
        """Return where the school's variables hold this name or the end of it."""
        settings = self._values[school, ""].settings.items()
        ends = [s for at, s in settings if at[0] == "variables" and _is_end_of(name, s.value)]
        return ends[0].source if ends else None

    def refused(self, name: str, source: Source, schools: list[str]) -> Problem:
        """Say whose the secret is, for which schools it is refused, and what they may name."""
        school, others = schools[0], len(schools) - 1
        whose = tell("the authority")
        if plain_name(name) in self._keys:
            whose = tell("the authority, which opens a target with it")
        elif owners := sorted(self._owners(name) - {AUTHORITY}):
            whose = tell_row("{first} and {last}", owners)
        detail = tell(
            "{name} belongs to {whose}. For {school}{more} a school's, a municipality's or an "
            "owner's word opens only what stands in {file} or begins with {school}-. Name one of "
            "these (pedell secret set {school}-NAME), or ask the authority to name it here.",
            name=name,
            whose=whose,
            school=school,
            more=tell(" (and {count:,} more)", count=others) if others else "",
            file=f"{FOLDER}/{school}.yml",
        )
        return Problem("E0292", detail, source)


def _said(setting: Setting) -> tuple[str, Value]:
    """Return the layer whose word holds, and that word as it was written, placeholders and all."""
    if setting.lock is not None and setting.lock.is_fixed:
        return setting.lock.layer, setting.lock.value
    won = next(said for said in reversed(setting.trail) if said.source == setting.source)
    return won.layer, won.value


def _secrets_in(value: Value) -> Iterator[str]:
    match value:
        case SecretName():
            yield value
        case list():
            for child in value:
                yield from _secrets_in(child)
        case dict():
            for child in value.values():
                yield from _secrets_in(child)


def _written_out(role: Role) -> frozenset[str]:
    return frozenset(m[2] for text in role.templates.values() for m in _WRITTEN_OUT.finditer(text))


def _is_end_of(name: str, value: Value) -> bool:
    texts = value if isinstance(value, list) else [value]
    return any(isinstance(text, str) and text and name.endswith(text) for text in texts)
