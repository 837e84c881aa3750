"""Whose list is whose: ``devices/SCHOOL.csv`` is the school's, ``devices/OWNER/SCHOOL.csv`` not."""

from collections.abc import Collection, Iterator, Mapping

from pedell.language.lists.device_lists import DeviceLists
from pedell.language.nearest import did_you_mean
from pedell.model import Asset, Device, Problem, Source, tell

_FOLDER = "devices/"

Listed = tuple[
    dict[tuple[str, str], Mapping[str, tuple[Device, ...]]],
    dict[tuple[str, str, str], Source],
]
"""(owner or empty, school) → cohort → devices; and with the cohort → where it is named first."""


def listed_devices(
    assets: Mapping[str, Asset],
    lists: DeviceLists,
    schools: Collection[str],
    owners: Collection[str],
) -> tuple[Listed, tuple[Problem, ...]]:
    """Read all lists, and tell which of them belong to nobody."""
    devices: dict[tuple[str, str], Mapping[str, tuple[Device, ...]]] = {}
    places: dict[tuple[str, str, str], Source] = {}
    problems: list[Problem] = []
    for relative, asset in assets.items():
        if not relative.startswith(_FOLDER):
            continue
        owner, _, school = relative[len(_FOLDER) :].removesuffix(".csv").rpartition("/")
        problems += _strays(asset, school, schools, owner, owners)
        devices[owner, school] = lists.read(asset)
        for cohort in devices[owner, school]:
            line = lists.cohorts[relative, cohort]
            places[owner, school, cohort] = Source(asset.path, line, 1)
    return (devices, places), (*problems, *lists.problems)


def _strays(
    asset: Asset, school: str, schools: Collection[str], owner: str, owners: Collection[str]
) -> Iterator[Problem]:
    wanted = [("schools", school, schools)] + ([("owners", owner, owners)] if owner else [])
    for folder, name, known in wanted:
        if name not in known:
            file, meant = f"{folder}/{name}.yml", did_you_mean(name, known)
            detail = tell("There is no {file}. {meant}", file=file, meant=meant)
            yield Problem("E0210", detail, Source(asset.path, 1, 1))
