"""Where in the files a thing is said: with its cohort, or once for all that have it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Set

from pedell.adoption.layering import CHOSEN, Facets
from pedell.adoption.leaving import Home
from pedell.model import Pointer

SECTIONS = ("apps", *CHOSEN)
"""Sections in which layers choose by name, so that one choice may stand for many."""

Key = tuple[Home, str]
"""What is taken over: the cohort and the old name."""

Spot = tuple[str, Pointer]
"""A file, and the place in it where a layer begins."""


def spread(
    wanted: Mapping[Home, Mapping[Key, Facets]], everybody: Set[Home]
) -> Mapping[Spot, Mapping[Key, Facets]]:
    """Return what each layer says.

    What all cohorts of ``everybody`` choose, whatever target looks after them, is said once in
    ``authority.yml``; what all cohorts of a school choose, in its file; all else with its cohort.
    """
    holders: dict[Pointer, set[Home]] = defaultdict(set)
    for home, said in wanted.items():
        for facets in said.values():
            for at in facets:
                holders[at].add(home)
    found: dict[Spot, dict[Key, Facets]] = defaultdict(dict)
    for home, said in wanted.items():
        for key, facets in said.items():
            for at, value in facets.items():
                spot = _spot(home, at, holders[at], everybody)
                found[spot][key] = {**found[spot].get(key, {}), at: value}
    return found


def _spot(home: Home, at: Pointer, holders: Set[Home], everybody: Set[Home]) -> Spot:
    file, school = f"schools/{home[0]}.yml", set(_of_school(everybody, home[0]))
    if at[0] in SECTIONS and len(everybody) > 1 and everybody <= holders:
        return "authority.yml", ("defaults",)
    if at[0] in SECTIONS and len(school) > 1 and school <= holders:
        return file, ()
    return file, ("cohorts", home[1])


def _of_school(everybody: Set[Home], school: str) -> Iterator[Home]:
    return (home for home in everybody if home[0] == school)
