"""``make crash``: every cut and every kill, with the figures that we may print.

A line for each that did harm, with its seed: ``python -m tests.crash cuts 17`` does that one again.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.crash.cuts import course_of, courses
from tests.crash.fleets import kill_all, running_fleet
from tests.crash.servers import grounds

CUTS, KILLS, WITH_TABLETS = range(500), range(200), range(200, 230)
SERVERS = 5


def main(words: Sequence[str]) -> int:
    """Do all of it, or what the words say; return 1 where anything did harm."""
    what, seeds = words[:1], [int(word) for word in words[1:]]
    with tempfile.TemporaryDirectory() as folder:
        harm = 0
        if what != ["kills"]:
            harm += cut(Path(folder), seeds or CUTS)
        if what != ["cuts"]:
            harm += kill(Path(folder), seeds or KILLS, [] if seeds else WITH_TABLETS)
    return 1 if harm else 0


def cut(folder: Path, seeds: Iterable[int]) -> int:
    """Break applies to one server, and say how many did harm."""
    began = time.monotonic()
    broken, left, trials = Counter(), 0, Counter()
    harmful = 0
    with grounds(folder) as found:
        there = courses(found, folder)
        for seed in seeds:
            trial = course_of(seed, there).run(seed)
            trials[trial.kind] += 1
            broken[trial.kind] += trial.is_broken
            left += trial.left_at_once > 0
            harmful += bool(trial.wrong)
            if trial.wrong:
                print(trial, flush=True)
    for kind, number in sorted(trials.items()):
        print(f"{kind:>14}: {number:3} tried, {broken[kind]:3} broke the apply")
    print(f"cuts: {trials.total()}, {broken.total()} broke the apply; leftovers at once: {left}")
    print(f"harm (torn, left behind, done twice, plan not empty): {harmful}")
    print(f"it took {time.monotonic() - began:.0f} s\n")
    return harmful


def kill(folder: Path, seeds: Iterable[int], with_tablets: Iterable[int]) -> int:
    """Kill applies to five servers, two fleets at a time, and say how many did harm."""
    began = time.monotonic()
    lots = [(0, list(seeds)[::2]), (0, list(seeds)[1::2]), (3, list(with_tablets))]

    def run(number: int) -> list[object]:
        tablets, mine = lots[number]
        with running_fleet(folder / f"fleet-{number}", SERVERS, tablets) as fleet:
            return kill_all(fleet, mine)

    with ThreadPoolExecutor(2) as crew:
        trials = [trial for lot in crew.map(run, range(len(lots))) for trial in lot]
    harmful = [trial for trial in trials if trial.wrong]
    for trial in harmful:
        print(trial)
    killed = sum(trial.is_killed for trial in trials)
    print(f"kills: {len(trials)} of an apply to {SERVERS} servers, {killed} before its end")
    print(f"harm (lost, done twice, a lie in the journal, plan not empty): {len(harmful)}")
    print(f"it took {time.monotonic() - began:.0f} s")
    return len(harmful)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
