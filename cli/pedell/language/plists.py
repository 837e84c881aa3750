"""Property lists from strangers: read within bounds, each key with the line where it stands."""

import datetime
import plistlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from pedell.model import Pointer, Words, quote, tell

MAX_BYTES = 1_000_000
_MAX_VALUES = 100_000
_MAX_DEPTH = 40
_SIGNED = (b"0\x80", b"0\x82", b"0\x83", b"0\x84", b"-----BEGIN")
_BINARY = b"bplist00"
PLAIN = (str, int, float, bytes, datetime.datetime)
"""What stands in a property list besides blocks and lists."""


class Unreadable(Exception):  # noqa: N818  # the input's fault, not ours
    """A property list cannot be read; says why in words, and in which line."""

    def __init__(self, words: Words, line: int = 1) -> None:
        super().__init__(words)
        self.words, self.line = words, line


@dataclass(frozen=True, slots=True)
class PropertyList:
    """What stands in it, and pointer → line (of the key, or of the entry of a list)."""

    value: Any
    lines: Mapping[Pointer, int]

    def line_of(self, at: Pointer) -> int:
        """Return the line of a place, or of what holds it."""
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at, 1)


def read_plist(content: bytes) -> PropertyList:
    """Read XML or binary; Unreadable where it is neither, signed, or without measure.

    At most 1 MB, 100,000 values, 40 levels. Entities are refused, so nothing can grow.
    """
    if len(content) > MAX_BYTES:
        size = len(content)
        raise Unreadable(
            tell("It has {size:,} bytes; {most:,} are read.", size=size, most=MAX_BYTES)
        )
    if content.startswith(_SIGNED):
        raise Unreadable(
            tell(
                "It is signed. Give the unsigned one: openssl cms -verify -noverify -inform DER -in"
                " SIGNED -out UNSIGNED"
            )
        )
    lines = {} if content.startswith(_BINARY) else _lines(content)
    try:
        value = plistlib.loads(content)
    except Exception as error:  # plistlib raises what its parsers raise: a dozen unrelated classes
        said = tell("It is no property list: {why}.", why=str(error)[:100] or type(error).__name__)
        raise Unreadable(said) from None
    measure_plist(value)
    return PropertyList(value, lines)


def measure_plist(value: Any, plain: tuple[type, ...] = PLAIN) -> None:
    """Refuse what is too deep, too much, or neither a block, a list nor ``plain``: Unreadable.

    Each value counts as often as it is reached: binary lists may share or contain themselves.
    """
    waiting, count = [(value, 0)], 0
    while waiting:
        each, depth = waiting.pop()
        count += 1
        if count > _MAX_VALUES or depth > _MAX_DEPTH:
            raise Unreadable(tell("It is nested too deep, or holds too much."))
        if isinstance(each, dict):
            if not all(isinstance(key, str) for key in each):
                raise Unreadable(tell("A key is no text."))
            waiting += [(child, depth + 1) for child in each.values()]
        elif isinstance(each, list):
            waiting += [(child, depth + 1) for child in each]
        elif not isinstance(each, plain):
            raise Unreadable(tell("It holds what no profile can hold."))


def _lines(content: bytes) -> Mapping[Pointer, int]:
    walk = _Walk()
    try:
        walk.parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", walk.parser.CurrentLineNumber)
        said = tell("It is no XML from here on: {why}.", why=quote(str(error).partition(":")[0]))
        raise Unreadable(said, line) from None
    return walk.lines


@dataclass(slots=True)
class _Walk:
    """Goes through the XML once and notes lines."""

    lines: dict[Pointer, int] = field(default_factory=dict)
    parser: Any = None
    _open: list[tuple[Pointer, list[int]]] = field(default_factory=list)
    _key: str = ""
    _key_line: int = 1
    _is_key: bool = False

    def __post_init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.EntityDeclHandler = self._entity

    def _entity(self, *_: object) -> None:
        raise Unreadable(
            tell(
                "It declares entities, which may grow without end. Take its DOCTYPE's brackets out."
            ),
            self.parser.CurrentLineNumber,
        )

    def _start(self, tag: str, _: object) -> None:
        self._is_key = tag == "key"
        if self._is_key:
            self._key, self._key_line = "", self.parser.CurrentLineNumber
            return
        if len(self._open) > _MAX_DEPTH:
            raise Unreadable(tell("It is nested too deep."), self.parser.CurrentLineNumber)
        at = self._place(tag)
        if tag in ("dict", "array"):
            self._open.append((at, [0] if tag == "array" else []))

    def _place(self, tag: str) -> Pointer:
        if not self._open or tag == "plist":
            return ()
        above, counter = self._open[-1]
        step = counter[0] if counter else self._key
        at = (*above, step)
        self.lines[at] = self.parser.CurrentLineNumber if counter else self._key_line
        if counter:
            counter[0] += 1
        return at

    def _end(self, tag: str) -> None:
        self._is_key = False
        if tag in ("dict", "array") and self._open:
            self._open.pop()

    def _text(self, text: str) -> None:
        if self._is_key:
            self._key += text
