"""What Apple lists for profiles on iPads, and what a raw profile says beside it."""

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from pedell.model import Pointer, Words, tell

Fact = Mapping[str, Any]

_PYTHON: Mapping[str, tuple[type, ...]] = {
    "s": (str,), "i": (int,), "r": (int, float), "b": (bool,), "t": (datetime,), "x": (bytes,),
    "a": (list,), "o": (dict,), "*": (object,),
}  # fmt: skip
_WORDS: Mapping[str, Words] = {
    "s": tell("text"), "i": tell("a whole number"), "r": tell("a number"),
    "b": tell("true or false"), "t": tell("a date"), "x": tell("data"), "a": tell("a list"),
    "o": tell("a block of keys"),
}  # fmt: skip
_PARTS = "PayloadContent"
_PSEUDO = ("CommonPayloadKeys", "TopLevel")
_SECRET = re.compile(r"(?i:password|secret|challenge|token|passphrase|api_?key)$|PIN$")
_KEYSTORE = "com.apple.security.pkcs12"


@dataclass(frozen=True, slots=True)
class Finding:
    """One place of a profile; a ``is_doubt`` may be right all the same: Apple does not list it."""

    at: Pointer
    detail: Words
    is_doubt: bool = False


@cache
def facts() -> Fact:
    """Return the table, ``{"source", "licence", "types"}``; see :mod:`.derive`.

    Source: github.com/apple/device-management, iOS 18.3 (MIT, © Apple Inc.), with the restrictions
    that came up to iOS 27.
    """
    found: Fact = json.loads((files(__package__) / "facts.json").read_text(encoding="utf-8"))
    return found


def check_profile(profile: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what is wrong with a profile, or not listed, by :func:`facts`."""
    types = facts()["types"]
    yield from _block(profile, {"k": types["TopLevel"]["k"]}, ())
    parts = profile.get(_PARTS)
    for number, part in enumerate(parts if isinstance(parts, list) else ()):
        if isinstance(part, dict):
            yield from _payload(part, types, (_PARTS, number))
    yield from _twice(parts if isinstance(parts, list) else ())


def find_secrets(value: Any, at: Pointer = ()) -> Iterator[Pointer]:
    """Yield where a password, a key or the like stands in clear text; an empty one is none."""
    if isinstance(value, dict):
        if value.get("PayloadType") == _KEYSTORE and value.get(_PARTS):
            yield (*at, _PARTS)
        for key, child in value.items():
            if isinstance(child, str | bytes) and child and _SECRET.search(str(key)):
                yield (*at, key)
            yield from find_secrets(child, (*at, key))
    elif isinstance(value, list):
        for number, child in enumerate(value):
            yield from find_secrets(child, (*at, number))


def _payload(part: Mapping[str, Any], types: Fact, at: Pointer) -> Iterator[Finding]:
    name = part.get("PayloadType")
    shared = types["CommonPayloadKeys"]["k"]
    fact = types.get(name) if isinstance(name, str) and name not in _PSEUDO else None
    if fact:
        yield from _dated(fact, str(name), (*at, "PayloadType"))
    elif isinstance(name, str):
        said = (
            tell('Apple lists no payload type "{name}".{near}', name=name, near=_near(name, types))
            if fact is None
            else tell('"{name}" is for other systems; Apple does not list it for iPads.', name=name)
        )
        yield Finding((*at, "PayloadType"), said, is_doubt=True)
    own = fact["k"] if fact else {}
    yield from _block(part, {"k": {**shared, **own}, **({} if own else {"w": {"t": "*"}})}, at)


def _block(value: Mapping[str, Any], fact: Fact, at: Pointer) -> Iterator[Finding]:
    keys = fact.get("k", {})
    for key, known in keys.items():
        if known.get("q") and not known.get("n") and key not in value:
            yield Finding(at, tell('"{key}" is missing.', key=key))
    for key, child in value.items():
        known = keys.get(key, fact.get("w"))
        if known is not None:
            yield from _value(child, known, (*at, key))
        elif keys:
            said = tell('Apple lists no key "{key}" here.{near}', key=key, near=_near(key, keys))
            yield Finding((*at, key), said, is_doubt=True)


def _value(value: Any, fact: Fact, at: Pointer) -> Iterator[Finding]:
    name = next((part for part in reversed(at) if isinstance(part, str)), "")
    if fact.get("n"):
        said = tell('"{key}" is for other systems; Apple does not list it for iPads.', key=name)
        yield Finding(at, said, is_doubt=True)
        return
    yield from _dated(fact, name, at)
    kind = fact["t"]
    is_number_for_bool = kind == "b" and value in (0, 1) and isinstance(value, int)
    is_whole = kind == "i" and isinstance(value, float) and value.is_integer()
    if is_whole or (is_number_for_bool and not isinstance(value, bool)):
        what = _WORDS[kind]
        said = tell('"{key}" is {value}; Apple lists {kind}.', key=name, value=value, kind=what)
        yield Finding(at, said, is_doubt=True)
    elif not isinstance(value, _PYTHON[kind]) or (kind in "ir" and isinstance(value, bool)):
        yield Finding(at, tell('"{key}" must be {kind}.', key=name, kind=_WORDS[kind]))
        return
    yield from _bounds(value, fact, name, at)
    if isinstance(value, list) and "i" in fact:
        for number, child in enumerate(value):
            yield from _value(child, fact["i"], (*at, number))
    elif isinstance(value, dict) and ("k" in fact or "w" in fact):
        yield from _block(value, fact, at)


def _bounds(value: Any, fact: Fact, name: str, at: Pointer) -> Iterator[Finding]:
    low, high = fact.get("r", (None, None))
    if "e" in fact and value not in fact["e"]:
        known = ", ".join(map(str, fact["e"]))
        said = tell('"{key}" is {value}; it may be: {known}.', key=name, value=value, known=known)
        yield Finding(at, said)
    elif (low is not None and value < low) or (high is not None and value > high):
        parts = {"key": name, "value": value, "low": low, "high": high}
        said = tell('"{key}" is {value}; it goes from {low} to {high}.', **parts)
        yield Finding(at, said)
    elif "f" in fact and isinstance(value, str) and not re.search(fact["f"], value):
        yield Finding(at, tell('"{key}" has the wrong form.', key=name))


def _dated(fact: Fact, name: str, at: Pointer) -> Iterator[Finding]:
    if "z" in fact:
        said = tell('Apple took "{key}" away with iOS {version}.', key=name, version=fact["z"])
        yield Finding(at, said, is_doubt=True)
    elif "x" in fact:
        since = fact["x"]
        said = tell('Apple calls "{key}" outdated since iOS {version}.', key=name, version=since)
        yield Finding(at, said, is_doubt=True)


def _twice(parts: Iterable[Any]) -> Iterator[Finding]:
    for key in ("PayloadUUID", "PayloadIdentifier"):
        met = set()
        for number, part in enumerate(parts):
            value = part.get(key) if isinstance(part, dict) else None
            if isinstance(value, str):
                if value in met:
                    said = tell('The {key} "{value}" stands twice.', key=key, value=value)
                    yield Finding((_PARTS, number, key), said)
                met.add(value)


def _near(name: str, known: Iterable[str]) -> Words | str:
    found = difflib.get_close_matches(name, list(known), n=1)
    return tell(' Did you mean "{near}"?', near=found[0]) if found else ""
