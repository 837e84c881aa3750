"""HTTP to one target: verified, bounded in time and size, never redirected nor blindly repeated."""

import random
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from http.client import HTTPException
from queue import Queue
from typing import TypeAlias
from urllib.parse import urlsplit

from pedell.model import Secret, Traffic, is_this_machine
from pedell.transports.line import Line, Reply, Request

__all__ = ["Answer", "BrokenOffError", "Http", "Reply", "Request", "SilentError"]

ATTEMPTS = 4
LONGEST_PAUSE = 20.0
TRY_LATER = (429, 503)
EXCERPT = 200

Answer: TypeAlias = Reply | OSError


class BrokenOffError(OSError):
    """The line broke while a change was under way: it was made, or it was not."""


class SilentError(BrokenOffError):
    """As that, and nothing was said until the deadline."""


class Http:
    """One target. Connections stay open and are shared by threads, each used by one at a time.

    ``deadline`` is in seconds and holds for a whole request with all its attempts. ``per_second``
    is the most requests a second that the target shall see, None for no limit. ``setting`` stands
    in front of ``url`` and ``credential`` where the target says them; ``others`` are secrets that
    must not show either.
    """

    def __init__(
        self,
        url: str,
        user: str,
        secret: Secret,
        traffic: Traffic,
        deadline: float = 60.0,
        per_second: float | None = None,
        setting: str = "",
        others: Iterable[Secret] = (),
    ) -> None:
        parts = urlsplit(url)
        self._host, self._prefix = parts.hostname or "", parts.path.rstrip("/")
        self._tls = _trust() if parts.scheme == "https" else None
        if self._tls is None and not is_this_machine(self._host):
            raise PermissionError(f"{url} is not encrypted and not on this machine: use https://")
        self._port = parts.port or (443 if self._tls else 80)
        token = b64encode(f"{user}:{secret.reveal()}".encode()).decode()
        self._masked = (token, secret.reveal(), *(other.reveal() for other in others))
        self._setting = setting
        self._headers = {"Authorization": f"Basic {token}"}
        self._traffic, self._deadline = traffic, deadline
        self._bucket = _Bucket(per_second) if per_second else None
        self._idle: list[Line] = []
        self._lock = threading.Lock()

    def send(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Ask, and return the answer whatever its status, but for 3xx, 401 and 403.

        Repeated are: refused connections, 429 and 503 (nothing was done yet), and a GET whose line
        broke. Raises PermissionError where the credential is refused, BrokenOffError where a
        change may or may not have been made, any other OSError where surely nothing was done.
        """
        return self._ask(Request(method, path, body, headers or {}))

    def send_all(
        self, requests: Iterable[Request], workers: int = 8
    ) -> Iterator[tuple[Request, Answer]]:
        """Ask many at once; yield each request with its answer or failure, as they come.

        Requests are drawn from the iterable as answers go out: memory stays bounded. A consumer
        who stops early stops the asking.
        """
        waiting = _Shared(requests)
        answers: Queue[tuple[Request, Answer] | None] = Queue(4 * workers)

        def work() -> None:
            while (request := waiting.draw()) is not None:
                answers.put((request, self._ask_softly(request)))
            answers.put(None)

        running = workers
        for _ in range(workers):
            threading.Thread(target=work, daemon=True).start()
        try:
            while running:
                answer = answers.get()
                running -= answer is None
                if answer is not None:
                    yield answer
            waiting.complain()
        finally:
            waiting.stop()
            while running:
                running -= answers.get() is None

    def excerpt(self, body: bytes) -> str:
        """Cut what a target said to one harmless line for people, our credential masked."""
        text = body[: 8 * EXCERPT].decode("utf-8", "replace")
        for secret in filter(None, self._masked):
            text = text.replace(secret, "…")
        line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return line if len(line) <= EXCERPT else f"{line[:EXCERPT]}…"

    def close(self) -> None:
        """Close the lines that are idle."""
        with self._lock:
            lines, self._idle = self._idle, []
        for line in lines:
            line.close()

    def _ask_softly(self, request: Request) -> Answer:
        try:
            return self._ask(request)
        except OSError as error:
            return error
        except Exception as error:  # a thread that died would leave its reader waiting
            return OSError(f"{self._host}: {type(error).__name__}")

    def _ask(self, request: Request) -> Reply:
        until = time.monotonic() + self._deadline
        for attempt in range(1, ATTEMPTS):
            pause: float | None = None
            try:
                reply = self._try(request, until)
            except ConnectionRefusedError:
                pass
            except BrokenOffError:
                if request.method != "GET":
                    raise
            else:
                if reply.status not in TRY_LATER:
                    return self._checked(reply)
                pause = reply.pause
            self._rest(attempt, pause, until)
        return self._checked(self._try(request, until))

    def _try(self, request: Request, until: float) -> Reply:
        if self._bucket:
            self._bucket.wait(until)
        line = self._line(until)
        with self._lock:
            self._traffic.http_requests += 1
        try:
            reply = line.exchange(self._prefixed(request), self._headers)
        except (OSError, HTTPException, ValueError) as error:
            line.close()
            kind = SilentError if isinstance(error, TimeoutError) else BrokenOffError
            raise kind(f"{self._host}:{self._port}: {_why(error)}") from None
        if line.stays_open:
            with self._lock:
                self._idle.append(line)
        else:
            line.close()
        return reply

    def _prefixed(self, request: Request) -> Request:
        if not self._prefix:
            return request
        path = self._prefix + request.path
        return Request(request.method, path, request.body, request.headers)

    def _line(self, until: float) -> Line:
        while line := self._pick():
            if line.is_fresh():
                line.deadline = until
                return line
            line.close()
        try:
            line = Line(self._host, self._port, self._tls, until)
        except OSError as error:
            # the same class again, so that a refused connection is known for what it is
            kind = ConnectionRefusedError if isinstance(error, ConnectionRefusedError) else OSError
            raise kind(f"{self._host}:{self._port}: {_why(error)}") from None
        with self._lock:
            self._traffic.http_connections += 1
        return line

    def _pick(self) -> Line | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _checked(self, reply: Reply) -> Reply:
        if reply.status in (401, 403):
            raise PermissionError(
                f"{self._host} refuses our credential (HTTP {reply.status}): check the secret that "
                f"the target names as `{self._setting}credential`"
            )
        if 300 <= reply.status < 400 and reply.status != 304:
            raise OSError(
                f"{self._host} sends us elsewhere (HTTP {reply.status}), which Pedell does not "
                f"follow: check the target's `{self._setting}url`"
            )
        return reply

    def _rest(self, attempt: int, pause: float | None, until: float) -> None:
        if pause is None:
            pause = 0.1 * 2**attempt * random.uniform(0.5, 1.0)  # noqa: S311  # jitter, no secret
        pause = min(pause, LONGEST_PAUSE)
        if time.monotonic() + pause >= until:
            raise TimeoutError(f"{self._host} took no request within {self._deadline:g} s")
        time.sleep(pause)


class _Bucket:
    """A token bucket: bursts of a quarter of a second, else evenly spaced."""

    def __init__(self, per_second: float) -> None:
        self._gap, self._next, self._lock = 1 / per_second, 0.0, threading.Lock()

    def wait(self, until: float) -> None:
        now = time.monotonic()
        with self._lock:
            self._next = max(self._next, now - 0.25) + self._gap
            moment = self._next
        if moment > until:
            raise TimeoutError("too many requests are waiting for this target")
        if moment > now:
            time.sleep(moment - now)


class _Shared:
    """What several threads draw from; a failure of the source is kept for the one who reads."""

    def __init__(self, requests: Iterable[Request]) -> None:
        self._requests, self._lock = iter(requests), threading.Lock()
        self._is_over = False
        self._error: BaseException | None = None

    def draw(self) -> Request | None:
        with self._lock:
            if self._is_over:
                return None
            try:
                return next(self._requests)
            except StopIteration:
                self._is_over = True
            except BaseException as error:  # raised again by complain
                self._is_over, self._error = True, error
            return None

    def stop(self) -> None:
        self._is_over = True

    def complain(self) -> None:
        if self._error is not None:
            raise self._error


def _trust() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no complete answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message})"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if type(error) is ValueError:
        return str(error)
    return f"the line broke ({type(error).__name__})"
