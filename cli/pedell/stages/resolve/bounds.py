"""What a lock leaves to others, and the words for whoever oversteps it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pedell.language.fields import Fields
from pedell.model import LAYERS, Contribution, Lock, Problem, Value, Words, dotted, tell

_BOUND = {layer: LAYERS[number + 1 :] for number, layer in enumerate(LAYERS)}
_BOUND["owner"] = ("municipality", "school", "cohort", "owner")
"""Layer → those that its locks bind: the ones above it; an owner's all who speak there."""


def overstepping(
    lock: Lock, trail: Iterable[Contribution], won: Contribution | None, fields: Fields
) -> Iterator[Problem]:
    """Yield what layers say against a lock; what the catalogue says counts only where it wins.

    ``won`` is whose word holds, None where the lock itself fixes the value.
    """
    bound = _BOUND[lock.layer]
    if won is None:
        wrong = [s for s in trail if s.layer in bound and not lock.permits(s.value)]
    else:
        if lock.allowed is not None:
            allowed = tuple(fields.fill(value, lock.source) for value in lock.allowed)
            lock = replace(lock, allowed=allowed)
        heard = [s for s in trail if s is won or s.layer in (lock.layer, *bound)]
        wrong = [s for s in heard if not lock.permits(fields.fill(s.value, s.source))]
    for said in wrong:
        yield Problem("E0107", _refusal(lock, said, is_bound=said.layer in bound), said.source)


def _refusal(lock: Lock, said: Contribution, *, is_bound: bool) -> Words:
    itself = tell(" It says {value} here itself.", value=_shown(said.value))
    parts = {
        "who": _locker(lock),
        "what": dotted(lock.at),
        "words": lock.in_words(_shown),
        "until": tell(" {end}", end=lock.end) if lock.end else "",
        "place": lock.source,
        "own": "" if is_bound else itself,
        "reason": lock.reason,
        "owner": lock.owner,
    }
    if lock.is_fixed:
        return tell(
            "{who} locks {what} to {words}{until} ({place}).{own} Reason: {reason}. Ask: {owner}",
            **parts,
        )
    return tell(
        "{who} allows {words} for {what}{until} ({place}).{own} Reason: {reason}. Ask: {owner}",
        **parts,
    )


def _locker(lock: Lock) -> Words:
    match lock.layer:
        case "municipality":
            return tell('The municipality "{name}"', name=lock.name)
        case "owner":
            return tell('The owner "{name}"', name=lock.name)
        case _:
            return tell("The authority")


def _shown(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
