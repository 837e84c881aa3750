"""Servers on which things go wrong: those of the sandbox, one with a small disk, one with OpenSSH.

A process belongs to a server when it has inherited its ``PEDELL_ROOT``: so it is found and killed.
"""

import os
import signal
import subprocess
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pedell.model import Target, Traffic
from pedell.ports import Means
from pedell.providers.debian import Debian
from pedell.sandbox.servers import Server, running
from pedell.sandbox.servers.world import environment, prepare_root, write_shims
from tests.providers.debian.world import HERE, SCHOOL, Drawer
from tests.transports.openssh import find_sshd, running_sshd

SMALL_DISK = 4 << 20


@dataclass(frozen=True)
class Ground:
    """One server, how one logs in there, and what can be done to it from outside."""

    server: Server
    known_hosts: Path
    key: Path
    user: str
    sshd: int = 0

    @property
    def root(self):
        return self.server.root

    @contextmanager
    def session(self, port=None, known_hosts=None):
        settings = {
            "host": self.server.host,
            "port": port or self.server.port,
            "user": self.user,
            "known_hosts": str(known_hosts or self.known_hosts),
            "key": str(self.key),
            "root": str(self.root),
        }
        target = Target(f"server/{SCHOOL}", "server", "debian", SCHOOL, settings, HERE)
        with Debian().connect(target, Means(Drawer(), None, Traffic(), "test")) as session:
            yield session

    def processes(self):
        """Return the processes that work below its root."""
        return processes_below(self.root)

    def quiet(self):
        """Wait until nothing works there any more."""
        until = time.monotonic() + 20
        while self.processes():
            assert time.monotonic() < until, "what was begun on the server never ends"
            time.sleep(0.01)

    def children_of_sshd(self):
        return [pid for pid in _pids() if _parent(pid) == self.sshd]

    def leave_free(self, size):
        """Fill the disk but for so many bytes; None empties it again."""
        filler = self.root / "filler"
        filler.unlink(missing_ok=True)
        if size is not None:
            room = os.statvfs(self.root)
            filler.write_bytes(bytes(max(room.f_bavail * room.f_bsize - size, 0)))


@contextmanager
def grounds(folder):
    """Yield servers by what can be done to them: ``plain``, and ``small``, ``sshd`` if we may."""
    with ExitStack() as stack:
        found = {}
        small = folder / "sandbox" / "small"
        if has_small_disk := _mounted(small):
            stack.callback(subprocess.run, ["umount", small], check=True)
        house = stack.enter_context(running(["plain", "small"], folder / "sandbox"))
        for name in ("plain", "small") if has_small_disk else ("plain",):
            found[name] = Ground(house.servers[name], house.known_hosts, house.key, "pedell")
        if find_sshd():
            found["sshd"] = stack.enter_context(_openssh(folder / "openssh"))
        yield found


def kill(pids):
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def processes_below(root):
    """Return the processes that have inherited this root, the oldest first."""
    mark = f"\0PEDELL_ROOT={root}\0".encode()
    return [pid for pid in _pids() if mark in b"\0" + _read(pid, "environ")]


def command_of(pid):
    """Return the words of its command, each with a NUL behind it."""
    return _read(pid, "cmdline")


def _pids():
    return sorted(int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _parent(pid):
    return int((_read(pid, "stat").rpartition(b")")[2].split() or [0, 0])[1])


def _read(pid, name):
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def _mounted(small):
    if os.getuid():
        return False
    small.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "none", small]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextmanager
def _openssh(folder):
    root = prepare_root(folder / "root")
    there = environment(root, write_shims(folder / "bin"))
    settings = " ".join(f'{name}="{value}"' for name, value in there.items())
    with running_sshd(folder, f"SetEnv {settings}") as sshd:
        at = sshd.address
        place = Server(at.host, at.port, root)
        yield Ground(place, at.known_hosts, at.key, at.user, sshd.process)
