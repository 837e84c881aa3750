"""The floor: no tool that keeps one connection and two commands a server can cost less."""

import json
from collections.abc import Sequence
from pathlib import Path

from tests.bench.peers import workload
from tests.bench.peers.fleet import Fleet
from tests.bench.peers.tools import Environment, Phase, Tool

HOME = Path(__file__).parents[3]


def prepare(folder: Path, fleet: Fleet, generation: int) -> Environment:
    """Write down everything that the program is to know."""
    wish = {
        "port": fleet.port,
        "key": str(fleet.key),
        "known_hosts": str(fleet.known_hosts),
        "hosts": [{**workload.variables(h), "generation": generation} for h in fleet.hosts],
    }
    (folder / "wish.json").write_text(json.dumps(wish), "utf-8")
    return {"PYTHONPATH": str(HOME)}


def command(phase: Phase) -> Sequence[str]:
    """Run the program beside this file."""
    what = "check" if phase is Phase.CHECK else "apply"
    return ["-m", "tests.bench.peers.floor_program", what, "wish.json"]


FLOOR = Tool("floor", prepare, command)
