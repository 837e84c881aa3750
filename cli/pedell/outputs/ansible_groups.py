"""Groups, types and municipalities as groups of Ansible, whose names are narrower than ours."""

import re
from collections.abc import Collection, Iterator, Mapping

from pedell.model import Inventory, Problem, Rejected, School, Source, Words, tell

_OWN_GROUPS = ("all", "ungrouped")


def group_members(inventory: Inventory, hosts: Collection[str]) -> Mapping[str, frozenset[str]]:
    """Return Ansible's groups and the ids of their schools, or reject two names that become one.

    Ansible takes letters, digits and underscores, and no digit in front: a hyphen becomes an
    underscore, and an underscore is put before a digit. ``hosts`` are the schools that are hosts:
    a host and a group of one name could not be told apart either.
    """
    first: dict[str, Words] = dict.fromkeys(_OWN_GROUPS, tell("what is Ansible's own"))
    clashes: dict[tuple[str, Words], Problem] = {}
    members: dict[str, set[str]] = {}
    for school in inventory.schools.values():
        host = (school.id, tell('the school "{name}"', name=school.id))
        groups = list(_groups_of(school))
        for name, words in (host, *groups) if school.id in hosts else groups:
            before = first.setdefault(name, words)
            if before != words:
                clashes.setdefault((name, words), _clash(name, before, words, school.source))
        for name, _ in groups:
            members.setdefault(name, set()).add(school.id)
    if clashes:
        raise Rejected(clashes.values())
    return {name: frozenset(members[name]) for name in sorted(members)}


def _groups_of(school: School) -> Iterator[tuple[str, Words]]:
    for group in school.groups:
        yield _safe(group), tell('the group "{name}"', name=group)
    yield _safe(f"type_{school.type}"), tell('the type "{name}"', name=school.type)
    if member := school.municipality:
        yield _safe(f"municipality_{member}"), tell('the municipality "{name}"', name=member)


def _safe(name: str) -> str:
    safe = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return f"_{safe}" if safe[:1].isdigit() else safe


def _clash(name: str, first: Words, second: Words, source: Source) -> Problem:
    detail = tell(
        'Ansible would know {first} and {second} by one name, "{name}". Rename one of them.',
        first=first,
        second=second,
        name=name,
    )
    return Problem("E0201", detail, source)
