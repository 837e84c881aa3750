"""Raw profiles, and the table of Apple's schema that they are held against."""

from collections.abc import Iterator, Mapping

from pedell.language.platforms import read_platform
from pedell.language.profiles import judge_profile
from pedell.model import (
    Desired,
    Effective,
    Inventory,
    Platform,
    Problem,
    Severity,
    Source,
    Words,
    tell,
    tell_count,
    tell_row,
)

_NAMED = 3


def advise_on_profiles(
    inventory: Inventory, values: Mapping[tuple[str, str], Effective], desired: Desired
) -> Iterator[Problem]:
    """Yield what raw profiles say and Apple does not list, and what their devices do not heed.

    The first may be right all the same. The second is told once for all cohorts, by its line.
    """
    yield from inventory.facts.doubts
    for profile in inventory.profiles.values():
        yield from profile.doubts
    told: dict[tuple[str, int, Words], list[str]] = {}
    for name, platform, cohort in _given(inventory, values, desired):
        profile = inventory.profiles[name]
        for line, words in judge_profile(profile, platform, inventory.facts):
            told.setdefault((profile.path, line, words), []).append(cohort)
    for (path, line, words), cohorts in told.items():
        detail = tell("{words} The profile goes to: {cohorts}.", words=words, cohorts=_few(cohorts))
        yield Problem("W0316", detail, Source(path, line, 1), Severity.WARNING)


def _given(
    inventory: Inventory, values: Mapping[tuple[str, str], Effective], desired: Desired
) -> Iterator[tuple[str, Platform, str]]:
    """Yield each profile that a cohort gets, the platform of its devices, and its name."""
    for at in desired if inventory.profiles else ():
        if at.kind == "profile" and at.name in inventory.profiles:
            settings = values[at.school, at.place].settings
            yield at.name, read_platform(settings), f"{at.school} {at.place}"


def _few(cohorts: list[str]) -> Words:
    named = tell_row("{first}, {last}", cohorts[:_NAMED])
    more = len(cohorts) - _NAMED
    if more <= 0:
        return named
    rest = tell_count(more, "one more", "{count:,} more")
    return tell("{first} and {more}", first=named, more=rest)
