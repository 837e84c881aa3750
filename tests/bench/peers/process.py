"""Runs one tool from its start to the end of everything that it leaves behind, and counts."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.peers.fleet import PATH, Fleet
from tests.bench.process import Failed

# What a tool leaves (open ssh masters, workers) becomes a child of the starter, which ends it and
# counts it: so every phase begins with cold connections, and nobody's work is free.
_STARTER = """
import ctypes, json, os, resource, signal, sys, time
PR_SET_CHILD_SUBREAPER = 36
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
start = time.perf_counter()
child = os.fork()
if not child:
    os.setsid()
    os.execve(sys.argv[3], sys.argv[3:], os.environ)
signal.signal(signal.SIGALRM, lambda *_: os.killpg(child, signal.SIGKILL))
signal.alarm(int(sys.argv[2]))
status = os.waitpid(child, 0)[1]
wall = time.perf_counter() - start
signal.alarm(0)
tries = 0
while True:
    try:
        ended, _ = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        break
    if not ended:
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            for left in file.read().split():
                os.kill(int(left), signal.SIGTERM if tries < 40 else signal.SIGKILL)
        tries += 1
        time.sleep(0.05)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(sys.argv[1], "w") as file:
    json.dump([os.waitstatus_to_exitcode(status), wall, used.ru_utime + used.ru_stime], file)
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds: on the wall, of CPU where the tool runs, of CPU on the servers."""

    wall: float
    controller: float
    hosts: float

    @property
    def cpu(self) -> float:
        """Return the CPU seconds on both sides."""
        return self.controller + self.hosts


def measure(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    fleet: Fleet,
    deadline: int,
) -> Cost:
    """Run ``command`` (a program's path and its words) in ``folder``; it is killed at the deadline.

    What it says lies in ``said.txt`` afterwards. Raises Failed with the last line of it.
    """
    usage, said = folder / "usage.json", folder / "said.txt"
    plain = {"PATH": PATH, "HOME": str(folder), "LANG": "C.UTF-8", "TERM": "dumb"}
    starter = [sys.executable, "-I", "-S", "-c", _STARTER, str(usage), str(deadline), *command]
    before = fleet.cpu()
    with said.open("wb") as out:
        subprocess.run(
            starter,
            cwd=folder,
            env={**plain, **environment},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            check=True,
        )
    code, wall, cpu = json.loads(usage.read_text("utf-8"))
    if code:
        last = said.read_text("utf-8", "replace").strip().rpartition("\n")[2]
        raise Failed(f"exit code {code}: {last}")
    return Cost(wall, cpu, fleet.cpu() - before)
