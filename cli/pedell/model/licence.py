"""Licences: how they are counted, what is owned, and the account of one pool."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from pedell.model.source import Source


class Counting(StrEnum):
    """What needs a licence of its own."""

    DEVICE = "device"
    PERSON = "person"
    SCHOOL = "school"


class PoolOf(StrEnum):
    """Whose the licences are: a location of Apple School Manager, or a contract with a publisher.

    A school without a municipality draws from the pool of the authority instead.
    """

    AUTHORITY = "authority"
    MUNICIPALITY = "municipality"
    SCHOOL = "school"


@dataclass(frozen=True, slots=True)
class Licensed:
    """How the licences of one app are counted; ``owned`` in each pool that no list speaks of."""

    counting: Counting
    pool_of: PoolOf
    owned: int
    source: Source


@dataclass(frozen=True, slots=True)
class Owned:
    """What one pool owns of one app, as ``licences.csv`` says it."""

    count: int
    source: Source


@dataclass(frozen=True, slots=True)
class Share:
    """What one school needs of a pool, and how much of that there is for it."""

    school: str
    needed: int
    served: int

    @property
    def without(self) -> int:
        """How many go without."""
        return self.needed - self.served


@dataclass(frozen=True, slots=True)
class Account:
    """The licences of one app in one pool.

    ``shares`` stand in the order in which schools are served. ``cost`` is what one licence costs
    in EUR, None where nobody said. ``source`` says where ``owned`` is written.
    """

    app: str
    title: str
    pool: str
    counting: Counting
    owned: int
    cost: Decimal | None
    shares: tuple[Share, ...]
    source: Source

    @property
    def needed(self) -> int:
        """How many are needed."""
        return sum(share.needed for share in self.shares)

    @property
    def short(self) -> int:
        """How many are missing."""
        return max(0, self.needed - self.owned)

    @property
    def surplus(self) -> int:
        """How many are left over."""
        return max(0, self.owned - self.needed)

    @property
    def price(self) -> Decimal | None:
        """What the missing ones cost in EUR, None where nobody said what one costs."""
        return None if self.cost is None else self.cost * self.short
