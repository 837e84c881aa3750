"""Names for what had none: small letters, digits and hyphens, one for each thing."""

import re
import unicodedata
from collections.abc import Sequence

_MOST = 50
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe"})


def slug(text: str) -> str:
    """Write a title as an id: umlauts as two letters, other accents left out; may be empty."""
    plain = unicodedata.normalize("NFC", text).lower().translate(_LETTERS)
    ascii_only = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")
    return words[:_MOST].rstrip("-")


def ordered_names(titles: Sequence[str], word: str) -> list[str]:
    """Name the entries of a list so that the order of the names is theirs; ``word`` if nameless."""
    names = [slug(title) or word for title in titles]
    if names == sorted(set(names)):
        return names
    digits = len(str(len(names)))
    return [f"{number:0{digits}}-{name}" for number, name in enumerate(names, start=1)]


class Names:
    """Gives names. Equal things of one section share one, whatever titles they have."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], str] = {}
        self._last: dict[tuple[str, str], int] = {}
        self._taken: set[tuple[str, str]] = set()

    def name(self, section: str, title: str, content: str) -> str:
        """Return the name of a thing in a section; of ``content`` depends whether it is new."""
        known = self._names.get((section, content))
        if known is None:
            known = self._free(section, slug(title) or section.removesuffix("s"))
            self._taken.add((section, known))
            self._names[section, content] = known
        return known

    def _free(self, section: str, wanted: str) -> str:
        number = self._last.get((section, wanted), 0) + 1
        while (section, _counted(wanted, number)) in self._taken:
            number += 1
        self._last[section, wanted] = number
        return _counted(wanted, number)


def _counted(name: str, number: int) -> str:
    return name if number == 1 else f"{name}-{number}"
