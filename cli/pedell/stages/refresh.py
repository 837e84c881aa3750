"""Stage (reads devices): before drift is looked for, the devices themselves are asked."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from pedell.model import Desired, Resource, Survey, survey_silence
from pedell.ports import Switchboard


def refresh_targets(lines: Switchboard, desired: Desired, patience: float) -> Survey:
    """Ask the devices behind every target and wait ``patience`` seconds at most.

    Returns which targets could not ask theirs: what is seen there is what was known before.
    """
    wanted: dict[str, list[Resource]] = {}
    for resource in desired.values():
        if resource.devices:
            wanted.setdefault(resource.target, []).append(resource)

    def ask(entry: tuple[str, Sequence[Resource]]) -> OSError | None:
        try:
            lines.session(entry[0]).refresh(entry[1], patience)
        except OSError as error:
            return error
        return None

    crew = ThreadPoolExecutor(lines.forks)
    try:
        errors = dict(zip(wanted, crew.map(ask, wanted.items()), strict=True))
    finally:  # all have answered, unless an interrupt came: that waits for nobody
        crew.shutdown(wait=False, cancel_futures=True)
    return survey_silence({target: error for target, error in errors.items() if error})
