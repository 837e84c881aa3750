"""Files that are put in place together: an archive within the archive of a batch. Pure."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field

from pedell.providers.debian.archives import Member, tar
from pedell.providers.debian.orders import Order


@dataclass(frozen=True, slots=True)
class Parcel:
    """Files that one call of ``place_files`` unpacks beside their places and moves there.

    In each folder that gets any they lie in a folder of our own first, which ``key`` names; it has
    ten letters or digits that nobody can guess.
    """

    name: str
    key: str
    root: str
    orders: Sequence[Order]

    def beside(self, order: Order) -> str:
        """Return where a file lies until it is moved, below the root."""
        folder, _, name = _path(order).rpartition("/")
        return f"{folder}/.{self.key}.pedell-part/{name}"

    def staged(self, order: Order) -> str:
        """Return where the script finds it if it has to do it alone."""
        return self.name + self.beside(order)

    @property
    def members(self) -> Sequence[Member]:
        """Return what the archive of the batch holds for it: the files, and their sums.

        The sums stand there twice: for what arrives, and for what may stand there already.
        """
        files = [
            Member(self.beside(one).lstrip("/"), one.staged_mode, one.content or b"")
            for one in self.orders
        ]
        folders = dict.fromkeys(one.name.rpartition("/")[0] for one in files)
        inside = [*(Member(folder, 0o700) for folder in folders), *files]
        paths = [*map(self.beside, self.orders), *map(_path, self.orders)]
        both = zip([*self.orders, *self.orders], paths, strict=True)
        sums = "".join(f"{_sum(order)}  {self.root}{path}\n" for order, path in both)
        return [
            Member(self.name, 0o600, tar(inside)),
            Member(f"{self.name}.sums", 0o600, sums.encode()),
        ]

    @property
    def line(self) -> str:
        """Return the call for the script."""
        words = [word for one in self.orders for word in _words(one)]
        return f"prepare_files {self.name} {self.key} {shlex.join(words)}"


@dataclass(frozen=True, slots=True)
class Parcels:
    """All parcels of a batch; ``key`` as in each of them."""

    key: str
    root: str
    made: list[Parcel] = field(default_factory=list)
    _staged: dict[int, str] = field(default_factory=dict)

    def make(self, orders: Sequence[Order]) -> str:
        """Make one more; return the line that puts its files."""
        by_folder = sorted(orders, key=lambda one: _path(one).rpartition("/")[0])
        parcel = Parcel(f"files.{len(self.made)}", self.key, self.root, by_folder)
        self.made.append(parcel)
        self._staged.update((one.number, parcel.staged(one)) for one in orders)
        return parcel.line

    def call(self, order: Order) -> Sequence[str]:
        """Return the call of an order, which finds its content where the parcel has it."""
        staged = self._staged.get(order.number)
        return order.call if staged is None else (order.call[0], staged, *order.call[2:])

    @property
    def numbers(self) -> frozenset[int]:
        """Return the numbers of the orders whose contents are in them."""
        return frozenset(self._staged)


def fit_for_parcels(orders: Sequence[Order], held: set[int], root: str) -> Sequence[Order]:
    """Return those that put a file which nothing holds back, the first of each path.

    What a list of lines cannot name, and rights beyond those of ``rwx``, are left to the step.
    """
    found: dict[str, Order] = {}
    for one in orders:
        if one.call[0] == "put_file" and one.number not in held:
            path, mode = root + _path(one), one.file[5] or "0"
            if path.isprintable() and "\\" not in path and int(mode, 8) <= 0o777:
                found.setdefault(path, one)
    return list(found.values())


def _path(order: Order) -> str:
    return order.file[2]


def _sum(order: Order) -> str:
    return order.file[1]


def _words(order: Order) -> Sequence[str]:
    """Return what the script has to know of one: how it is to be, and what waits for it."""
    needs = " ".join(map(str, order.needs))
    due = (" ".join(order.due.restart), " ".join(order.due.reload))
    return (str(order.number), needs, *due, *order.file[2:6], f"{order.staged_mode:o}")
