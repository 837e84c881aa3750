"""Inquire and survey: devices are asked, answers counted, and silence of a target stops nobody."""

from pedell.model import DeviceStage, DeviceStand, Notice, Progress, Survey
from pedell.stages.inquire import inquire_devices
from pedell.stages.notice import gather_notices
from pedell.stages.survey import survey_devices
from tests.stages.world import Clock, Lines, Scripted, ScriptedDevices, wanted


def world(**targets):
    """Return open lines to targets with these devices, and one resource on each."""
    found = {f"{t}": wanted(t, {"x": 1}, devices="AB", target=t) for t in targets}
    sessions = {
        t: d if isinstance(d, Exception) else Scripted(devices=d) for t, d in targets.items()
    }
    return Lines(sessions), {resource.address: resource for resource in found.values()}


def test_answers_are_counted_until_all_have_answered():
    counts = [Progress(2, asleep=2), Progress(2, verified=1, queued=1), Progress(2, verified=2)]
    devices = ScriptedDevices(counts=counts)
    clock = Clock()
    begun = clock.now()
    assert list(inquire_devices(*world(t=devices), 60.0, clock)) == [Survey(()), *counts]
    assert clock.now() - begun == 2.0
    assert len(devices.asked) == 1


def test_the_wait_ends_although_some_sleep():
    devices = ScriptedDevices(counts=[Progress(2, verified=1, asleep=1)])
    clock = Clock()
    begun = clock.now()
    *_, last = inquire_devices(*world(t=devices), 10.0, clock)
    assert last.asleep == 1
    assert clock.now() - begun == 10.0


def test_two_targets_are_added_up_and_a_silent_one_is_named():
    one, two = (ScriptedDevices(counts=[Progress(2, verified=2)], unwoken=w) for w in ("", "no"))
    lines, desired = world(t=one, u=two, v=ConnectionError("gone"))
    unasked, answered = inquire_devices(lines, desired, 60.0, Clock())
    assert unasked == Survey((), {"v": "gone"})
    assert answered == Progress(4, verified=4, detail="no")


def test_who_does_not_let_us_in_is_told_apart():
    unasked, answered = inquire_devices(*world(t=PermissionError("closed")), 60.0, Clock())
    assert unasked == Survey((), {"t": "closed"}, frozenset("t"))
    assert answered == Progress(0)


def test_a_survey_has_the_devices_of_all_targets_and_says_who_is_silent():
    stand = DeviceStand("A", "s", "p", DeviceStage.VERIFIED)
    lines, desired = world(t=ScriptedDevices(stands=[stand]), u=PermissionError("closed"), v=None)
    found = survey_devices(lines, desired)
    assert found.devices == (stand,)
    assert found.unreachable == {"u": "closed"}
    assert found.denied == {"u"}


def test_notices_come_from_whom_can_be_asked_and_the_silent_are_named():
    notice = Notice("It ends soon", is_urgent=True)
    lines, _ = world(t=ScriptedDevices(told=[notice]), u=ConnectionError("gone"), v=None)
    found = gather_notices(lines, ("t", "u", "v"))
    assert found == Survey((), {"u": "gone"}, notices=(notice,))
