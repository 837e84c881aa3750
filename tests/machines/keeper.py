"""What starts a container and keeps it: all its traces end with the process that asked for it."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.machines import groups
from tests.machines.image import ALONE

NUMBERS = range(1, 255)

# Files, mounts, network and processes live in namespaces, and those end with this shell.
SHELL = """set -e
echo alone
read -r name address image
mount -t tmpfs tmpfs /run
mkdir /run/upper /run/work /run/root
mount -t overlay overlay -o "lowerdir=$image,upperdir=/run/upper,workdir=/run/work" /run/root
tar -x -f - -C /run/root
ip link set lo up
ip address add "$address/24" dev host0
ip link set host0 up
echo built
exec </dev/null >&2
code=133 # so ends a container that wants to start again
while [ $code = 133 ]; do
  code=0
  systemd-nspawn --quiet --directory=/run/root --machine="$name" --register=no --keep-unit \
    --private-network --network-namespace-path=/proc/self/ns/net --resolv-conf=off \
    --timezone=off --link-journal=no --console=pipe --boot || code=$?
done
"""


class Keeper:
    """One container. What it says on its console goes to ``log``."""

    def __init__(self, log: Path) -> None:
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("a machine ends with the thread that starts it: take the main one")
        self.log = log
        with log.open("wb") as said:
            self._process = subprocess.Popen(
                [*ALONE, "--net", "--uts", "--ipc", "sh", "-c", SHELL],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                start_new_session=True,
            )

    def boot(self, image: Path, name: str, address: str, belongings: bytes) -> None:
        """Start the image with a tar of files that this machine alone has."""
        groups.enter(name, child_of(self._process.pid))
        assert self._process.stdin
        with self._process.stdin as line:
            line.write(f"{name} {address} {image}\n".encode() + belongings)
        self._expect(b"built\n")

    def link(self) -> int:
        """Make a wire into its network; its number is this machine's, and nobody else has it.

        Number N has the address 198.18.N.2, and we have 198.18.N.1 (RFC 2544, for tests).
        """
        self._expect(b"alone\n")
        for number in NUMBERS:
            here = f"{groups.LINK}pedell{number}"
            there = ("peer", "name", "host0", "netns", str(self._process.pid))
            made = _ip("link", "add", here, "type", "veth", *there)
            if made.returncode == 0:
                _ip("address", "add", f"198.18.{number}.1/24", "dev", here)
                _ip("link", "set", here, "up")
                return number
            if "exists" not in made.stderr:
                raise RuntimeError(f"ip link add {here}: {made.stderr.strip()}")
        raise RuntimeError("all numbers of machines are taken: see ip link")

    def leader(self) -> int:
        """Return the process that is number 1 in there. Raises OSError while there is none."""
        self.check()
        shell = child_of(self._process.pid)
        return child_of(child_of(shell))

    def check(self) -> None:
        """Raise RuntimeError with its last words where it has ended."""
        if self._process.poll() is not None:
            last = self.log.read_text("utf-8", "replace").splitlines()[-20:]
            raise RuntimeError("\n".join(["the machine has ended:", *last]))

    def end(self) -> None:
        """Cut it off: number 1 of the namespaces takes all others along."""
        with suppress(OSError):
            os.kill(child_of(self._process.pid), signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        self._process.kill()
        self._process.wait()
        for line in (self._process.stdin, self._process.stdout):
            assert line
            line.close()

    def _expect(self, word: bytes) -> None:
        assert self._process.stdout
        if self._process.stdout.readline() != word:
            self._process.wait(10)
            self.check()


@contextmanager
def kept(log: Path) -> Iterator[tuple[Keeper, int]]:
    """Hand out a keeper with the number of its machine; leaving takes every trace away."""
    keeper, number = Keeper(log), 0
    try:
        number = keeper.link()
        yield keeper, number
    finally:
        wire = _wire(number)
        keeper.end()
        # It goes with the network at its other end. Deleted by name it may be somebody else's.
        end = time.monotonic() + 10
        while wire and _wire(number) == wire and time.monotonic() < end:
            time.sleep(0.005)
        groups.sweep()


def child_of(pid: int) -> int:
    """Return the youngest child of a process. Raises ProcessLookupError where it has none."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    if not children:
        raise ProcessLookupError(f"process {pid} has no child")
    return int(children[-1])


def _wire(number: int) -> str:
    """Return what tells a wire from another of the same name, empty where there is none."""
    with suppress(OSError):
        return Path(f"/sys/class/net/{groups.LINK}pedell{number}/ifindex").read_text()
    return ""


def _ip(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["ip", *words], check=False, capture_output=True, text=True)
