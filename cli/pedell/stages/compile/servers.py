"""What the server of one school shall hold: its roles, aimed at it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pedell.language.nearest import did_you_mean
from pedell.language.schemas import Schemas
from pedell.language.templates import Templates
from pedell.model import (
    Address,
    Effective,
    Inventory,
    Need,
    Problem,
    Rejected,
    Resource,
    Role,
    RoleResource,
    School,
    Sealed,
    Spec,
    Target,
    Value,
    tell,
)
from pedell.stages.compile.implied import implied_needs, lies_in

_IMPLIED: Mapping[str, Mapping[str, Value]] = {
    "package": {"installed": True},
    "command": {"done": True},
}
_PATHS = ("file", "template", "directory", "symlink")


@dataclass(frozen=True, slots=True)
class Gates:
    """The server's resources that kinds on the school's devices wait for."""

    by_kind: Mapping[str, tuple[Need, ...]]

    def held_back(self, resource: Resource) -> Resource:
        """Return the resource with what it must wait for on the server."""
        needs = self.by_kind.get(resource.address.kind, ())
        return replace(resource, needs=(*resource.needs, *needs)) if needs else resource


class ServerCompiler:
    """Aims the roles at one school after the other; templates are compiled once for all."""

    def __init__(
        self,
        inventory: Inventory,
        values: Mapping[tuple[str, str], Effective],
        schemas: Schemas,
        seal: Callable[[str], str | None],
        problems: list[Problem],
    ) -> None:
        self._inventory = inventory
        self._values = values
        self._seal = seal
        self._problems = problems
        self._checked = {name: self._check(role, schemas) for name, role in inventory.roles.items()}
        self._templates = {
            name: Templates(name, role.templates, role.source)
            for name, role in inventory.roles.items()
        }
        self._target_by_school = {
            target.school: target
            for target in inventory.targets.values()
            if target.school and target.provider in ("debian", "memory")
        }

    def resources(self, school: School) -> Iterator[Resource]:
        """Yield what the roles of this school put on its server."""
        settings = self._values[school.id, ""].settings
        for at, setting in settings.items():
            if at[0] != "roles" or setting.value is not True:
                continue
            name = str(at[1])
            role, target = self._inventory.roles.get(name), self._target_by_school.get(school.id)
            if role is None:
                meant = did_you_mean(name, self._inventory.roles)
                detail = tell('There is no role "{name}". {meant}', name=name, meant=meant)
                self._problems.append(Problem("E0235", detail, setting.source))
            elif target is None:
                detail = tell(
                    'Role "{name}" needs a server: a target with per: school, and server: in the'
                    " file of {school}.",
                    name=name,
                    school=school.id,
                )
                self._problems.append(Problem("E0261", detail, setting.source))
            elif self._checked[name]:
                yield from self._aimed(role, school, target)

    def gates(self, resources: Sequence[Resource]) -> Gates:
        """Return what devices wait for on the server that holds these resources."""
        by_place = {(r.address.kind, r.address.name): r for r in resources}
        by_kind: dict[str, list[Need]] = {}
        for role in self._inventory.roles.values():
            for wish in role.resources:
                resource = by_place.get((wish.kind, wish.name))
                if resource is None or role.name not in resource.tags:
                    continue
                reason = f"{wish.kind} {wish.name} of the school's server serves it"
                for kind in wish.needed_by:
                    by_kind.setdefault(kind, []).append(Need(resource.address, reason))
        return Gates({kind: tuple(needs) for kind, needs in by_kind.items()})

    def _check(self, role: Role, schemas: Schemas) -> bool:
        found = []
        for wish in role.resources:
            spec, thing = _complete(wish), f"{wish.kind} {wish.name}"
            if wish.kind == "template":
                spec = {**spec, "content": ""}
            for violation in schemas.violations(f"kinds/{wish.kind}.json", spec):
                detail = tell("{thing}: {wrong}", thing=thing, wrong=violation.detail)
                found.append(Problem(violation.code, detail, wish.source))
            source = spec.get("source")
            if wish.kind == "template" and source is None:
                detail = tell('{thing}: "{key}" is missing.', thing=thing, key="source")
                found.append(Problem("E0111", detail, wish.source))
            elif wish.kind == "template" and source not in role.templates:
                meant = did_you_mean(str(source), role.templates)
                file = f"templates/{source}"
                detail = tell("{file} is not in the role. {meant}", file=file, meant=meant)
                found.append(Problem("E0108", detail, wish.source))
        self._problems += found
        return not found

    def _aimed(self, role: Role, school: School, target: Target) -> Iterator[Resource]:
        values = self._context(role, school)
        addresses = {
            f"{wish.kind}/{wish.name}": Address(school.id, target.name, wish.kind, wish.name)
            for wish in role.resources
        }
        for wish in role.resources:
            spec = _complete(wish)
            try:
                spec = self._rendered(role, wish, spec, values)
            except Rejected as rejected:
                self._problems.extend(rejected.problems)
                continue
            yield Resource(
                address=addresses[f"{wish.kind}/{wish.name}"],
                target=target.id,
                spec=spec,
                devices=frozenset(),
                needs=tuple(self._needs(wish, spec, addresses, role)),
                tags=("server", role.name, wish.kind, *wish.tags),
                source=wish.source,
            )

    def _rendered(
        self, role: Role, wish: RoleResource, spec: Spec, values: Mapping[str, Any]
    ) -> Spec:
        if wish.kind != "template":
            return spec
        text, names = self._templates[role.name].render(str(spec["source"]), values)
        rendered: dict[str, Value] = {**spec, "content": text}
        if names:
            rendered["secrets"] = {name: Sealed(name, self._seal(name)) for name in sorted(names)}
        return rendered

    def _needs(
        self, wish: RoleResource, spec: Spec, addresses: Mapping[str, Address], role: Role
    ) -> Iterator[Need]:
        restarts = spec.get("restart_on")
        named = [str(name) for name in restarts] if isinstance(restarts, list) else []
        reasons = dict.fromkeys(named, "it restarts when that changes")
        reasons |= dict.fromkeys(wish.needs, f"the role {role.name} says so")
        for name, reason in reasons.items():
            if name in addresses:
                yield Need(addresses[name], reason)
            else:
                meant = did_you_mean(name, addresses)
                detail = tell('"{name}" is not in this role. {meant}', name=name, meant=meant)
                self._problems.append(Problem("E0220", detail, wish.source))
        for name, reason in implied_needs(wish.kind, spec):
            if name in addresses and name not in reasons:
                yield Need(addresses[name], reason)
        for other in role.resources:
            if reason := lies_in(spec, other.kind, _complete(other)):
                yield Need(addresses[f"{other.kind}/{other.name}"], reason)

    def _context(self, role: Role, school: School) -> dict[str, Any]:
        wifi: dict[str, dict[str, Any]] = {}
        cohorts = sorted(school.cohorts, key=lambda cohort: cohort.name)
        for cohort in (None, *cohorts):
            settings = self._values[school.id, cohort.name if cohort else ""].settings
            for at, setting in settings.items():
                if at[0] != "wifi" or settings["wifi", at[1], "present"].value is not True:
                    continue
                entry = wifi.setdefault(str(at[1]), {"cohorts": []})
                entry[str(at[2])] = setting.value
                if cohort and cohort.name not in entry["cohorts"]:
                    entry["cohorts"].append(cohort.name)
        own = self._values[school.id, ""].settings
        given = {str(at[1]): s.value for at, s in own.items() if at[0] == "variables"}
        return {
            "authority": {"id": self._inventory.authority, "name": self._inventory.name},
            "school": {
                "id": school.id,
                "name": school.name,
                "type": school.type,
                "priority": school.priority,
                "server": school.variables.get("server", ""),
            },
            "cohorts": {c.name: {"role": c.role, "count": len(c.devices)} for c in cohorts},
            # sorted, because a template may write down all there is, and files have no order
            "wifi": {name: dict(sorted(entry.items())) for name, entry in sorted(wifi.items())},
            "variables": dict(sorted({**role.defaults, **given}.items())),
        }


def _complete(wish: RoleResource) -> Spec:
    spec = {**_IMPLIED.get(wish.kind, {}), **wish.spec}
    if wish.kind in _PATHS and "path" not in spec:
        spec["path"] = wish.name
    return spec
