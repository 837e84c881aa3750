"""Which orders are prepared together, before the first of them is done by itself. Pure."""

import shlex
from collections.abc import Callable, Iterator, Sequence

from pedell.providers.debian.orders import Order

MOST = 200
"""Orders that are prepared with one call, so that no list of arguments grows too long."""


class Together:
    """Orders for one function of the script: all those whose needs are met by then.

    ``words`` are the arguments that the function takes for each of them.
    """

    def __init__(
        self, function: str, orders: Sequence[Order], words: Callable[[Order], Sequence[str]]
    ) -> None:
        self._function, self._pending, self._words = function, list(orders), words
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
            words = " ".join(shlex.join(self._words(other)) for other in chosen)
            yield f"{self._function} {words}"
            self._pending = [other for other in self._pending if other not in chosen]
        self._done.add(one.number)


def needs_of(order: Order) -> str:
    """Return the numbers of what it needs, as the script takes them."""
    return " ".join(map(str, order.needs))


def package_words(order: Order) -> Sequence[str]:
    """Return what ``prepare_packages`` takes for one."""
    return (str(order.number), needs_of(order), *order.call[1:3])


def file_words(order: Order) -> Sequence[str]:
    """Return what ``prepare_files`` takes for one."""
    due = (" ".join(order.due.restart), " ".join(order.due.reload))
    size = str(len(order.content or b""))
    return (str(order.number), needs_of(order), *due, size, *order.call[1:])


def are_packages(orders: Sequence[Order]) -> Sequence[Order]:
    """Return those that put a package."""
    return [one for one in orders if one.call[0] == "put_package"]


def are_files(orders: Sequence[Order], held: set[int], root: str) -> Sequence[Order]:
    """Return those that put a file which nothing holds back, the first of each path.

    A name that a list could not hold as one plain line is left to the step itself.
    """
    found: dict[str, Order] = {}
    for one in orders:
        if one.call[0] == "put_file" and one.number not in held and one.staged != str(one.number):
            path = root + one.call[3]
            if path.isprintable() and "\\" not in path:
                found.setdefault(path, one)
    return list(found.values())
