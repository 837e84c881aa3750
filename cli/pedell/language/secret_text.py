"""Secrets as a person edits them: a name, a colon, and the value as it is, without quotes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pedell.language.secret_files import NAME
from pedell.model import Words, tell

MAX_VALUE = 65_536
"""Bytes of one value."""

_NOTE = "#! "
_HEADER = """\
# The secrets of {owner}. Save and leave the editor, and what has changed is encrypted.
#
#   name: value     The value is all behind the blank, to the end of the line. No quotes.
#   name: |-        A value of several lines: they follow, each behind two blanks.
#   name: |         The same, with a line end behind the last one, as in files.
#
# A line taken out takes its entry out. Leave without a change, and nothing happens.

"""


@dataclass(frozen=True, slots=True)
class Typed:
    """What a text says. ``faults`` are (line, reason), and no reason holds a word of the text."""

    values: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    faults: list[tuple[int, Words]] = field(default_factory=list)


def write_text(owner: str, values: Mapping[str, str]) -> tuple[str, frozenset[str]]:
    """Return the text to edit, and the names whose values lines of text cannot hold."""
    text, hidden = _HEADER.format(owner=owner), set()
    for name, value in sorted(values.items()):
        forms = _forms(name, value)
        fitting = next((form for form in forms if read_text(form).values == {name: value}), "")
        if not fitting:
            hidden.add(name)
            fitting = f"# {name} stays as it is: lines of text cannot hold it.\n"
        text += fitting
    return text, frozenset(hidden)


def read_text(text: str) -> Typed:
    """Read an edited text: all that is sound, and every line that is broken."""
    found = Typed()
    lines = text.replace("\r\n", "\n").split("\n")
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if not line.strip() or line.startswith("#"):
            continue
        name, colon, value = line.partition(":")
        end = number
        if colon and value in (" |", " |-"):
            end = _end_of_block(lines, number)
            value = f" {_block(lines[number:end], value)}"
        faults = list(_faults(name, colon, value, found, is_block=end > number))
        found.faults.extend((number, fault) for fault in faults)
        if not faults:
            found.values[name] = value[1:]
            found.lines[name] = number
        number = end
    return found


def with_notes(text: str, faults: list[tuple[int, Words]]) -> str:
    """Put the faults on top of the text that they are in; older ones of ours go."""
    lines = text.split("\n")
    old = next((n for n, line in enumerate(lines) if not line.startswith(_NOTE)), len(lines))
    shift = len(faults) + 1 - old
    notes = [f"{_NOTE}Nothing was changed yet. Leave without a change to give up."]
    for number, fault in faults:
        place = tell("Line {number}: ", number=number + shift) if number else ""
        notes.append(f"{_NOTE}{place}{fault}")
    return "\n".join([*notes, *lines[old:]])


def _forms(name: str, value: str) -> Iterator[str]:
    yield f"{name}: {value}\n"
    for sign, text in (("|-", value), ("|", value.removesuffix("\n"))):
        inside = "".join(f"  {line}\n" for line in text.split("\n"))
        yield f"{name}: {sign}\n{inside}"


def _end_of_block(lines: list[str], start: int) -> int:
    """Return the line behind a block; blank lines at its end belong to nobody."""
    end = start
    for number in range(start, len(lines)):
        if lines[number].startswith("  ") and lines[number].strip():
            end = number + 1
        elif lines[number].strip():
            break
    return end


def _block(lines: list[str], sign: str) -> str:
    text = "\n".join(line[2:] for line in lines)
    return f"{text}\n" if lines and not sign.endswith("-") else text


def _faults(name: str, colon: str, value: str, found: Typed, *, is_block: bool) -> Iterator[Words]:
    if not colon or not NAME.match(name):
        yield tell(
            "A name (letters, digits, dots, hyphens) and a colon are missing at its beginning. "
            "What belongs to the value above stands behind two blanks."
        )
    elif name in found.lines:
        yield tell("The same name stands above. Keep one of the two.")
    elif value and not value.startswith(" "):
        yield tell("A blank is missing behind the colon.")
    elif not value[1:]:
        yield tell("The value is missing. Take the line out to take the entry out.")
    elif not is_block and value[1:] != value.strip():
        yield tell("There are blanks around the value. Take them out; meant so: behind |-")
    elif not _is_text(value):
        yield tell("There are characters that are no text. Save it as UTF-8, without them.")
    elif len(value.encode()) > MAX_VALUE:
        yield tell("The value has more than {limit:,} bytes.", limit=MAX_VALUE)


def _is_text(value: str) -> bool:
    return not any((c < " " and c not in "\n\t") or "\ud800" <= c <= "\udfff" for c in value)
