"""Debian's own sshd on a loopback port, with keys of its own."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pedell.sandbox.servers.keys import own_key
from pedell.transports.ssh import SshAddress

_CONFIG = """\
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host
PidFile none
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
"""


@dataclass(frozen=True)
class Sshd:
    """One that runs: how one logs in there, its process, and what it writes."""

    address: SshAddress
    process: int
    log: Path


def find_sshd() -> str | None:
    """Return where the program is, if it is installed."""
    return shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")


@contextmanager
def running_sshd(folder: Path, *settings: str, key: Path | None = None) -> Iterator[Sshd]:
    """Start it with these further settings; whoever has the key may log in. Leaving ends it.

    Keys, pins and log lie in ``folder``; without ``key`` there is one of its own.
    """
    program, key = find_sshd(), key or folder / "guest"
    assert program
    host, guest = own_key(folder / "host"), own_key(key)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = [_CONFIG.format(port=port, folder=folder), *settings]
    (folder / "sshd_config").write_text("\n".join(config) + "\n")
    (folder / "authorized_keys").write_text(f"ssh-ed25519 {guest.get_base64()}\n")
    pins = folder / "known_hosts"
    pins.write_text(f"[127.0.0.1]:{port} ssh-ed25519 {host.get_base64()}\n")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    log = folder / "log"
    command = [program, "-D", "-e", "-f", str(folder / "sshd_config")]
    with log.open("wb") as told, subprocess.Popen(command, stderr=told) as server:
        try:
            _wait_for(port)
            user = pwd.getpwuid(os.getuid()).pw_name
            yield Sshd(SshAddress("127.0.0.1", port, user, pins, key), server.pid, log)
        finally:
            server.terminate()


def _wait_for(port: int) -> None:
    """Wait until somebody listens there, for ten seconds at most."""
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except ConnectionRefusedError:
            assert time.monotonic() < until
            time.sleep(0.02)
