"""The sandbox MDM's events: their shape, their order, and how they get lost."""

import time

from tests.sandbox.mdm_world import command, install, listener, plist_of, serials, world

SERIAL = "PEDELL0000"


def test_events_are_signed_and_look_as_they_should():
    with listener() as (heard, webhook), world(tablets=1, webhook=webhook) as mdm:
        mdm.do(SERIAL, install("1"))
        udid = mdm.udid(SERIAL)
    assert heard.topics() == ["mdm.Authenticate", "mdm.TokenUpdate", "mdm.Connect", "mdm.Connect"]
    assert heard.forged == 0
    assert heard.headers[0]["Content-Type"] == "application/json; charset=utf-8"
    first, token, idle, answer = heard.events
    assert set(first) == {"topic", "created_at", "checkin_event"}, "NanoHUB sends no event_id"
    ids = {"id": udid, "type": "Device"}
    assert (first["checkin_event"]["ids"], first["checkin_event"]["udid"]) == (ids, udid)
    assert plist_of(first["checkin_event"])["SerialNumber"] == SERIAL
    assert token["checkin_event"]["token_update_tally"] == 1
    assert plist_of(token["checkin_event"])["PushMagic"]
    assert "command_uuid" not in idle["acknowledge_event"]
    assert answer["acknowledge_event"]["command_uuid"] == "1"
    assert answer["acknowledge_event"]["status"] == "Acknowledged"
    assert plist_of(answer["acknowledge_event"]) == {
        "UDID": udid,
        "Status": "Acknowledged",
        "CommandUUID": "1",
    }


def test_every_message_makes_one_event_and_each_tablets_come_in_order():
    with listener() as (heard, webhook), world(tablets=60, webhook=webhook) as mdm:
        ids = ",".join(mdm.udid(serial) for serial in serials(60))
        for number in range(5):
            mdm.enqueue(ids, command(f"c{number}", "ProfileList"))
        mdm.push(ids)
        mdm.rest()
        summary = mdm.summary()
    assert summary["messages"] == 60 * (2 + 1 + 5) == len(heard.events)
    assert summary["events"] == {"sent": len(heard.events), "lost": 0, "open": 0}
    for udid in ids.split(","):
        said = [message.get("CommandUUID") for message in heard.of(udid)]
        assert said == [None, "c0", "c1", "c2", "c3", "c4"]


def test_a_listener_that_closes_after_each_answer_hears_everything():
    with listener() as (heard, webhook):
        heard.version = "HTTP/1.0"
        with world(tablets=40, webhook=webhook) as mdm:
            mdm.rest()
            assert mdm.summary()["events"] == {"sent": 80, "lost": 0, "open": 0}
    assert len(heard.events) == 80


def test_a_refused_event_is_lost():
    with listener() as (heard, webhook):
        heard.status = 500
        with world(tablets=3, webhook=webhook) as mdm:
            mdm.rest()
            assert mdm.summary()["events"] == {"sent": 0, "lost": 6, "open": 0}


def test_a_dead_listener_loses_events_and_stops_nobody():
    with listener() as (_, webhook):
        pass  # and now nobody listens there
    with world(tablets=3, webhook=webhook) as mdm:
        mdm.do(SERIAL, install("1"))
        assert mdm.held(SERIAL)
        events = mdm.summary()["events"]
        assert (events["sent"], events["open"]) == (0, 0)
        assert events["lost"] == mdm.summary()["messages"]
        port = int(webhook["url"].rsplit(":", 1)[1].partition("/")[0])
        with listener(port) as (heard, _):
            mdm.act(SERIAL, "poll")
            time.sleep(0.05)
            mdm.rest()
            assert heard.topics() == ["mdm.Connect"], "what was lost stays lost"


def test_the_sandbox_is_not_idle_before_its_last_event_is_answered():
    with listener() as (heard, webhook), world(tablets=1, webhook=webhook) as mdm:
        mdm.rest()
        heard.delay = 0.3
        mdm.act(SERIAL, "poll")
        time.sleep(0.1)
        assert mdm.status("GET", "/sandbox/idle") == 202
        mdm.rest()
        assert len(heard.events) == 3
