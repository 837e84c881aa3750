"""Measures one process from its start to its end, by what the kernel counts of it."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

# The kernel lets a new process begin with the memory of the one that it was forked from. So a bare
# Python starts it, which is no larger than the smallest thing measured here.
_STARTER = """
import os, sys, time
start = time.perf_counter()
child = os.fork()
if not child:
    os.execv(sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(child, 0)
wall = time.perf_counter() - start
code = os.waitstatus_to_exitcode(status)
with open(sys.argv[1], "w") as file:
    file.write(repr([code, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss]))
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall and CPU time in seconds, the highest resident memory in MB (10^6 bytes)."""

    wall: float
    cpu: float
    memory: float


class Failed(Exception):  # noqa: N818  # its figures would mean nothing
    """The process ended with another exit code than 0; the text says how."""


def measure(command: Sequence[str], folder: Path) -> Cost:
    """Run ``command`` (a program's path and its words) in ``folder`` and return what it cost.

    The processes that it waited for are included. Raises Failed with the last line that it wrote.
    """
    usage, said = folder / "usage.json", folder / "said.txt"
    starter = [sys.executable, "-I", "-S", "-c", _STARTER, str(usage), *command]
    with said.open("wb") as out:
        subprocess.run(
            starter, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=True
        )
    code, wall, cpu, kilobytes = json.loads(usage.read_text("utf-8"))
    if code:
        last = said.read_text("utf-8", "replace").strip().rpartition("\n")[2]
        raise Failed(f"exit code {code}: {last}")
    return Cost(wall, cpu, kilobytes * 1024 / 1e6)


def middle(costs: Sequence[Cost]) -> Cost:
    """Return the median of each figure."""
    return Cost(
        median(cost.wall for cost in costs),
        median(cost.cpu for cost in costs),
        median(cost.memory for cost in costs),
    )
