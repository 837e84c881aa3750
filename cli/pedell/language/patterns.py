"""Which schools: the pattern language of Ansible's ``--limit``.

``gs-*:&innenstadt:!gs-sued``: parts are joined by colon or comma; a part names a school, a group, a
type or ``all``, with ``*`` and ``?`` as wildcards, or with ``~`` as a regular expression; ``[0]``,
``[-1]``, ``[1:3]`` behind it pick by place, the last one included, in the order of the ids; ``&``
keeps only those, ``!`` takes them out; ``@FILE`` reads one part a line.
"""

import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from pedell.language.nearest import did_you_mean
from pedell.model import Problem, Rejected, School, tell


def select_schools(pattern: str, schools: Mapping[str, School]) -> frozenset[str]:
    """Return the ids that the pattern means, or reject a part that matches nothing."""
    parts = list(_parts(pattern))
    problems: list[Problem] = []
    chosen: set[str] = set()
    plain = [part for part in parts if part[0] not in "&!"]
    for part in plain or ["all"]:
        chosen |= _matching(part, schools, problems)
    for part in parts:
        if part.startswith("&"):
            chosen &= _matching(part[1:], schools, problems)
    for part in parts:
        if part.startswith("!"):
            chosen -= _matching(part[1:], schools, problems)
    if not chosen and not problems:
        problems.append(Problem("E0270", tell('"{pattern}" leaves no school.', pattern=pattern)))
    if problems:
        raise Rejected(problems)
    return frozenset(chosen)


_PART = re.compile(r"(?:\[[^\]]*\]|[^:,])+")
_PLACE = re.compile(r"(.+)\[(?:(-?[0-9]+)|([0-9]+):([0-9]*))\]\Z")


def _parts(pattern: str) -> Iterable[str]:
    for word in filter(None, map(str.strip, _PART.findall(pattern))):
        if not word.startswith("@"):
            yield word
            continue
        try:
            lines = Path(word[1:]).read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError) as error:
            detail = tell("{file}: {error}.", file=word[1:], error=error)
            raise Rejected([Problem("E0101", detail)]) from None
        yield from (line for line in map(str.strip, lines) if line and line[0] != "#")


def _matching(word: str, schools: Mapping[str, School], problems: list[Problem]) -> set[str]:
    place = None if word.startswith("~") else _PLACE.match(word)
    means = _reader_of(place[1] if place else word, problems)
    found = sorted(school.id for school in schools.values() if any(map(means, _names(school))))
    chosen = _at(place, found) if place else found
    if not schools:
        detail = tell("There is no school yet. Write schools/NAME.yml.")
        problems.append(Problem("E0270", detail))
    elif not chosen:
        names = {name for school in schools.values() for name in _names(school)}
        meant = did_you_mean(word, names)
        detail = tell('"{word}" is no school, group or type. {meant}', word=word, meant=meant)
        problems.append(Problem("E0270", detail))
    return set(chosen)


def _reader_of(word: str, problems: list[Problem]) -> Callable[[str], bool]:
    """Return what tells whether a name is meant by ``word``."""
    if word == "all":
        return lambda _: True
    if not word.startswith("~"):
        return lambda name: fnmatch.fnmatchcase(name, word)
    try:
        expression = re.compile(word[1:])
    except re.error as error:
        detail = tell('"{word}" is no regular expression: {error}.', word=word, error=error)
        problems.append(Problem("E0270", detail))
        return lambda _: False
    return lambda name: expression.match(name) is not None


def _at(place: re.Match[str], found: list[str]) -> list[str]:
    _, one, first, last = place.groups()
    if one is None:
        return found[int(first) : int(last) + 1 if last else None]
    return [found[int(one)]] if -len(found) <= int(one) < len(found) else []


def _names(school: School) -> tuple[str, ...]:
    return (school.id, school.type, *school.groups)
