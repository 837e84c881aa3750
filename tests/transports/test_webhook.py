"""The listener against senders that err: signed events come through, in order, and nothing else."""

import hmac
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from base64 import b64encode
from contextlib import contextmanager, suppress

import pytest

from pedell.transports.webhook import listen

KEY = b"invented-key"


class Listening:
    def __init__(self, key=KEY, take=None):
        self.batches, self.error = [], None
        self._ready = threading.Event()
        self._take = take or self.batches.append
        self._thread = threading.Thread(target=self._run, args=(key,))
        self._thread.start()
        assert self._ready.wait(10)

    @property
    def bodies(self):
        return [body for batch in self.batches for body in batch]

    def _run(self, key):
        def ready(host, port, stop):
            self.address, self.stop = (host, port), stop
            self._ready.set()

        try:
            listen(("127.0.0.1", 0), key, self._take, ready)
        except Exception as error:
            self.error = error

    def end(self):
        self.stop()
        self._thread.join(10)
        assert not self._thread.is_alive()


@contextmanager
def listening(**options):
    listener = Listening(**options)
    try:
        yield listener
    finally:
        listener.end()


def event(body, key=KEY, *headers):
    signature = b64encode(hmac.digest(key, body, "sha256"))
    head = [b"POST /hook HTTP/1.1", b"Host: x", b"Content-Length: %d" % len(body)]
    head += [b"X-Hmac-Signature: " + signature, *headers]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def say(listener, *pieces, pause=0.0):
    """Send pieces over one connection, and return all answers until it is closed or silent."""
    with socket.create_connection(listener.address, timeout=2) as line:
        for piece in pieces:
            line.sendall(piece)
            time.sleep(pause)
        with suppress(OSError):  # a refused line is closed already
            line.shutdown(socket.SHUT_WR)
        answers = b""
        while piece := line.recv(65536):
            answers += piece
        return answers


def test_events_are_thanked_for_and_handed_over_in_order():
    with listening() as listener:
        bodies = [b'{"n": %d}' % number for number in range(100)]
        assert say(listener, *map(event, bodies)).count(b"200 OK") == 100
    assert listener.bodies == bodies


def test_pipelined_and_torn_events_are_the_same_events():
    bodies = [os.urandom(number * 37 % 500) for number in range(60)]
    stream = b"".join(map(event, bodies))
    pieces = [stream[start : start + 777] for start in range(0, len(stream), 777)]
    with listening() as listener:
        assert say(listener, *pieces, pause=0.001).count(b"200 OK") == 60
    assert listener.bodies == bodies


def test_many_senders_at_once_lose_nothing():
    def send(number):
        bodies = [b"%d/%d" % (number, n) for n in range(200)]
        assert say(listener, b"".join(map(event, bodies))).count(b"200 OK") == 200

    with listening() as listener:
        threads = [threading.Thread(target=send, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(set(listener.bodies)) == 1600


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (event(b"forged", b"another key"), b"401"),
        (b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", b"401"),
        (b"GET / HTTP/1.1\r\n\r\n", b"405"),
        (b"POST / HTTP/1.1\r\n\r\n", b"411"),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"411"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", b"411"),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", b"413"),
        (b"POST /" + b"x" * 20_000, b"413"),
    ],
)
def test_anything_else_is_refused_and_the_line_closed(request_, status):
    with listening() as listener:
        answers = say(listener, event(b"good") + request_ + event(b"after"))
    assert answers.startswith(b"HTTP/1.1 200 OK")
    assert status in answers.split(b"\r\n\r\n")[1]
    assert listener.bodies == [b"good"]


def test_without_a_key_every_event_is_taken():
    with listening(key=None) as listener:
        assert b"200 OK" in say(listener, b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")
    assert listener.bodies == [b"{}"]


def test_a_sender_who_wants_to_hang_up_may():
    with listening() as listener:
        assert b"Connection: close" in say(listener, event(b"last", KEY, b"Connection: close"))
    assert listener.bodies == [b"last"]


def test_what_was_thanked_for_is_handed_over_before_the_end():
    taken = []

    def slowly(bodies):
        time.sleep(0.1)
        taken.extend(bodies)

    with listening(take=slowly) as listener:
        say(listener, b"".join(event(b"%d" % n) for n in range(500)))
    assert len(taken) == 500


def test_one_who_cannot_take_ends_the_listening():
    def fail(_):
        raise OSError("the disk is full")

    listener = Listening(take=fail)
    say(listener, event(b"x"))
    listener._thread.join(10)
    assert isinstance(listener.error, OSError)


def test_a_busy_address_is_an_oserror():
    with listening() as listener, pytest.raises(OSError, match="in use"):
        listen(listener.address, KEY, print, print)


def test_a_terminated_process_hands_over_first():
    code = (
        "import sys, time\n"
        "from pedell.transports.webhook import listen\n"
        "def take(bodies):\n"
        "    time.sleep(0.2); print(len(bodies), flush=True)\n"
        "listen(('127.0.0.1', 0), None, take, lambda h, p, s: print(p, flush=True))\n"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        port = int(process.stdout.readline())
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}" * 50)
            answers = b""
            while answers.count(b"200 OK") < 50:
                answers += line.recv(65536)
            process.send_signal(signal.SIGTERM)
            counts = [int(count) for count in process.stdout]
        assert sum(counts) == 50
        assert process.wait(10) == 0
