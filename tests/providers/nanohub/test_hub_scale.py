"""A small world with everything that goes wrong in a large one: nothing lost, nothing wasted.

The large one, 25,000 tablets in 154 schools, is ``python -m tests.bench.tablets``.
"""

from dataclasses import replace

from pedell.model import Address, DeviceStage, Status
from tests.bench.minimum import Wish, fewest_requests
from tests.providers.nanohub.hub_world import cohort, hub_world

MOST = 1.2
"""So many times the fewest requests that the API allows may be used."""

SCHOOLS = ("gs-nord", "gs-sued", "rs-west")
MANNERS = {"delay": [0.0, 0.01], "busy": [0.01, 0.03], "notnow": 0.1, "error": 0.01, "asleep": 0.05}
COHORTS = [cohort(s, place, size) for s in SCHOOLS for place, size in (("pupil", 40), ("staff", 5))]


def wishes(steps):
    return [
        Wish(
            (step.change.address.school, step.change.address.place),
            step.change.address.kind,
            step.change.before is None,
            bool(step.change.fields),
            len(step.change.devices),
            len(step.change.leaving),
        )
        for step in steps
    ]


def bring_to_its_end(world, wipe=()):
    """Apply until nothing is left to do; return the requests made and the fewest possible."""
    made = fewest = 0
    for turn in range(8):
        steps = world.plan()
        if not steps:
            return made, fewest
        before = world.traffic.http_requests
        fewest += fewest_requests(wishes(steps), 0.0)
        for outcome in world.session.perform(steps):
            assert outcome.status is Status.DONE
            world.remember(steps[outcome.step].change, outcome.handle)
            if wipe and turn == 0 and outcome.step == len(steps) // 2:
                for serial in wipe:
                    world.mdm.act(serial, "reenrol")
        world.session.progress([step.change.after for step in steps if step.change.after])
        made += world.traffic.http_requests - before + 2  # what a plan asks
        world.rest()
    raise AssertionError("it never ends")


def wake_all(world):
    world.mdm.act("*", "wake")
    world.rest()
    for _ in range(4):
        world.session.devices.ask(tuple(world.wanted.values()))
        world.rest()
        bring_to_its_end(world)


def test_a_rollout_and_changes_lose_nothing_and_ask_little_more_than_they_must(tmp_path):
    with hub_world(tmp_path, COHORTS, behaviour=MANNERS) as world:
        wiped = [f"PEDELL{s}PUPIL{n}".upper() for s in SCHOOLS for n in (3, 17)]
        made, fewest = bring_to_its_end(world, wiped)
        assert fewest > 135  # each tablet joins its cohort's set
        assert made <= MOST * fewest
        world.set("restrictions", airdrop=True)
        made, fewest = bring_to_its_end(world, wiped[:2])
        assert made <= MOST * fewest
        at = Address("gs-sued", "pupil", "presets", "start")
        spec = {"lock_screen": "Gehört der Schule Süd (erfunden)"}
        world.wanted[at] = replace(world.wanted[at], spec=spec)
        made, fewest = bring_to_its_end(world)
        assert made <= MOST * fewest
        wake_all(world)
        assert world.changes() == []
        stands = world.session.devices.stand(tuple(world.wanted.values()))
        assert {one.stage for one in stands} == {DeviceStage.VERIFIED}
        assert len(stands) == 135
        for one in stands:
            assert len(world.mdm.held(one.serial)) == 4
