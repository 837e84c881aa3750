"""Profiles from strangers, read within bounds: what is in them, and the line where it begins."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from pedell.language.plists import PropertyList, Unreadable, read_plist
from pedell.model import Problem, Rejected, Source, Words, tell
from pedell.payloads.apple.signed import Unwrappable, is_wrapped, unwrap_profile

PARTS = "PayloadContent"
_MOST_PARTS = 500


@dataclass(frozen=True, slots=True)
class Part:
    """One payload: its type, its keys as they stand, and the line where it begins."""

    type: str
    content: Mapping[str, Any]
    line: int


@dataclass(frozen=True, slots=True)
class Stranger:
    """A profile as it was read. ``top`` is what it says beside its payloads."""

    path: str
    title: str
    top: Mapping[str, Any]
    parts: tuple[Part, ...]

    def source(self, number: int) -> Source:
        """Return where a payload begins."""
        return Source(self.path, self.parts[number].line, 1)


def read_stranger(path: str, content: bytes) -> Stranger:
    """Read a profile, XML or binary, or reject it with all that is wrong with it.

    At most 1 MB and 500 payloads. Of a signed one its signature is neither checked nor kept.
    """
    is_signed = is_wrapped(content)
    try:
        plist = read_plist(unwrap_profile(content) if is_signed else content)
    except (Unreadable, Unwrappable) as error:
        line = error.line if isinstance(error, Unreadable) and not is_signed else 1
        raise Rejected([Problem("E0237", error.words, Source(path, line, 1))]) from None
    if is_signed:
        plist = PropertyList(plist.value, {})  # its lines are not those of the file
    problems = [Problem("E0237", words, Source(path, line, 1)) for words, line in _problems(plist)]
    if problems:
        raise Rejected(problems)
    top = {key: value for key, value in plist.value.items() if key != PARTS}
    named = top.get("PayloadDisplayName")
    title = " ".join(named.split()) if isinstance(named, str) else ""
    parts = tuple(
        Part(part["PayloadType"], part, plist.line_of((PARTS, number)))
        for number, part in enumerate(plist.value[PARTS])
    )
    return Stranger(path, title or PurePath(path).stem, top, parts)


def _problems(plist: PropertyList) -> Iterator[tuple[Words, int]]:
    value = plist.value
    if not isinstance(value, dict):
        yield tell("It is a property list and no profile."), 1
        return
    if value.get("IsEncrypted") or "EncryptedPayloadContent" in value:
        said = tell("It is encrypted, so nobody can check it. Give the one in clear text.")
        yield said, plist.line_of(("IsEncrypted",))
        return
    parts = value.get(PARTS)
    if not isinstance(parts, list) or not parts:
        yield tell('"{key}" must be a list of payloads.', key=PARTS), plist.line_of((PARTS,))
        return
    if len(parts) > _MOST_PARTS:
        said = tell(
            "It has {count:,} payloads; {most:,} are read.", count=len(parts), most=_MOST_PARTS
        )
        yield said, plist.line_of((PARTS,))
        return
    for number, part in enumerate(parts):
        if not isinstance(part, dict) or not isinstance(part.get("PayloadType"), str):
            said = tell('Payload {number} does not say its "PayloadType".', number=number + 1)
            yield said, plist.line_of((PARTS, number))
