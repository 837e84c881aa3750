"""What the server of one school shall hold: its roles, aimed at it."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from pedell.language.fields import names_in
from pedell.language.nearest import did_you_mean
from pedell.language.roles import SERVICES, FindService
from pedell.language.schemas import Schemas
from pedell.language.templates import SoundValues, Templates
from pedell.model import (
    Effective,
    Inventory,
    Problem,
    Role,
    School,
    Setting,
    Source,
    Target,
    Words,
    tell,
)
from pedell.stages.compile.expand import TRIGGERS, Expander, triggers
from pedell.stages.compile.findings import Findings
from pedell.stages.compile.names import misnamed
from pedell.stages.compile.parts import Maker, Part, Place, completed
from pedell.stages.compile.values import SchoolValues
from pedell.stages.compile.weave import Server, put_together


class ServerCompiler:
    """Aims the roles at one school after the other; templates are compiled once for all."""

    def __init__(
        self,
        inventory: Inventory,
        values: Mapping[tuple[str, str], Effective],
        schemas: Schemas,
        seal: Callable[[str], str | None],
        find: FindService,
    ) -> None:
        self._inventory = inventory
        self._values = values
        self.findings = Findings()
        self._maker = Maker(schemas, seal, self.findings)
        sound = SoundValues()
        self._expander = Expander(find, self._maker, self.findings, sound)
        self._checked = {name: self._check(role, schemas) for name, role in inventory.roles.items()}
        self._templates = {
            name: Templates(name, role.templates, role.source, sound)
            for name, role in inventory.roles.items()
        }
        self._target_by_school = {
            target.school: target
            for target in inventory.targets.values()
            if target.school and target.provider in ("debian", "memory")
        }
        self.problems: list[Problem] = []

    def server(self, school: School) -> Server:
        """Return what the roles of this school put on its server."""
        values = SchoolValues(self._inventory, school, self._values)
        settings = self._values[school.id, ""].settings
        said = {str(at[1]): one for at, one in settings.items() if at[0] == "roles"}
        named = {name: one for name, one in said.items() if one.value is True}
        target = self._target_by_school.get(school.id)
        parts = [
            part
            for name, setting in named.items()
            for part in self._parts(name, setting, target, values)
        ]
        if target is None:
            return Server((), {})
        return put_together(parts, school, target)

    def _parts(
        self, name: str, setting: Setting, target: Target | None, values: SchoolValues
    ) -> Iterable[Part]:
        role = self._inventory.roles.get(name)
        if role is None:
            meant = did_you_mean(name, self._inventory.roles)
            detail = tell('There is no role "{name}". {meant}', name=name, meant=meant)
            self.problems.append(Problem("E0235", detail, setting.source))
        elif target is None:
            detail = tell(
                'Role "{name}" needs a server: a target with per: school, and server: in the file'
                " of {school}.",
                name=name,
                school=values.school.id,
            )
            self.problems.append(Problem("E0261", detail, setting.source))
        elif self._checked[name]:
            return self._aimed(role, values)
        return ()

    def _check(self, role: Role, schemas: Schemas) -> bool:
        """Note what is wrong with a role for whatever school."""
        found: list[tuple[str, Words, Source]] = []
        for wish in role.resources:
            spec, thing = completed(wish), f"{wish.kind} {wish.name}"
            if wish.kind in SERVICES:
                continue
            found += misnamed(wish, schemas)
            if wish.kind == "template":
                spec = {**spec, "content": ""}
            if not names_in(spec):
                found += [
                    (one.code, tell("{thing}: {wrong}", thing=thing, wrong=one.detail), wish.source)
                    for one in self._maker.violations(f"kinds/{wish.kind}.json", spec)
                ]
            source = spec.get("source")
            if wish.kind == "template" and source is None:
                detail = tell('{thing}: "{key}" is missing.', thing=thing, key="source")
                found.append(("E0111", detail, wish.source))
            elif wish.kind == "template" and source not in role.templates:
                meant = did_you_mean(str(source), role.templates)
                file = f"templates/{source}"
                detail = tell("{file} is not in the role. {meant}", file=file, meant=meant)
                found.append(("E0108", detail, wish.source))
        for code, detail, place in found:
            self.findings.note(code, detail, place)
        return not found

    def _aimed(self, role: Role, values: SchoolValues) -> Iterator[Part]:
        """Yield the parts of one role; what they need is there, or noted as unknown."""
        where = Place(
            school=values.school.id,
            reason=f"the role {role.name} says so",
            fields=values.fields(role),
            context=values.context(role),
            templates=self._templates[role.name],
        )
        parts: list[Part] = []
        known: dict[str, tuple[str, ...]] = {}
        for wish in role.resources:
            if wish.kind in SERVICES:
                made = self._expander.parts(wish, where)
            else:
                part = self._maker.part(wish, where, is_checked=not names_in(wish.spec))
                made = (part,) if part else ()
            parts += made
            known |= {part.at: (part.at,) for part in made}
            known[f"{wish.kind}/{wish.name}"] = tuple(part.at for part in made)
        for part in parts:
            yield self._bound(part, known, role)

    def _bound(self, part: Part, known: Mapping[str, tuple[str, ...]], role: Role) -> Part:
        """Return a part whose words for others are names of parts, a service being all of its."""
        spec = dict(part.spec)
        for field in TRIGGERS:
            if field in spec:
                named = self._known_ones(triggers({field: spec[field]}), known, part)
                spec[field] = [one for one in named if not one.startswith("verify_")]
        reasons = dict.fromkeys(triggers(spec), "it restarts when that changes")
        for name, reason in part.needs.items():
            for one in self._known_ones([name], known, part):
                reasons.setdefault(one, reason)
        reasons.pop(part.at, None)
        return Part(
            kind=part.kind,
            name=part.name,
            spec=spec,
            needs=reasons,
            needed_by=part.needed_by,
            tags=(role.name, part.kind, *part.tags),
            source=part.source,
            is_shared=part.is_shared,
        )

    def _known_ones(
        self, names: Iterable[str], known: Mapping[str, tuple[str, ...]], part: Part
    ) -> list[str]:
        found: list[str] = []
        for name in names:
            if name in known:
                found += known[name]
            else:
                meant = did_you_mean(name, known)
                detail = tell('"{name}" is not in this role. {meant}', name=name, meant=meant)
                self.findings.note("E0220", detail, part.source)
        return found
