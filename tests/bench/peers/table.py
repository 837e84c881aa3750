"""The figures as Markdown: medians, and how many times the floor each of them is."""

from collections.abc import Iterator, Sequence
from statistics import median

from tests.bench.peers.races import Result
from tests.bench.peers.tools import Phase

_HEAD = (
    "phase",
    "tool",
    "runs",
    "wall s",
    "CPU s: here + servers",
    "x floor: wall",
    "x floor: CPU",
)
NAME_OF_FLOOR = "floor"


def table(results: Sequence[Result], hosts: int) -> Iterator[str]:
    """Yield the lines of the table for one number of servers."""
    here = [result for result in results if result.hosts == hosts]
    yield _row(_HEAD)
    yield _row(["---"] * len(_HEAD))
    for phase in Phase:
        runs = [result for result in here if result.phase is phase]
        for tool in dict.fromkeys(result.tool for result in runs):
            yield _row(_cells(tool, runs))


def _cells(tool: str, runs: Sequence[Result]) -> Iterator[str]:
    own = [run for run in runs if run.tool == tool]
    costs = [run.cost for run in own if run.cost]
    floors = [run.cost for run in runs if run.tool == NAME_OF_FLOOR and run.cost]
    faults = [fault for run in own for fault in run.faults]
    yield from (own[0].phase, tool, str(len(own)))
    if faults or not costs:
        yield from (f"**{faults[0]}**" if faults else "", "", "", "")
        return
    walls = [cost.wall for cost in costs]
    spread = f" ({min(walls):.2f}-{max(walls):.2f})" if len(walls) > 1 else ""
    yield f"{median(walls):.2f}{spread}"
    parts = (median(c.controller for c in costs), median(c.hosts for c in costs))
    yield "{:.2f} + {:.2f}".format(*parts)
    if not floors:
        yield from ("", "")
        return
    yield f"{median(walls) / median(cost.wall for cost in floors):.2f}"
    yield f"{median(c.cpu for c in costs) / median(c.cpu for c in floors):.2f}"


def _row(cells: Iterator[str] | Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
