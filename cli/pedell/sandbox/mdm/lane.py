"""One kept-open connection to the listener, with several events on their way in it."""

import asyncio
import hmac
import re
from base64 import b64encode
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from pedell.sandbox.mdm.config import Listener

DEPTH = 32  # requests on the way in one connection, once the listener keeps it open
PATIENCE = 30.0  # seconds without any answer
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection:[ \t]*close", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked", re.IGNORECASE)


@dataclass(slots=True)
class Tally:
    """What became of events so far. ``waiting`` counts bytes, the rest events."""

    sent: int = 0
    lost: int = 0
    open: int = 0
    waiting: int = 0


class Lane(asyncio.Protocol):
    """One connection to the listener. It is opened when there is something to send."""

    def __init__(self, listener: Listener, tally: Tally, progress: Callable[[], None]) -> None:
        parts = urlsplit(listener.url)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"the webhook needs a plain http address: {listener.url}")
        self._where = (parts.hostname, parts.port or 80)
        self._key = listener.key.encode()
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._head = (
            f"POST {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            "Content-Type: application/json; charset=utf-8\r\n"
        ).encode()
        self._tally = tally
        self._progress = progress
        self._waiting: deque[bytes] = deque()
        self._sent: deque[bytes] = deque()
        self._transport: asyncio.WriteTransport | None = None
        self._task: asyncio.Task[None] | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._buffer = b""
        self._depth = 1
        self._due = False

    def offer(self, event: bytes) -> None:
        """Send this event as soon as there is room on the line."""
        self._waiting.append(event)
        if not self._due:
            self._due = True
            asyncio.get_running_loop().call_soon(self._fill)

    def close(self) -> None:
        """Hang up, and say no more."""
        if self._task:
            self._task.cancel()
        if self._watch:
            self._watch.cancel()
        if self._transport:
            self._transport.abort()

    def _fill(self) -> None:
        self._due = False
        if self._transport is None:
            if self._waiting and self._task is None:
                self._task = asyncio.get_running_loop().create_task(self._connect())
            return
        if self._transport.is_closing():
            return
        count = min(self._depth - len(self._sent), len(self._waiting))
        if count <= 0:
            return
        batch = [self._waiting.popleft() for _ in range(count)]
        if not self._sent:
            self._wind()
        self._sent.extend(batch)
        self._transport.write(b"".join([self._request(event) for event in batch]))

    def _request(self, event: bytes) -> bytes:
        sign = b""
        if self._key:
            digest = b64encode(hmac.digest(self._key, event, "sha256"))
            sign = b"X-Hmac-Signature: %b\r\n" % digest
        return b"%b%bContent-Length: %d\r\n\r\n%b" % (self._head, sign, len(event), event)

    async def _connect(self) -> None:
        try:
            await asyncio.get_running_loop().create_connection(lambda: self, *self._where)
        except OSError:
            self._lose(self._waiting)  # nobody listens: each of them would have met a closed door
        finally:
            self._task = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send one event; more of them once it is clear that the line stays open."""
        self._transport = transport  # type: ignore[assignment]  # of a stream, so one can write
        self._buffer, self._depth = b"", 1
        self._fill()

    def data_received(self, data: bytes) -> None:
        """Tick off what was answered, and send more."""
        buffer = self._buffer + data if self._buffer else data
        place = 0
        while self._sent and (end := _answer_end(buffer, place)) > 0:
            head = buffer[place:end]
            place = end
            self._finish(self._sent.popleft(), lost=head[9:12] != b"200")
            if head.startswith(b"HTTP/1.0") or _CLOSE.search(head):
                self._hang_up()
                return
            self._depth = DEPTH
        self._buffer = buffer[place:]
        if place:
            self._wind()
            self._fill()
            self._progress()

    def connection_lost(self, _: Exception | None) -> None:
        """Lose what was on the way: there is no retry, as with the real servers."""
        self._transport = None
        self._lose(self._sent)
        if self._waiting:
            self._fill()

    def _hang_up(self) -> None:
        """Close as the listener asked to; what was sent behind its last answer it never read."""
        self._waiting.extendleft(reversed(self._sent))
        self._sent.clear()
        self._progress()
        if self._transport:
            self._transport.abort()

    def _wind(self) -> None:
        """Set the clock that gives up a listener that no longer answers."""
        if self._watch:
            self._watch.cancel()
        self._watch = asyncio.get_running_loop().call_later(PATIENCE, self._give_up)

    def _give_up(self) -> None:
        if self._sent and self._transport:
            self._transport.abort()

    def _lose(self, events: deque[bytes]) -> None:
        while events:
            self._finish(events.popleft(), lost=True)
        self._progress()

    def _finish(self, event: bytes, *, lost: bool) -> None:
        self._tally.open -= 1
        self._tally.waiting -= len(event)
        if lost:
            self._tally.lost += 1
        else:
            self._tally.sent += 1


def _answer_end(buffer: bytes, start: int) -> int:
    """Return where the answer that starts there ends; 0 while it is not complete."""
    head = buffer.find(b"\r\n\r\n", start)
    if head < 0:
        return 0
    body = head + 4
    if length := _LENGTH.search(buffer, start, head):
        end = body + int(length[1])
        return end if end <= len(buffer) else 0
    if _CHUNKED.search(buffer, start, head):
        last = buffer.find(b"0\r\n\r\n", body)
        return last + 5 if last >= 0 else 0
    return body
