"""One test machine, as somebody in front of it sees it."""

import io
import socket
import subprocess
import tarfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.machines import groups
from tests.machines.image import find_image
from tests.machines.keeper import Keeper, kept

PATIENCE = 90.0
"""Seconds for a start. It takes 0.2, but other tests may run at the same time."""
ENVIRONMENT = ("env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8")


@dataclass(frozen=True, slots=True)
class Machine:
    """One Debian system that runs. ``key`` opens root and pedell, who may sudo without a password.

    ``known_hosts`` pins its host key, and those of all machines started with it.
    """

    name: str
    address: str
    key: Path
    known_hosts: Path
    keeper: Keeper

    def settings(self, user: str = "root") -> Mapping[str, object]:
        """Return the settings of a target of the debian provider."""
        door = {"host": self.address, "port": 22, "user": user, "become": user != "root"}
        return {**door, "known_hosts": str(self.known_hosts), "key": str(self.key)}

    def run(self, command: str, code: int = 0) -> str:
        """Run a command of sh as root, without SSH, and return what it prints.

        Raises AssertionError with all that was said where it ends with another code.
        """
        spaces = ("--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup")
        words = ("nsenter", "--target", str(self.keeper.leader()), *spaces, *ENVIRONMENT)
        done = _run(*words, "sh", "-c", command, seconds=600)
        said = f"{command}\nexit {done.returncode}\n{done.stdout}{done.stderr}"
        assert done.returncode == code, said
        return done.stdout

    def ssh(
        self, user: str, command: str, key: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Log in with OpenSSH's own client and run a command."""
        options = ("IdentitiesOnly=yes", "BatchMode=yes", f"UserKnownHostsFile={self.known_hosts}")
        words = ("ssh", "-F", "none", "-i", str(key or self.key), *(f"-o{one}" for one in options))
        return _run(*words, f"{user}@{self.address}", command, seconds=60)

    def journal(self, unit: str) -> list[str]:
        """Return all lines of a unit since the machine started."""
        return self.run(f"journalctl -q -b --no-pager -o cat -u {unit}").splitlines()

    def reboot(self) -> None:
        """Start it again, and wait until it is up."""
        before = self.keeper.leader()
        self.run("systemctl reboot")
        self._wait(lambda: self.keeper.leader() != before)
        self.wait_until_up()

    def wait_until_up(self) -> None:
        """Wait until sshd answers and everything has started."""
        self._wait(self._answers)
        self.run("timeout 60 systemctl is-system-running --wait || true")

    def _answers(self) -> bool:
        with socket.create_connection((self.address, 22), timeout=5) as line:
            return line.recv(4) == b"SSH-"

    def _wait(self, is_true: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.keeper.check()
            with suppress(OSError):
                if is_true():
                    return
            time.sleep(0.02)
        raise TimeoutError(f"{self.name} is not up after {PATIENCE} s: see {self.keeper.log}")


@contextmanager
def machines(count: int, folder: Path) -> Iterator[tuple[Machine, ...]]:
    """Run new machines; leaving switches them off. Keys and logs lie in ``folder``.

    They know nothing of each other and have no way out. If this process is killed, they end with
    it. Skips the test where this computer cannot build the image.
    """
    image = find_image()
    groups.sweep()
    with ExitStack() as stack:
        found = [stack.enter_context(_booting(image, folder)) for _ in range(count)]
        for one in found:
            one.wait_until_up()
        yield tuple(found)


@contextmanager
def _booting(image: Path, folder: Path) -> Iterator[Machine]:
    key, known_hosts = folder / "id", folder / "known_hosts"
    if not key.exists():
        _make_key(key)
    host_key = folder / f"host-{uuid.uuid4().hex}"
    _make_key(host_key)
    with kept(host_key.with_suffix(".log")) as (keeper, number):
        name, address = f"pedell{number}", f"198.18.{number}.2"
        with known_hosts.open("a") as pinned:
            pinned.write(f"{address} {host_key.with_suffix('.pub').read_text()}")
        keeper.boot(image, name, address, _belongings(name, key, host_key))
        yield Machine(name, address, key, known_hosts, keeper)


def _make_key(path: Path) -> None:
    words = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path))
    assert _run(*words, seconds=10).returncode == 0


def _belongings(name: str, key: Path, host_key: Path) -> bytes:
    """Pack what this machine alone has."""
    public, packed = key.with_suffix(".pub").read_bytes(), io.BytesIO()
    host = "etc/ssh/ssh_host_ed25519_key"
    with tarfile.open(fileobj=packed, mode="w") as archive:
        _add(archive, "etc/hostname", f"{name}\n".encode())
        _add(archive, "etc/hosts", f"127.0.0.1 localhost\n127.0.1.1 {name}\n".encode())
        _add(archive, "etc/machine-id", f"{uuid.uuid4().hex}\n".encode())
        _add(archive, host, host_key.read_bytes(), 0o600)
        _add(archive, f"{host}.pub", host_key.with_suffix(".pub").read_bytes())
        for home, user in (("root", 0), ("home/pedell", 1000)):
            _add(archive, f"{home}/.ssh", None, 0o700, user)
            _add(archive, f"{home}/.ssh/authorized_keys", public, 0o600, user)
    return packed.getvalue()


def _add(
    archive: tarfile.TarFile, path: str, content: bytes | None, mode: int = 0o644, user: int = 0
) -> None:
    member = tarfile.TarInfo(path)
    member.mode, member.uid, member.gid, member.mtime = mode, user, user, int(time.time())
    member.type = tarfile.REGTYPE if content is not None else tarfile.DIRTYPE
    member.size = len(content or b"")
    archive.addfile(member, io.BytesIO(content or b""))


def _run(*words: str, seconds: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
    )
