"""A school's file becomes a school: what it is, its cohorts, and the layers that they stand on."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pedell.language.layers import read_layer
from pedell.language.members import accepted_part, overreaching
from pedell.language.nearest import did_you_mean
from pedell.model import (
    Cohort,
    Device,
    Document,
    Layer,
    Municipality,
    Owner,
    Problem,
    School,
    Source,
    tell,
)

_MDM_PROVIDERS = ("nanohub", "memory", "outside")
_PLATFORMS = {"apple": "ipados", "windows": "windows"}

Lists = Mapping[tuple[str, str], Mapping[str, tuple[Device, ...]]]
"""(owner or empty, school) → cohort → devices."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What schools stand on: the layers below them, and the devices that are listed.

    ``groups`` maps ("type" or "group", name) to its layer; ``listed`` (owner, school, cohort) to
    the line that names the cohort first.
    """

    authority: Document
    base: Layer
    groups: Mapping[tuple[str, str], Layer]
    municipalities: Mapping[str, Municipality]
    owners: Mapping[str, Owner]
    devices: Lists
    listed: Mapping[tuple[str, str, str], Source]


class SchoolReader:
    """Reads the files of all schools; what does not fit goes to ``problems``."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._owner_of = {r: owner for owner in ground.owners.values() for r in owner.roles}
        self._types = {
            *ground.authority.value.get("types", {}),
            *(name for kind, name in ground.groups if kind == "type"),
        }
        self._groups = {name for kind, name in ground.groups if kind == "group"}
        self.problems: list[Problem] = []

    def read(self, document: Document) -> School:
        """Read one school, with its cohorts and their devices."""
        value, name = document.value, document.value["school"]
        layers = (*self._below(document), read_layer("school", document, (), name))
        return School(
            id=name,
            name=value["name"],
            type=value["type"],
            groups=tuple(value.get("groups", [])),
            priority=value.get("priority", 0),
            variables={"server": value["server"]} if "server" in value else {},
            cohorts=tuple(self._cohorts(document, layers)),
            layers=layers,
            source=document.source(("school",)),
            municipality=value.get("municipality", ""),
            base=value.get("base", "apple"),
            need=value.get("need"),
        )

    def _below(self, document: Document) -> Iterator[Layer]:
        """Yield the layers that a school stands on, the lowest first."""
        value, ground = document.value, self._ground
        yield ground.base
        if value["type"] not in self._types:
            self._unknown("E0212", value["type"], self._types, document.source(("type",)))
        if layer := ground.groups.get(("type", value["type"])):
            yield layer
        member = value.get("municipality")
        if member in ground.municipalities:
            yield ground.municipalities[member].layer
        elif member is not None:
            where = document.source(("municipality",))
            self._unknown("E0213", member, ground.municipalities, where)
        for number, group in enumerate(value.get("groups", [])):
            if group in self._groups:
                yield ground.groups["group", group]
            else:
                self._unknown("E0211", group, self._groups, document.source(("groups", number)))

    def _cohorts(self, document: Document, layers: tuple[Layer, ...]) -> Iterator[Cohort]:
        cohorts = document.value.get("cohorts", {})
        for name, value in cohorts.items():
            entry = value or {}
            role = entry.get("role", name)
            owner = self._owner_of.get(role)
            platform = self._platform(document, name, entry)
            rows = self._devices(document.value["school"], name, owner)
            yield Cohort(
                name=name,
                role=role,
                ownership=entry.get("ownership", "school"),
                platform=platform,
                target=self._target(entry, platform, document.source(("cohorts", name))),
                devices=rows,
                serials=frozenset(device.serial for device in rows if device.serial),
                source=document.key_source(("cohorts", name)),
                owner=owner.id if owner else "",
                persons=entry.get("persons"),
                layers=self._owned(document, layers, name, owner) if owner else layers,
            )
        self._compare_lists(document, cohorts)

    def _owned(
        self, document: Document, layers: tuple[Layer, ...], cohort: str, owner: Owner
    ) -> tuple[Layer, ...]:
        """Return the layers of a cohort that is not the school's own to decide for."""
        found: list[Layer] = []
        for layer in layers:
            if layer.kind in ("municipality", "school"):
                self.problems += overreaching(layer, owner, cohort)
                found.append(accepted_part(layer, owner.accepts))
            else:
                found.append(layer)
        found.append(owner.layer)
        school = document.value["school"]
        if school in owner.schools:
            found.append(owner.schools[school])
        return tuple(found)

    def _devices(self, school: str, cohort: str, owner: Owner | None) -> tuple[Device, ...]:
        return self._ground.devices.get((owner.id if owner else "", school), {}).get(cohort, ())

    def _compare_lists(self, document: Document, cohorts: Mapping[str, Any]) -> None:
        """Find cohorts that a list names and the school does not have, or that are not its own."""
        school = document.value["school"]
        for keeper in ("", *self._ground.owners):
            for name in sorted(self._ground.devices.get((keeper, school), {})):
                source = self._ground.listed[keeper, school, name]
                if name not in cohorts:
                    detail = tell(
                        '"{name}" is no cohort of {file}. {meant}',
                        name=name,
                        file=document.path,
                        meant=did_you_mean(name, cohorts),
                    )
                    self.problems.append(Problem("E0220", detail, source))
                    continue
                owner = self._owner_of.get((cohorts[name] or {}).get("role", name))
                rightful = owner.id if owner else ""
                if rightful != keeper:
                    folder = f"devices/{rightful}/" if rightful else "devices/"
                    detail = tell(
                        'The devices of "{name}" stand in {right}, not in this list.',
                        name=name,
                        right=f"{folder}{school}.csv",
                    )
                    self.problems.append(Problem("E0203", detail, source))

    def _platform(self, document: Document, name: str, entry: Mapping[str, Any]) -> str:
        base, said = document.value.get("base", "apple"), entry.get("platform")
        if said is None and base == "mixed":
            detail = tell('"{name}" must say its platform: the school has several.', name=name)
            self.problems.append(Problem("E0204", detail, document.key_source(("cohorts", name))))
        return str(said or _PLATFORMS.get(base, "ipados"))

    def _target(self, cohort: Mapping[str, Any], platform: str, source: Source) -> str:
        targets = self._ground.authority.value["targets"]
        fitting = [
            name
            for name, target in targets.items()
            if target["provider"] in _MDM_PROVIDERS
            and target.get("per", "authority") == "authority"
            and target.get("platform", "ipados") == platform
        ]
        wanted = cohort.get("target")
        if wanted is None and len(fitting) == 1:
            return str(fitting[0])
        if wanted in fitting:
            return str(wanted)
        if wanted is not None:
            self._unknown("E0261", str(wanted), fitting, source)
        else:
            none = tell("No target looks after these devices. Name one: target: NAME.")
            several = tell(
                "{count} targets look after these devices. Name one: target: NAME.",
                count=len(fitting),
            )
            self.problems.append(Problem("E0261", several if fitting else none, source))
        return ""

    def _unknown(self, code: str, name: str, known: Iterable[str], source: Source) -> None:
        detail = tell('"{name}" is not known. {meant}', name=name, meant=did_you_mean(name, known))
        self.problems.append(Problem(code, detail, source))
