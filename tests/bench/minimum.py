"""The fewest requests that NanoHUB's API needs for a plan, to hold what was sent against.

What one request can do, by the facts of NanoHUB v0.2.0 (NanoMDM v0.9.0, KMFDDM v0.8.3): queue one
command for many ids, of which about 100 fit into a URL, and wake as many; put one device into one
set, or take it out; store one declaration, or put it into one set; tell the reports of 100 devices.
There is no call for several sets, several declarations or several commands. So a plan needs

- one request for each device that joins a cohort's set or leaves it,
- for each profile of a cohort one for 100 devices that get it,
- for each declaration that is other than before one, and one more to put a new one into the set of its cohort,
- for each cohort that gets a new declaration one for the activation, one more where that is new,
- for 100 devices: one to tell them of declarations, one to have them list their profiles, one to
  wake them, one to read what they report of declarations,
- for 100 devices that put a profile off, and so have listed their profiles before they had it: one
  to have them list again, one to wake them,
- one look at what is there, and one at when the push certificate ends.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pedell.payloads.apple import DECLARATIONS, PROFILES

BATCH = 100


@dataclass(frozen=True, slots=True)
class Wish:
    """One change of a plan: ``devices`` and ``leaving`` are numbers.

    ``is_new`` tells whether the resource is created, ``is_other`` whether its content is.
    """

    cohort: tuple[str, str]
    kind: str
    is_new: bool
    is_other: bool
    devices: int
    leaving: int = 0


def fewest_requests(wishes: Iterable[Wish], put_off: float) -> int:
    """Return the minimum for one plan; 0 for an empty one.

    ``put_off`` is the share of commands that devices put off; where it makes less than one device,
    none is expected to. Devices of a cohort are taken to be the same in all its changes, which can
    only make it less.
    """
    found = list(wishes)
    if not found:
        return 0
    return 2 + sum(map(_own, found)) + _activations(found) + _shared(found, put_off)


def _own(wish: Wish) -> int:
    if wish.kind == "membership":
        return wish.devices + wish.leaving
    if wish.kind in PROFILES:
        return math.ceil(wish.devices / BATCH)
    return 2 if wish.is_new else 1 if wish.is_other else 0


def _activations(wishes: Collection[Wish]) -> int:
    founded = {w.cohort for w in wishes if w.kind == "membership" and w.is_new}
    grown = {wish.cohort for wish in wishes if wish.kind in DECLARATIONS and wish.is_new}
    return len(grown) + len(grown & founded)


def _shared(wishes: Collection[Wish], put_off: float) -> int:
    reached: dict[str, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for wish in wishes:
        of = "profiles" if wish.kind in PROFILES else "declarations"
        for group in (of, "all"):
            reached[group][wish.cohort] = max(reached[group][wish.cohort], wish.devices)
    devices = {group: sum(by_cohort.values()) for group, by_cohort in reached.items()}
    late = int(devices.get("profiles", 0) * put_off)
    profiles, declared, everybody, again = (
        math.ceil(number / BATCH)
        for number in (
            devices.get("profiles", 0),
            devices.get("declarations", 0),
            devices["all"],
            late,
        )
    )
    return profiles + 2 * declared + everybody + 2 * again
