"""Secrets inside a text: marks take their place, values go in at the last metre and never out."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pedell.model import WRITINGS, Sealed, Secret, Spec, writings_of

MARK = re.compile(r"⟦secret:([^⟦⟧]+)⟧")
HIDDEN = "⟦not shown: this file holds secrets⟧\n"
LONGEST_MESSAGE = 500
HEAD_OF_MESSAGE = 150


@dataclass(frozen=True, slots=True)
class Text:
    """A text with marks. Only names in ``sealed`` are marks, all else is taken as it stands.

    ``write`` returns how a value stands in the text, where that is not the value itself.
    """

    marked: str
    sealed: Mapping[str, Sealed] = field(default_factory=dict)
    write: Callable[[str], str] = str

    @classmethod
    def of(cls, spec: Spec) -> "Text":
        """Read it out of the spec of a file or a template."""
        content, secrets = spec.get("content"), spec.get("secrets")
        named = secrets if isinstance(secrets, Mapping) else {}
        sealed = {name: one for name, one in named.items() if isinstance(one, Sealed)}
        return cls(content if isinstance(content, str) else "", sealed)

    @property
    def has_marks(self) -> bool:
        """True where a secret stands in it."""
        return any(is_mark for _, is_mark in self._parts())

    def fill(self, secrets: Mapping[str, Secret]) -> bytes:
        """Put the values in. Raises KeyError with the name of a secret that is not there."""
        return "".join(
            self._value(part, secrets) if is_mark else part for part, is_mark in self._parts()
        ).encode()

    def _value(self, mark: str, secrets: Mapping[str, Secret]) -> str:
        name, writing = self._meant(mark)
        return WRITINGS.get(writing, self.write)(secrets[self.sealed[name].name].reveal())

    def _meant(self, mark: str) -> tuple[str, str]:
        """Return the secret that a mark means, and in which writing; no name for plain text."""
        if mark in self.sealed:
            return mark, ""
        name, _, writing = mark.rpartition("|")
        return (name, writing) if name in self.sealed and writing in WRITINGS else ("", "")

    def matches(self, seen: str, secrets: Mapping[str, Secret]) -> bool:
        """Tell whether ``seen`` is this text with whatever values in place of the marks.

        In place of a value of one line stands nothing that is longer than a line.
        """
        (_, first), *others = self._pieces()
        if not others or not seen.startswith(first):
            return seen == first
        at = len(first)
        for number, (name, literal) in enumerate(others, 1):
            is_last = number == len(others)
            found = len(seen) - len(literal) if is_last else seen.find(literal, at)
            if found < at or not seen.startswith(literal, found):
                return False
            if self._is_one_line(name, secrets) and "\n" in seen[at:found]:
                return False
            at = found + len(literal)
        return True

    def _is_one_line(self, mark: str, secrets: Mapping[str, Secret]) -> bool:
        secret = secrets.get(self.sealed[self._meant(mark)[0]].name)
        return secret is not None and "\n" not in secret.reveal()

    def lines(self) -> Iterator["Text"]:
        """Yield its lines, each with its end."""
        return (Text(line, self.sealed) for line in self.marked.splitlines(keepends=True))

    def _pieces(self) -> Sequence[tuple[str, str]]:
        """Return each mark's name with the text behind it; the first has no name."""
        pieces = [("", "")]
        for part, is_mark in self._parts():
            name, literal = pieces[-1]
            if is_mark:
                pieces.append((part, ""))
            else:
                pieces[-1] = (name, literal + part)
        return pieces

    def _parts(self) -> Iterator[tuple[str, bool]]:
        for index, part in enumerate(MARK.split(self.marked)):
            if index % 2 and not self._meant(part)[0]:
                yield f"⟦secret:{part}⟧", False
            else:
                yield part, bool(index % 2)


def read_back(seen: str, known: Sequence[Text], secrets: Mapping[str, Secret]) -> str:
    """Return what was seen with marks again in place of secrets, also of those we cannot open.

    A file for which any known text holds a secret shows only lines that we know; a line that
    somebody wrote may hold yesterday's password.
    """
    if not any(text.sealed for text in known):
        return mask(seen, secrets)
    for text in known:
        if text.matches(seen, secrets):
            return text.marked
    lines = [line for text in known for line in text.lines()]
    literal = {line.marked for line in lines}
    guarded = [line for line in lines if line.has_marks]

    def show(line: str) -> str:
        if line in literal:
            return line
        return next((one.marked for one in guarded if one.matches(line, secrets)), HIDDEN)

    return "".join(map(show, seen.splitlines(keepends=True)))


def mask(text: str, secrets: Mapping[str, Secret]) -> str:
    """Put the mark in place of every known secret value, in any writing, the longest first."""
    values = [(way, name) for name, one in secrets.items() for way in writings_of(one.reveal())]
    lines = [(line, name) for value, name in values for line in value.splitlines() if len(line) > 7]
    for value, name in sorted({*values, *lines}, key=lambda one: (-len(one[0]), one[1])):
        if value:
            text = text.replace(value, f"⟦secret:{name}⟧")
    return text


def message(said: bytes, secrets: Mapping[str, Secret]) -> str:
    """Make one harmless line for people of what a server said: masked, and cut in its middle."""
    text = mask(said.decode("utf-8", "replace"), secrets)
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(line) <= LONGEST_MESSAGE:
        return line
    return f"{line[:HEAD_OF_MESSAGE]} … {line[HEAD_OF_MESSAGE + 3 - LONGEST_MESSAGE :]}"
