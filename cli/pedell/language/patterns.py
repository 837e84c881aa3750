"""Which schools: the pattern language of Ansible's ``--limit``.

``gs-*:&innenstadt:!gs-sued``: parts are joined by colon or comma; a part names a school, a group, a
type or ``all``, with ``*`` and ``?`` as wildcards; ``&`` keeps only those, ``!`` takes them out;
``@FILE`` reads one part a line.
"""

import fnmatch
from collections.abc import Iterable, Mapping
from pathlib import Path

from pedell.language.nearest import did_you_mean
from pedell.model import Problem, Rejected, School


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
        problems.append(Problem("E0270", f'"{pattern}" leaves no school.'))
    if problems:
        raise Rejected(problems)
    return frozenset(chosen)


def _parts(pattern: str) -> Iterable[str]:
    for part in pattern.replace(",", ":").split(":"):
        word = part.strip()
        if word.startswith("@"):
            lines = Path(word[1:]).read_text(encoding="utf-8").splitlines()
            yield from (line.strip() for line in lines if line.strip() and line[0] != "#")
        elif word:
            yield word


def _matching(word: str, schools: Mapping[str, School], problems: list[Problem]) -> set[str]:
    found = {school.id for school in schools.values() if _means(word, school)}
    if not found:
        names = {
            name for school in schools.values() for name in (school.id, school.type, *school.groups)
        }
        detail = f'"{word}" is no school, group or type. {did_you_mean(word, names)}'
        problems.append(Problem("E0270", detail))
    return found


def _means(word: str, school: School) -> bool:
    names = (school.id, school.type, *school.groups)
    return word == "all" or any(fnmatch.fnmatchcase(name, word) for name in names)
