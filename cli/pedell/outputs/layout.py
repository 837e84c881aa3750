"""Lines of a given width: nothing is cut, what does not fit is wrapped."""

import textwrap
import unicodedata
from collections.abc import Mapping, Sequence

NOTHING = "\N{EN DASH}"
"""What stands where nothing is."""

_CODES = {"green": 32, "yellow": 33, "red": 31, "cyan": 36, "magenta": 35}


def paint(text: str, colour: str, enabled: bool) -> str:
    """Put ``text`` in a colour for terminals, or leave it as it is."""
    return f"\x1b[{_CODES[colour]}m{text}\x1b[0m" if enabled and colour else text


def wants_colour(is_terminal: bool, environment: Mapping[str, str]) -> bool:
    """Tell whether colour is wanted: https://no-color.org and https://force-color.org."""
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR", "0") != "0":
        return True
    return is_terminal and environment.get("TERM") != "dumb"


def clean(text: str, most: int = 0) -> str:
    """Make text from elsewhere harmless for a terminal, on one line, of ``most`` characters.

    Control characters would let a file or a server move the cursor or repaint the screen.
    """
    if not text.isprintable():
        text = "".join(_harmless(character) for character in text)
    return f"{text[: most - 1]}…" if most and len(text) > most else text


def cells(text: str) -> int:
    """Count the columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(map(_cells_of, text))


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Fill a text up with blanks; ``right`` puts them in front."""
    blanks = " " * (width - cells(text))
    return blanks + text if right else text + blanks


def wrapped(text: str, width: int, indent: str = "", hanging: str | None = None) -> list[str]:
    """Break a sentence into lines at blanks; a longer word stays whole."""
    return textwrap.wrap(
        text,
        max(width, 20),
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def beside(left: str, right: str, width: int, column: int, hanging: str) -> list[str]:
    """Set two texts side by side, the right one at ``column``, or below where it does not fit."""
    for start in (max(column, cells(left) + 3), cells(left) + 3):
        if start + cells(right) <= width:
            return [padded(left, start) + right]
    return [*wrapped(left, width, "", hanging), *wrapped(right, width, hanging)]


def grid(
    headings: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool], width: int
) -> list[str]:
    """Set a table; where it is too wide, its widest columns are wrapped."""
    widths = _column_widths(headings, rows, width)
    lines = []
    for row in (headings, *rows):
        broken = [_broken(cell, size) for cell, size in zip(row, widths, strict=True)]
        for number in range(max(map(len, broken))):
            parts = (cell[number] if number < len(cell) else "" for cell in broken)
            shown = zip(parts, widths, numeric, strict=True)
            lines.append("  ".join(padded(p, w, right=r) for p, w, r in shown).rstrip())
    return lines


def _broken(cell: str, width: int) -> list[str]:
    return textwrap.wrap(cell, width, break_long_words=False, break_on_hyphens=False) or [""]


def _column_widths(headings: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Give each column what it wants; where that is too much, take from the widest in turn.

    No column becomes narrower than its longest word.
    """
    columns = list(zip(headings, *rows, strict=True))
    least = [max((cells(word) for cell in c for word in cell.split()), default=1) for c in columns]
    widths = [
        max(floor, *map(cells, column[1:]), 1) for floor, column in zip(least, columns, strict=True)
    ]
    spare = width - 2 * (len(widths) - 1)
    while sum(widths) > spare:
        open_ = [n for n, size in enumerate(widths) if size > least[n]]
        if not open_:
            break
        widths[max(open_, key=widths.__getitem__)] -= 1
    return widths


def _harmless(character: str) -> str:
    if character.isprintable():
        return character
    if character.isspace() or unicodedata.category(character) == "Zs":
        return " "
    return f"\\x{ord(character):02x}"


def _cells_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
