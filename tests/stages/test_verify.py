"""Verify: the gate looks at devices that were seen, and silence is no success."""

import pytest

from pedell.model import DeviceStage, DeviceStand, Gate, Progress, Status, Wave
from pedell.stages.verify import Verdict, verify_wave
from tests.stages.world import Clock, Lines, Scripted, ScriptedDevices, seen, step, wanted

HOUR = 3600.0
DONE = dict.fromkeys(range(1, 9), Status.DONE)


def wave(*devices, targets="t"):
    steps = [
        step(
            number,
            target=target,
            devices=frozenset(devices),
            after=wanted("a", {"x": 1}, devices=devices),
        )
        for number, target in enumerate(targets, 1)
    ]
    return Wave(1, ("s",), tuple(steps))


def stand(serial, stage):
    return DeviceStand(serial, "s", "p", stage)


def watch(counts, gate, *, found=None, ended=DONE, clock=None):
    session = Scripted()
    session.counts = list(counts)
    clock = clock or Clock()
    begun = clock.now()
    *progress, verdict = verify_wave(
        found or wave(*"ABCD"), ended, Lines({"t": session}), gate, clock
    )
    assert isinstance(verdict, Verdict)
    return progress, verdict, clock.now() - begun


def test_a_gate_opens_when_all_is_verified():
    counts = [Progress(4, queued=4), Progress(4, queued=2, verified=2), Progress(4, verified=4)]
    progress, verdict, seconds = watch(counts, Gate(0.9, HOUR))
    assert progress == counts
    assert verdict.passed
    assert verdict.progress == Progress(4, verified=4)
    assert verdict.words == "gate 90% ✓ (100% verified of those seen)"
    assert seconds == 2.0


def test_devices_that_were_not_seen_do_not_count():
    _, verdict, seconds = watch([Progress(4, verified=2, asleep=2)], Gate(0.9, HOUR))
    assert verdict.passed
    assert seconds < 10


def test_a_target_that_is_silent_does_not_open_a_gate():
    _, verdict, seconds = watch([Progress(4, asleep=4)], Gate(0.5, HOUR))
    assert not verdict.passed
    assert verdict.words == "gate 50% ✗ (0% verified of those seen)"
    assert HOUR < seconds < HOUR + 5


def test_a_target_that_cannot_be_reached_does_not_open_a_gate():
    _, verdict, _ = watch([ConnectionError("gone")], Gate(0.5, 60.0))
    assert not verdict.passed
    assert verdict.progress == Progress(4, asleep=4)


def test_installed_is_not_verified():
    _, verdict, _ = watch([Progress(4, installed=4)], Gate(0.5, 60.0))
    assert not verdict.passed


def test_refused_devices_end_the_wait_and_count_against_the_gate():
    _, verdict, seconds = watch([Progress(4, verified=3, failed=1)], Gate(0.9, HOUR))
    assert not verdict.passed
    assert seconds == 0.0


def test_a_share_that_is_enough_opens_the_gate_when_it_rests():
    counts = [Progress(10, queued=10 - n, verified=n) for n in range(10)]
    progress, verdict, seconds = watch(counts, Gate(0.9, HOUR))
    assert verdict.passed
    assert progress[-1] == Progress(10, queued=1, verified=9)
    assert seconds < 15


def test_without_a_gate_the_wait_ends_when_nothing_moves():
    _, verdict, seconds = watch([Progress(4, queued=4)], Gate(0.0, 100.0))
    assert verdict == Verdict(Progress(4, queued=4), "", True)
    assert 10 <= seconds <= 13


def test_without_a_gate_the_wait_goes_on_while_something_moves():
    counts = [Progress(40, queued=40 - n, verified=n) for n in range(41)]
    _, verdict, seconds = watch(counts, Gate(0.0, 50.0))
    assert verdict.progress == Progress(40, verified=40)
    assert seconds == 40.0


def test_without_devices_nobody_is_asked():
    session = Scripted()
    servers = Wave(1, ("s",), (step(1),))
    (verdict,) = verify_wave(servers, DONE, Lines({"t": session}), Gate(0.9, HOUR), Clock())
    assert verdict == Verdict(Progress(0), "", True)


def test_all_targets_of_a_wave_are_added_up():
    sessions = {"t": Scripted(), "u": Scripted()}
    sessions["t"].counts = [Progress(4, verified=4)]
    sessions["u"].counts = [Progress(4, failed=1, verified=3)]
    found = list(
        verify_wave(wave(*"ABCD", targets="tu"), DONE, Lines(sessions), Gate(0.8, HOUR), Clock())
    )
    assert found[0] == Progress(8, verified=7, failed=1)
    assert found[-1].passed


def two_things(second):
    return {"found": wave(*"ABCD", targets="tu"), "ended": {1: Status.DONE, 2: second}}


@pytest.mark.parametrize("status", [Status.SKIPPED, Status.FAILED, Status.STALE])
def test_nobody_waits_for_what_was_not_done(status):
    counts = [Progress(4, queued=4), Progress(4, verified=4)]
    progress, verdict, seconds = watch(counts, Gate(0.0, 120.0), **two_things(status))
    assert verdict == Verdict(Progress(8, verified=4), "", True)
    assert progress == [Progress(8, queued=4), Progress(8, verified=4)]
    assert seconds == 1.0


def test_what_was_not_done_keeps_a_gate_shut_and_nobody_waits_in_front_of_it():
    _, verdict, seconds = watch(
        [Progress(4, verified=4)], Gate(0.9, HOUR), **two_things(Status.SKIPPED)
    )
    assert not verdict.passed
    assert verdict.words == "gate 90% ✗ (50% verified of those seen)"
    assert seconds == 0.0
    _, verdict, _ = watch([Progress(4, verified=4)], Gate(0.5, HOUR), **two_things(Status.FAILED))
    assert verdict.passed


def test_who_holds_what_was_not_done_for_others_counts_as_before():
    again = step(
        1,
        target="t",
        devices=frozenset("A"),
        before=seen("a", {"x": 1}, devices="BCDEFGHIJK"),
        after=wanted("a", {"x": 1}, devices="ABCDEFGHIJK"),
    )
    found = Wave(1, ("s",), (again,))
    _, verdict, _ = watch([], Gate(0.9, HOUR), found=found, ended={1: Status.FAILED})
    assert (verdict.progress, verdict.passed) == (Progress(11, verified=10), True)


def test_a_wave_of_which_nothing_was_done_stays_before_its_gate():
    _, verdict, seconds = watch([], Gate(0.1, HOUR), ended={1: Status.SKIPPED})
    assert (verdict.passed, verdict.progress, seconds) == (False, Progress(4), 0.0)


@pytest.mark.parametrize(("verified", "passed"), [(7, False), (8, True)])
def test_the_gate_is_met_at_its_share(verified, passed):
    count = Progress(10, verified=verified, failed=10 - verified)
    assert watch([count], Gate(0.8, HOUR))[1].passed is passed


def test_who_obeyed_and_has_not_shown_it_is_asked_again_when_nothing_moves():
    stands = [stand("A", DeviceStage.INSTALLED), stand("B", DeviceStage.VERIFIED)]
    session = Scripted(devices=ScriptedDevices(stands))
    session.counts = [Progress(4, verified=3, installed=1)] * 7 + [Progress(4, verified=4)]
    *_, verdict = verify_wave(wave(*"ABCD"), DONE, Lines({"t": session}), Gate(0.0, 120.0), Clock())
    assert session.devices.asked == [[("s/p/node/a", frozenset("A"))]]
    assert verdict.progress.verified == 4


def test_who_spoke_and_did_not_answer_is_asked_once_and_not_again_and_again():
    stands = [stand("A", DeviceStage.QUEUED), stand("B", DeviceStage.ASLEEP)]
    session = Scripted(devices=ScriptedDevices(stands))
    session.counts = [Progress(4, verified=2, queued=1, asleep=1)]
    list(verify_wave(wave(*"ABCD"), DONE, Lines({"t": session}), Gate(0.0, 120.0), Clock()))
    assert session.devices.asked == [[("s/p/node/a", frozenset("A"))]]


def test_one_early_device_does_not_open_the_gate_while_others_come_in():
    counts = [Progress(4, verified=1, asleep=3), Progress(4, verified=1, queued=3)]
    _, verdict, _ = watch(counts, Gate(0.9, 60.0))
    assert not verdict.passed
