"""A small fleet that is busy, fails and sleeps: whatever happens, the laws hold at the end."""

from datetime import UTC, datetime

import pytest

from pedell.sandbox.mdm.fleet import seconds_offline
from tests.sandbox.mdm_world import command, install, listener, serials, world

FLEET = 200
BEHAVIOUR = {"delay": [0.0, 0.05], "busy": [0.01, 0.05], "seed": 7}


def order_profiles(mdm, ids, count=4):
    for number in range(count):
        raw = install(f"install-{number}", f"id-{number}", f"UUID-{number}")
        assert mdm.enqueue(ids, raw)[0] == 200
    assert mdm.push(ids)[0] == 200


def test_a_busy_failing_sleeping_fleet_ends_as_the_laws_say():
    behaviour = {**BEHAVIOUR, "notnow": 0.3, "error": 0.1, "asleep": 0.15}
    with listener() as (heard, webhook):
        with world(tablets=FLEET, webhook=webhook, behaviour=behaviour) as mdm:
            tablets = [mdm.tablet(serial) for serial in serials(FLEET)]
            asleep = {each["enrolment"] for each in tablets if each["asleep"]}
            assert 10 <= len(asleep) <= 50
            order_profiles(mdm, ",".join(each["enrolment"] for each in tablets))
            mdm.rest()
            summary = mdm.summary()
            tablets = [mdm.tablet(serial) for serial in serials(FLEET)]
        said = [e["acknowledge_event"] for e in heard.events if "acknowledge_event" in e]

        assert len(heard.events) == summary["messages"], "one event for each message"
        assert summary["duplicates"] == 0
        for tablet in tablets:
            mine = [each for each in said if each["udid"] == tablet["enrolment"]]
            done = [each["command_uuid"] for each in mine if each["status"] == "Acknowledged"]
            wrong = [each["command_uuid"] for each in mine if each["status"] == "Error"]
            if tablet["enrolment"] in asleep:
                assert (mine, tablet["queue"], tablet["profiles"]) == ([], 4, [])
                continue
            assert tablet["queue"] == 0, "a NotNow is tried again until it is done"
            assert sorted(done + wrong) == [f"install-{number}" for number in range(4)]
            held = {each["uuid"] for each in tablet["profiles"]}
            assert held == {uuid.replace("install", "UUID") for uuid in done}
        statuses = [each["status"] for each in said]
        assert statuses.count("NotNow") > 100
        assert 30 < statuses.count("Error") < 150


def test_a_sleeping_fleet_catches_up_when_it_wakes():
    behaviour = {**BEHAVIOUR, "asleep": 1.0}
    with world(tablets=FLEET, behaviour=behaviour) as mdm:
        ids = ",".join(each["enrolment"] for each in mdm.json("GET", "/sandbox/tablets")[1])
        order_profiles(mdm, ids)
        mdm.rest()
        assert mdm.summary()["profiles"] == 0
        mdm.act("*", "wake")
        mdm.rest()
        assert mdm.summary()["profiles"] == FLEET * 4


def test_many_pushes_make_one_poll():
    with world(tablets=1, behaviour={"delay": [0.2, 0.2]}) as mdm:
        udid = mdm.udid("PEDELL0000")
        before = mdm.summary()["messages"]
        for _ in range(5):
            mdm.push(udid)
        mdm.rest()
        assert mdm.summary()["messages"] - before == 1


def test_the_same_seed_gives_the_same_fleet():
    def sleepers(seed):
        with world(tablets=50, behaviour={"asleep": 0.5, "seed": seed}) as mdm:
            found = mdm.json("GET", "/sandbox/tablets")[1]
            return [each["serial"] for each in found if each["asleep"]]

    assert sleepers(1) == sleepers(1) != sleepers(2)


def test_a_slow_listener_slows_the_fleet_and_loses_nothing():
    with listener() as (heard, webhook), world(tablets=30, webhook=webhook) as mdm:
        mdm.rest()
        heard.delay = 0.002
        ids = ",".join(mdm.udid(serial) for serial in serials(30))
        for number in range(6):
            mdm.enqueue(ids, command(f"c{number}", "SecurityInfo"))
        mdm.push(ids)
        mdm.rest()
        assert mdm.summary()["events"]["lost"] == 0
        assert len(heard.events) == 30 * (2 + 1 + 6)


@pytest.mark.parametrize(
    ("hour", "minute", "hours", "seconds"),
    [
        (12, 0, (22, 6), 0.0),
        (23, 30, (22, 6), 6.5 * 3600),
        (5, 59, (22, 6), 60.0),
        (6, 0, (22, 6), 0.0),
        (13, 15, (13, 14), 45 * 60.0),
        (12, 0, None, 0.0),
    ],
)
def test_offline_hours_end_on_the_hour(hour, minute, hours, seconds):
    assert seconds_offline(hours, datetime(2026, 9, 1, hour, minute, tzinfo=UTC)) == seconds
