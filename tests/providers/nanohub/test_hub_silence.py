"""An MDM that takes connections and says nothing costs one wait, not one for each question."""

import socket
import threading
import time
from contextlib import closing, contextmanager

from pedell.model import Secret, Traffic
from pedell.providers.nanohub.door import Door
from pedell.transports.http import BrokenOffError, Http, Request

DEADLINE = 0.4
FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@contextmanager
def mdm(answers):
    """Answer so many requests, and take all others without a word."""
    left, lines = [FINE] * answers, []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                lines.append(line)
                threading.Thread(target=converse, args=(line,), daemon=True).start()

        def converse(line):
            while line.recv(10_000) and left:
                line.sendall(left.pop())

        threading.Thread(target=serve, daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        with closing(Http(url, "mdm", Secret("x"), Traffic(), DEADLINE)) as http:
            yield Door(http, "")
        for line in lines:
            line.close()


def ask(door, number):
    calls = [(key, Request("PUT", f"/{key}", b"x")) for key in range(number)]
    return [answer for _, answer in door.ask_all(calls)]


def test_after_the_first_silence_nothing_more_is_asked():
    with mdm(answers=0) as door:
        begun = time.monotonic()
        assert all(isinstance(answer, BrokenOffError) for answer in ask(door, 40))
        assert isinstance(door.gone, BrokenOffError)
        assert len(ask(door, 40)) == 40
        assert time.monotonic() - begun < 3 * DEADLINE
        door.begin()
        assert door.gone is None


def test_one_silence_among_answers_is_no_reason_to_give_up():
    with mdm(answers=2) as door:
        assert [type(answer).__name__ for answer in ask(door, 1)] == ["Reply"]
        ask(door, 2)
        assert door.gone is None
