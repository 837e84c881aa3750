"""Control groups of test machines: two systemds may not meet in one, and none may stay behind."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
LINK = "ve-"


def enter(name: str, pid: int) -> None:
    """Put a process, and what it will start, into groups of its own."""
    for ours in _ours():
        with suppress(OSError):  # a computer that does not let us lets one machine run at least
            (ours / name).mkdir(exist_ok=True)
            (ours / name / "cgroup.procs").write_text(str(pid))


def sweep() -> None:
    """Take away the groups of machines that have ended, also in an earlier run that was killed."""
    for ours in _ours():
        for group in ours.glob("pedell[0-9]*"):
            if Path(f"/sys/class/net/{LINK}{group.name}").exists():
                continue
            for folder, _, _ in os.walk(group, topdown=False):
                with suppress(OSError):
                    Path(folder).rmdir()


def _ours() -> Iterator[Path]:
    """Find the groups that we are in, where systemd would look (cgroups(7), both versions)."""
    unified = ROOT / "unified"
    tops = {"name=systemd": ROOT / "systemd", "": unified if unified.is_dir() else ROOT}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, names, path = line.split(":", 2)
        if names in tops:
            yield tops[names] / path.lstrip("/")
