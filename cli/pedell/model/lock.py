"""Locks: what the authority fixes for all, or leaves to choose within bounds."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from pedell.model.source import Pointer, Source
from pedell.model.value import Value
from pedell.model.words import Words, tell


@dataclass(frozen=True, slots=True)
class Lock:
    """A value that lower layers may not change, or may only choose within bounds.

    Where ``allowed`` or ``bounds`` (the least and the greatest number) is there, the layers
    decide within it and ``value`` is None; else ``value`` is what holds. ``until`` is the last
    day of the lock. ``layer`` and ``name`` say who locks: the authority, a municipality for its
    schools, or an owner for its cohorts.
    """

    at: Pointer
    value: Value
    reason: str
    owner: str
    source: Source
    allowed: tuple[Value, ...] | None = None
    bounds: tuple[float, float] | None = None
    until: datetime.date | None = None
    layer: str = "authority"
    name: str = ""

    @property
    def is_fixed(self) -> bool:
        """Whether only one value is possible."""
        return self.allowed is None and self.bounds is None

    @property
    def end(self) -> Words:
        """When it ends, in words: ``until 31 July 2027``; empty if it does not."""
        return tell("until {day}", day=_in_words(self.until)) if self.until else tell("")

    def holds_on(self, today: datetime.date) -> bool:
        """Tell whether it has not expired; the day it names is its last."""
        return self.until is None or today <= self.until

    def permits(self, value: Value) -> bool:
        """Tell whether a setting may have this value."""
        if self.allowed is not None:
            return value in self.allowed
        if self.bounds is not None:
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            return is_number and self.bounds[0] <= value <= self.bounds[1]  # type: ignore[operator]
        return value == self.value

    def in_words(self, show: Callable[[Value], str]) -> Words:
        """Say what it leaves: ``false``, ``one of 100, 200`` or ``0 to 300``."""
        if self.allowed is not None:
            return tell("one of {values}", values=", ".join(map(show, self.allowed)))
        if self.bounds is not None:
            return tell("{first} to {last}", first=show(self.bounds[0]), last=show(self.bounds[1]))
        return tell("{value}", value=show(self.value))


def _in_words(day: datetime.date) -> Words:
    month = _MONTHS[day.month - 1]
    return tell("{day} {month} {year}", day=day.day, month=month, year=day.year)


_MONTHS = (
    tell("January"),
    tell("February"),
    tell("March"),
    tell("April"),
    tell("May"),
    tell("June"),
    tell("July"),
    tell("August"),
    tell("September"),
    tell("October"),
    tell("November"),
    tell("December"),
)
