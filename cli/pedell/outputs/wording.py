"""Numbers and names as a tired person wants to read them."""

import re
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

from pedell.model import Address

Thing = TypeVar("Thing", bound=Hashable)

LISTED_SCHOOLS = 3
"""Up to so many schools are named; more are counted."""

_PLURALS = {
    "configured_app": "configured apps",
    "wifi": "Wi-Fi networks",
    "restrictions": "sets of restrictions",
    "presets": "sets of presets",
    "directory": "directories",
    "entry": "entries",
    "is": "are",
    "it": "them",
    "municipality": "municipalities",
    "its place": "their places",
    "person": "people",
}
_COHORTS = {"pupil": "pupils", "teacher": "teachers", "guest": "guests"}
_SETTINGS = {
    "wifi": "wifi",
    "restrictions": "restrictions",
    "certificate": "certificates",
    "configured_app": "apps",
}
_UNSPOKEN = ("devices", "presets")


def count(number: int, word: str) -> str:
    """Write a number with its word: ``1 school``, ``1,204 tablets``."""
    return f"{number:,} {word if number == 1 else plural(word)}"


def plural(word: str) -> str:
    """Return the word for several; a kind that is no noun has none."""
    if word.startswith("verify_"):
        return word
    return _PLURALS.get(word, f"{word}s")


def joined(words: Sequence[str]) -> str:
    """Join as one speaks: ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def schools_in_words(schools: Sequence[str], most: int = LISTED_SCHOOLS) -> str:
    """Name a few schools, count many."""
    return ", ".join(schools) if 0 < len(schools) <= most else count(len(schools), "school")


def spoken_name(address: Address) -> str:
    """Return the name, or nothing where kind and place already say it."""
    spoken = address.name not in (*_UNSPOKEN, address.place)
    return address.name if spoken else ""


def cohort_in_words(place: str) -> str:
    """Return how one speaks of the people of a cohort."""
    return _COHORTS.get(place, place)


def explain_path(address: Address, field: str) -> str:
    """Return what to give ``pedell explain`` for a field, or nothing where no layer sets it."""
    if address.kind == "app":
        return f"apps.{address.name}"
    if address.kind == "presets":
        return f"presets.{field}"
    if address.kind in _SETTINGS:
        return f"{_SETTINGS[address.kind]}.{address.name}.{field}"
    return ""


def without_particulars(text: str, school: str) -> str:
    """Blank out what differs from school to school, so that equal reasons read the same.

    The school's id, network addresses, ports and step numbers are put in capitals in general
    words.
    """
    text = re.sub(rf"(?<![\w-]){re.escape(school)}(?![\w-])", "SCHOOL", text)
    text = re.sub(r"\b\d{1,3}(?:\.\d{1,3}){3}\b", "ADDRESS", text)
    text = re.sub(r"\b(port|step) \d+\b", r"\1 N", text)
    return re.sub(r"(ADDRESS|SCHOOL|localhost):\d+\b", r"\1:PORT", text)


def distinct(things: Iterable[Thing]) -> tuple[Thing, ...]:
    """Return each thing once, in the order in which they came."""
    return tuple(dict.fromkeys(things))
