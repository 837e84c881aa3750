"""Stage (pure): which part of an inventory a run is about."""

from collections.abc import Mapping

from pedell.language.nearest import did_you_mean
from pedell.language.patterns import select_schools
from pedell.model import Desired, Memory, Problem, Rejected, Rollout, School, tell

_SECTIONS = frozenset(
    ("apps", "certificates", "membership", "presets", "profiles", "restrictions", "wifi")
)
"""Tags that mean something even where no school has any of it."""


def choose_part(
    desired: Desired, memory: Memory, schools: Mapping[str, School], rollout: Rollout, limit: str
) -> tuple[Desired, Memory]:
    """Return what is wanted and what is remembered of the schools and tags that were chosen.

    ``limit`` and the rollout's own pattern both hold. Where tags are chosen, memory is cut to what
    is wanted, because what nobody declares any more has no tag. Rejects a choice of no school, and
    a tag that nothing has.
    """
    chosen = select_schools(limit or "all", schools) & select_schools(rollout.schools, schools)
    if not chosen:
        detail = tell(
            '"{limit}" and "{schools}" have no school in common.',
            limit=limit,
            schools=rollout.schools,
        )
        raise Rejected([Problem("E0270", detail)])
    tags = frozenset(rollout.tags)
    _check_tags(tags, desired)
    everywhere = chosen == schools.keys() and not tags
    part = {
        address: resource
        for address, resource in desired.items()
        if address.school in chosen and (not tags or tags & set(resource.tags))
    }
    left = {
        address: remembered
        for address, remembered in memory.items()
        if everywhere or address in part or (address.school in chosen and not tags)
    }
    return part, left


def _check_tags(tags: frozenset[str], desired: Desired) -> None:
    if not tags <= _SECTIONS:
        known = _SECTIONS.union(*(resource.tags for resource in desired.values()))
        problems = [
            Problem(
                "E0270",
                tell('"{tag}" is no tag. {meant}', tag=tag, meant=did_you_mean(tag, known)),
            )
            for tag in sorted(tags - known)
        ]
        if problems:
            raise Rejected(problems)


def add_neighbours(desired: Desired, left: Memory, memory: Memory) -> Memory:
    """Return ``left`` with all that we left on the same targets of the same schools.

    A session must know the neighbours of a change: a service restarts when its file changes, even
    where a tag or a saved plan is about the file alone.
    """
    touched = {(resource.target, address.school) for address, resource in desired.items()}
    beside = {a: known for a, known in memory.items() if (known.target, a.school) in touched}
    return {**beside, **left}
