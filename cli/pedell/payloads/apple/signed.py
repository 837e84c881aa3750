"""A signed profile (CMS, RFC 5652): what it holds. The signature is not checked, nor trusted.

A walk of our own, since it takes one value out of a fixed place: asn1crypto would be a dependency
for that alone (its last release is of 2022), and openssl a process that gets a stranger's file.
"""

import binascii
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass

from pedell.model import Words, tell

_PEM = b"-----BEGIN"
_SIGNED = bytes.fromhex("06092a864886f70d010702")
_SEALED = bytes.fromhex("06092a864886f70d010703")
_SEQUENCE, _FIRST, _OCTETS, _OCTETS_IN_PARTS = 0x30, 0xA0, 0x04, 0x24
_HIGH_TAG = 0x1F
_MOST_LEVELS = 12
_MOST_PARTS = 100_000


class Unwrappable(Exception):  # noqa: N818  # the input's fault, not ours
    """Nothing can be taken out; says why in words."""

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True, slots=True)
class _Element:
    """One value: its tag, where its content begins and ends, and where the next one begins."""

    tag: int
    start: int
    end: int
    after: int


def is_wrapped(content: bytes) -> bool:
    """Tell whether a file is a CMS envelope (DER, BER or PEM) and no profile yet."""
    return content.startswith(_PEM) or (content[:1] == b"0" and content[1:2] >= b"\x80")


def unwrap_profile(content: bytes) -> bytes:
    """Return what was signed; Unwrappable where it is no signed file, or holds nothing."""
    try:
        envelope = _der(content)
        outer = _only(envelope, 0, len(envelope), _SEQUENCE)
        return _signed_content(envelope, outer)
    except (ValueError, IndexError, StopIteration):
        said = tell("It looks signed, but its envelope (CMS) is broken.")
        raise Unwrappable(said) from None


def _der(content: bytes) -> bytes:
    if not content.startswith(_PEM):
        return content
    lines = [line.strip() for line in content.splitlines()]
    begun = next(n for n, line in enumerate(lines) if line.startswith(_PEM)) + 1
    ended = next((n for n, line in enumerate(lines) if line.startswith(b"-----END")), len(lines))
    try:
        return b64decode(b"".join(lines[begun:ended]), validate=True)
    except binascii.Error:
        raise ValueError from None


def _signed_content(data: bytes, outer: _Element) -> bytes:
    parts = list(_inside(data, outer.start, outer.end))
    name = data[outer.start : parts[0].after]
    if name == _SEALED:
        raise Unwrappable(
            tell("It is encrypted, so nobody can check it. Give the one in clear text.")
        )
    if name != _SIGNED:
        raise ValueError
    signed = _only(data, parts[1].start, parts[1].end, _SEQUENCE)
    holder = next(each for each in _inside(data, signed.start, signed.end) if each.tag == _SEQUENCE)
    held = [each for each in _inside(data, holder.start, holder.end) if each.tag == _FIRST]
    if not held:
        raise Unwrappable(tell("It is a signature alone; the profile is not inside."))
    return _octets(data, next(_inside(data, held[0].start, held[0].end)))


def _octets(data: bytes, element: _Element, level: int = 0) -> bytes:
    if element.tag == _OCTETS:
        return data[element.start : element.end]
    if element.tag != _OCTETS_IN_PARTS or level > _MOST_LEVELS:
        raise ValueError
    chunks = _inside(data, element.start, element.end)
    return b"".join(_octets(data, each, level + 1) for each in chunks)


def _only(data: bytes, start: int, end: int, tag: int) -> _Element:
    found = next(_inside(data, start, end))
    if found.tag != tag:
        raise ValueError
    return found


def _inside(data: bytes, start: int, end: int) -> Iterator[_Element]:
    for _ in range(_MOST_PARTS):
        if start >= end:
            return
        element = _element(data, start, end, 0)
        yield element
        start = element.after
    raise ValueError


def _element(data: bytes, at: int, end: int, level: int) -> _Element:
    """Read one value; of indefinite length (BER) it ends with two zeros."""
    tag, size = data[at], data[at + 1]
    if tag & _HIGH_TAG == _HIGH_TAG or level > _MOST_LEVELS:
        raise ValueError
    if size == 0x80:
        start = inner = at + 2
        while data[inner : inner + 2] != b"\0\0":
            inner = _element(data, inner, end, level + 1).after
        return _Element(tag, start, inner, inner + 2)
    count = size & 0x7F if size > 0x80 else 0
    length = int.from_bytes(data[at + 2 : at + 2 + count]) if count else size
    start = at + 2 + count
    if count > 4 or start + length > end:
        raise ValueError
    return _Element(tag, start, start + length, start + length)
