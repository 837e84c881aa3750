"""Stage (reads targets): what targets with devices say about themselves."""

from collections.abc import Iterable

from pedell.model import Notice, Survey, survey_silence
from pedell.ports import Switchboard


def gather_notices(lines: Switchboard, targets: Iterable[str]) -> Survey:
    """Return what a person should know of these targets, and which of them are silent."""
    found: list[Notice] = []
    errors: dict[str, OSError] = {}
    for target in targets:
        try:
            devices = lines.session(target).devices
            found += devices.notices() if devices else ()
        except OSError as error:
            errors[target] = error
    return Survey((), notices=tuple(found)).joined(survey_silence(errors))
