"""How far devices have come with one thing, by the books and by what they report (pure)."""

from collections.abc import Callable, Mapping, Set

from pedell.model import Progress, Resource
from pedell.payloads.apple import COMMANDED, DECLARATIONS, PROFILES
from pedell.ports import Stage
from pedell.providers.nanohub.apps import content_of, stages_of_app
from pedell.providers.nanohub.books import Books
from pedell.providers.nanohub.codecs import SYNC, Report, profile_of, resealed
from pedell.providers.nanohub.names import Names


def stages_of(
    names: Names,
    resource: Resource,
    books: Books,
    reports: Mapping[str, Mapping[str, Report]],
    fingerprint: Callable[[str], str | None],
) -> Mapping[Stage, Set[str]]:
    """Say which devices have come how far with one resource; a device may stand in several.

    ``reports`` is by serial and identifier. A profile is verified when a later list of the device
    shows it, an app when the device reports its declaration as current, active and valid, one by
    command when the device was asked for it and says that it has it so. A membership lives on the
    server alone: it is verified when the server took it.
    """
    match resource.address.kind:
        case kind if kind in PROFILES:
            return _profile_stages(names, resource, books, fingerprint)
        case kind if kind in COMMANDED:
            spec = resealed(resource.spec, fingerprint)
            content = content_of(names, resource.address, spec if isinstance(spec, Mapping) else {})
            return stages_of_app(books, names.identifier(resource.address), content, resource.spec)
        case kind if kind in DECLARATIONS:
            name = names.identifier(resource.address)
            rows = {serial: reports[serial] for serial in resource.devices & reports.keys()}
            return _app_stages(books, {s: each[name] for s, each in rows.items() if name in each})
        case _:
            return {Stage.VERIFIED: books.members(names.set_name(resource.address))}


def _profile_stages(
    names: Names, resource: Resource, books: Books, fingerprint: Callable[[str], str | None]
) -> Mapping[Stage, Set[str]]:
    spec = resealed(resource.spec, fingerprint)
    try:
        profile = profile_of(names, resource.address, spec if isinstance(spec, Mapping) else {})
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
        Stage.ASLEEP: groups.get((SYNC, Stage.ASLEEP), frozenset()),
    }


def count(devices: Set[str], stages: Mapping[Stage, Set[str]]) -> Progress:
    """Count each of these devices once, where it has come farthest."""
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
