"""A listener for events: checks who sent them, thanks at once, hands them over in batches."""

import asyncio
import hmac
import re
import signal
import threading
from base64 import b64encode
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeAlias

HEAD_LIMIT = 16 * 1024
BODY_LIMIT = 8 * 1024 * 1024
BACKLOG = 64 * 1024 * 1024  # bytes of events that wait; above that senders have to wait
BREATH = 0.02  # seconds for which events gather

Take: TypeAlias = Callable[[Sequence[bytes]], None]
Ready: TypeAlias = Callable[[str, int, Callable[[], None]], None]

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,9})[ \t]*\r\n", re.IGNORECASE)
_SIGNATURE = re.compile(rb"\r\nx-hmac-signature:[ \t]*(\S+)[ \t]*\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection:[ \t]*close[ \t]*\r\n", re.IGNORECASE)


def listen(address: tuple[str, int], key: bytes | None, take: Take, ready: Ready) -> None:
    """Listen until stopped, or until SIGTERM or SIGINT where this is the main thread.

    ``key`` is the secret of the HMAC-SHA256 in ``X-Hmac-Signature``; None takes every event.
    ``take`` gets the bodies in the order they came, in a thread of its own, one call at a time; an
    exception of it ends the listening and is raised here. ``ready(host, port, stop)`` is called
    once events can come; ``stop`` may be called from any thread. What was thanked for is handed
    over before this returns. Raises OSError where the address cannot be had.
    """
    asyncio.run(_listen(address, key, take, ready))


async def _listen(address: tuple[str, int], key: bytes | None, take: Take, ready: Ready) -> None:
    loop, end = asyncio.get_running_loop(), asyncio.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, end.set)
    basket = _Basket()
    server = await loop.create_server(lambda: _Visitor(key, basket), *address, backlog=1024)
    host, port = server.sockets[0].getsockname()[:2]
    ready(host, port, lambda: _tell(loop, end))
    try:
        await _hand_over(basket, take, end)
    finally:
        server.close()
        basket.hang_up()


def _tell(loop: asyncio.AbstractEventLoop, end: asyncio.Event) -> None:
    with suppress(RuntimeError):  # the loop is closed: it has ended by itself
        loop.call_soon_threadsafe(end.set)


async def _hand_over(basket: "_Basket", take: Take, end: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as hand:
        while not end.is_set() or basket.bodies:
            if not basket.bodies:
                waits = [asyncio.ensure_future(end.wait()), asyncio.ensure_future(basket.come())]
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                for wait in waits:
                    wait.cancel()
                await asyncio.sleep(0 if end.is_set() else BREATH)
            await loop.run_in_executor(hand, take, basket.empty())


class _Basket:
    """Events between those who bring them and the one who takes them."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self._size = 0
        self._something = asyncio.Event()
        self._visitors: set[asyncio.Transport] = set()
        self._is_full = False

    def enter(self, transport: asyncio.Transport) -> None:
        self._visitors.add(transport)
        if self._is_full:
            transport.pause_reading()

    def leave(self, transport: asyncio.Transport) -> None:
        self._visitors.discard(transport)

    def put(self, body: bytes) -> None:
        self.bodies.append(body)
        self._size += len(body)
        self._something.set()
        if self._size > BACKLOG and not self._is_full:
            self._is_full = True
            for transport in self._visitors:
                transport.pause_reading()

    def empty(self) -> list[bytes]:
        bodies, self.bodies, self._size = self.bodies, [], 0
        self._something.clear()
        if self._is_full:
            self._is_full = False
            for transport in self._visitors:
                transport.resume_reading()
        return bodies

    async def come(self) -> None:
        await self._something.wait()

    def hang_up(self) -> None:
        for transport in list(self._visitors):
            transport.close()


class _Visitor(asyncio.Protocol):
    """One connection: HTTP/1.1 with kept-open lines and pipelining, nothing more."""

    def __init__(self, key: bytes | None, basket: _Basket) -> None:
        self._key, self._basket = key, basket
        self._buffer = bytearray()
        self._needed = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # a server gets no other
        self._transport = transport
        self._basket.enter(transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio calls it so
        self._basket.leave(self._transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) < self._needed:
            return
        answers: list[bytes] = []
        while self._buffer and (answer := self._next()):
            answers.append(answer)
            if answer is not _THANKS:
                self._buffer.clear()
                self._needed = 0
        if answers:
            self._transport.write(b"".join(answers))
        if answers and answers[-1] is not _THANKS:
            self._transport.close()

    def _next(self) -> bytes:
        """Take the next whole request out of the buffer and return the answer, empty for none."""
        end = self._buffer.find(b"\r\n\r\n", 0, HEAD_LIMIT)
        if end < 0:
            return _TOO_LARGE if len(self._buffer) >= HEAD_LIMIT else b""
        head = bytes(self._buffer[: end + 2])
        length = _LENGTH.search(head)
        if not head.startswith(b"POST ") or length is None or _CHUNKED.search(head):
            return _LENGTH_REQUIRED if head.startswith(b"POST ") else _NOT_ALLOWED
        if int(length[1]) > BODY_LIMIT:
            return _TOO_LARGE
        self._needed = end + 4 + int(length[1])
        if len(self._buffer) < self._needed:
            return b""
        body = bytes(self._buffer[end + 4 : self._needed])
        del self._buffer[: self._needed]
        self._needed = 0
        return self._receive(head, body)

    def _receive(self, head: bytes, body: bytes) -> bytes:
        if self._key is not None:
            signature = _SIGNATURE.search(head)
            right = b64encode(hmac.digest(self._key, body, "sha256"))
            if signature is None or not hmac.compare_digest(signature[1], right):
                return _UNAUTHORIZED
        self._basket.put(body)
        return _GOODBYE if _CLOSE.search(head) else _THANKS


def _answer(status: str, close: bool = True) -> bytes:
    end = "Connection: close\r\n" if close else ""
    return f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n{end}\r\n".encode()


_THANKS = _answer("200 OK", close=False)
_GOODBYE = _answer("200 OK")
_UNAUTHORIZED = _answer("401 Unauthorized")
_NOT_ALLOWED = _answer("405 Method Not Allowed")
_LENGTH_REQUIRED = _answer("411 Length Required")
_TOO_LARGE = _answer("413 Content Too Large")
