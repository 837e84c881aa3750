"""Stage 2 (pure): documents that obey the language become the inventory."""

import zoneinfo
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from pedell.language.catalogue import read_catalogue, read_certificates
from pedell.language.catalogue_apps import read_apps, read_grades
from pedell.language.layers import read_layer
from pedell.language.lists.adopted import read_adopted
from pedell.language.lists.device_folders import listed_devices
from pedell.language.lists.device_lists import DeviceLists
from pedell.language.lists.goods import read_goods
from pedell.language.lists.licences import read_licences
from pedell.language.locks import Locker, locked_twice, read_locks
from pedell.language.members import (
    contested_roles,
    read_municipality,
    read_owner,
    unknown_schools,
)
from pedell.language.profiles import read_facts, read_profiles
from pedell.language.roles import read_roles
from pedell.language.schemas import Schemas
from pedell.language.schools import Ground, SchoolReader
from pedell.language.secret_files import FOLDER, read_secrets
from pedell.language.signing import read_signing
from pedell.language.targets import read_targets
from pedell.model import (
    Document,
    Folder,
    Inventory,
    Layer,
    Lock,
    Municipality,
    Offer,
    Owner,
    PoolOf,
    Problem,
    Rejected,
    School,
    tell,
)

_KINDS = {
    "groups": "group",
    "schools": "school",
    "municipalities": "municipality",
    "owners": "owner",
}
"""Folder → what each of its files is, and the key that holds its id."""

_Found = TypeVar("_Found")


def validate_folder(folder: Folder, schemas: Schemas) -> Inventory:
    """Check everything that was read and build the inventory, or reject with all findings."""
    problems = [finding for document in folder.documents for finding in _check(document, schemas)]
    if not any(document.relative == "authority.yml" for document in folder.documents):
        detail = tell(
            "{root} has no authority.yml. Start one: pedell init {root}", root=folder.root
        )
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
    schema = _KINDS.get(folder, "role" if folder else document.relative.removesuffix(".yml"))
    for violation in schemas.violations(f"{schema}.json", document.value):
        place = document.key_source if violation.on_key else document.source
        yield Problem(violation.code, violation.detail, place(violation.pointer))
    value = document.value if isinstance(document.value, dict) else {}
    key = "type" if schema == "group" and "group" not in value else schema
    stated = value.get(key) if folder in _KINDS else None
    if isinstance(stated, str) and f"{stated}.yml" != name:
        detail = tell(
            'The file is called {name}, the id inside is "{stated}". They must be the same.',
            name=name,
            stated=stated,
        )
        yield Problem("E0115", detail, document.source((key,)))


class _Building:
    """Puts the inventory together and collects what does not fit on the way."""

    def __init__(self, folder: Folder, schemas: Schemas) -> None:
        self._folder = folder
        self._schemas = schemas
        self._documents = {document.relative: document for document in folder.documents}
        self._authority = self._documents["authority.yml"]
        empty = Document("", "catalogue.yml", "", {}, {}, {})
        self._catalogue = self._documents.get("catalogue.yml", empty)
        self._lists = DeviceLists()
        self.problems: list[Problem] = []

    def inventory(self) -> Inventory:
        value = self._authority.value
        members = {m.id: m for m in map(read_municipality, self._in("municipalities"))}
        owners = {owner.id: owner for owner in map(read_owner, self._in("owners"))}
        schools = self._schools(members, owners)
        self.problems += contested_roles(owners)
        self.problems += unknown_schools(owners, self._documents, schools)
        assets = self._folder.assets
        goods = self._sound(read_goods(assets, self._authority, self._lists, schools))
        found = Inventory(
            label=self._folder.root,
            authority=value["authority"],
            name=value["name"],
            timezone=self._timezone(),
            schools=schools,
            targets=self._sound(read_targets(self._authority, schools)),
            locks=tuple(self._locks()),
            catalogue=read_catalogue(self._catalogue),
            roles=self._sound(read_roles(self._folder)),
            certificates=self._sound(read_certificates(self._catalogue, assets)),
            secrets=self._sound(read_secrets(self._folder.documents, schools)),
            municipalities=members,
            owners=owners,
            deliveries=goods.deliveries,
            contracts=goods.contracts,
            stock=goods.stock,
            offer=self._offer(schools, members),
            adopted=self._sound(read_adopted(assets, value["targets"], self._schemas.kinds)),
        )
        return self._with_profiles(found)

    def _with_profiles(self, inventory: Inventory) -> Inventory:
        """Add raw profiles, the table that they are held against, and who signs what is sent."""
        facts = self._sound(read_facts(self._folder.assets))
        profiles = self._sound(read_profiles(self._catalogue, self._folder.assets, facts.text))
        signing = self._sound(read_signing(self._authority, inventory.certificates))
        return replace(inventory, facts=facts, profiles=profiles, signing=signing)

    def _offer(self, schools: Iterable[str], members: Iterable[str]) -> Offer:
        apps = self._sound(read_apps(self._catalogue))
        own = self._authority.value["authority"]
        pools = {
            PoolOf.AUTHORITY: frozenset([own]),
            PoolOf.MUNICIPALITY: frozenset([own, *members]),
            PoolOf.SCHOOL: frozenset(schools),
        }
        owned = self._sound(read_licences(self._folder.assets, apps, pools))
        return Offer(apps, owned, self._sound(read_grades(self._authority)))

    def _sound(self, read: tuple[_Found, Iterable[Problem]]) -> _Found:
        """Keep what was read, and note what was wrong with it."""
        self.problems += read[1]
        return read[0]

    def _in(self, folder: str) -> list[Document]:
        """Return the documents of one folder, in the order of their names."""
        found = (d for d in self._folder.documents if d.relative.rpartition("/")[0] == folder)
        return sorted(found, key=lambda document: document.relative)

    def _schools(
        self, members: Mapping[str, Municipality], owners: Mapping[str, Owner]
    ) -> dict[str, School]:
        documents = {document.value["school"]: document for document in self._in("schools")}
        assets = self._folder.assets
        devices, listed = self._sound(listed_devices(assets, self._lists, documents, owners))
        ground = Ground(
            authority=self._authority,
            base=read_layer("authority", self._authority, ("defaults",)),
            groups=dict(self._groups()),
            municipalities=members,
            owners=owners,
            devices=devices,
            listed=listed,
        )
        reader = SchoolReader(ground)
        found = {name: reader.read(documents[name]) for name in sorted(documents)}
        self.problems += reader.problems
        return found

    def _groups(self) -> Iterator[tuple[tuple[str, str], Layer]]:
        for document in self._in("groups"):
            kind = "group" if "group" in document.value else "type"
            name = document.value[kind]
            yield (kind, name), read_layer(kind, document, (), name)

    def _locks(self) -> Iterator[Lock]:
        """Yield all locks, those of the authority first."""
        lockers = [Locker("authority", "", self._authority, ("defaults",))]
        for folder in ("municipalities", "owners"):
            kind = _KINDS[folder]
            lockers += [Locker(kind, d.value[kind], d) for d in self._in(folder)]
        found = [lock for each in lockers for lock in self._sound(read_locks(each, self._schemas))]
        self.problems += locked_twice(found)
        yield from found

    def _timezone(self) -> str:
        name = str(self._authority.value.get("timezone", "Europe/Berlin"))
        try:
            zoneinfo.ZoneInfo(name)
        except (OSError, ValueError, LookupError):
            detail = tell('"{name}" is no time zone like Europe/Berlin.', name=name)
            source = self._authority.source(("timezone",))
            self.problems.append(Problem("E0113", detail, source))
        return name
