"""Rules between keys that Apple's schema has in prose alone: one of these, needed where, never."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pedell.model import Pointer, Words, tell, tell_row
from pedell.payloads.apple.facts.findings import Devices, Finding, Grade, Reason

Way = tuple[str, ...]
"""Keys that lead to a block; ``*`` stands for every entry of a list."""
_EACH = "*"
_HOW = ("need", "any", "one", "never")


@dataclass(frozen=True, slots=True)
class Term:
    """A key, or a way to one (``A/B``), that is there; with ``values``: that has one of them."""

    key: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds in each block that one of ``ways`` leads to, where all of ``when`` do.

    ``how``: ``need`` all of ``terms``, ``any`` of them at least, exactly ``one``, or ``never`` any.
    """

    ways: tuple[Way, ...]
    when: tuple[Term, ...]
    how: str
    terms: tuple[Term, ...]
    grade: Grade


def read_rules(listed: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Rule, ...]]:
    """Return type → its rules, from what ``additions.json`` says."""
    found: dict[str, tuple[Rule, ...]] = {}
    for said in listed:
        (how,) = (word for word in _HOW if word in said)
        rule = Rule(
            ways=tuple(tuple(way) for way in said["at"]),
            when=tuple(_term({key: said["when"][key]}) for key in said.get("when", {})),
            how=how,
            terms=tuple(map(_term, said[how])),
            grade=Grade(said.get("grade", "error")),
        )
        found[said["in"]] = (*found.get(said["in"], ()), rule)
    return found


def check_rules(
    value: Mapping[str, Any],
    fact: Mapping[str, Any],
    rules: Sequence[Rule],
    at: Pointer,
    devices: Devices,
) -> Iterator[Finding]:
    """Yield what breaks a rule; ``fact`` knows the defaults, and since when there is a key."""
    for rule in rules:
        for way in rule.ways:
            for place, block, known in _blocks(value, fact, way, at):
                if all(_holds(term, block, known) for term in rule.when):
                    yield from _broken(rule, _Block(place, block, known, devices))


@dataclass(frozen=True, slots=True)
class _Block:
    at: Pointer
    value: Mapping[str, Any]
    fact: Mapping[str, Any]
    devices: Devices

    def holds(self, term: Term) -> bool:
        return _holds(term, self.value, self.fact)

    def place(self, term: Term) -> Pointer:
        """Return where the key stands, or what would hold it."""
        at, inside = self.at, self.value
        for key in term.key.split("/"):
            if not isinstance(inside, Mapping) or key not in inside:
                return self.at
            at, inside = (*at, key), inside[key]
        return at

    def is_known(self, term: Term) -> bool:
        """Tell whether these devices know the key at all."""
        fact: Mapping[str, Any] = self.fact
        for key in term.key.split("/"):
            fact = fact.get("k", {}).get(key, {})
            if fact.get("no") or not self.devices.knows(fact.get("a", "0")):
                return False
        return True


def _term(said: Any) -> Term:
    if isinstance(said, str):
        return Term(said)
    ((key, values),) = said.items()
    return Term(key, tuple(values or ()))


def _blocks(
    value: Any, fact: Mapping[str, Any], way: Way, at: Pointer
) -> Iterator[tuple[Pointer, Mapping[str, Any], Mapping[str, Any]]]:
    if not way and isinstance(value, dict):
        yield at, value, fact
    elif way and way[0] == _EACH and isinstance(value, list):
        for number, child in enumerate(value):
            yield from _blocks(child, fact.get("i", {}), way[1:], (*at, number))
    elif way and isinstance(value, dict) and way[0] in value:
        inside = fact.get("k", {}).get(way[0], {})
        yield from _blocks(value[way[0]], inside, way[1:], (*at, way[0]))


def _holds(term: Term, block: Mapping[str, Any], fact: Mapping[str, Any]) -> bool:
    """Tell whether a term is true; a key that is left out has Apple's default."""
    found: Any = block
    for key in term.key.split("/"):
        fact = fact.get("k", {}).get(key, {})
        if not isinstance(found, dict) or key not in found:
            return "d" in fact and fact["d"] in term.values
        found = found[key]
    return found in term.values if term.values else True


def _broken(rule: Rule, block: _Block) -> Iterator[Finding]:
    held = [term for term in rule.terms if block.holds(term)]
    where = _where(rule.when)
    match rule.how:
        case "need":
            for term in rule.terms:
                if term not in held and block.is_known(term):
                    yield _finding(rule, block.place(term), _needed(term, where))
        case "never":
            for term in held:
                said = tell('"{key}" does not belong here{where}.', key=term.key, where=where)
                yield _finding(rule, block.place(term), said)
        case "any" if not held:
            keys = _keys(rule.terms)
            said = tell("One of these must be there{where}: {keys}.", where=where, keys=keys)
            yield _finding(rule, block.at, said)
        case "one" if len(held) != 1:
            parts = {"keys": _keys(rule.terms), "count": len(held), "where": where}
            said = tell("Exactly one of these must be there{where}: {keys}; {count} are.", **parts)
            yield _finding(rule, block.at, said)


def _finding(rule: Rule, at: Pointer, said: Words) -> Finding:
    return Finding(at, said, Reason.TOGETHER, rule.grade)


def _needed(term: Term, where: Words | str) -> Words:
    if not term.values:
        return tell('"{key}" is missing; Apple asks for it{where}.', key=term.key, where=where)
    shown = _shown(term.values)
    return tell('"{key}" must be {value}{where}.', key=term.key, value=shown, where=where)


def _where(when: Sequence[Term]) -> Words | str:
    if not when:
        return ""
    said = [
        tell('"{key}" is {value}', key=term.key, value=_shown(term.values))
        if term.values
        else tell('"{key}" is there', key=term.key)
        for term in when
    ]
    return tell(" where {said}", said=tell_row("{first} and {last}", said))


def _keys(terms: Sequence[Term]) -> str:
    return ", ".join(
        f"{one.key} = {_shown(one.values)}" if one.values else one.key for one in terms
    )


def _shown(values: Sequence[Any]) -> str:
    words = (str(each).lower() if isinstance(each, bool) else str(each) for each in values)
    return " / ".join(words)
