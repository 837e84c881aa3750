"""Words of the files that hold nothing, or not what they say: expired locks, what is too mild."""

import datetime
from collections.abc import Iterable, Iterator, Mapping

from pedell.model import (
    Effective,
    Kind,
    Lock,
    Pointer,
    Problem,
    Setting,
    Severity,
    Value,
    dotted,
    tell,
)

Values = Mapping[tuple[str, str], Effective]


def advise_on_locks(locks: Iterable[Lock], today: datetime.date) -> tuple[Problem, ...]:
    """Return a warning for each lock whose last day is over: it holds nothing any more."""
    return tuple(
        Problem(
            "W0302",
            tell(
                "{path} was locked {end}. Since then every layer may say what it wants."
                " Delete the lock or give it another day. Ask: {owner}",
                path=dotted(lock.at),
                end=lock.end,
                owner=lock.owner,
            ),
            lock.source,
            Severity.WARNING,
        )
        for lock in locks
        if not lock.holds_on(today)
    )


def advise_on_strictness(values: Values, kinds: Mapping[str, Kind]) -> Iterator[Problem]:
    """Yield a warning for each word that is too mild: a stricter one of another layer holds."""
    roles = {str(at[1]) for each in values.values() for at in each.settings if _is_right(at)}
    rights = {("restrictions", role, *at) for role in roles for at in kinds["restrictions"].strict}
    presets = {("presets", *at) for at in kinds["presets"].strict}
    told: set[int] = set()
    for effective in values.values():
        for at in rights | presets:
            setting = effective.settings.get(at)
            if setting and len(setting.trail) > 1 and id(setting) not in told:
                told.add(id(setting))  # schools of one mind share it
                yield from _too_mild(at, setting)


def _is_right(at: Pointer) -> bool:
    return at[0] == "restrictions"


def _too_mild(at: Pointer, setting: Setting) -> Iterator[Problem]:
    last = setting.trail[-1]
    if last.value != setting.value and last.source != setting.source:
        detail = tell(
            "{path} stays {held}, which is stricter than {said} ({place}).",
            path=dotted(at),
            held=_shown(setting.value),
            said=_shown(last.value),
            place=setting.source,
        )
        yield Problem("W0309", detail, last.source, Severity.WARNING)


def _shown(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
