"""What a raw profile says and Pedell, or another raw profile, says to the same device already."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from pedell.model import Problem, RawProfile, Resource, tell

_TOLD_BY_US = ("wifi", "restrictions", "presets", "configuration", "exam")


def clashing_profiles(
    resources: Sequence[Resource], profiles: Mapping[str, RawProfile]
) -> Iterator[Problem]:
    """Yield what the devices of one cohort would be told twice, at the line that chose it."""
    raw = [resource for resource in resources if resource.address.kind == "profile"]
    if not raw:
        return
    others = [each for each in resources if each.address.kind in _TOLD_BY_US]
    told = [(resource, _payloads(resource)) for resource in (*others, *raw)]
    for number, (resource, own) in enumerate(told[len(others) :], start=len(others)):
        for other, theirs in told[:number]:
            yield from _told_twice(resource, own, other, theirs, profiles)


def _told_twice(
    resource: Resource,
    own: Sequence[Any],
    other: Resource,
    theirs: Sequence[Any],
    profiles: Mapping[str, RawProfile],
) -> Iterator[Problem]:
    from pedell.payloads.apple import find_clashes

    for clash in find_clashes(own, theirs):
        what = tell("{key} of {type}", key=clash.key, type=clash.type) if clash.key else clash.type
        detail = tell(
            "{path} sets {what}, and so does {kind} {name} ({place}). A device takes one alone: "
            "say it in one of the two.",
            path=profiles[resource.address.name].path,
            what=what,
            kind=other.address.kind,
            name=other.address.name,
            place=other.source,
        )
        yield Problem("E0237", detail, resource.source)


def _payloads(resource: Resource) -> Sequence[Any]:
    from pedell.payloads.apple import PROFILES, as_profile, only_alone

    kind = resource.address.kind
    if kind == "profile":
        return _read_once(str(resource.spec["content"]))
    try:
        match kind:
            case "configuration":
                return as_profile(resource.spec)
            case "exam":
                # of rights the stricter holds, and an exam only takes away: no clash
                return only_alone(PROFILES[kind].encode(resource.spec))
            case _:
                return PROFILES[kind].encode(resource.spec)
    except (ValueError, KeyError):
        return ()  # it is incomplete, and that is told elsewhere


@lru_cache(maxsize=64)
def _read_once(content: str) -> Sequence[Any]:
    """Many schools share a profile."""
    from pedell.payloads.apple import PROFILES

    return PROFILES["profile"].encode({"content": content})
