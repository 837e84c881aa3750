"""A rollout: which schools, in which waves, with which gates."""

from dataclasses import dataclass

from pedell.model.source import Source


@dataclass(frozen=True, slots=True)
class Gate:
    """What must be true before the next wave starts.

    ``verified`` is the share (0 to 1) of the wave's devices *seen since the wave started* that
    must hold what they were sent; ``timeout`` is in seconds.
    """

    verified: float = 0.0
    timeout: float = 600.0


@dataclass(frozen=True, slots=True)
class Window:
    """When a rollout may run: days 0 (Monday) to 6, minutes after midnight, local time."""

    days: frozenset[int]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Rollout:
    """One entry of a playbook.

    ``order_by`` holds school fields, a leading ``-`` for falling order. ``sizes`` are counts of
    schools (``1``) or shares of all (``5%``), the last one repeated until all are through.
    ``stop_share`` is the share of schools that may fail or stay unreachable before all stops.
    """

    name: str
    schools: str
    tags: tuple[str, ...]
    order_by: tuple[str, ...]
    sizes: tuple[str, ...]
    gate: Gate
    stop_share: float
    window: Window | None
    source: Source


EVERYTHING_AT_ONCE = Rollout(
    name="everything at once",
    schools="all",
    tags=(),
    order_by=(),
    sizes=("100%",),
    gate=Gate(),
    stop_share=1.0,
    window=None,
    source=Source("", 0, 0),
)
"""What happens without a playbook: one wave, no gate."""
