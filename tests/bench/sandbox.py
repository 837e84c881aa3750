"""What an apply of Dortmund costs on the sandbox: time, memory, and what was said on the wires."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.process import Cost, measure

HOME = Path(__file__).parents[2]
LINE = ("    screen_capture: true", "    screen_capture: false")


@dataclass(frozen=True, slots=True)
class Leg:
    """One command of the journey, and what it cost."""

    title: str
    cost: Cost
    requests: int
    round_trips: int
    connections: int


def journey(folder: Path) -> Iterator[Leg]:
    """Plan, apply, plan again, change a line, apply, look for drift; each a process of its own."""
    inventory = folder / "inventories/dortmund"
    hidden = shutil.ignore_patterns(".pedell")
    shutil.copytree(HOME / "inventories/dortmund", inventory, ignore=hidden)
    shutil.copytree(HOME / "playbooks", folder / "playbooks")
    where = ["-i", str(inventory)]
    subprocess.run([*_pedell("sandbox", "start"), *where], check=True, capture_output=True)
    apply = _pedell("apply", "--sandbox", "--yes", "--output", "json", *where)
    try:
        yield _leg("plan, empty sandbox", _pedell("plan", "--sandbox", *where), folder)
        yield _leg("apply, 154 schools", apply, folder)
        yield _leg("plan, nothing to do", _pedell("plan", "--sandbox", *where), folder)
        catalogue = inventory / "catalogue.yml"
        catalogue.write_text(catalogue.read_text("utf-8").replace(*LINE), "utf-8")
        yield _leg("apply, one line changed", apply, folder)
        yield _leg("drift, all devices asked", _pedell("drift", "--sandbox", *where), folder)
    finally:
        subprocess.run([*_pedell("sandbox", "stop"), *where], check=True, capture_output=True)


def _leg(title: str, command: Sequence[str], folder: Path) -> Leg:
    cost = measure(command, folder)
    said = (folder / "said.txt").read_text("utf-8")
    found = json.loads(said[said.index("{\n") :])["traffic"] if "--output" in command else {}
    return Leg(
        title,
        cost,
        found.get("http_requests", 0),
        found.get("ssh_round_trips", 0),
        found.get("ssh_connections", 0),
    )


def _pedell(*words: str) -> list[str]:
    return [sys.executable, "-m", "pedell", *words]
