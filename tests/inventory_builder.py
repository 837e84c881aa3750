"""Small inventories in a temporary folder. Every name in them is invented."""

import datetime
import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest

from pedell import reading
from pedell.language.schemas import Schemas
from pedell.model import Address, Effective, Inventory, Problem, Rejected, Resource
from pedell.stages.load import load_folder
from pedell.stages.resolve import resolve_values
from pedell.stages.validate import validate_folder
from pedell.wiring import load_service

HOME = Path(__file__).parents[1]
TODAY = datetime.date(2026, 11, 20)

AUTHORITY = """\
authority: musterstadt
name: Stadt Musterstadt
types: {grundschule: Grundschule, realschule: Realschule}
targets:
  tablets: {provider: memory, platform: ipados}
  server: {provider: memory, per: school}
"""
CATALOGUE = """\
wifi:
  schulnetz: {ssid: Schulnetz, security: wpa2-personal, password: !secret "${school.id}-wlan"}
restrictions:
  jugendschutz: {airdrop: false, camera: true, max_app_rating: 300}
  offen: {airdrop: true}
apps:
  anton: {title: ANTON, app_store: 1180554775, approved: "2021-01-15"}
  geogebra: {title: GeoGebra, app_store: 1117998129, approved: "2021-01-15"}
  neuheit: {title: Neuheit, app_store: 1}
"""
SCHOOL = """\
school: gs-nord
name: Grundschule Nord
type: grundschule
cohorts:
  pupil: {ownership: loan}
  teacher: {}
"""
DEVICES = """\
serial;mac;asset;model;cohort
DXXX00000001;02:d0:00:00:00:01;MU-0001;iPad;pupil
DXXX00000002;02:d0:00:00:00:02;MU-0002;iPad;pupil
DXXX00000003;02:d0:00:00:00:03;MU-0003;iPad;teacher
"""
FILES: Mapping[str, str] = {
    "authority.yml": AUTHORITY,
    "catalogue.yml": CATALOGUE,
    "schools/gs-nord.yml": SCHOOL,
    "devices/gs-nord.csv": DEVICES,
}
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def build(root: Path, changed: Mapping[str, str | bytes | None] = {}) -> Path:
    """Write the small inventory with these files changed, added, or (None) left out."""
    return write(root, {**FILES, **changed})


def write(root: Path, files: Mapping[str, str | bytes | None]) -> Path:
    """Write these files and leave the others as they are."""
    for relative, content in files.items():
        if content is not None:
            path = root / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def school(text: str = "", name: str = "gs-nord", kind: str = "grundschule") -> str:
    """Return a school's file with more lines behind the head (which has five)."""
    head = f"school: {name}\nname: Schule {name}\ntype: {kind}\n"
    return f"{head}cohorts: {{pupil: {{}}, teacher: {{}}}}\n{text}"


def role(resources: str, name: str = "welcome") -> Mapping[str, str]:
    """Return the file of a server role whose resources begin in line 3."""
    return {f"playbooks/roles/{name}/role.yml": f"role: {name}\nresources:\n{resources}"}


@cache
def schemas() -> Schemas:
    """Return the schemas of the language, read once."""
    folder = HOME / "schemas"
    return Schemas(
        {
            path.relative_to(folder).as_posix(): json.loads(path.read_text("utf-8"))
            for path in folder.rglob("*.json")
        }
    )


def fingerprint(name: str) -> str | None:
    """Seal as somebody who may open the vault."""
    return f"{name}#".ljust(32, "0")


def read(
    root: Path,
    seal: Callable[[str], str | None] = fingerprint,
    today: datetime.date = TODAY,
) -> reading.Reading:
    """Read an inventory as every command does."""
    noon = datetime.datetime.combine(today, datetime.time(12), datetime.UTC)
    return reading.read((root,), schemas(), lambda _: seal, noon, load_service)


def inventory(root: Path) -> Inventory:
    """Read an inventory up to validate."""
    return validate_folder(load_folder((root,)), schemas())


def resolve(root: Path, today: datetime.date = TODAY) -> Mapping[tuple[str, str], Effective]:
    """Read an inventory up to resolve."""
    return resolve_values(inventory(root), schemas().kinds, today)


def compiled(root: Path) -> Mapping[str, Resource]:
    """Return what is wanted, by address as text."""
    return {str(address): resource for address, resource in read(root).desired.items()}


def value(root: Path, path: str, cohort: str = "pupil", name: str = "gs-nord") -> object:
    """Return one effective value, by its dotted path."""
    return resolve(root)[name, cohort].settings[tuple(path.split("."))].value


def problems(root: Path, today: datetime.date = TODAY) -> tuple[Problem, ...]:
    """Return what is wrong with an inventory."""
    with pytest.raises(Rejected) as caught:
        read(root, today=today)
    return caught.value.problems


def problem(root: Path) -> tuple[str, str, str]:
    """Return (code, place inside the inventory, detail) of the only thing that is wrong."""
    (found,) = problems(root)
    place = str(found.source or "").removeprefix(f"{root}/")
    return found.code, place, found.detail


def address(text: str) -> Address:
    """Read an address."""
    return Address.parse(text)
