"""The one door for YAML: text becomes a document that knows where each of its values stood.

Values are built from libyaml's events, which neither recurse nor resolve aliases, so that a hostile
file ends in a message: bounded bytes, depth and nodes; no alias, anchor, merge key, foreign tag or
second document; keys are text. Of plain scalars only ``true``, ``false``, ``null`` and decimal
numbers mean more than their letters: ``no``, ``012`` and ``22:22`` stay what they look like, text.
"""

import codecs
import re
from collections.abc import Iterator
from typing import Any

import yaml

from pedell.model import (
    Document,
    Pointer,
    Problem,
    Rejected,
    SecretName,
    Source,
    Words,
    quote,
    tell,
)

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_NODES = 100_000

_WORDS: dict[str, Any] = {"null": None, "~": None, "": None, "true": True, "false": False}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\Z")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}\Z")
_SECRET_NAME = re.compile(r"(?:[A-Za-z0-9._-]|\$\{[a-z_.-]+\}){1,200}\Z")


def parse_document(path: str, relative: str, content: bytes) -> Document:
    """Parse one YAML file, or reject it with every problem found in it."""
    text = _text(path, content)
    walk = _Walk(path, yaml.parse(text, Loader=yaml.CSafeLoader))
    try:
        value = walk.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = Source(path, mark.line + 1, mark.column + 1) if mark else Source(path, 1, 1)
        detail = _reason(error, text, where)
        raise Rejected([*walk.problems, Problem("E0102", detail, where)]) from None
    except yaml.reader.ReaderError as error:
        where = _at_byte(path, text.encode(), error.position)
        detail = tell(
            "The character #x{sign:04x} cannot stand in a text file. Take it out.",
            sign=error.character,
        )
        raise Rejected([*walk.problems, Problem("E0102", detail, where)]) from None
    if walk.problems:
        raise Rejected(walk.problems)
    return Document(path, relative, text, value, walk.values, walk.keys)


def _text(path: str, content: bytes) -> str:
    if len(content) > MAX_BYTES:
        size = len(content)
        detail = tell(
            "It has {size:,} bytes; {most:,} are read. Split it.", size=size, most=MAX_BYTES
        )
        raise Rejected([Problem("E0105", detail, Source(path, 1, 1))])
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        detail = tell("It is not UTF-8. Save it as UTF-8 in your editor.")
        where = _at_byte(path, content, error.start)
        raise Rejected([Problem("E0101", detail, where)]) from None


def _at_byte(path: str, content: bytes, position: int) -> Source:
    before = content[:position].decode("utf-8", "replace")
    line = before.count("\n") + 1
    return Source(path, line, len(before) - (before.rfind("\n") + 1) + 1)


def _reason(error: yaml.MarkedYAMLError, text: str, where: Source) -> Words:
    lines = text.splitlines()
    if where.line <= len(lines) and lines[where.line - 1][where.column - 1 :].startswith("\t"):
        return tell("A tab stands here. Indent with spaces.")
    problem = quote(error.problem or "")
    if not error.context:
        return tell(
            "{problem}. Look at indentation, quotes and colons here and just above.",
            problem=problem,
        )
    return tell(
        "{context}, {problem}. Look at indentation, quotes and colons here and just above.",
        context=quote(error.context),
        problem=problem,
    )


class _Walk:
    """One pass over the events of one file; collects values, places and problems on the way."""

    def __init__(self, path: str, events: Iterator[Any]) -> None:
        self._path = path
        self._events = events
        self._nodes = 0
        self.values: dict[Pointer, tuple[int, int]] = {}
        self.keys: dict[Pointer, tuple[int, int]] = {}
        self.problems: list[Problem] = []

    def document(self) -> Any:
        value: Any = None
        begun = False
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent) and begun:
                detail = tell("A second document begins here. Use one file for each.")
                self._complain("E0104", detail, event)
                break
            if isinstance(event, yaml.DocumentStartEvent):
                value, begun = self._value(next(self._events), ()), True
        return value

    def _value(self, event: Any, at: Pointer) -> Any:
        self.values[at] = _place(event)
        self._bound(event, at)
        if getattr(event, "anchor", None):
            detail = tell("Anchors and aliases are not read. Write it out.")
            self._complain("E0104", detail, event)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if getattr(event, "tag", None):
            self._complain("E0104", tell("The tag {tag} is not read here.", tag=event.tag), event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(at)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(at)
        return None

    def _bound(self, event: Any, at: Pointer) -> None:
        self._nodes += 1
        if len(at) > MAX_DEPTH or self._nodes > MAX_NODES:
            deep = tell("From here on it is deeper than {most} levels. Split it.", most=MAX_DEPTH)
            much = tell("From here on it is too many values. Split it.")
            self._complain("E0105", deep if len(at) > MAX_DEPTH else much, event)
            raise Rejected(self.problems)

    def _mapping(self, at: Pointer) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event, at, found)
            found[key] = self._value(next(self._events), (*at, key))
        return found

    def _key(self, event: Any, at: Pointer, found: dict[str, Any]) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._complain("E0104", tell("A key is a plain word."), event)
            raise Rejected(self.problems)
        key = str(event.value)
        place = _place(event)
        if event.anchor or event.tag:
            detail = tell("A key is a plain word, without anchor or tag.")
            self._complain("E0104", detail, event)
        if key == "<<" and event.implicit[0]:
            detail = tell("Merge keys (<<) are not read. Use a layer.")
            self._complain("E0104", detail, event)
        elif key in found:
            line, _ = self.keys[(*at, key)]
            detail = tell(
                '"{key}" stands already at line {line}. Keep one of the two.', key=key, line=line
            )
            self._complain("E0103", detail, event)
        self.keys[(*at, key)] = place
        return key

    def _sequence(self, at: Pointer) -> list[Any]:
        found: list[Any] = []
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            found.append(self._value(event, (*at, len(found))))
        return found

    def _scalar(self, event: Any) -> Any:
        text = str(event.value)
        if event.tag == "!secret":
            return self._secret(text, event)
        if event.tag:
            detail = tell("The tag {tag} is not read. Only !secret is.", tag=event.tag)
            self._complain("E0104", detail, event)
        if "\x00" in text:
            self._complain("E0104", tell("It holds a NUL character."), event)
        if not event.implicit[0]:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.match(text):
            return int(text)
        return float(text) if _DECIMAL.match(text) else text

    def _secret(self, name: str, event: Any) -> SecretName:
        if not _SECRET_NAME.match(name):
            detail = tell(
                "Behind !secret stands the name of a secret: letters, digits, dots, hyphens."
            )
            self._complain("E0113", detail, event)
        return SecretName(name)

    def _complain(self, code: str, detail: Words, event: Any) -> None:
        self.problems.append(Problem(code, detail, Source(self._path, *_place(event))))


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
