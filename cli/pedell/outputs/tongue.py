"""The language in which people are spoken to: English as it is told, or what stands for it."""

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pedell.model import SUMMARIES, Words

_SWAPPED = str.maketrans(",.", ".,")
"""German parts thousands by a dot and decimals by a comma."""


def wanted_language(environment: Mapping[str, str]) -> str:
    """Return ``de`` or ``en``: PEDELL_LANG decides, else the locale, as POSIX does."""
    names = ("PEDELL_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    said = next((environment[name] for name in names if environment.get(name)), "")
    return "de" if said.replace("-", "_").lower().split("_")[0].split(".")[0] == "de" else "en"


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language.

    ``own`` maps our English templates to its own, with the same parts; ``quoted`` what libraries
    and schemas say; ``summaries`` codes to the class of mistake. What it does not know it says in
    English.
    """

    language: str = "en"
    own: Mapping[str, str] = field(default_factory=dict)
    quoted: Mapping[str, str] = field(default_factory=dict)
    summaries: Mapping[str, str] = field(default_factory=lambda: SUMMARIES)

    def say(self, words: Words) -> str:
        """Say words in this language, and those among their parts."""
        if self.language == "en":
            return str(words)
        found = self.own.get(words.template) or self.quoted.get(words.template)
        return _Filling(self).vformat(found or words.template, (), words.parts)

    def summary(self, code: str) -> str:
        """Say the class of mistake in two or three words."""
        return self.summaries.get(code, SUMMARIES[code])


ENGLISH = Tongue()


class _Filling(string.Formatter):
    """Fills a template so that words and numbers in it are of one language too."""

    def __init__(self, tongue: Tongue) -> None:
        self._tongue = tongue

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Words):
            return format(self._tongue.say(value), format_spec)
        text = format(value, format_spec)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return text.translate(_SWAPPED) if is_number and format_spec else text
