"""Sends events to a listener over a few kept-open connections; what it cannot send is lost."""

import asyncio
from random import Random

from pedell.sandbox.mdm.config import Listener
from pedell.sandbox.mdm.lane import Lane, Tally
from pedell.sandbox.mdm.quirks import Quirks, lose_every

LANES = 4
MOST_BYTES = 6_000_000  # of waiting events; above that the tablets fall silent
_SHELF = 12  # events that the quirk holds back and mixes


class Webhook:
    """The way of events to the listener: in order for each device, unless a quirk says no."""

    def __init__(self, listener: Listener | None, quirks: Quirks) -> None:
        self.tally = Tally()
        self._quirks = quirks
        self._count = 0
        self._random = Random(5)  # noqa: S311 - for disorder, not for secrets
        self._shelf: list[bytes] = []
        self._room = asyncio.Event()
        self._lanes: list[Lane] = []
        if listener:
            self._lanes = [Lane(listener, self.tally, self._make_room) for _ in range(LANES)]

    @property
    def full(self) -> bool:
        """Whether so much waits that nobody should say more."""
        return self.tally.waiting > MOST_BYTES

    @property
    def idle(self) -> bool:
        """Whether every event was answered or lost."""
        return not self.tally.open

    async def room(self) -> None:
        """Wait until half of what waited is gone."""
        self._room.clear()
        await self._room.wait()

    def publish(self, enrolment: str, event: bytes) -> None:
        """Send an event, some time."""
        if not self._lanes:
            return
        self._count += 1
        every = lose_every(self._quirks) if self._quirks else 0
        if every and self._count % every == 0:
            self.tally.lost += 1
            return
        self.tally.open += 1
        self.tally.waiting += len(event)
        if "unordered-webhook" in self._quirks:
            self._mix(event)
        else:
            self._lanes[hash(enrolment) % LANES].offer(event)

    def close(self) -> None:
        """Hang up."""
        for lane in self._lanes:
            lane.close()

    def _mix(self, event: bytes) -> None:
        """Hold events back for a moment and let them go in any order."""
        if not self._shelf:
            asyncio.get_running_loop().call_later(0.02, self._empty_shelf)
        self._shelf.append(event)
        if len(self._shelf) >= _SHELF:
            self._empty_shelf()

    def _empty_shelf(self) -> None:
        events, self._shelf = self._shelf, []
        self._random.shuffle(events)
        for event in events:
            self._random.choice(self._lanes).offer(event)

    def _make_room(self) -> None:
        if self.tally.waiting < MOST_BYTES // 2:
            self._room.set()
