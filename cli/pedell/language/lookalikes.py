"""Names on the air that a person reads wrongly: invisible signs, letters that look alike."""

import unicodedata

_INVISIBLE = ("Cc", "Cf", "Zl", "Zp", "Co", "Cn", "Cs")


def invisible_in(name: str) -> str:
    """Name the first thing in it that nobody can see, ``U+200B``; empty where all can be seen.

    Blanks at the ends count, and every blank that is not the ordinary one.
    """
    for character in name:
        blank = unicodedata.category(character) == "Zs" and character != " "
        if blank or unicodedata.category(character) in _INVISIBLE:
            return f"U+{ord(character):04X}"
    return "U+0020" if name != name.strip(" ") else ""


def foreign_letter_in(name: str) -> str:
    """Name the first letter that is not of the Latin alphabet: ``CYRILLIC SMALL LETTER A``."""
    for character in name:
        title = unicodedata.name(character, "")
        if character.isalpha() and not title.startswith("LATIN") and character not in "ªº":
            return title
    return ""
