"""Stage (pure): what is allowed and yet looks wrong becomes warnings."""

import datetime
from collections.abc import Iterable

from pedell.model import Desired, Lock, Problem, Severity, dotted


def advise_on(desired: Desired) -> tuple[Problem, ...]:
    """Return warnings about enterprise networks on which devices would trust any RADIUS server.

    Without a certificate authority and the names of its servers, a stranger's access point can ask
    a tablet for its password (facts: Wi-Fi lint of the payload sheet).
    """
    found = []
    for resource in desired.values():
        spec = resource.spec
        if resource.address.kind != "wifi" or "enterprise" not in str(spec.get("security")):
            continue
        missing = [name for name in ("certificate", "server_names") if not spec.get(name)]
        if missing:
            detail = (
                f"{resource.address.name} names no {' and no '.join(missing)}: devices would give"
                " their password to any RADIUS server that asks."
            )
            source = resource.origins.get(("security",), resource.source)
            found.append(Problem("W0301", detail, source, Severity.WARNING))
    return tuple(dict.fromkeys(found))


def advise_on_locks(locks: Iterable[Lock], today: datetime.date) -> tuple[Problem, ...]:
    """Return a warning for each lock whose last day is over: it holds nothing any more."""
    return tuple(
        Problem(
            "W0302",
            f"{dotted(lock.at)} was locked {lock.end}. Since then every layer may say what it"
            f" wants. Delete the lock or give it another day. Ask: {lock.owner}",
            lock.source,
            Severity.WARNING,
        )
        for lock in locks
        if not lock.holds_on(today)
    )
