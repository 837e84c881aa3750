"""Which orders are prepared together, before the first of them is done by itself. Pure."""

import shlex
from collections.abc import Callable, Iterator, Sequence

from pedell.providers.debian.orders import Order

MOST = 200
"""Orders that are prepared with one call, so that no list of arguments grows too long."""


class Together:
    """Orders for one line of the script: all those whose needs are met by then.

    ``write`` makes the line for them.
    """

    def __init__(self, orders: Sequence[Order], write: Callable[[Sequence[Order]], str]) -> None:
        self._pending, self._write = list(orders), write
        self._done: set[int] = set()
        self._waits = {one.number: {*one.needs} for one in orders}

    def await_units(self, orders: Sequence[Order]) -> "Together":
        """Count a need as met only when all units that it makes due have come back."""
        last_of = {unit: one.number for one in orders for unit in one.due.units}
        renewed = {one.number: {last_of[unit] for unit in one.due.units} for one in orders}
        for needs in self._waits.values():
            needs.update(*(renewed.get(need, set()) for need in tuple(needs)))
        return self

    def before(self, one: Order) -> Iterator[str]:
        """Yield what prepares this order and others with it, if it is one still to come."""
        if one in self._pending:
            together = [o for o in self._pending if self._waits[o.number] <= self._done]
            chosen = together[:MOST] if one in together[:MOST] else [one]
            yield self._write(chosen)
            self._pending = [other for other in self._pending if other not in chosen]
        self._done.add(one.number)


def packages_line(orders: Sequence[Order]) -> str:
    """Return the call that installs the packages of so many orders in one transaction."""
    words = [(str(o.number), " ".join(map(str, o.needs)), *o.call[1:3]) for o in orders]
    return f"prepare_packages {shlex.join(word for four in words for word in four)}"


def are_packages(orders: Sequence[Order]) -> Sequence[Order]:
    """Return those that put a package."""
    return [one for one in orders if one.call[0] == "put_package"]
