"""Hold: what waits for something on devices stays where devices refuse that."""

from dataclasses import replace

import pytest

from pedell.model import (
    Action,
    DeviceStage,
    DeviceStand,
    Edge,
    Effect,
    Outcome,
    Progress,
    Status,
    Until,
    Wave,
)
from pedell.stages.hold import hold_unverified
from tests.stages.world import Lines, Scripted, ScriptedDevices, left, step, wanted

ADDS = step(1, devices=frozenset("ABCD"), after=wanted("neu", {}, devices="ABCD"))


def removal(until=Until.VERIFIED):
    gone = left("alt", {}, devices="ABCD")
    return step(
        2,
        action=Action.DELETE,
        remembered=gone,
        devices=gone.devices,
        needs=(Edge(1, "neu must be there before it goes", until),),
    )


def held(count, removes=None, *, silent=False):
    session = Scripted()
    session.counts = [count]
    removes = removes or removal()
    lines = Lines({"t": TimeoutError("timed out") if silent else session})
    return hold_unverified(Wave(2, ("s",), (removes,)), {1: ADDS, 2: removes}, lines).outcomes


@pytest.mark.parametrize(
    "count", [Progress(4, verified=4), Progress(4, verified=1, asleep=3), Progress(4, queued=4)]
)
def test_what_no_device_refuses_goes_on(count):
    assert held(count) == {}


@pytest.mark.parametrize(("refused", "words"), [(1, "1 device"), (3, "3 devices")])
def test_what_a_device_refuses_holds_back_what_waits_for_it(refused, words):
    detail = f"waits for step 1, which {words} refused (neu must be there before it goes)"
    assert held(Progress(4, verified=4 - refused, failed=refused)) == {
        2: Outcome(2, Status.SKIPPED, detail)
    }


def test_where_nobody_can_be_asked_nothing_is_taken_away():
    (found,) = held(Progress(4, verified=4), silent=True).values()
    assert found.status is Status.SKIPPED
    assert "whether devices hold it cannot be asked" in found.detail


def test_what_only_waits_for_a_step_is_none_of_its_business():
    assert held(Progress(4, failed=4), removal(Until.DONE)) == {}


def spared(shown, *, silent=False):
    """Take a network away whose successor these devices have shown."""
    goes = removal()
    goes = replace(goes, change=replace(goes.change, effect=Effect.LOCKS_OUT))
    stands = [
        DeviceStand(one, "s", "p", DeviceStage.VERIFIED if one in shown else DeviceStage.ASLEEP)
        for one in "ABCD"
    ]
    session = Scripted(devices=ScriptedDevices(stands))
    lines = Lines({"t": TimeoutError("timed out") if silent else session})
    return hold_unverified(Wave(2, ("s",), (goes,)), {1: ADDS, 2: goes}, lines)


@pytest.mark.parametrize("shown", ["ABCD", "AB", "D"])
def test_what_may_cut_devices_off_reaches_those_that_have_shown_its_successor(shown):
    found = spared(shown)
    assert [one.change.devices for one in found.steps] == [frozenset(shown)]
    assert not found.outcomes
    left_out = 4 - len(shown)
    said = found.told(Outcome(2, Status.DONE)).detail
    assert said.partition(" ")[0] == (str(left_out) if left_out else "")
    assert found.told(Outcome(2, Status.FAILED, "so")).detail == "so"


@pytest.mark.parametrize("silent", [False, True])
def test_where_no_device_has_shown_it_nothing_goes(silent):
    found = spared("", silent=silent)
    detail = "waits for step 1, which no device has shown yet (neu must be there before it goes)"
    assert found.steps == ()
    assert found.outcomes == {2: Outcome(2, Status.SKIPPED, detail)}
