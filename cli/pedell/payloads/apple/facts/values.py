"""Holds one value, with all that is in it, against its fact."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pedell.model import Pointer, Words, tell
from pedell.payloads.apple.facts.availability import check_availability
from pedell.payloads.apple.facts.findings import Devices, Finding, Grade, Reason
from pedell.payloads.apple.facts.table import Fact, pattern_of

_PYTHON: Mapping[str, tuple[type, ...]] = {
    "s": (str,), "i": (int,), "r": (int, float), "b": (bool,), "t": (datetime,), "x": (bytes,),
    "a": (list,), "o": (dict,), "*": (object,),
}  # fmt: skip
_AS_TEXT = frozenset("tx")
"""What JSON has no type for: it writes dates and data as text."""
_WORDS: Mapping[str, Words] = {
    "s": tell("text"), "i": tell("a whole number"), "r": tell("a number"),
    "b": tell("true or false"), "t": tell("a date"), "x": tell("data"), "a": tell("a list"),
    "o": tell("a block of keys"), "*": tell("anything"),
}  # fmt: skip
_MOST_SHOWN = 60
_SLIPS = re.compile(r"[\s_.-]")


@dataclass(frozen=True, slots=True)
class Look:
    """What is known beside the facts: for which devices, written as JSON, what succeeds a key."""

    devices: Devices = field(default_factory=Devices)
    is_json: bool = False
    replaced_by: Mapping[str, str] = field(default_factory=dict)


def check_block(
    value: Mapping[str, Any], fact: Fact, at: Pointer, look: Look, above: Sequence[Fact] = ()
) -> Iterator[Finding]:
    """Yield what is wrong in a block; ``above`` are the facts around it, outermost first."""
    keys = fact.get("k", {})
    for key, known in keys.items():
        if key not in value and _is_demanded(known, value, look.devices):
            yield Finding(at, tell('"{key}" is missing.', key=key), Reason.MISSING)
    for key, child in value.items():
        known = keys.get(key, fact.get("w"))
        if known is not None:
            yield from check_value(child, known, (*at, key), look, (*above, fact))
        elif keys:
            said = tell(
                'Apple lists no key "{key}" here.{near}', key=cut(key), near=near(key, keys)
            )
            yield Finding((*at, key), said, Reason.UNKNOWN_KEY, Grade.WARNING)


def check_value(
    value: Any, fact: Fact, at: Pointer, look: Look, above: Sequence[Fact] = ()
) -> Iterator[Finding]:
    """Yield what is wrong with a value and with all that is in it."""
    name = next((part for part in reversed(at) if isinstance(part, str)), "")
    if fact.get("no"):
        said = tell('"{key}" is for other systems; Apple does not list it for iPads.', key=name)
        yield Finding(at, said, Reason.ELSEWHERE, Grade.WARNING)
        return
    fact = {**fact, **_again(fact, above)}
    if not isinstance(at[-1], int):
        yield from _age(value, fact, name, at, look)
    wrong = _misfit(value, fact, name, at, look)
    if wrong:
        yield wrong
        if not wrong.is_doubt or wrong.grade is Grade.INFO:
            return
    yield from _bounds(value, fact, name, at)
    if isinstance(value, list) and "i" in fact:
        yield from _entries(value, fact, name, at, look, above)
    elif isinstance(value, dict):
        yield from check_block(value, fact, at, look, above)


def near(name: str, known: Iterable[str], likeness: float = 0.6) -> Words | str:
    """Ask whether a known name was meant; case, blanks and the like come first, then beginnings."""
    names = list(known)
    plain = _plain(name)
    same = [each for each in names if _plain(each) == plain]
    begun = [each for each in names if len(plain) > 2 and _plain(each).startswith(plain)]
    found = same or begun or difflib.get_close_matches(str(name), names, 1, likeness)
    return tell(' Did you mean "{near}"?', near=found[0]) if found else ""


def cut(value: Any) -> str:
    """Return a stranger's value in a length that fits into a sentence."""
    text = str(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


def _age(value: Any, fact: Fact, name: str, at: Pointer, look: Look) -> Iterator[Finding]:
    """Yield what its age and the devices say of a key; the default changes nothing anywhere."""
    is_default = "d" in fact and type(value) is type(fact["d"]) and value == fact["d"]
    devices = look.devices
    for found in check_availability(fact, name, at, devices, look.replaced_by.get(name, "")):
        is_idle = is_default and found.reason in (Reason.SUPERVISION, Reason.SHARED)
        if not is_idle and (found.reason is not Reason.SHARED or devices.shared is not None):
            yield found


def _plain(name: str) -> str:
    return _SLIPS.sub("", str(name)).casefold()


def _is_demanded(fact: Fact, value: Mapping[str, Any], devices: Devices) -> bool:
    """Tell whether a key must stand there: not where the devices are older than the key."""
    is_there = not fact.get("no") and devices.knows(fact.get("a", "0"))
    return bool(fact.get("q")) and is_there and not any(key in value for key in fact.get("u", ()))


def _again(fact: Fact, above: Sequence[Fact]) -> Fact:
    """Return what is inside of a block or list that holds others like itself."""
    up = fact.get("^", 0)
    if not 0 < up <= len(above):
        return {}
    return {mark: above[-up][mark] for mark in ("k", "w", "i") if mark in above[-up]}


def _entries(
    value: list[Any], fact: Fact, name: str, at: Pointer, look: Look, above: Sequence[Fact]
) -> Iterator[Finding]:
    item = fact["i"]
    low, high = item.get("n") or fact.get("n") or (None, None)
    if (low is not None and len(value) < low) or (high is not None and len(value) > high):
        said = tell(
            '"{key}" has {count} entries; Apple asks for {known}.',
            key=name,
            count=len(value),
            known=_span(low, high),
        )
        yield Finding(at, said, Reason.COUNT)
    for number, child in enumerate(value):
        yield from check_value(child, item, (*at, number), look, (*above, fact))


def _span(low: int | None, high: int | None) -> Words:
    if low is None:
        return tell("{high} at most", high=high)
    if high is None:
        return tell("{low} at least", low=low)
    return tell("{low}", low=low) if low == high else tell("{low} to {high}", low=low, high=high)


def _misfit(value: Any, fact: Fact, name: str, at: Pointer, look: Look) -> Finding | None:
    """Say what is wrong with the type; what devices read all the same is a doubt."""
    kind = fact["t"]
    is_truth = isinstance(value, bool)
    as_text = look.is_json and kind in _AS_TEXT
    if isinstance(value, (str,) if as_text else _PYTHON[kind]) and not (kind in "ir" and is_truth):
        return None
    is_flag = kind == "b" and isinstance(value, int) and value in (0, 1)
    if is_flag or (kind == "i" and isinstance(value, float) and value.is_integer()):
        what = _WORDS[kind]
        said = tell('"{key}" is {value}; Apple lists {kind}.', key=name, value=value, kind=what)
        return Finding(at, said, Reason.TYPE, Grade.WARNING)
    if fact.get("also") and isinstance(value, _PYTHON[fact["also"]]):
        what = _WORDS[fact["also"]]
        said = tell(
            '"{key}" is {kind}: Apple does not list it, devices take it.', key=name, kind=what
        )
        return Finding(at, said, Reason.TYPE, Grade.INFO)
    return Finding(at, tell('"{key}" must be {kind}.', key=name, kind=_WORDS[kind]), Reason.TYPE)


def _bounds(value: Any, fact: Fact, name: str, at: Pointer) -> Iterator[Finding]:
    low, high = fact.get("r", (None, None))
    is_number = isinstance(value, int | float)
    if "e" in fact and value in fact["e"]:
        return
    if low is not None or high is not None:
        if is_number and not _is_within(value, low, high):
            parts = {"key": name, "value": cut(value), "low": low, "high": high}
            said = tell('"{key}" is {value}; it goes from {low} to {high}.', **parts)
            yield Finding(at, said, Reason.RANGE)
    elif "e" in fact:
        known = ", ".join(map(str, fact["e"]))
        shown = cut(value)
        said = tell('"{key}" is {value}; it may be: {known}.', key=name, value=shown, known=known)
        yield Finding(at, said, Reason.VALUE)
    elif "f" in fact and isinstance(value, str):
        form = pattern_of(fact["f"])
        if form and not form.search(value):
            yield Finding(at, tell('"{key}" has the wrong form.', key=name), Reason.FORM)


def _is_within(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)
