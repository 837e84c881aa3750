"""HTTP/1.1 by hand, as much of it as an API on loopback needs, with keep-alive and pipelining."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from ipaddress import ip_address

MOST_HEAD = 1 << 20
MOST_BODY = 64 << 20
JSON = "application/json"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Head:
    """What we want to know of the header lines; read once for all requests that share them."""

    length: int = 0
    chunked: bool = False
    last: bool = False
    authorization: str = ""
    content_type: str = ""
    enrolment: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One request; ``path`` as it was sent, ``query`` without its question mark."""

    method: str
    path: str
    query: str
    head: Head
    body: bytes
    local: bool = True


@dataclass(frozen=True, slots=True)
class Response:
    """One answer. The last three are faults: wait, send half of it, or hang up without any."""

    status: int
    body: bytes = b""
    kind: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    hang: float = 0.0
    cut: bool = False
    dropped: bool = False


class Unreadable(Exception):  # noqa: N818 - it is answered, not raised to anybody
    """These bytes are no request; the status says what is wrong with them."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Connection(asyncio.Protocol):
    """One client's connection: its requests are answered in order, as they come."""

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self._answer = answer
        self._buffer = b""
        self._busy = False  # with a late answer, or with hanging up
        self._paused = False  # the client does not read: it gets no further answers
        self._continued = False
        self._local = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the client's line."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type checker
        self._transport = transport
        peer = transport.get_extra_info("peername")
        self._local = ip_address(peer[0]).is_loopback

    def data_received(self, data: bytes) -> None:
        """Answer all requests that are complete now."""
        self._buffer = self._buffer + data if self._buffer else data
        if not self._busy and not self._paused:
            self._work()

    def pause_writing(self) -> None:
        """Stop: the client does not read."""
        self._paused = True
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on: the client has read."""
        self._paused = False
        self._transport.resume_reading()
        if not self._busy:
            self._work()

    def _work(self) -> None:
        buffer, place, answers = self._buffer, 0, list[bytes]()
        try:
            while place < len(buffer):
                taken = take_request(buffer, place, local=self._local)
                if taken is None:
                    break
                request, place = taken
                self._continued = False
                response = self._answer(request)
                if response.hang or response.cut or response.dropped:
                    self._buffer = buffer[place:]
                    self._fail(answers, response)
                    return
                answers.append(render(response))
                if request.head.last:
                    self._finish(answers)
                    return
        except Unreadable as problem:
            answers.append(render(Response(problem.status, b"Bad Request\n", TEXT)))
            self._finish(answers)
            return
        self._buffer = buffer[place:] if place else buffer
        if answers:
            self._transport.write(b"".join(answers))
        if self._buffer:
            self._continue()

    def _continue(self) -> None:
        """Ask for the body where the client waits for that."""
        if self._continued or b"100-continue" not in self._buffer[:65536].lower():
            return
        if b"\r\n\r\n" in self._buffer:
            self._continued = True
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _finish(self, answers: list[bytes]) -> None:
        self._busy = True
        self._transport.write(b"".join(answers))
        self._transport.close()

    def _fail(self, answers: list[bytes], response: Response) -> None:
        """Answer wrongly, or late; the requests behind wait for it."""
        self._busy = True
        self._transport.write(b"".join(answers))
        asyncio.get_running_loop().call_later(response.hang, self._fail_now, response)

    def _fail_now(self, response: Response) -> None:
        if self._transport.is_closing():
            return
        raw = render(response)
        if response.dropped:
            self._transport.abort()
        elif response.cut:
            self._finish([raw[: len(raw) - len(response.body) // 2 - 1]])
        else:
            self._transport.write(raw)
            self._busy = False
            self._work()


def take_request(buffer: bytes, start: int, *, local: bool) -> tuple[Request, int] | None:
    """Read the request that starts there; return it and where the next one starts.

    Returns None while it is not complete, raises Unreadable where it never will be.
    """
    end = buffer.find(b"\r\n\r\n", start)
    if end < 0:
        if len(buffer) - start > MOST_HEAD:
            raise Unreadable(431)
        return None
    line = buffer.find(b"\r\n", start, end + 2)
    words = buffer[start:line].decode("latin-1").split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise Unreadable(400)
    head = read_head(buffer[line + 2 : end], words[2] == "HTTP/1.0")
    if head.length > MOST_BODY:
        raise Unreadable(413)
    body = end + 4
    if head.chunked:
        taken = _take_chunks(buffer, body)
        if taken is None:
            return None
        content, stop = taken
    else:
        stop = body + head.length
        if stop > len(buffer):
            return None
        content = buffer[body:stop]
    path, _, query = words[1].partition("?")
    return Request(words[0], path, query, head, content, local), stop


@lru_cache(maxsize=4096)
def read_head(lines: bytes, last: bool) -> Head:
    """Read header lines; raise Unreadable where they make no sense.

    ``last`` is what the protocol's version says of the connection: it ends with this request.
    """
    found: dict[str, str] = {}
    for line in lines.decode("latin-1").split("\r\n") if lines else ():
        name, colon, value = line.partition(":")
        if not colon:
            raise Unreadable(400)
        found[name.strip().lower()] = value.strip()
    length = found.get("content-length", "0")
    if not length.isascii() or not length.isdigit():
        raise Unreadable(400)
    connection = found.get("connection", "").lower()
    return Head(
        length=int(length),
        chunked=found.get("transfer-encoding", "").lower() == "chunked",
        last="close" in connection or (last and "keep-alive" not in connection),
        authorization=found.get("authorization", ""),
        content_type=found.get("content-type", ""),
        enrolment=found.get("x-enrollment-id", ""),
    )


def _take_chunks(buffer: bytes, place: int) -> tuple[bytes, int] | None:
    chunks: list[bytes] = []
    while (line := buffer.find(b"\r\n", place)) >= 0:
        try:
            size = int(buffer[place:line].partition(b";")[0], 16)
        except ValueError:
            raise Unreadable(400) from None
        if size == 0:
            end = buffer.find(b"\r\n", line + 2) if buffer[line + 2 : line + 4] else -1
            return (b"".join(chunks), end + 2) if end >= 0 else None
        chunks.append(buffer[line + 2 : line + 2 + size])
        place = line + 4 + size
        if place > len(buffer):
            return None
    return None


def render(response: Response) -> bytes:
    """Return the bytes of an answer."""
    if response.status in {204, 304}:
        return _head(response.status, "", response.headers) + b"\r\n"
    head = _head(response.status, response.kind, response.headers)
    return b"%bContent-Length: %d\r\n\r\n%b" % (head, len(response.body), response.body)


@lru_cache(maxsize=512)
def _head(status: int, kind: str, headers: tuple[tuple[str, str], ...]) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {status} {phrase}"]
    lines += [f"Content-Type: {kind}"] if kind else []
    lines += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n").encode()
