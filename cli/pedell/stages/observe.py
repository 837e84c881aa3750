"""Stage (reads targets): open lines say what is there, all targets at the same time."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from pedell.model import Address, Desired, Memory, Observed, Remembered, Resource, Sight
from pedell.ports import Switchboard


def observe_targets(lines: Switchboard, desired: Desired, memory: Memory) -> Sight:
    """Ask every target once, in bulk, for all that is wanted of it or remembered there.

    A target that does not answer stands in ``unreachable`` and takes no other along.
    """
    wanted: dict[str, list[Resource]] = {}
    left: dict[str, list[Remembered]] = {}
    for resource in desired.values():
        wanted.setdefault(resource.target, []).append(resource)
    for remembered in memory.values():
        left.setdefault(remembered.target, []).append(remembered)
    asked = [target for target in {**wanted, **left} if lines.knows(target)]

    def ask(target: str) -> Sequence[Observed] | OSError:
        try:
            return lines.session(target).observe(wanted.get(target, ()), left.get(target, ()))
        except OSError as error:
            return error

    crew = ThreadPoolExecutor(lines.forks)
    try:
        answers = dict(zip(asked, crew.map(ask, asked), strict=True))
    finally:  # all have answered, unless an interrupt came: that waits for nobody
        crew.shutdown(wait=False, cancel_futures=True)
    return _sight(answers)


def _sight(answers: Mapping[str, Sequence[Observed] | OSError]) -> Sight:
    observed: dict[Address, Observed] = {}
    unreachable: dict[str, str] = {}
    denied: set[str] = set()
    for target, answer in answers.items():
        if isinstance(answer, OSError):
            unreachable[target] = str(answer)
            denied |= {target} if isinstance(answer, PermissionError) else set()
        else:
            observed.update((seen.address, seen) for seen in answer)
    return Sight(observed, unreachable, frozenset(denied))
