"""Stage (pure): which part of an inventory a run is about."""

from collections.abc import Mapping

from pedell.language.patterns import select_schools
from pedell.model import Desired, Memory, Problem, Rejected, Rollout, School, tell


def choose_part(
    desired: Desired, memory: Memory, schools: Mapping[str, School], rollout: Rollout, limit: str
) -> tuple[Desired, Memory]:
    """Return what is wanted and what is remembered of the schools and tags that were chosen.

    ``limit`` and the rollout's own pattern both hold. Where tags are chosen, memory is cut to what
    is wanted, because what nobody declares any more has no tag. Rejects a choice of no school.
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


def add_neighbours(desired: Desired, left: Memory, memory: Memory) -> Memory:
    """Return ``left`` with all that we left on the same targets of the same schools.

    A session must know the neighbours of a change: a service restarts when its file changes, even
    where a tag or a saved plan is about the file alone.
    """
    touched = {(resource.target, address.school) for address, resource in desired.items()}
    beside = {a: known for a, known in memory.items() if (known.target, a.school) in touched}
    return {**beside, **left}
