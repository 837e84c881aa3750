"""The tablets of a sandbox at work: who polls when, and what a poll does."""

import asyncio
import time
from collections.abc import Mapping, Sequence
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
        self.by_serial = {row.serial: _tablet(row, behaviour.store) for row in rows}
        self.by_enrolment = {tablet.udid: tablet for tablet in self.by_serial.values()}
        self._users: dict[str, list[Tablet]] = {}
        self._webhook = webhook
        self._agenda: list[tuple[float, int, Tablet]] = []
        self._numbers = count()
        self._bell = asyncio.Event()

    def push(self, enrolment: str) -> None:
        """Wake a tablet; one that sleeps polls when it wakes. Other devices are not ours."""
        tablet = self.by_enrolment.get(enrolment)
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
        self._forget_users(tablet)
        keys = {"Topic": TOPIC, **tablet.voice}
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
        mdm.check_in(hello, render_message(hello))
        _say_token(mdm, tablet)

    def sign_in(self, mdm: Mdm, tablet: Tablet, name: str) -> None:
        """Let a user sign in at a shared iPad: a channel of their own, which polls at once."""
        self.sign_out(tablet)
        users = self._users.setdefault(tablet.udid, [])
        user = next((each for each in users if each.user == name), None)
        if user is None:
            user = _user_of(tablet, name)
            users.append(user)
            self.by_enrolment[user.enrolment] = user
        user.asleep, user.os = False, tablet.os
        _say_token(mdm, user)
        self.schedule(user, self.behaviour.delay)

    def sign_out(self, tablet: Tablet) -> None:
        """Let whoever is signed in at a shared iPad sign out; their channel falls silent."""
        for user in self._users.get(tablet.udid, ()):
            user.asleep = True

    def leave(self, mdm: Mdm, tablet: Tablet) -> None:
        """Let a tablet check out of management."""
        message = {"MessageType": "CheckOut", "Topic": TOPIC, **tablet.voice}
        mdm.check_in(message, render_message(message))
        tablet.wipe()
        self._forget_users(tablet)
        tablet.enrolled = False

    def _forget_users(self, tablet: Tablet) -> None:
        for user in self._users.pop(tablet.udid, ()):
            user.asleep = True  # who comes back signs in anew
            del self.by_enrolment[user.enrolment]

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
        if tablet.due and (then := min(tablet.due.values())) != tablet.visit:
            # not as a scheduled poll, in whose place a push would come to nothing
            tablet.visit = then
            heappush(self._agenda, (then, next(self._numbers), tablet))
            self._bell.set()


def seconds_offline(hours: tuple[int, int] | None, now: datetime) -> float:
    """Return how long tablets stay silent from now on: until the second hour, if between both."""
    if hours is None:
        return 0.0
    start, end = hours
    inside = start <= now.hour < end if start <= end else now.hour >= start or now.hour < end
    if not inside:
        return 0.0
    return ((end - now.hour) % 24) * 3600.0 - now.minute * 60 - now.second


def _tablet(row: Row, store: Mapping[str, str]) -> Tablet:
    about = (row.serial, udid_of(row.serial), row.model, row.school, row.cohort)
    return Tablet(*about, row.os, row.supervised, row.shared, store=store)


def _user_of(tablet: Tablet, name: str) -> Tablet:
    """Make the channel of a user: it holds what is its own, and no app."""
    about = (tablet.serial, tablet.udid, tablet.model, tablet.school, tablet.cohort)
    return Tablet(*about, tablet.os, tablet.supervised, shared=True, user=name, store=tablet.store)


def _say_token(mdm: Mdm, tablet: Tablet) -> None:
    message: dict[str, str | bytes] = {
        "MessageType": "TokenUpdate",
        "Topic": TOPIC,
        **tablet.voice,
        "PushMagic": f"magic-{tablet.serial}",
        "Token": tablet.serial.encode(),
    }
    mdm.check_in(message, render_message(message))
    tablet.enrolled = True
