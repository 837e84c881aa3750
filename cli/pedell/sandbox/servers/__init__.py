"""School servers on loopback: real SSH, real sh, each in a folder of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["RunningServers", "Server", "running"]


@dataclass(frozen=True, slots=True)
class Server:
    """Where one server listens and which folder is its world."""

    host: str
    port: int
    root: Path


@dataclass(frozen=True, slots=True)
class RunningServers:
    """The servers by name, their pinned keys, the one key that they let in as ``pedell``."""

    servers: Mapping[str, Server]
    known_hosts: Path
    key: Path
    folder: Path
    process: int

    def traffic(self, name: str, event: str = "exec") -> Sequence[Mapping[str, Any]]:
        """Return what one server wrote down: ``connect``, ``refuse``, ``exec`` or ``exit``."""
        lines = (self.folder / "traffic.jsonl").read_text().splitlines()
        entries = [json.loads(line) for line in lines]
        return [entry for entry in entries if entry["server"] == name and entry["event"] == event]


@contextmanager
def running(names: Sequence[str], folder: Path) -> Iterator[RunningServers]:
    """Start servers of these names below ``folder``; leaving ends them, their folders stay."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "servers.json"
    config.write_text(json.dumps({"folder": str(folder), "servers": [{"name": n} for n in names]}))
    command = [sys.executable, "-m", "pedell.sandbox.servers", "--config", str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield _read(process, folder)
        finally:
            process.terminate()


def _read(process: "subprocess.Popen[str]", folder: Path) -> RunningServers:
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise OSError(f"the servers of the sandbox did not start (exit {process.wait()})")
    said = json.loads(line)
    servers = {
        name: Server(one["host"], one["port"], Path(one["root"]))
        for name, one in said["servers"].items()
    }
    return RunningServers(
        servers, Path(said["known_hosts"]), Path(said["key"]), folder, process.pid
    )
