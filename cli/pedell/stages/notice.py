"""Stage (reads targets): what targets with devices say about themselves."""

from collections.abc import Iterable
from contextlib import suppress

from pedell.model import Notice
from pedell.ports import Switchboard


def gather_notices(lines: Switchboard, targets: Iterable[str]) -> tuple[Notice, ...]:
    """Return what a person should know of these targets; one that is silent says nothing here."""
    found: list[Notice] = []
    for target in targets:
        with suppress(OSError):  # whoever looks at it says that it does not answer
            devices = lines.session(target).devices
            found += devices.notices() if devices else ()
    return tuple(found)
