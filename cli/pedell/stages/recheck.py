"""Stage (pure): a planned step only begins on the ground that a person said yes to."""

from pedell.model import Change, Observed, Outcome, Sight, Status, Step


def recheck_step(step: Step, sight: Sight) -> Outcome | None:
    """Return how a step ended before it began, or None where it may go on.

    Its end is reached already (a cut-off apply did it): done. Something else is there than the
    plan saw: stale. A silent target is left to the step itself.
    """
    change = step.change
    seen = sight.observed.get(change.address)
    if change.target in sight.unreachable or _ground(seen) == _ground(change.before):
        return None
    if _is_over(change, seen):
        return Outcome(step.number, Status.DONE, "already so")
    if _is_begun(change, seen):  # the cut-off apply reached some of its devices
        return None
    return Outcome(step.number, Status.STALE, "changed on the target since the plan was made")


def _ground(seen: Observed | None) -> str:
    return seen.fingerprint if seen is not None and seen.spec else ""


def _is_over(change: Change, seen: Observed | None) -> bool:
    if change.after is None:
        return not _ground(seen)
    held = seen.devices | seen.waiting if seen else frozenset()
    return _is_begun(change, seen) and change.devices <= held


def _is_begun(change: Change, seen: Observed | None) -> bool:
    return seen is not None and change.after is not None and seen.spec == change.after.spec
