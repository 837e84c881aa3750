"""Servers to configure: one real sshd each on loopback, with a home and a ``/srv`` of its own.

They run as root, as every one of the tools logs in, and each in a mount namespace: below ``/srv``,
``/root`` and ``/var/lib/pedell`` each server is a world of its own, all else is this machine.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# OpenSSH listens at no more than 16 addresses, so each server is a daemon.
_CONFIG = """\
ListenAddress {address}:{port}
HostKey {state}/host
AuthorizedKeysFile {state}/guest.pub
PidFile none
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxStartups 1000:30:2000
MaxSessions 500
UseDNS no
PrintMotd no
PrintLastLog no
LogLevel ERROR
Subsystem sftp /usr/lib/openssh/sftp-server
"""
_CLIENT = """\
Host *
  User root
  Port {port}
  IdentityFile {state}/guest
  IdentitiesOnly yes
  BatchMode yes
  UserKnownHostsFile {state}/known_hosts
  StrictHostKeyChecking yes
  LogLevel ERROR
"""
# The login shell must not read this machine's profile: starting up other people's tools there
# would cost more than the work.
_START = """
mount --bind "$1/root" /root && mount --bind "$1/srv" /srv &&
mount --bind "$1/library" /var/lib/pedell && exec /usr/sbin/sshd -D -e -f "$2"
"""
_LIBRARY = Path("/var/lib/pedell")


@dataclass(frozen=True, slots=True)
class Host:
    """One server; ``folder`` is where its ``/srv`` lies on this machine."""

    number: int
    name: str
    address: str
    folder: Path

    def outside(self, path: str) -> Path:
        """Return where a path below the server's ``/srv`` lies on this machine."""
        return self.folder / Path(path).relative_to("/srv")


@dataclass(frozen=True, slots=True)
class Fleet:
    """Servers that run, and how they are reached: user root, one key for all."""

    hosts: Sequence[Host]
    port: int
    key: Path
    known_hosts: Path
    client_config: Path
    processes: Sequence[int]

    def wipe(self) -> None:
        """Make every server as empty as on its first day."""
        for host in self.hosts:
            for folder in (host.folder, host.folder.with_name("library")):
                for path in folder.iterdir():
                    shutil.rmtree(path)

    def cpu(self) -> float:
        """Return the CPU seconds of the servers and all they did, once their sessions ended."""
        until = time.monotonic() + 5
        while any(map(_children, self.processes)) and time.monotonic() < until:
            time.sleep(0.01)
        ticks = (_stat(process)[11:15] for process in self.processes)
        return sum(int(one) for four in ticks for one in four) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(number: int, folder: Path, port: int) -> Iterator[Fleet]:
    """Start so many servers in ``folder``, at 127.0.1.1 and following; stop them at the end.

    Raises OSError where one does not start.
    """
    state = folder / "state"
    state.mkdir(parents=True)
    Path("/run/sshd").mkdir(exist_ok=True)
    for name in ("host", "guest"):
        make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "bench", "-f"]
        subprocess.run([*make, str(state / name)], check=True)
    hosts = [_host(one, folder) for one in range(1, number + 1)]
    shown = " ".join((state / "host.pub").read_text("utf-8").split()[:2])
    pinned = "".join(f"[{host.address}]:{port} {shown}\n" for host in hosts)
    (state / "known_hosts").write_text(pinned, "utf-8")
    (state / "client").write_text(_CLIENT.format(port=port, state=state), "utf-8")
    with ExitStack() as stack:
        if not _LIBRARY.exists():  # a place to mount theirs at
            _LIBRARY.mkdir()
            stack.callback(_LIBRARY.rmdir)
        started = [_start(host, state, port, stack) for host in hosts]
        for host in hosts:
            _wait_for(host.address, port)
        if ended := [h.name for h, p in zip(hosts, started, strict=True) if p.poll() is not None]:
            raise OSError(f"sshd of {', '.join(ended)} ended: {state}/sshd.log says why")
        keys = (state / "guest", state / "known_hosts", state / "client")
        yield Fleet(hosts, port, *keys, [process.pid for process in started])


def _host(number: int, folder: Path) -> Host:
    return Host(number, f"school-{number:03}", f"127.0.1.{number}", folder / f"{number}/srv")


def _start(host: Host, state: Path, port: int, stack: ExitStack) -> subprocess.Popen[bytes]:
    home, config = host.folder.parent, state / f"sshd-{host.number}"
    for name in ("root", "srv", "library"):
        (home / name).mkdir(parents=True)
    config.write_text(_CONFIG.format(address=host.address, port=port, state=state), "utf-8")
    words = ["unshare", "-m", "sh", "-c", _START, "sh", str(home), str(config)]
    log = stack.enter_context((state / "sshd.log").open("ab"))
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stderr=log, env={"PATH": PATH})
    stack.callback(process.wait)
    stack.callback(process.terminate)
    return process


def _wait_for(address: str, port: int) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection((address, port), 1).close()
            return
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


def _children(process: int) -> str:
    return Path(f"/proc/{process}/task/{process}/children").read_text("ascii")


def _stat(process: int) -> Sequence[str]:
    return Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
