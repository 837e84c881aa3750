"""Stage (pure): which school gets how many of the devices that come next."""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pedell.model import School, Stock, Want


def wants_of(schools: Iterable[School], stock: Stock | None) -> Iterator[Want]:
    """Yield what schools have and need: of the role that is shared out, else of all devices.

    What is only counted, such as access points, is no device for a person.
    """
    for school in schools:
        devices = (
            len(cohort.devices)
            for cohort in school.cohorts
            if (cohort.role == stock.role if stock else cohort.platform != "other")
        )
        yield Want(school.id, school.priority, sum(devices), school.need)


def allot_devices(count: int, wants: Iterable[Want], stock: Stock) -> Mapping[str, int]:
    """Return school → devices of the next ``count``, the schools of high priority first.

    First every school is filled up to the minimum, in order of priority. What is left goes by
    need: seats are given out one by one to whom the fairest share (Sainte-Laguë: what is still
    needed by 1, 3, 5 …) says, or, with ``top_up: priority``, to one school after the other. No
    school gets more than it still needs where it has said so, and none that has not said gets
    more than the minimum; so some may be left over.

    Unlike the largest remainder this way is monotone: if more devices come, no school gets fewer.
    """
    queue = sorted(wants, key=lambda want: (-want.priority, want.school))
    given = _fill(count, queue, {want.school: _below_minimum(want, stock) for want in queue})
    unmet = {want.school: max(0, _need(want) - want.has - given[want.school]) for want in queue}
    rest = count - sum(given.values())
    share = _fill if stock.top_up == "priority" else _share
    more = share(rest, queue, unmet)
    return {school: given[school] + more[school] for school in given}


def _need(want: Want) -> int:
    return want.need or 0


def _below_minimum(want: Want, stock: Stock) -> int:
    minimum = stock.minimum if want.need is None else min(stock.minimum, want.need)
    return max(0, minimum - want.has)


def _fill(count: int, queue: Sequence[Want], room: Mapping[str, int]) -> dict[str, int]:
    """Fill one school after the other."""
    given = {}
    for want in queue:
        given[want.school] = min(room[want.school], count)
        count -= given[want.school]
    return given


def _share(count: int, queue: Sequence[Want], unmet: Mapping[str, int]) -> dict[str, int]:
    """Give out in proportion to what is still needed.

    Each turn goes to the greatest quotient, so nobody's share goes beyond the need: when as many
    have been given as are needed in all, each has exactly what it needs.
    """
    given = {want.school: 0 for want in queue}
    turns = [
        (-float(unmet[want.school]), place, want.school)
        for place, want in enumerate(queue)
        if unmet[want.school]
    ]
    heapq.heapify(turns)
    for _ in range(min(count, sum(unmet.values()))):
        _, place, school = turns[0]
        given[school] += 1
        heapq.heapreplace(turns, (-unmet[school] / (2 * given[school] + 1), place, school))
    return given
