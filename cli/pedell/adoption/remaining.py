"""What no word of ours says: it goes on as a raw profile, where git may hold it."""

import json
import plistlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pedell.adoption.hiding import is_telling
from pedell.adoption.likeness import described, labels_of, references, texts_in
from pedell.adoption.sorting import SortedOut
from pedell.adoption.strangers import PARTS
from pedell.language.plists import read_plist
from pedell.language.profiles import read_profiles
from pedell.model import Asset, Document, Problem, Severity, Source, Words, tell

_FILE = "profiles/rest.mobileconfig"
_DOCUMENT = Document("", "catalogue.yml", "", {"profiles": {"rest": {"file": _FILE}}}, {}, {})
_IN_CLEAR = "E0114"


@dataclass(frozen=True, slots=True)
class Remainder:
    """The ``content`` of the raw profile, empty for none, with the payloads ``kept`` in it.

    ``mark`` is the same for remainders that say the same. ``left_out`` are payloads that hold a
    secret, or need one that does; ``problems`` is what is wrong with the others.
    """

    content: bytes
    mark: str
    kept: tuple[int, ...]
    left_out: tuple[int, ...]
    problems: tuple[Problem, ...]


def remainder_of(sorted_out: SortedOut, without_secrets: bool) -> Remainder:
    """Check what stays as it is, and write it into a profile of its own."""
    kept = tuple(sorted_out.raw)
    left_out: set[int] = set()
    if without_secrets:
        found = _problems(sorted_out, kept)
        left_out = {number for number, each in found if each.code == _IN_CLEAR and number >= 0}
        left_out = _with_dependants(sorted_out.raw, left_out)
        kept = tuple(number for number in kept if number not in left_out)
    problems = tuple(each for _, each in _problems(sorted_out, kept))
    if problems or not kept:
        return Remainder(b"", "", kept, tuple(sorted(left_out)), problems)
    parts = [sorted_out.raw[number] for number in kept]
    top = sorted_out.stranger.top
    said = {key: value for key, value in top.items() if key not in labels_of(top)}
    mark = json.dumps([sorted(described(parts)), said], sort_keys=True, default=repr)
    return Remainder(_profile(sorted_out, kept), mark, kept, tuple(sorted(left_out)), ())


def _with_dependants(raw: Mapping[int, Mapping[str, Any]], secret: set[int]) -> set[int]:
    found = set(secret)
    while True:
        uuids = {str(raw[number].get("PayloadUUID")) for number in found}
        more = {n for n, content in raw.items() if references(content, uuids)} - found
        if not more:
            return found
        found |= more


def _problems(sorted_out: SortedOut, numbers: Sequence[int]) -> list[tuple[int, Problem]]:
    """Return what is wrong with a profile of these payloads, each with the number of its payload.

    Lines are those of the stranger's file; -1 is the profile as a whole.
    """
    if not numbers:
        return []
    stranger = sorted_out.stranger
    try:
        content = _profile(sorted_out, numbers)
    except (ValueError, TypeError, OverflowError) as error:
        said = tell("It cannot be written as XML: {why}.", why=error)
        return [(-1, Problem("E0237", said, Source(stranger.path, 1, 1)))]
    plist = read_plist(content)
    starts = [plist.line_of((PARTS, index)) for index in range(len(numbers))]
    found = [
        (number, _placed(sorted_out, number, Problem(_IN_CLEAR, tell("It holds a password."))))
        for number in numbers
        if any(map(is_telling, texts_in(sorted_out.raw[number])))
    ]
    for each in read_profiles(_DOCUMENT, {_FILE: Asset(stranger.path, _FILE, content)})[1]:
        if each.severity is Severity.ERROR:
            at = bisect_right(starts, each.source.line if each.source else 1) - 1
            number = numbers[at] if at >= 0 else -1
            found.append((number, _placed(sorted_out, number, each)))
    return found


def _placed(sorted_out: SortedOut, number: int, each: Problem) -> Problem:
    stranger = sorted_out.stranger
    if number < 0:
        return replace(each, source=Source(stranger.path, 1, 1))
    reason = sorted_out.reasons.get(number, tell("Pedell has no words for it as it stands"))
    told = _told(each, stranger.parts[number].type, reason)
    return replace(each, detail=told, source=stranger.source(number))


def _told(each: Problem, kind: str, reason: Words) -> Words:
    if each.code == _IN_CLEAR:
        return tell(
            "{type} can only stay as it is, since {reason}. But it holds a secret, and git would"
            " keep it. Change the profile where it was made, or leave such payloads out:"
            " --without-secrets",
            type=kind,
            reason=reason,
        )
    return tell(
        "{type} can only stay as it is, since {reason}. {detail}",
        type=kind,
        reason=reason,
        detail=each.detail,
    )


def _profile(sorted_out: SortedOut, numbers: Sequence[int]) -> bytes:
    """Write payloads below everything else, so that lines tell them apart."""
    parts = [dict(sorted_out.raw[number]) for number in numbers]
    return plistlib.dumps({**sorted_out.stranger.top, PARTS: parts}, sort_keys=False)
