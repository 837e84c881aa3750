"""``make bench``: prints what whole commands cost, beside their floors. Asserts nothing."""

import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.cases import CASES, FLOORS, Case, CaseMaker
from tests.bench.growth import RUNS, SECONDS_AGAIN, Size, plan_again, slope, validate_sizes
from tests.bench.process import Cost, Failed, measure, middle
from tests.bench.sandbox import Leg, journey
from tests.bench.tablets import PUT_OFF, table_of_journey

ROUNDS = 5
LEG = "{:<36} {:>7} {:>7} {:>6} {:>9} {:>8} {:>6}"
SIZE = "{:<36} {:>8} {:>7} {:>7} {:>6}   {}"
ROW = "{:<36} {:>7} {:>7} {:>6} {:>9} {:>8}   {}"


@dataclass(slots=True)
class Record:
    """What was measured of one case, run by run; ``failure`` says why there is nothing more."""

    case: Case
    costs: list[Cost] = field(default_factory=list)
    failure: str = ""


def main() -> int:
    """Measure every case, print the table, and return 1 where a case could not be measured."""
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the start"
    print(f"Python {platform.python_version()}, {machine}, median of {ROUNDS} runs.")
    print("Each run is a new process; files and bytecode are in the cache of the system.\n")
    records = _measured((*FLOORS, *CASES))
    for line in _table(list(records.values()), [records[floor] for floor in FLOORS]):
        print(line)
    print(f"\nHessen and parts of it, median of {RUNS} runs; nothing is kept from run to run.\n")
    print(SIZE.format("", "devices", "wall s", "CPU s", "MB", "CPU of one school more"))
    with tempfile.TemporaryDirectory(prefix="pedell-bench-") as name:
        for line in _growth(Path(name)):
            print(line)
    print("\nDortmund on the sandbox, 27,800 simulated tablets on the same cores, one run:\n")
    print(LEG.format("", "wall s", "CPU s", "MB", "HTTP", "SSH", "lines"))
    with tempfile.TemporaryDirectory(prefix="pedell-bench-") as name:
        for leg in journey(Path(name)):
            print(_told(leg))
    print("\n25,000 tablets in 154 schools that misbehave, each change brought to its end:")
    print(
        f"{PUT_OFF:.0%} of commands are put off, 1% refused, 5% of tablets sleep, 150 enrol anew.\n"
    )
    with tempfile.TemporaryDirectory(prefix="pedell-bench-") as name:
        for line in table_of_journey(Path(name)):
            print(line, flush=True)
    return 1 if any(record.failure for record in records.values()) else 0


def _measured(makers: Sequence[CaseMaker]) -> Mapping[CaseMaker, Record]:
    """Run round by round, so that a neighbour's load falls on floors and commands alike."""
    records: dict[CaseMaker, Record] = {}
    for turn in range(ROUNDS + 1):
        for maker in makers:
            with tempfile.TemporaryDirectory(prefix="pedell-bench-") as name:
                folder = Path(name)
                case = maker(folder)
                record = records.setdefault(maker, Record(case))
                if record.failure:
                    continue
                try:
                    cost = measure(case.command, folder)
                except Failed as failed:
                    record.failure = str(failed)
                    continue
            if turn > 0:  # the first round only warms the caches
                record.costs.append(cost)
    return records


def _table(records: Sequence[Record], floors: Sequence[Record]) -> Iterator[str]:
    yield ROW.format("", "wall s", "CPU s", "MB", "x python", "x YAML", "target")
    for record in records:
        if record.failure:
            yield f"{record.case.title:<36} failed with {record.failure}"
            continue
        cost = middle(record.costs)
        ratios = ["" if f.failure else f"{cost.wall / middle(f.costs).wall:.1f}" for f in floors]
        figures = (f"{cost.wall:.3f}", f"{cost.cpu:.3f}", f"{cost.memory:.0f}")
        yield ROW.format(record.case.title, *figures, *ratios, _target(record.case, cost)).rstrip()


def _growth(folder: Path) -> Iterator[str]:
    last: Size | None = None
    for size in validate_sizes(folder):
        more = f"{slope(last, size):.2f} ms" if last else ""
        yield _sized(f"validate, {size.schools:,} schools", size, more)
        last = size
    again = plan_again(folder)
    verdict = "met" if again.cost.wall < SECONDS_AGAIN else "missed"
    yield _sized("plan, one school's file changed", again, f"< {SECONDS_AGAIN:g} s: {verdict}")


def _sized(title: str, size: Size, note: str) -> str:
    cost = size.cost
    figures = (f"{cost.wall:.3f}", f"{cost.cpu:.3f}", f"{cost.memory:.0f}")
    return SIZE.format(title, f"{size.devices:,}", *figures, note).rstrip()


def _told(leg: Leg) -> str:
    figures = (f"{leg.cost.wall:.1f}", f"{leg.cost.cpu:.1f}", f"{leg.cost.memory:.0f}")
    wires = (leg.requests, leg.round_trips, leg.connections) if leg.requests else ("", "", "")
    return LEG.format(leg.title, *figures, *wires).rstrip()


def _target(case: Case, cost: Cost) -> str:
    if case.seconds is None or case.memory is None:
        return ""
    is_met = cost.wall < case.seconds and cost.memory < case.memory
    return f"< {case.seconds:g} s, < {case.memory:g} MB: {'met' if is_met else 'missed'}"


if __name__ == "__main__":
    sys.exit(main())
