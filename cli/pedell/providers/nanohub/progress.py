"""How far devices have come, counted from the books and from what they report (pure)."""

from collections.abc import Callable, Mapping, Set

from pedell.model import Progress, Resource
from pedell.payloads.apple import PROFILES
from pedell.ports import Stage
from pedell.providers.nanohub.books import Books
from pedell.providers.nanohub.codecs import (
    SYNC,
    Report,
    identifier_of,
    profile_of,
    resealed,
    set_of,
)


def count(
    owner: str,
    resource: Resource,
    books: Books,
    reports: Mapping[str, Mapping[str, Report]],
    fingerprint: Callable[[str], str | None],
) -> Progress:
    """Count the devices of one resource. ``reports`` is by serial and identifier.

    A profile is verified when a later list of the device shows it, an app when the device reports
    its declaration as current, active and valid. A membership lives on the server alone: it is
    verified when the server took it.
    """
    match resource.address.kind:
        case kind if kind in PROFILES:
            stages = _profile_stages(owner, resource, books, fingerprint)
        case "app":
            name = identifier_of(owner, resource.address)
            rows = {serial: reports[serial] for serial in resource.devices & reports.keys()}
            stages = _app_stages(books, {s: each[name] for s, each in rows.items() if name in each})
        case _:
            stages = {Stage.VERIFIED: books.members(set_of(owner, resource.address))}
    return _counted(resource.devices, stages)


def _profile_stages(
    owner: str, resource: Resource, books: Books, fingerprint: Callable[[str], str | None]
) -> Mapping[Stage, Set[str]]:
    spec = resealed(resource.spec, fingerprint)
    try:
        profile = profile_of(owner, resource.address, spec if isinstance(spec, Mapping) else {})
    except (ValueError, KeyError):  # what cannot be written has come nowhere
        return {}
    groups = books.standings.get(profile.identifier, {})
    return {stage: groups.get((profile.uuid, stage), frozenset()) for stage in Stage}


def _app_stages(books: Books, reported: Mapping[str, Report]) -> Mapping[Stage, Set[str]]:
    groups = books.standings.get(SYNC, {})
    return {
        Stage.VERIFIED: {serial for serial, report in reported.items() if report.is_held},
        Stage.FAILED: {serial for serial, report in reported.items() if report.is_refused}
        | groups.get((SYNC, Stage.FAILED), frozenset()),
        Stage.INSTALLED: books.informed,
        Stage.QUEUED: groups.get((SYNC, Stage.QUEUED), frozenset()),
    }


def _counted(devices: Set[str], stages: Mapping[Stage, Set[str]]) -> Progress:
    left, counts = set(devices), {}
    for stage in (Stage.VERIFIED, Stage.FAILED, Stage.INSTALLED, Stage.QUEUED):
        here = left & stages.get(stage, frozenset())
        counts[stage] = len(here)
        left -= here
    return Progress(
        total=len(devices),
        queued=counts[Stage.QUEUED],
        installed=counts[Stage.INSTALLED],
        verified=counts[Stage.VERIFIED],
        failed=counts[Stage.FAILED],
        asleep=len(left),
    )
