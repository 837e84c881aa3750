"""Stage (reads devices): before drift is looked for, the devices themselves are asked."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from pedell.model import Desired, Resource
from pedell.ports import Switchboard


def refresh_targets(lines: Switchboard, desired: Desired, patience: float) -> None:
    """Ask the devices behind every target and wait ``patience`` seconds at most.

    A target that does not answer says so again when it is observed.
    """
    wanted: dict[str, list[Resource]] = {}
    for resource in desired.values():
        if resource.devices:
            wanted.setdefault(resource.target, []).append(resource)

    def ask(entry: tuple[str, Sequence[Resource]]) -> None:
        try:
            lines.session(entry[0]).refresh(entry[1], patience)
        except OSError:
            return

    crew = ThreadPoolExecutor(lines.forks)
    try:
        list(crew.map(ask, wanted.items()))
    finally:  # all have answered, unless an interrupt came: that waits for nobody
        crew.shutdown(wait=False, cancel_futures=True)
