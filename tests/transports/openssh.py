"""What the tests with OpenSSH's own sshd share."""

import socket
import time


def wait_for(port: int) -> None:
    """Wait until somebody listens there, for ten seconds at most."""
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except ConnectionRefusedError:
            assert time.monotonic() < until
            time.sleep(0.02)
