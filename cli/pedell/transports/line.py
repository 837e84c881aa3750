"""One HTTP connection, every read and write of which counts against one deadline."""

import io
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any

BODY_LIMIT = 32 * 1024 * 1024
CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked; ``path`` begins with a slash and is quoted already."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered; ``pause`` is how many seconds the target asks us to wait, or None."""

    status: int
    body: bytes
    pause: float | None = None


class Line:
    """An open connection. ``deadline`` (monotonic seconds) is set anew for each request."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None, deadline: float) -> None:
        self.deadline = deadline
        self.stays_open = True
        self._http = (
            HTTPSConnection(host, port, timeout=self.left(), context=tls)
            if tls
            else HTTPConnection(host, port, timeout=self.left())
        )
        self._http.connect()
        self._socket: socket.socket = self._http.sock
        self._http.sock = _Timed(self, self._socket)  # the three things it asks of one

    def left(self) -> float:
        """Return the seconds that are left, or raise TimeoutError."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def is_fresh(self) -> bool:
        """Tell whether nothing came in since the last answer, not even the end of the line."""
        self._socket.settimeout(0)
        try:
            self._socket.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        except OSError:
            return False
        return False

    def exchange(self, request: Request, headers: Mapping[str, str]) -> Reply:
        """Send and read. Raises OSError, HTTPException or ValueError; the line is then done for."""
        body = None if request.method == "GET" else request.body
        self._http.request(request.method, request.path, body, {**headers, **request.headers})
        response = self._http.getresponse()
        self.stays_open = not response.will_close
        pause = response.getheader("Retry-After", "")
        return Reply(response.status, _body(response), float(pause) if pause.isdecimal() else None)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


class _Timed:
    """The three things that http.client asks of a socket, within the deadline of the line."""

    def __init__(self, line: Line, source: socket.socket) -> None:
        self._line, self._socket = line, source

    def sendall(self, data: bytes) -> None:
        self._socket.settimeout(self._line.left())
        self._socket.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._line, self._socket), CHUNK)

    def close(self) -> None:
        """Do nothing: http.client calls this before the last answer is read."""


class _Reader(io.RawIOBase):
    def __init__(self, line: Line, source: socket.socket) -> None:
        super().__init__()
        self._line, self._socket = line, source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._socket.settimeout(self._line.left())
        return self._socket.recv_into(buffer)


def _body(response: HTTPResponse) -> bytes:
    if response.getheader("Content-Encoding", "identity") != "identity":
        # never asked for, and a small packed body can unpack to gigabytes
        raise ValueError("it answers packed in a way that was not asked for")
    pieces: list[bytes] = []
    size = 0
    while piece := response.read(CHUNK):
        pieces.append(piece)
        size += len(piece)
        if size > BODY_LIMIT:
            raise ValueError("its answer is larger than 32 MB")
    if response.length:  # http.client is silent about a body that ends too early
        raise ValueError("its answer ended too early")
    return b"".join(pieces)
