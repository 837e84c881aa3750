"""Killed at any moment, an apply loses nothing and does nothing twice: the sandbox is the witness.

A sample of the two hundred kills of ``make crash``, on three fleets at the same time.
"""

from concurrent.futures import ThreadPoolExecutor

from tests.crash.fleets import kill_all, running_fleet

SERVERS = 5
LOTS = ((0, range(10)), (0, range(10, 20)), (3, range(20, 25)))
"""Tablets in each school, and seeds."""


def test_nothing_is_lost_and_nothing_doubled(tmp_path):
    def kill(lot):
        tablets, seeds = lot
        with running_fleet(tmp_path / f"fleet-{seeds.start}", SERVERS, tablets) as fleet:
            return kill_all(fleet, seeds)

    with ThreadPoolExecutor(len(LOTS)) as crew:
        trials = [trial for lot in crew.map(kill, LOTS) for trial in lot]
    assert [str(trial) for trial in trials if trial.wrong] == []
    killed = sum(trial.is_killed for trial in trials)
    assert killed > len(trials) * 0.4, "too few of the moments fell into the apply"
