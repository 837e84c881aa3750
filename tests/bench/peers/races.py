"""The phases of one tool on one fleet, each checked by what lies on the servers' disks afterwards."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.peers import workload
from tests.bench.peers.fleet import Fleet
from tests.bench.peers.process import Cost, measure
from tests.bench.peers.tools import Phase, Tool
from tests.bench.process import Failed

_LOOKS = (Phase.NOTHING, Phase.CHECK)


@dataclass(frozen=True, slots=True)
class Result:
    """What one phase of one tool cost; ``faults`` is what was wrong, empty where all is well."""

    tool: str
    hosts: int
    phase: Phase
    cost: Cost | None
    faults: Sequence[str]


def race(
    tools: Sequence[Tool], fleet: Fleet, folder: Path, rounds: int, deadline: int
) -> Iterator[Result]:
    """Run round by round, so that a neighbour's load falls on all of them alike."""
    expected = {generation: workload.render(fleet.hosts, generation) for generation in (1, 2)}
    for turn in range(rounds):
        for tool in tools:
            if turn < tool.rounds and len(fleet.hosts) <= tool.most_hosts:
                home = folder / f"{tool.name}-{turn}"
                home.mkdir(parents=True)
                yield from _phases(tool, fleet, home, expected, deadline)


def _phases(
    tool: Tool,
    fleet: Fleet,
    folder: Path,
    expected: Mapping[int, Mapping[int, Mapping[str, str]]],
    deadline: int,
) -> Iterator[Result]:
    fleet.wipe()
    for phase in Phase:
        # The line changes in the files before the check, and on the servers only behind it.
        written = 1 if phase in (Phase.APPLY, Phase.NOTHING) else 2
        there = 2 if phase is Phase.CHANGE else 1
        environment = tool.prepare(folder, fleet, written)
        before = workload.snapshot(fleet.hosts)
        os.sync()  # who brings files to the disk must not pay for what others have left dirty
        try:
            cost = measure(tool.words(phase), folder, environment, fleet, deadline)
        except Failed as failed:
            yield Result(tool.name, len(fleet.hosts), phase, None, [str(failed)])
            return
        faults = workload.faults(fleet.hosts, expected[there])
        if phase in _LOOKS and workload.snapshot(fleet.hosts) != before:
            faults.append("something was touched")
        yield Result(tool.name, len(fleet.hosts), phase, cost, faults)
