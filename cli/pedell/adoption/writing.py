"""What stands on a target, written into the files: which entries, and their places."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pedell.adoption.comparing import is_alike, payload_of
from pedell.adoption.edits import Edits
from pedell.adoption.hiding import Hiding
from pedell.adoption.layering import Catalogue, Facets
from pedell.adoption.leaving import Home
from pedell.adoption.likeness import described
from pedell.adoption.naming import Names, slug
from pedell.adoption.proving import Language
from pedell.adoption.spreading import SECTIONS, Key, Spot, spread
from pedell.adoption.standing import Candidate
from pedell.language.inserting import Unfit
from pedell.model import (
    Address,
    Cohort,
    Desired,
    Folder,
    Inventory,
    Problem,
    Resource,
    Words,
    canonical,
    tell,
)
from pedell.payloads.apple import CONFIGURATIONS

_IDENTITY = ("app_store", "bundle")
_BY_COMMAND = "configured_app"
"""Kind of an app that comes by command; no declaration says it."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where things are taken over: the files as they were read, what they want, the target.

    ``cohorts`` are those whose devices the target looks after.
    """

    folder: Folder
    inventory: Inventory
    desired: Desired
    target: str
    cohorts: Mapping[Home, Cohort]


class Writing:
    """Writes candidates into a copy of the files; what cannot be written goes to ``unfit``.

    ``addresses`` says where each has its place, ``fresh`` are apps that are new in the catalogue.
    ``problems`` is what the files want otherwise than it stands on the target.
    """

    def __init__(self, ground: Ground, language: Language) -> None:
        self._ground, self._language = ground, language
        self.edits = Edits(ground.folder)
        self.addresses: dict[Key, Address] = {}
        self.unfit: dict[Key, Words] = {}
        self.problems: list[Problem] = []
        self.fresh: list[str] = []
        self._taken: set[Address] = set()
        self._wanted: dict[tuple[Home, str], list[Resource]] = defaultdict(list)
        for at, resource in ground.desired.items():
            self._wanted[(at.school, at.place), at.kind].append(resource)
        names = Names()
        self._catalogue = Catalogue(names, Hiding(), {}, {})
        for pointer in ground.inventory.catalogue.settings:
            if len(pointer) == 2:
                names.name(str(pointer[0]), str(pointer[1]), f"there: {pointer[1]}")
        for relative in ground.folder.assets:
            section, _, file = relative.rpartition("/")
            names.name(section, file.partition(".")[0], f"there: {relative}")
        self._offered = dict(self._known_apps())

    def put(self, candidates: Sequence[Candidate]) -> None:
        """Write them all, and the catalogue behind them."""
        wanted: dict[Home, dict[Key, Facets]] = defaultdict(dict)
        for one in candidates:
            if not self._is_there(one):
                at, facets = self._said(one)
                if self._place(one, at):
                    wanted[one.home][one.key] = facets
        schools = self._ground.inventory.schools.values()
        everybody = {(school.id, cohort.name) for school in schools for cohort in school.cohorts}
        for spot, said in spread(wanted, everybody).items():
            self._write(spot, said)
        for section, entries in self._catalogue.entries.items():
            self.edits.offer(section, entries)
        for name, pem in self._catalogue.pems.items():
            self.edits.put(f"certificates/{name}.pem", "", pem.encode())

    def _is_there(self, one: Candidate) -> bool:
        """Tell whether the files want it already, just as it stands on the target."""
        rivals = ("app", _BY_COMMAND) if one.kind == "app" else ()
        for resource in self._wanted.get((one.home, one.kind), ()):
            if is_alike(one, resource.spec):
                self._place(one, resource.address)
                return True
        for resource in (r for kind in rivals for r in self._wanted.get((one.home, kind), ())):
            at, keys = resource.address, [key for key in _IDENTITY if key in one.spec]
            if any(resource.spec.get(key) == one.spec[key] for key in keys):
                detail = tell(
                    'The files want the app "{name}" otherwise than {identifier} stands on the'
                    " target. Make both say the same, then adopt again.",
                    name=at.name,
                    identifier=one.identifier,
                )
                self.problems.append(Problem("E0201", detail, resource.source))
                return True
        return False

    def _place(self, one: Candidate, at: Address) -> bool:
        if at in self._taken:
            self.unfit[one.key] = tell(
                "another one of this cohort says the same: take one of the two away on the MDM"
            )
            return False
        self._taken.add(at)
        self.addresses[one.key] = at
        return True

    def _said(self, one: Candidate) -> tuple[Address, Facets]:
        """Return the place of a thing and what its cohort says then."""
        match one.kind:
            case "app":
                name = self._app(one)
                return Address(*one.home, "app", name), {("apps", name): True}
            case "configuration":
                keys = one.spec.keys()
                name = next(n for n, each in CONFIGURATIONS.items() if keys <= each.keys.keys())
                return Address(*one.home, "configuration", name), self._keys(one)
            case "profile":
                mark = json.dumps([sorted(described(one.payload)), one.uuid])
                name = self._catalogue.profile(one.title, mark)
                self.edits.put(f"profiles/{name}.mobileconfig", "", one.raw)
                return Address(*one.home, "profile", name), {("profiles", name): True}
            case kind:
                facets = self._catalogue.take(one.said) if one.said else {}
                role = self._ground.cohorts[one.home].role
                own = {"restrictions": role, "presets": "presets"}
                return Address(*one.home, kind, own.get(kind) or str(next(iter(facets))[1])), facets

    def _keys(self, one: Candidate) -> Facets:
        """Return the keys of a declaration as rights or presets, whichever have such a word."""
        rights = self._language.schemas.kinds["restrictions"].schema["properties"]
        return {
            ("restrictions" if key in rights else "presets", key): value
            for key, value in one.spec.items()
        }

    def _write(self, spot: Spot, wanted: Mapping[Key, Facets]) -> None:
        """Have a layer say all of it; a section that cannot be written makes its things unfit."""
        for section in (*SECTIONS, "restrictions", "presets"):
            found = {k: [at for at in said if at[0] == section] for k, said in wanted.items()}
            pointers = sorted({at for each in found.values() for at in each}, key=str)
            values = {at: value for said in wanted.values() for at, value in said.items()}
            role = next((self._ground.cohorts[home].role for home, _ in wanted), "")
            try:
                self._write_section(spot, section, {at: values[at] for at in pointers}, role)
            except Unfit:
                reason = tell(
                    "{file} says some of it already, or is written so that nothing can be put in"
                    " safely. Say by hand under {section}: {names}",
                    file=spot[0],
                    section=".".join(map(str, (*spot[1], section))),
                    names=", ".join(str(at[1]) for at in pointers),
                )
                self.unfit |= {key: reason for key, each in found.items() if each}

    def _write_section(self, spot: Spot, section: str, said: Facets, role: str) -> None:
        file, at = spot[0], (*spot[1], section)
        if section in SECTIONS and said:
            self.edits.choose(file, at, sorted(str(each[1]) for each in said))
        elif section == "restrictions" and said:
            rights = {str(each[1]): value for each, value in said.items()}
            self.edits.insert(file, (*at, role), rights)
        elif section == "presets":
            for each, value in said.items():
                self.edits.insert(file, (*at, *each[1:-1]), {str(each[-1]): value})

    def _app(self, one: Candidate) -> str:
        """Return the name of an app in the catalogue, where it gets an entry if it has none."""
        content = canonical(one.payload)
        if content not in self._offered:
            words = one.identifier.replace("/", ".").split(".")
            title = words[-1] if slug(words[-1]) and len(words[-1]) < 32 else "app"
            spec = {key: value for key, value in one.spec.items() if value is not False}
            spec = spec if is_alike(one, spec) else dict(one.spec)
            day = self._language.today.isoformat()
            name = self._catalogue.names.name("apps", title, content)
            entry: dict[str, Any] = {"title": title, **spec, "approved": day}
            self._catalogue.entries.setdefault("apps", {})[name] = entry
            self._offered[content] = name
            self.fresh.append(name)
        return self._offered[content]

    def _known_apps(self) -> Iterator[tuple[str, str]]:
        """Yield what an app of the catalogue holds on a target, and its name."""
        settings = self._ground.inventory.catalogue.settings
        fields = self._language.schemas.kinds["app"].schema["properties"]
        for name, app in self._ground.inventory.offer.apps.items():
            said = {key: settings.get(("apps", name, key)) for key in fields}
            spec = {key: each.value for key, each in said.items() if each is not None}
            if "app_store" in spec:
                spec.pop("bundle", None)
            content = payload_of("", "app", spec)
            if content and app.is_approved and not app.by_command:
                yield content, name
