"""Stage (pure): what was not taken out of the files and stands in another place on devices now."""

from collections.abc import Iterable, Mapping

from pedell.model import Address, Desired, Remembered

_DECLARED = "configuration"
_IN_PROFILES = frozenset({"presets", "restrictions"})


def find_heirs(
    orphans: Iterable[Remembered], desired: Desired
) -> Mapping[Address, tuple[Address, ...]]:
    """Return the orphans of which something has moved, each with what says it now.

    The iPadOS of a cohort decides whether a right or a preset goes into a profile or into a
    declaration. If all of one moves, the old one is wanted no more, though nobody has taken a line
    out. It must go with the move: left there it would hold the value of today for good.
    """
    found: dict[Address, tuple[Address, ...]] = {}
    by_home: dict[tuple[str, str], list[Address]] = {}
    for at in desired:
        if at.kind == _DECLARED or at.kind in _IN_PROFILES:
            by_home.setdefault((at.school, at.place), []).append(at)
    for left in orphans:
        near = by_home.get((left.address.school, left.address.place), ())
        heirs = [at for at in near if _moves(left.address, at)]
        if taking := tuple(at for at in heirs if desired[at].spec.keys() & left.spec.keys()):
            found[left.address] = taking
    return found


def _moves(old: Address, new: Address) -> bool:
    """Tell whether one of the two is a declaration and the other a profile."""
    kinds = {old.kind, new.kind}
    return _DECLARED in kinds and not kinds.isdisjoint(_IN_PROFILES)
