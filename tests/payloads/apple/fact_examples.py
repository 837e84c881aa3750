"""Examples made from the facts alone: the least and the most that a type may say, and what is wrong.

Nothing here asks the validator; where the two disagree, one of them is wrong.
"""

import copy
import datetime
import json
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from pedell.payloads.apple.facts import Reason, Table

IDENTITY = "4F0C7A52-0000-4000-8000-0000000000AA"
ANCHOR = "4F0C7A52-0000-4000-8000-0000000000BB"
_UUID = "4F0C7A52-0000-4000-8000-00000000000{}"
_TEXTS = ("text", IDENTITY, "https://example.org/", "02:00:5e:00:53:01", "123456")
_WRONG = {"s": 7, "i": "x", "r": "x", "b": "x", "t": 7, "x": 7, "a": "x", "o": "x"}
_LINKS = {"PayloadCertificateUUID": IDENTITY}
_DEPTH = 6
_OURS = files("pedell.payloads.apple.facts") / "additions.json"
RULES = json.loads(_OURS.read_text("utf-8"))["rules"]


class Example:
    """Makes values for facts: ``most`` says everything, else only what must be said."""

    def __init__(self, most: bool, json: bool) -> None:
        self._most, self._json = most, json

    def block(self, fact: dict, above: tuple = ()) -> dict[str, Any]:
        fact = _repeated(fact, above)
        made = {}
        for name, key in fact.get("k", {}).items():
            deep = len(above) > _DEPTH and not key.get("q")
            if not key.get("no") and (key.get("q") or self._most) and not deep:
                made[name] = self.value(key, name, (*above, fact))
        if "w" in fact and self._most and not fact.get("k"):
            made["whatever"] = self.value(fact["w"], "whatever", (*above, fact))
        return made

    def value(self, fact: dict, name: str, above: tuple) -> Any:
        if name.endswith("PayloadCertificateAnchorUUID"):
            return [ANCHOR]
        if name in _LINKS:
            return _LINKS[name]
        match fact["t"]:
            case "a":
                return self._list(_repeated(fact, above), name, above)
            case "o":
                return self.block(fact, above)
            case "s":
                return fact["e"][0] if "e" in fact else _text(fact.get("f", ""))
            case "i" | "r":
                return _number(fact, self._most)
            case "b":
                return self._most
            case "t":
                when = datetime.datetime(2027, 7, 31, 12, 0)
                return when.isoformat() if self._json else when
            case "x":
                return "aW52ZW50ZWQ=" if self._json else b"invented"
            case _:
                return "anything"

    def _list(self, fact: dict, name: str, above: tuple) -> list[Any]:
        if "i" not in fact or len(above) > _DEPTH:
            return []
        low = (fact["i"].get("n") or fact.get("n") or (0, None))[0] or 0
        return [self.value(fact["i"], "", (*above, fact))] * max(low, int(self._most))


def _repeated(fact: dict, above: tuple) -> dict:
    return {**above[-fact["^"]], **fact} if fact.get("^") else fact


def _text(form: str) -> str:
    return next(each for each in _TEXTS if re.search(form, each))


def _number(fact: dict, most: bool) -> int | float:
    if "e" in fact:
        return fact["e"][-1 if most else 0]
    low, high = fact.get("r", (None, None))
    known = [bound for bound in ((high, low) if most else (low, high)) if bound is not None]
    return known[0] if known else 1


def blocks(value: Any, fact: dict, way: list) -> Iterator[tuple[dict, dict]]:
    """Yield each block that a way of a rule leads to, with its fact."""
    if not way:
        yield value, fact
    elif way[0] == "*":
        for child in value:
            yield from blocks(child, fact["i"], way[1:])
    elif way[0] in value:
        yield from blocks(value[way[0]], fact["k"][way[0]], way[1:])


def terms(said: Any) -> list[tuple[list[str], list | None]]:
    """Return (keys that lead there, values or None: any) of what a rule names."""
    each = said.items() if isinstance(said, dict) else [
        pair for one in said for pair in (one.items() if isinstance(one, dict) else [(one, None)])
    ]  # fmt: skip
    return [(key.split("/"), values) for key, values in each]


def is_so(block: dict, fact: dict, keys: list[str], values: list | None) -> bool:
    """Tell whether a key is there, or has one of the values; left out it has its default."""
    here, known = block, fact
    for key in keys:
        known = known["k"].get(key, {})
        if key not in here:
            return values is not None and known.get("d") in values
        here = here[key]
    return values is None or here in values


def make_so(block: dict, fact: dict, keys: list[str], values: list | None, json: bool) -> None:
    """Put a key there, with the first of the values, or with the least that it may say."""
    *way, last = keys
    for key in way:
        block, fact = block.setdefault(key, {}), fact["k"][key]
    made = Example(False, json)
    block[last] = values[0] if values else made.value(fact["k"][last], last, (fact,))


def obey(kind: str, value: dict, fact: dict, json: bool) -> None:
    """Change an example until it keeps the rules between its keys, which stand in order."""
    for rule in (one for one in RULES if one["in"] == kind):
        for way in rule["at"]:
            for block, known in blocks(value, fact, way):
                if all(is_so(block, known, *term) for term in terms(rule.get("when", {}))):
                    _keep(rule, block, known, json)


def _keep(rule: dict, block: dict, fact: dict, json: bool) -> None:
    how = next(word for word in ("need", "any", "one", "never") if word in rule)
    named = terms(rule[how])
    held = [term for term in named if is_so(block, fact, *term)]
    if how == "need":
        for term in named:
            if term not in held:
                make_so(block, fact, *term, json)
    elif how == "never":
        for keys, _ in held:
            del block[keys[0]]
    elif not held:
        make_so(block, fact, *named[0], json)
    elif how == "one":
        for keys, _ in held[1:]:
            del block[keys[0]]


def profile(table: Table, kind: str, most: bool) -> dict[str, Any]:
    """Return a profile with one payload of this type, and the certificates that it may name."""
    wrapper = {
        "PayloadVersion": 1,
        "PayloadIdentifier": "org.example",
        "PayloadUUID": _UUID.format(1),
    }
    own = Example(most, json=False).block(table.types[kind])
    obey(kind, own, table.types[kind], json=False)
    part = {**own, **wrapper, "PayloadType": kind, "PayloadIdentifier": "org.example.part"}
    beside = [
        {**wrapper, "PayloadType": f"com.apple.security.{name}", "PayloadIdentifier": name,
         "PayloadUUID": uuid, "PayloadContent": b"invented"}
        for name, uuid in (("pkcs12", IDENTITY), ("root", ANCHOR))
    ]  # fmt: skip
    whole = {**wrapper, "PayloadUUID": _UUID.format(2), "PayloadType": "Configuration"}
    return {**whole, "PayloadContent": [part, *beside]}


def declaration(table: Table, kind: str, most: bool) -> dict[str, Any]:
    """Return a declaration of this type."""
    payload = Example(most, json=True).block({"t": "o", **table.declarations[kind]})
    obey(kind, payload, table.declarations[kind], json=True)
    return {"Type": kind, "Identifier": "org.example", "ServerToken": "1", "Payload": payload}


def mutations(fact: dict, whole: dict, root: tuple) -> Iterator[tuple[Reason, tuple, dict]]:
    """Yield (reason, place, a copy with one thing wrong) for all that ``fact`` says below root."""
    for at, known, holder in _places(fact, _at(whole, root), root, ()):
        name = at[-1]
        optional = isinstance(name, str) and not known.get("q")
        if known.get("q") and isinstance(name, str):
            yield Reason.MISSING, at[:-1], _changed(whole, at, lambda box, key: box.pop(key))
        if known["t"] in _WRONG:
            yield Reason.TYPE, at, _set(whole, at, _WRONG[known["t"]])
        if optional and "w" not in holder:
            wrong = f"{name}Q"
            yield Reason.UNKNOWN_KEY, (*at[:-1], wrong), _changed(
                whole, at, lambda box, key: box.update({f"{key}Q": box.pop(key)})
            )  # fmt: skip
        yield from _out_of_bounds(known, at, whole)


def _out_of_bounds(known: dict, at: tuple, whole: dict) -> Iterator[tuple[Reason, tuple, dict]]:
    if "r" in known:
        low, high = known["r"]
        beyond = high + 1 if high is not None else low - 1
        if beyond not in known.get("e", ()):
            yield Reason.RANGE, at, _set(whole, at, beyond)
    elif "e" in known:
        yield Reason.VALUE, at, _set(whole, at, "no such" if known["t"] == "s" else -77)
    elif "f" in known:
        yield Reason.FORM, at, _set(whole, at, "!")
    count = known.get("i", {}).get("n") or known.get("n")
    if known["t"] == "a" and count and count[1] is not None:
        yield Reason.COUNT, at, _set(whole, at, _at(whole, at) * (count[1] + 1))


def _places(fact: dict, value: Any, at: tuple, above: tuple) -> Iterator[tuple[tuple, dict, dict]]:
    fact = _repeated(fact, above)
    if isinstance(value, dict):
        for name, key in fact.get("k", {}).items():
            if name in value and not key.get("no"):
                yield (*at, name), key, fact
                yield from _places(key, value[name], (*at, name), (*above, fact))
    elif isinstance(value, list) and value and "i" in fact:
        yield (*at, 0), {k: v for k, v in fact["i"].items() if k not in ("q", "n")}, fact
        yield from _places(fact["i"], value[0], (*at, 0), (*above, fact))


def _at(whole: Any, at: tuple) -> Any:
    for step in at:
        whole = whole[step]
    return whole


def _set(whole: dict, at: tuple, value: Any) -> dict:
    return _changed(whole, at, lambda box, key: box.__setitem__(key, value))


def _changed(whole: dict, at: tuple, change: Any) -> dict:
    """Copy what leads to the place, so that entries which are one object stay as they are."""
    fresh = copy.copy(whole)
    box: Any = fresh
    for step in at[:-1]:
        box[step] = copy.copy(box[step])
        box = box[step]
    change(box, at[-1])
    return fresh
