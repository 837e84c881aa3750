"""Whether iPads of a version, supervised or shared, know a key or a type at all."""

from collections.abc import Iterator

from pedell.model import Pointer, Words, tell
from pedell.payloads.apple.facts.findings import Devices, Finding, Grade, Reason
from pedell.payloads.apple.facts.table import Fact


def check_availability(
    fact: Fact, name: str, at: Pointer, devices: Devices, instead: str = ""
) -> Iterator[Finding]:
    """Yield what the versions and the state of the devices say against a key or a type.

    ``fact`` holds only what is not the same for the whole around it, so nothing is said twice.
    """
    yield from _by_version(fact, name, at, devices, instead)
    if _needs_supervision(fact) and not devices.supervised:
        said = tell('"{key}" needs supervision; other iPads ignore it.', key=name)
        grade = Grade.INFO if devices.supervised is None else Grade.WARNING
        yield Finding(at, said, Reason.SUPERVISION, grade)
    yield from _by_sharing(fact, name, at, devices.shared)


def _by_version(
    fact: Fact, name: str, at: Pointer, devices: Devices, instead: str
) -> Iterator[Finding]:
    def finding(reason: Reason, said: Words) -> Finding:
        return Finding(at, said, reason, Grade.WARNING)

    since, outdated, gone = fact.get("a"), fact.get("x"), fact.get("z")
    use = tell(" In its place: {instead}.", instead=instead) if instead else ""
    if since and not devices.knows(since):
        said = tell(
            '"{key}" came with iOS {version}; older iPads ignore it.', key=name, version=since
        )
        yield finding(Reason.TOO_NEW, said)
    if gone and devices.knows(gone):
        said = tell(
            'Apple took "{key}" away with iOS {version}.{instead}',
            key=name,
            version=gone,
            instead=use,
        )
        yield finding(Reason.REMOVED, said)
    elif outdated and devices.knows(outdated):
        said = tell(
            'Apple calls "{key}" outdated since iOS {version}.{instead}',
            key=name,
            version=outdated,
            instead=use,
        )
        yield finding(Reason.DEPRECATED, said)


def _needs_supervision(fact: Fact) -> bool:
    enrolments = fact.get("en")
    return bool(fact.get("s")) or enrolments == ["supervised"]


def _by_sharing(fact: Fact, name: str, at: Pointer, shared: bool | None) -> Iterator[Finding]:
    mode = fact.get("sp")
    if mode == "forbidden" and shared is not False:
        said = tell('"{key}" is not for shared iPads.', key=name)
        yield Finding(at, said, Reason.SHARED, Grade.WARNING if shared else Grade.INFO)
    elif mode == "ignored" and shared:
        said = tell('Shared iPads ignore "{key}".', key=name)
        yield Finding(at, said, Reason.SHARED, Grade.WARNING)
    elif mode == "required" and shared is False:
        said = tell('"{key}" is for shared iPads alone.', key=name)
        yield Finding(at, said, Reason.SHARED, Grade.WARNING)
    elif fact.get("dc") == 0 and shared:
        said = tell('On shared iPads "{key}" belongs to the user, not to the device.', key=name)
        yield Finding(at, said, Reason.SHARED, Grade.INFO)
