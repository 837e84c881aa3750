"""Commands over a line that is open: what goes in, what comes out, and an end to every wait."""

import select
import threading
import time
from contextlib import closing
from dataclasses import dataclass

import paramiko

from pedell.model import Traffic

__all__ = ["PATIENCE", "Answer", "BrokenLineError", "Ssh", "reason_of"]

PATIENCE = 10.0
"""Seconds for each of: TCP, greeting and key exchange, login, opening a channel.

While a command runs, the server is asked so often whether it is there; it has three times as long
to say so.
"""
PIECE = 128 * 1024
"""Bytes handed to paramiko at once: it copies the rest of a larger piece with every packet."""
MOST_BYTES = 16 * 1024 * 1024

# Sessions of many threads count into one Traffic, and += is no single step.
_counting = threading.Lock()


class BrokenLineError(ConnectionError):
    """A command did not come to its end. ``said`` is what it had printed until then."""

    def __init__(self, sentence: str, said: bytes = b"") -> None:
        super().__init__(sentence)
        self.said = said


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said; ``code`` is its exit status, -1 where a signal ended it."""

    code: int
    out: bytes
    err: bytes


class Ssh:
    """One open line to a ``place``, as people name it. Commands run one after the other."""

    def __init__(
        self, transport: paramiko.Transport, place: str, traffic: Traffic, patience: float
    ) -> None:
        self._transport, self._place, self._traffic = transport, place, traffic
        self._patience = patience

    @property
    def is_open(self) -> bool:
        """False where the server has closed the line, or has been silent for too long."""
        return self._transport.is_active()

    def run(self, command: str, stdin: bytes = b"", deadline: float = 60.0) -> Answer:
        """Run a command with this input and return all it said, at most 16 MB.

        Raises BrokenLineError where the line breaks, the server falls silent, or the command does
        not end within ``deadline`` seconds or says too much; it may have done anything or nothing.
        """
        with _counting:
            self._traffic.ssh_round_trips += 1
        watch = _Watch(self._transport, self._patience, deadline)
        watch.start()
        said = _Said()
        try:
            code = self._converse(command, stdin, said)
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise self._failure(error, watch.complaint, said) from None
        finally:
            watch.ended.set()
        return Answer(code, bytes(said.out), bytes(said.err))

    def _converse(self, command: str, stdin: bytes, said: "_Said") -> int:
        with closing(self._transport.open_session(timeout=PATIENCE)) as channel:
            channel.exec_command(command)
            _exchange(channel, memoryview(stdin), said)
            code = channel.recv_exit_status()
        if code == -1 and not self._transport.is_active():
            raise EOFError
        return code

    def _failure(self, error: Exception, complaint: str, said: "_Said") -> BrokenLineError:
        if complaint:
            what = complaint
        elif isinstance(error, _TooMuchError):
            what = f"the command said more than {MOST_BYTES >> 20} MB"
        else:
            what = f"the connection broke ({reason_of(error)})"
        return BrokenLineError(f"{self._place}: {what}", bytes(said.out))


def reason_of(error: Exception) -> str:
    """Say in a few words why a connection failed."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    text = "".join(c if c.isprintable() else " " for c in str(error))[:120]
    return text or "closed by the server"


class _Watch(threading.Thread):
    """Closes the line of a command that takes too long, or whose server is not there any more."""

    def __init__(self, transport: paramiko.Transport, patience: float, deadline: float) -> None:
        super().__init__(daemon=True)
        self._transport, self._patience, self._deadline = transport, patience, deadline
        self.ended = threading.Event()
        self.complaint = ""

    def run(self) -> None:
        """Watch until the command has ended."""
        until = time.monotonic() + self._deadline
        is_there = True
        while is_there and not self.ended.wait(min(self._patience, _left(until))):
            if not _left(until):
                self._give_up(f"the command did not end within {self._deadline:.0f} s")
                return
            is_there = self._is_there(3 * self._patience)
        if not is_there:
            self._give_up(f"the server has fallen silent (waited {3 * self._patience:.0f} s)")

    def _is_there(self, seconds: float) -> bool:
        """Ask for a sign of life, as OpenSSH does; any answer is one, also from a broken line."""
        words = {"kind": "keepalive@openssh.com", "wait": True}
        asking = threading.Thread(target=self._transport.global_request, kwargs=words, daemon=True)
        asking.start()
        asking.join(seconds)
        return not asking.is_alive() or self.ended.is_set()

    def _give_up(self, complaint: str) -> None:
        # Closing the line is the only call that ends every wait of paramiko, whatever it waits for.
        self.complaint = complaint
        self._transport.close()


def _left(until: float) -> float:
    return max(until - time.monotonic(), 0.0)


class _TooMuchError(OSError):
    """The server says more than we are willing to hold."""


class _Said:
    """What has come in so far; it outlives a line that breaks."""

    def __init__(self) -> None:
        self.out, self.err = bytearray(), bytearray()

    def draw(self, channel: paramiko.Channel) -> None:
        """Take in what lies ready on both streams, so that neither blocks the other."""
        while channel.recv_ready():
            self.out += channel.recv(PIECE)
            self._check()
        while channel.recv_stderr_ready():
            self.err += channel.recv_stderr(PIECE)
            self._check()

    def _check(self) -> None:
        if len(self.out) + len(self.err) > MOST_BYTES:
            raise _TooMuchError


def _exchange(channel: paramiko.Channel, pending: memoryview, said: _Said) -> None:
    ready = select.poll()  # select() fails beyond the 1024th file of the process
    ready.register(channel.fileno(), select.POLLIN)
    if not pending:
        channel.shutdown_write()
    while True:
        said.draw(channel)
        if pending and channel.send_ready():
            pending = _send(channel, pending)
            continue
        if channel.eof_received or channel.closed:
            said.draw(channel)
            return
        # A window that opens again does not ring: look for it while there is something to send.
        ready.poll(10 if pending else 1000)


def _send(channel: paramiko.Channel, pending: memoryview) -> memoryview:
    try:
        pending = pending[channel.send(bytes(pending[:PIECE])) :]
    except OSError:
        return pending[:0]  # the command has ended without reading on; its answer says how
    if not pending:
        channel.shutdown_write()
    return pending
