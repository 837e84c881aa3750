"""``contracts/<school>.csv``: ``serial;contract;signed``, never whose contract it is."""

import re
from collections.abc import Mapping

from pedell.language.lists.headings import HEADINGS
from pedell.language.lists.tables import Shape, Table
from pedell.language.nearest import did_you_mean
from pedell.model import Asset, Contract, Problem, School, Source, Words, tell

FOLDER = "contracts"
_SHAPE = Shape(
    "E0247",
    {
        "serial": HEADINGS["serial"],
        "contract": (
            "contract", "contractnumber", "vertrag", "vertragsnummer", "vertragsnr", "leihvertrag",
        ),
        "signed": ("signed", "signedon", "unterschrieben", "unterschriebenam", "unterzeichnet"),
    },
    ("serial", "contract"),
)  # fmt: skip  # one field a line
_NUMBER = re.compile(r"(?=[^0-9]*[0-9])[\w ./-]{1,40}")


def read_contracts(
    assets: Mapping[str, Asset], schools: Mapping[str, School]
) -> tuple[Mapping[str, Mapping[str, Contract]], list[Problem]]:
    """Return school → serial number → contract, and what is wrong in the lists.

    ``assets`` are those of an inventory, by relative path.
    """
    found: dict[str, Mapping[str, Contract]] = {}
    problems: list[Problem] = []
    contracts = {name: each for name, each in assets.items() if name.startswith(f"{FOLDER}/")}
    homes = _homes(schools) if contracts else {}
    for relative, asset in contracts.items():
        name = relative.removeprefix(f"{FOLDER}/").removesuffix(".csv")
        if name in schools:
            found[name], wrong = _contracts(asset, name, homes)
            problems += wrong
        else:
            meant = did_you_mean(name, schools)
            detail = tell("There is no schools/{name}.yml. {meant}", name=name, meant=meant)
            problems.append(Problem("E0210", detail, Source(asset.path, 1, 1)))
    return found, problems


def _homes(schools: Mapping[str, School]) -> Mapping[str, str]:
    return {
        device.serial: school.id
        for school in schools.values()
        for cohort in school.cohorts
        for device in cohort.devices
        if device.serial
    }


def _contracts(
    asset: Asset, school: str, homes: Mapping[str, str]
) -> tuple[Mapping[str, Contract], list[Problem]]:
    table = Table(asset, _SHAPE)
    found: dict[str, Contract] = {}
    for entry in table.entries():
        serial, number = entry.said["serial"], entry.said["contract"]
        if serial in found:
            line = found[serial].source.line
            detail = tell('"{serial}" stands in line {line} already.', serial=serial, line=line)
            table.complain(detail, entry.places["serial"])
            continue
        if homes.get(serial) != school:
            problem = Problem("E0248", _elsewhere(serial, school, homes), entry.places["serial"])
            table.problems.append(problem)
        if not _NUMBER.fullmatch(number):
            # What stands there may be a name, which must not be said again.
            detail = tell("A contract has a number: up to 40 letters and at least one digit.")
            table.complain(detail, entry.places["contract"])
        found[serial] = Contract(serial, number, table.day(entry, "signed"), entry.source)
    return found, table.problems


def _elsewhere(serial: str, school: str, homes: Mapping[str, str]) -> Words:
    if not serial:
        return tell("It names no device. Give the serial number.")
    if serial in homes:
        return tell(
            '"{serial}" stands in the list of {home}, not of {school}. Move the line to '
            "contracts/{home}.csv.",
            serial=serial,
            home=homes[serial],
            school=school,
        )
    return tell(
        '"{serial}" stands in no device list. Look for a slip of the pen, or put the device into '
        "the list of {school} first.",
        serial=serial,
        school=school,
    )
