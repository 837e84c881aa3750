"""What the authority offers: apps, and what must be known of each before a school gets it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from pedell.model.layer import Effective, Setting
from pedell.model.licence import Licensed, Owned
from pedell.model.source import Source
from pedell.model.words import Words, tell

IDENTITIES: Mapping[str, tuple[str, ...]] = {
    "ipados": ("app_store", "bundle"),
    "windows": ("winget", "opsi"),
}
"""Platform → the keys of the catalogue by which an app is known there."""

_FIRST_AGE = 5
"""A grade plus this is the least age of its pupils, and one more the usual greatest."""


@dataclass(frozen=True, slots=True)
class Span:
    """From here to there, both included; None where an end is open."""

    first: int | None = None
    last: int | None = None

    def meets(self, other: "Span") -> bool:
        """Tell whether the two have anything in common."""
        return _is_up_to(self.first, other.last) and _is_up_to(other.first, self.last)

    def as_ages(self) -> "Span":
        """Return the ages of the pupils of these grades.

        Children who are six by 30 September begin school that summer (§ 35 SchulG NRW and alike
        in the other states): pupils of grade 1 are six or seven, now and then five before that.
        """
        first = None if self.first is None else self.first + _FIRST_AGE
        return Span(first, None if self.last is None else self.last + _FIRST_AGE + 1)

    @property
    def words(self) -> Words:
        """The span as one says it."""
        if self.first is None:
            return tell("up to {last}", last=self.last)
        if self.last is None:
            return tell("from {first}", first=self.first)
        return tell("{first} to {last}", first=self.first, last=self.last)


def _is_up_to(low: int | None, high: int | None) -> bool:
    return low is None or high is None or low <= high


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something that an app cannot do without: a name of ``section`` (apps, wifi …)."""

    section: str
    name: str
    source: Source


@dataclass(frozen=True, slots=True)
class App:
    """One app of the catalogue. ``cost`` is that of one licence in EUR.

    Tablets get it ``by_command``, which alone lets it be configured, or by declaration.
    """

    name: str
    title: str
    platforms: frozenset[str]
    is_approved: bool
    source: Source
    ages: Span | None = None
    grades: Span | None = None
    licences: Licensed | None = None
    needs: tuple[Requirement, ...] = ()
    cost: Decimal | None = None
    by_command: bool = False

    @property
    def kind(self) -> str:
        """What kind of resource it is on a tablet."""
        return "configured_app" if self.by_command else "app"

    def suits(self, grades: Span) -> bool:
        """Tell whether it is meant for any pupil of a school that has these grades."""
        in_grades = self.grades is None or self.grades.meets(grades)
        return in_grades and (self.ages is None or self.ages.meets(grades.as_ages()))


@dataclass(frozen=True, slots=True)
class Offer:
    """What the authority offers.

    ``owned`` maps (app, pool) to what ``licences.csv`` says; ``grades`` a type of school to the
    grades that its schools have.
    """

    apps: Mapping[str, App] = field(default_factory=dict)
    owned: Mapping[tuple[str, str], Owned] = field(default_factory=dict)
    grades: Mapping[str, Span] = field(default_factory=dict)

    def chosen(self, effective: Effective) -> Iterator[tuple[App, Setting]]:
        """Yield the known apps that layers chose, with the setting that did."""
        for name in chosen_names(effective, "apps"):
            if name in self.apps:
                yield self.apps[name], effective.settings["apps", name, "present"]

    def reaching(self, platform: str, effective: Effective) -> Iterator[tuple[App, Setting]]:
        """Yield those of them that devices of this platform get."""
        return (each for each in self.chosen(effective) if platform in each[0].platforms)


def chosen_names(effective: Effective, section: str) -> list[str]:
    """Return what layers chose of one section, in the order of the alphabet."""
    return sorted(
        str(at[1])
        for at, setting in effective.settings.items()
        if at[0] == section and at[2:] == ("present",) and setting.value is True
    )
