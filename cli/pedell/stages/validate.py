"""Stage 2 (pure): documents that obey the language become the inventory."""

import zoneinfo
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pedell.language.device_lists import DeviceLists
from pedell.language.layers import read_layer, read_leaves
from pedell.language.locks import read_locks
from pedell.language.nearest import did_you_mean
from pedell.language.roles import read_roles
from pedell.language.schemas import Schemas
from pedell.language.secret_files import FOLDER, read_secrets
from pedell.language.targets import read_targets
from pedell.model import (
    Cohort,
    Device,
    Document,
    Folder,
    Inventory,
    Layer,
    Lock,
    Pointer,
    Problem,
    Rejected,
    Role,
    School,
    SecretFiles,
    Source,
    Target,
    Written,
)

_MDM_PROVIDERS = ("nanohub", "memory")


def validate_folder(folder: Folder, schemas: Schemas) -> Inventory:
    """Check everything that was read and build the inventory, or reject with all findings."""
    problems = [finding for document in folder.documents for finding in _check(document, schemas)]
    if not any(document.relative == "authority.yml" for document in folder.documents):
        detail = f"{folder.root} has no authority.yml. Start one: pedell init {folder.root}"
        problems.append(Problem("E0108", detail))
    if problems:
        raise Rejected(problems)
    building = _Building(folder, schemas)
    inventory = building.inventory()
    if building.problems:
        raise Rejected(building.problems)
    return inventory


def _check(document: Document, schemas: Schemas) -> Iterator[Problem]:
    folder, _, name = document.relative.rpartition("/")
    if folder == FOLDER:
        return  # closed: what can be seen of them is read with the inventory
    schema = {"groups": "group", "schools": "school"}.get(folder, "role" if folder else "")
    schema = schema or document.relative.removesuffix(".yml")
    for violation in schemas.violations(f"{schema}.json", document.value):
        place = document.key_source if violation.on_key else document.source
        yield Problem(violation.code, violation.detail, place(violation.pointer))
    value = document.value if isinstance(document.value, dict) else {}
    key = {"groups": "group" if "group" in value else "type", "schools": "school"}.get(folder, "")
    stated = value.get(key)
    if isinstance(stated, str) and f"{stated}.yml" != name:
        detail = f'The file is called {name}, the id inside is "{stated}". They must be the same.'
        yield Problem("E0115", detail, document.source((key,)))


class _Building:
    """Puts the inventory together and collects what does not fit on the way."""

    def __init__(self, folder: Folder, schemas: Schemas) -> None:
        self._folder = folder
        self._schemas = schemas
        self._lists = DeviceLists()
        self._documents = {document.relative: document for document in folder.documents}
        self._authority = self._documents["authority.yml"]
        self.problems: list[Problem] = []

    def inventory(self) -> Inventory:
        value = self._authority.value
        base = read_layer("authority", self._authority, ("defaults",))
        groups = dict(self._groups())
        devices = self._devices()
        documents = [d for d in self._folder.documents if d.relative.startswith("schools/")]
        schools = {
            document.value["school"]: self._school(document, base, groups, devices)
            for document in sorted(documents, key=lambda document: document.value["school"])
        }
        for name in sorted(devices.keys() - schools.keys()):
            detail = f"There is no schools/{name}.yml. {did_you_mean(name, schools)}"
            source = Source(self._folder.assets[f"devices/{name}.csv"].path, 1, 1)
            self.problems.append(Problem("E0210", detail, source))
        return Inventory(
            label=self._folder.root,
            authority=value["authority"],
            name=value["name"],
            timezone=self._timezone(),
            schools=schools,
            targets=self._targets(schools),
            locks=self._locks(),
            catalogue=self._catalogue(),
            roles=self._roles(),
            certificates=dict(self._certificates()),
            secrets=self._secrets(schools),
        )

    def _secrets(self, schools: Mapping[str, School]) -> SecretFiles:
        found, problems = read_secrets(self._folder.documents, schools)
        self.problems.extend(problems)
        return found

    def _groups(self) -> Iterator[tuple[tuple[str, str], Layer]]:
        for document in self._folder.documents:
            if document.relative.startswith("groups/"):
                kind = "group" if "group" in document.value else "type"
                name = document.value[kind]
                yield (kind, name), read_layer(kind, document, (), name)

    def _school(
        self,
        document: Document,
        base: Layer,
        groups: Mapping[tuple[str, str], Layer],
        devices: Mapping[str, Mapping[str, tuple[Device, ...]]],
    ) -> School:
        value, name = document.value, document.value["school"]
        layers = [base]
        types = {
            **self._authority.value.get("types", {}),
            **{n: n for k, n in groups if k == "type"},
        }
        if value["type"] not in types:
            self._unknown("E0212", value["type"], types, document.source(("type",)))
        if layer := groups.get(("type", value["type"])):
            layers.append(layer)
        named = {group for kind, group in groups if kind == "group"}
        for number, group in enumerate(value.get("groups", [])):
            if group in named:
                layers.append(groups["group", group])
            else:
                self._unknown("E0211", group, named, document.source(("groups", number)))
        layers.append(read_layer("school", document, (), name))
        return School(
            id=name,
            name=value["name"],
            type=value["type"],
            groups=tuple(value.get("groups", [])),
            priority=value.get("priority", 0),
            variables={"server": value["server"]} if "server" in value else {},
            cohorts=tuple(self._cohorts(document, devices.get(name, {}))),
            layers=tuple(layers),
            source=document.source(("school",)),
        )

    def _cohorts(
        self, document: Document, devices: Mapping[str, tuple[Device, ...]]
    ) -> Iterator[Cohort]:
        cohorts = document.value.get("cohorts", {})
        for name in sorted(devices.keys() - cohorts.keys()):
            asset = self._folder.assets[f"devices/{document.value['school']}.csv"]
            detail = f'"{name}" is no cohort of {document.path}. {did_you_mean(name, cohorts)}'
            line = self._lists.cohorts[asset.relative, name]
            self.problems.append(Problem("E0220", detail, Source(asset.path, line, 1)))
        for name, value in cohorts.items():
            entry = value or {}
            rows = devices.get(name, ())
            yield Cohort(
                name=name,
                role=entry.get("role", name),
                ownership=entry.get("ownership", "school"),
                platform=entry.get("platform", "ipados"),
                target=self._mdm(entry, document.source(("cohorts", name))),
                devices=rows,
                serials=frozenset(device.serial for device in rows),
                source=document.key_source(("cohorts", name)),
            )

    def _mdm(self, cohort: Mapping[str, Any], source: Source) -> str:
        targets = self._authority.value["targets"]
        fitting = [
            name
            for name, target in targets.items()
            if target["provider"] in _MDM_PROVIDERS
            and target.get("per", "authority") == "authority"
            and target.get("platform", "ipados") == cohort.get("platform", "ipados")
        ]
        wanted = cohort.get("target")
        if wanted is None and len(fitting) == 1:
            return str(fitting[0])
        if wanted in fitting:
            return str(wanted)
        if wanted is None:
            count = "No target looks" if not fitting else f"{len(fitting)} targets look"
            detail = f"{count} after these devices. Name one: target: NAME."
            self.problems.append(Problem("E0261", detail, source))
        else:
            self._unknown("E0261", str(wanted), fitting, source)
        return ""

    def _targets(self, schools: Mapping[str, School]) -> Mapping[str, Target]:
        targets, problems = read_targets(self._authority, schools)
        self.problems.extend(problems)
        return targets

    def _timezone(self) -> str:
        name = str(self._authority.value.get("timezone", "Europe/Berlin"))
        try:
            zoneinfo.ZoneInfo(name)
        except (OSError, ValueError, LookupError):
            detail = f'"{name}" is no time zone like Europe/Berlin.'
            source = self._authority.source(("timezone",))
            self.problems.append(Problem("E0113", detail, source))
        return name

    def _locks(self) -> tuple[Lock, ...]:
        locks, problems = read_locks(self._authority, self._schemas)
        self.problems.extend(problems)
        return locks

    def _catalogue(self) -> Layer:
        document = self._documents.get("catalogue.yml")
        if document is None or not document.value:
            return Layer("catalogue", "", {}, {})
        found: dict[Pointer, Written] = {}
        for section, entries in document.value.items():
            for name, entry in entries.items():
                place = (section, name)
                found[place] = Written({}, document.key_source(place))
                for rest, written in read_leaves(document, place, entry):
                    found[*place, *rest] = written
        return Layer("catalogue", "", found, {})

    def _certificates(self) -> Iterator[tuple[str, str]]:
        document = self._documents.get("catalogue.yml")
        entries = (document.value or {}).get("certificates", {}) if document else {}
        for name, entry in entries.items():
            asset = self._folder.assets.get(entry["file"])
            if document and asset is None:
                detail = f"{entry['file']} is not there. Put it below certificates/."
                source = document.source(("certificates", name, "file"))
                self.problems.append(Problem("E0108", detail, source))
            elif document and asset and b"PRIVATE KEY" in asset.content:
                detail = f"{entry['file']} holds a private key. Take it out; git keeps it."
                source = document.source(("certificates", name, "file"))
                self.problems.append(Problem("E0114", detail, source))
            elif asset:
                yield name, asset.content.decode("utf-8", "replace")

    def _roles(self) -> Mapping[str, Role]:
        roles, problems = read_roles(self._folder)
        self.problems.extend(problems)
        return roles

    def _devices(self) -> dict[str, Mapping[str, tuple[Device, ...]]]:
        found = {
            relative.removeprefix("devices/").removesuffix(".csv"): self._lists.read(asset)
            for relative, asset in self._folder.assets.items()
            if relative.startswith("devices/")
        }
        self.problems.extend(self._lists.problems)
        return found

    def _unknown(self, code: str, name: str, known: Iterable[str], source: Source) -> None:
        self.problems.append(
            Problem(code, f'"{name}" is not known. {did_you_mean(name, known)}', source)
        )
