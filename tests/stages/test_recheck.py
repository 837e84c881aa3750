"""Recheck: a saved plan begins only on the ground that a person said yes to."""

import pytest

from pedell.model import Action, Sight, Step
from pedell.stages.recheck import recheck_step
from tests.stages.world import by_address, change, seen, wanted

OLD, NEW, OTHER = {"x": 1}, {"x": 2}, {"x": 3}


def recheck(before, now, *, action=Action.UPDATE, devices="", unreachable=()):
    after = None if action is Action.DELETE else wanted("a", NEW, devices=devices)
    moved = change("a", action, before=before, after=after, devices=frozenset(devices))
    sight = Sight(by_address(now) if now else {}, dict.fromkeys(unreachable, "silent"))
    found = recheck_step(Step(1, moved, ()), sight)
    return found.status.value if found else ""


@pytest.mark.parametrize(
    ("before", "now", "meant"),
    [
        (seen("a", OLD), seen("a", OLD), ""),
        (seen("a", OLD), seen("a", OTHER), "stale"),
        (seen("a", OLD), None, "stale"),
        (seen("a", OLD), seen("a", NEW), "done"),
        (None, None, ""),
        (None, seen("a", {}), ""),
        (None, seen("a", NEW), "done"),
        (None, seen("a", OTHER), "stale"),
        (seen("a", {}), seen("a", {}), ""),
    ],
)
def test_the_ground_decides(before, now, meant):
    assert recheck(before, now) == meant


@pytest.mark.parametrize(
    ("now", "meant"),
    [(seen("a", OLD), ""), (None, "done"), (seen("a", {}), "done"), (seen("a", OTHER), "stale")],
)
def test_what_is_gone_already_is_deleted(now, meant):
    assert recheck(seen("a", OLD), now, action=Action.DELETE) == meant


@pytest.mark.parametrize(
    ("now", "meant"),
    [
        (seen("a", NEW, devices="AB"), "done"),
        (seen("a", NEW, devices="A", waiting="B"), "done"),
        (seen("a", NEW, devices="A"), ""),  # the cut-off apply reached one of two: go on
        (seen("a", OTHER), "stale"),
    ],
)
def test_a_step_that_reached_some_of_its_devices_goes_on(now, meant):
    assert recheck(seen("a", OLD), now, devices="AB") == meant


def test_a_silent_target_is_left_to_the_step():
    assert recheck(seen("a", OLD), None, unreachable=["t"]) == ""
