"""The tablets of a sandbox at work: who polls when, and what a poll does."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from heapq import heappop, heappush
from itertools import count

from pedell.sandbox.mdm.config import Behaviour, Row
from pedell.sandbox.mdm.conversation import Conversation
from pedell.sandbox.mdm.core import Mdm
from pedell.sandbox.mdm.enrolments import Refused
from pedell.sandbox.mdm.plists import render_message
from pedell.sandbox.mdm.tablet import TOPIC, Tablet, udid_of
from pedell.sandbox.mdm.webhook import Webhook

SLICE = 0.001  # seconds that tablets may take before the sockets get their turn again
SOON = 60.0  # seconds; a tablet that polls later than that does not keep the sandbox busy


class Fleet:
    """All tablets of one sandbox. A push makes a tablet poll after its delay, once."""

    def __init__(self, rows: Sequence[Row], behaviour: Behaviour, webhook: Webhook) -> None:
        self.behaviour = behaviour
        self.by_serial = {row.serial: _tablet(row) for row in rows}
        self.by_udid = {tablet.udid: tablet for tablet in self.by_serial.values()}
        self._webhook = webhook
        self._agenda: list[tuple[float, int, Tablet]] = []
        self._numbers = count()
        self._bell = asyncio.Event()

    def push(self, enrolment: str) -> None:
        """Wake a tablet; one that sleeps polls when it wakes. Other devices are not ours."""
        tablet = self.by_udid.get(enrolment)
        if tablet is None or tablet.scheduled or not tablet.enrolled:
            return
        if tablet.asleep:
            tablet.pushed = True
        else:
            self.schedule(tablet, self.behaviour.delay)

    def schedule(self, tablet: Tablet, delay: tuple[float, float]) -> None:
        """Let a tablet poll within this range of seconds."""
        if tablet.scheduled:
            return
        low, high = delay
        wait = low if low >= high else low + (high - low) * tablet.draw(self.behaviour.seed)
        tablet.scheduled = True
        heappush(self._agenda, (time.monotonic() + wait, next(self._numbers), tablet))
        self._bell.set()

    @property
    def idle(self) -> bool:
        """Whether no tablet is about to poll."""
        return not self._agenda or self._agenda[0][0] > time.monotonic() + SOON

    async def enrol_all(self, mdm: Mdm) -> None:
        """Enrol every tablet, as fast as the listener takes the events."""
        asleep, seed = self.behaviour.asleep, self.behaviour.seed
        until = time.monotonic() + SLICE
        for tablet in self.by_serial.values():
            self.enrol(mdm, tablet)
            tablet.asleep = bool(asleep) and tablet.draw(seed) < asleep
            if self._webhook.full:
                await self._webhook.room()
            if time.monotonic() > until:
                await asyncio.sleep(0)
                until = time.monotonic() + SLICE

    def enrol(self, mdm: Mdm, tablet: Tablet) -> None:
        """Enrol a tablet anew: it keeps nothing, and the server clears its queue."""
        tablet.wipe()
        keys = {"Topic": TOPIC, "UDID": tablet.udid}
        hello: dict[str, str | bytes] = {
            "MessageType": "Authenticate",
            **keys,
            "DeviceName": f"iPad {tablet.serial}",
            "SerialNumber": tablet.serial,
            "Model": tablet.model,
            "ModelName": "iPad",
            "ProductName": tablet.model,
            "OSVersion": tablet.os,
            "BuildVersion": "23B85",
        }
        token: dict[str, str | bytes] = {
            "MessageType": "TokenUpdate",
            **keys,
            "PushMagic": f"magic-{tablet.serial}",
            "Token": tablet.serial.encode(),
        }
        for message in (hello, token):
            mdm.check_in(message, render_message(message))
        tablet.enrolled = True

    def leave(self, mdm: Mdm, tablet: Tablet) -> None:
        """Let a tablet check out of management."""
        message = {"MessageType": "CheckOut", "Topic": TOPIC, "UDID": tablet.udid}
        mdm.check_in(message, render_message(message))
        tablet.wipe()
        tablet.enrolled = False

    async def run(self, mdm: Mdm) -> None:
        """Work off the agenda for ever; fall silent while the listener cannot follow."""
        while True:
            if self._webhook.full:
                await self._webhook.room()
            elif not self._agenda:
                await self._ring(None)
            elif (wait := self._agenda[0][0] - time.monotonic()) > 0:
                await self._ring(wait)
            else:
                self._work(mdm, time.monotonic())
                await asyncio.sleep(0)

    async def _ring(self, wait: float | None) -> None:
        self._bell.clear()
        try:
            async with asyncio.timeout(wait):
                await self._bell.wait()
        except TimeoutError:
            pass

    def _work(self, mdm: Mdm, now: float) -> None:
        until = now + SLICE
        while self._agenda and self._agenda[0][0] <= now and time.monotonic() < until:
            tablet = heappop(self._agenda)[2]
            tablet.scheduled = False
            if tablet.asleep:
                tablet.pushed = True
            elif wait := seconds_offline(self.behaviour.offline, datetime.now().astimezone()):
                self.schedule(tablet, (wait, wait + 60))
            else:
                self.poll(mdm, tablet)

    def poll(self, mdm: Mdm, tablet: Tablet) -> None:
        """Let a tablet fetch and do all that waits for it."""
        try:
            postponed = Conversation(mdm, tablet, self.behaviour).hold()
        except Refused:
            return  # the server does not know it: it has checked out
        if postponed and not tablet.locked:
            self.schedule(tablet, self.behaviour.busy)


def seconds_offline(hours: tuple[int, int] | None, now: datetime) -> float:
    """Return how long tablets stay silent from now on: until the second hour, if between both."""
    if hours is None:
        return 0.0
    start, end = hours
    inside = start <= now.hour < end if start <= end else now.hour >= start or now.hour < end
    if not inside:
        return 0.0
    return ((end - now.hour) % 24) * 3600.0 - now.minute * 60 - now.second


def _tablet(row: Row) -> Tablet:
    return Tablet(row.serial, udid_of(row.serial), row.model, row.school, row.cohort, row.os)
