"""The proof: what the new files compile to is what the profiles said."""

import datetime
import plistlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pedell.adoption.hiding import Hiding
from pedell.adoption.likeness import described, odd_keys
from pedell.language.documents import parse_document
from pedell.language.plain_yaml import write_yaml
from pedell.language.roles import FindService
from pedell.language.schemas import Schemas
from pedell.model import Asset, Document, Folder, Problem, Resource, Source, tell
from pedell.payloads.apple import PROFILES, compile_profile
from pedell.stages.compile import compile_resources
from pedell.stages.resolve import resolve_values
from pedell.stages.validate import validate_folder

TYPE = "pedell-trial"
"""A school type for the schools of the proof, which stand in no file."""

_Contents = list[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Language:
    """What it takes to read files as every run does."""

    schemas: Schemas
    find_service: FindService
    today: datetime.date


@dataclass(frozen=True, slots=True)
class Claim:
    """A profile: the ``group`` that stands for it now, and the payloads that must come out."""

    group: str
    source: Source
    payloads: tuple[Mapping[str, Any], ...]


def prove(
    files: Mapping[str, bytes],
    claims: Iterable[Claim],
    role: str,
    hiding: Hiding,
    language: Language,
) -> Iterator[Problem]:
    """Yield each profile of which something else comes out.

    Each group gets a school with one cohort of ``role``, and all of it goes through the stages of
    every run. Raises Rejected where the files are not sound.
    """
    asked = {f"trial-{number}": claim for number, claim in enumerate(claims, start=1)}
    found = _compiled(_folder(files, asked, role), hiding, language)
    for school, claim in asked.items():
        there = found.get(school, [])
        if described(claim.payloads) != described(there):
            keys = ", ".join(odd_keys(claim.payloads, there))
            detail = tell(
                "What Pedell would make of it is not the same in {keys}. That is a bug of Pedell;"
                " nothing has been written.",
                keys=keys,
            )
            yield Problem("E0237", detail, claim.source)


def _folder(files: Mapping[str, bytes], asked: Mapping[str, Claim], role: str) -> Folder:
    trial = {f"groups/{TYPE}.yml": write_yaml({"type": TYPE}).encode()}
    for school, claim in asked.items():
        about = {"school": school, "name": school, "type": TYPE, "groups": [claim.group]}
        trial[f"schools/{school}.yml"] = write_yaml(
            {**about, "cohorts": {role: {"role": role}}}
        ).encode()
    documents: list[Document] = []
    assets: dict[str, Asset] = {}
    for name, content in {**files, **trial}.items():
        if name.endswith(".yml"):
            documents.append(parse_document(name, name, content))
        else:
            assets[name] = Asset(name, name, content)
    return Folder("", tuple(documents), assets)


def _compiled(folder: Folder, hiding: Hiding, language: Language) -> Mapping[str, _Contents]:
    schemas = language.schemas
    inventory = validate_folder(folder, schemas)
    values = resolve_values(inventory, schemas.kinds, language.today)
    desired = compile_resources(inventory, values, schemas, lambda _: None, language.find_service)
    found: dict[str, _Contents] = {}
    for address, resource in desired.items():
        if address.kind in PROFILES:
            found.setdefault(address.school, []).extend(_payloads(resource, hiding))
    return found


def _payloads(resource: Resource, hiding: Hiding) -> _Contents:
    payloads = PROFILES[resource.address.kind].encode(resource.spec)
    name = str(resource.address)
    whole = plistlib.loads(compile_profile(name, name, payloads, hiding.reveal))
    return list(whole["PayloadContent"])
