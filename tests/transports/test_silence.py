"""A server that falls silent in the middle of a command is given up, one that works on is not."""

import threading
import time
from contextlib import contextmanager

import pytest

from pedell.model import Traffic
from pedell.sandbox.servers import running
from pedell.transports.ssh import BrokenLineError, SshAddress, connect
from tests.transports.cutter import wire

PATIENCE = 0.4


@contextmanager
def line(folder):
    """Yield a wire that can go dead, and the open line over it."""
    with running(["one"], folder) as house:
        place = house.servers["one"]
        with wire(place.host, place.port, house.known_hosts, folder) as (stretch, pinned):
            address = SshAddress("127.0.0.1", stretch.port, "pedell", pinned, house.key)
            with connect(address, Traffic(), PATIENCE * 5) as ssh:
                ssh._patience = PATIENCE
                yield stretch, ssh


def test_a_server_that_falls_silent_is_given_up(tmp_path):
    with line(tmp_path) as (stretch, ssh):
        threading.Timer(0.3, stretch.die).start()
        began = time.monotonic()
        with pytest.raises(BrokenLineError, match="has fallen silent") as error:
            ssh.run("echo one; sleep 20; echo two")
        assert error.value.said == b"one\n"
        assert time.monotonic() - began < 10 * PATIENCE
        assert not ssh.is_open


def test_a_server_that_works_long_and_says_nothing_is_not_given_up(tmp_path):
    with line(tmp_path) as (_, ssh):
        assert ssh.run(f"sleep {6 * PATIENCE}; echo two").out == b"two\n"
