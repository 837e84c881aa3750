"""Stage 6 (pure): guards hold back what must not happen unnoticed. The rest goes on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pedell.model import Action, Address, Change, Desired, Effect, Memory
from pedell.stages.guard.apps import way_changed
from pedell.stages.guard.logins import Logins
from pedell.stages.guard.surroundings import Surroundings
from pedell.stages.guard.trust import Trust
from pedell.stages.guard.ways import Ways

__all__ = ["Limits", "Surroundings", "guard_changes", "unblocked"]

_ALONE = Surroundings()


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a run may take away before a person says so.

    ``deletions`` is a count and ``share`` a share of all that we made; the smaller one holds.
    ``confirmed`` are the schools whose id a person typed.
    """

    deletions: int = 50
    share: float = 0.2
    confirmed: frozenset[str] = frozenset()


def guard_changes(
    changes: tuple[Change, ...],
    desired: Desired,
    memory: Memory,
    limits: Limits,
    around: Surroundings = _ALONE,
) -> tuple[Change, ...]:
    """Return the changes, those held back with the reason and the way out."""
    watch = _Watch.over(changes, desired, around)
    changes = tuple(watch.ways.spare(change) for change in changes)
    reasons = (
        c.blocked or way_changed(c, memory) or _reason(c, desired, limits, watch) for c in changes
    )
    guarded = tuple(
        replace(change, blocked=reason) if reason else change
        for change, reason in zip(changes, reasons, strict=True)
    )
    return _within_budget(guarded, memory, limits)


@dataclass(frozen=True, slots=True)
class _Watch:
    """The guards that look at several changes at once."""

    trust: Trust
    logins: Logins
    ways: Ways

    @classmethod
    def over(cls, changes: tuple[Change, ...], desired: Desired, around: Surroundings) -> "_Watch":
        moving = {change.address: change for change in changes}
        ways = Ways(moving, desired, around)
        logins = Logins(moving, desired, around, ways)
        return cls(Trust(changes, desired, around), logins, ways)


def _reason(change: Change, desired: Desired, limits: Limits, watch: _Watch) -> str:
    if change.leaving and change.after and not change.after.devices:
        return "the device list is suddenly empty. Look at the file of this school."
    if _is_exodus(change) and change.address.school not in limits.confirmed:
        gone = f"{len(change.leaving)} devices leave this cohort and lose what it gave them"
        return f"{gone}. If that is meant: --confirm {change.address.school}"
    if _cuts_off(change, desired):
        return "devices may join only managed networks, and this cohort has none."
    if parted := watch.trust.reason(change, limits.confirmed):
        return parted
    if change.address.school not in limits.confirmed and (out := watch.logins.reason(change)):
        return out
    takes = change.action in (Action.DELETE, Action.REPLACE)
    heavy = change.effect.weight >= Effect.DELETES_DATA.weight
    if takes and heavy and change.address.school not in limits.confirmed:
        words = {"deletes-data": "deletes what is stored there", "locks-out": "may cut devices off"}
        return f"{words[change.effect]}. To do it: --confirm {change.address.school}"
    return watch.ways.reason(change)


def _is_exodus(change: Change) -> bool:
    """More than five devices and a fifth of the cohort: rather a lost line than a move."""
    before = change.remembered.devices if change.remembered else frozenset()
    return len(change.leaving) > max(5, len(before) // 5)


def _cuts_off(change: Change, desired: Desired) -> bool:
    wanted = change.after
    if wanted is None or wanted.spec.get("only_managed_wifi") is not True:
        return False
    return not any(_networks(change.address, desired))


def _networks(address: Address, desired: Desired) -> Iterator[Address]:
    for other in desired:
        if (other.school, other.place, other.kind) == (address.school, address.place, "wifi"):
            yield other


def _within_budget(
    changes: tuple[Change, ...], memory: Memory, limits: Limits
) -> tuple[Change, ...]:
    gone = [
        change
        for change in changes
        if change.action is Action.DELETE and not change.blocked and not change.heirs
    ]
    allowed = max(min(limits.deletions, int(limits.share * len(memory))), 1)
    unasked = [change for change in gone if change.address.school not in limits.confirmed]
    if len(unasked) <= allowed:
        return changes
    reason = f"{len(gone)} deletions in one run are more than {allowed}. Confirm each school."
    held = {id(change) for change in unasked}
    return tuple(replace(c, blocked=reason) if id(c) in held else c for c in changes)


def unblocked(changes: tuple[Change, ...]) -> Mapping[Address, Change]:
    """Return what may happen, by address."""
    return {change.address: change for change in changes if not change.blocked}
