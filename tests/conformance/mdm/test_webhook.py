"""Facts 0.5 and 2.6: what the webhook tells, and what it does not."""

import json
import plistlib
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conformance.mdm.device import REPORT, Device
from tests.conformance.mdm.heard import body_of, events_of, serial_of
from tests.sandbox.mdm_world import command, install, plist_of

TOPICS = ["mdm.Authenticate", "mdm.TokenUpdate", "mdm.Connect", "mdm.Connect"]


@pytest.fixture
def said(heard, device):
    """Return the device's events by ``created_at``, of which there must be so many."""
    return lambda count: events_of(heard, device.udid, count)


@pytest.fixture
def device(server, heard):
    """A device each of whose messages was heard before it says the next one."""
    device = server.device()
    device.authenticate()
    events_of(heard, device.udid, 1)
    device.update_token()
    events_of(heard, device.udid, 2)
    return device


def test_every_message_makes_one_event(server, device, said, new):
    """2.4, 2.6."""
    uuid = new()
    server.queue(device, install(uuid))
    device.next()
    said(3)
    device.next("Acknowledged", uuid)
    events = said(4)
    assert [event["topic"] for event in events] == TOPICS
    assert [body_of(event).get("command_uuid") for event in events] == [None, None, None, uuid]
    time.sleep(0.1)
    assert len(said(4)) == 4


def test_events_come_in_any_order(server, heard):
    """2.6: TokenUpdate was seen before its Authenticate. Not in the sheet: its ``created_at`` may be
    the earlier one too, since a server stamps each event by itself, a moment after the message. Of
    600 devices that enrolled as fast as they could 1 to 6 were stamped the wrong way round.
    """
    devices = [server.device() for _ in range(40)]
    with ThreadPoolExecutor(8) as many:
        list(many.map(Device.enrol, devices))
    for device in devices:
        topics = sorted(event["topic"] for event in events_of(heard, device.udid, 2))
        assert topics == TOPICS[:2]


@pytest.mark.usefixtures("device")
def test_events_are_signed(heard):
    """2.6: HMAC-SHA256 of the body in base64, and the content type."""
    assert heard.forged == 0
    assert {h["Content-Type"] for h in heard.headers} == {"application/json; charset=utf-8"}


def test_an_answer_looks_as_the_facts_say(server, device, said, new):
    """2.6: acknowledge_event; the plist in it is the device's, byte for byte."""
    uuid = new()
    server.queue(device, install(uuid))
    device.next()
    said(3)
    device.next("Error", uuid, ErrorChain=[{"ErrorCode": 4001, "ErrorDomain": "Invented"}])
    event = said(4)[-1]
    base = {"topic", "created_at", "acknowledge_event"}
    assert set(event) == (base | {"event_id"} if server.traits.event_ids else base)
    body = event["acknowledge_event"]
    assert body["ids"] == {"id": device.udid, "type": "Device"}
    assert (body["udid"], body["status"], body["command_uuid"]) == (device.udid, "Error", uuid)
    assert set(body) == {"ids", "udid", "status", "command_uuid", "raw_payload"}
    assert plist_of(body)["ErrorChain"][0]["ErrorCode"] == 4001


def test_a_poll_names_no_command(device, said):
    """2.6: command_uuid is missing on Idle."""
    device.next()
    body = said(3)[-1]["acknowledge_event"]
    assert body["status"] == "Idle"
    assert "command_uuid" not in body


def test_the_event_does_not_say_what_was_asked(server, device, said, new):
    """2.6: no RequestType anywhere, so we keep CommandUUID → RequestType ourselves."""
    uuid = new()
    server.queue(device, command(uuid, "SecurityInfo"))
    device.walk()
    for event in said(4):
        assert "SecurityInfo" not in json.dumps(event) + str(plist_of(body_of(event)))


def test_the_serial_comes_with_authenticate_alone(device, said):
    """2.6, 6.1: what the enrolment register is made of."""
    first, second = said(2)
    assert (serial_of(first), serial_of(second)) == (device.serial, None)


def test_the_tally_of_token_updates_tells_a_fresh_enrolment(device, said):
    """2.6: 1 means that all state of the device is unknown; it begins anew.

    Not in the sheet: it is read when the event is made, a moment after the message. Where another
    TokenUpdate follows at once, both events may say 2, so Authenticate is what to go by.
    """
    device.update_token()
    said(3)
    device.authenticate()
    said(4)
    device.update_token()
    events = [event for event in said(5) if event["topic"] == "mdm.TokenUpdate"]
    assert [event["checkin_event"]["token_update_tally"] for event in events] == [1, 2, 1]


def test_only_token_updates_have_a_tally(device, said):
    """2.6."""
    device.check_in("CheckOut")
    have = {event["topic"]: "token_update_tally" in event["checkin_event"] for event in said(3)}
    assert have == {"mdm.Authenticate": False, "mdm.TokenUpdate": True, "mdm.CheckOut": False}


def test_parameters_of_the_device_url_come_along(device, said):
    """2.6: url_params, as an enrolment profile may have put them there."""
    message = {"UDID": device.udid, "Status": "Idle"}
    device.send(plistlib.dumps(message), REPORT, query="?school=gs-nord&x=1&x=2")
    assert said(3)[-1]["acknowledge_event"]["url_params"] == {
        "school": "gs-nord",
        "x": "1",
    }


def test_status_reports_arrive_too(device, said):
    """2.6: the raw plist with Endpoint and the JSON bytes."""
    report = b'{"StatusItems":{},"Errors":[]}'
    assert device.declare("status", report).status == 200
    event = said(3)[-1]
    assert event["topic"] == "mdm.DeclarativeManagement"
    message = plist_of(event["checkin_event"])
    assert (message["Endpoint"], message["Data"]) == ("status", report)


@pytest.mark.parametrize(
    ("topic", "status", "say"),
    [
        ("DeclarativeManagement", 500, lambda device: device.declare("invented")),
        ("DeclarativeManagement", 500, lambda device: device.declare("status", b"no JSON")),
        ("Connect", 500, lambda device: device.answer("Acknowledged")),
        ("UserAuthenticate", 410, lambda device: device.check_in("UserAuthenticate")),
        ("GetToken", 500, lambda device: device.check_in("GetToken", TokenServiceType="invented")),
    ],
    ids=["unknown endpoint", "no report", "no command", "user", "token"],
)
def test_what_a_known_device_is_refused_makes_an_event_too(device, said, topic, status, say):
    """2.6: an event does not mean that the server took the message."""
    assert say(device).status == status
    assert said(3)[-1]["topic"] == f"mdm.{topic}"


def test_bootstrap_tokens_make_events(server, device, said):
    """2.6: Set- and GetBootstrapToken. The sandbox keeps none: iPads have none."""
    assert device.check_in("SetBootstrapToken", BootstrapToken=b"invented").status == 200
    said(3)
    found = device.check_in("GetBootstrapToken")
    assert found.status == 200
    if server.traits.complete:
        assert plistlib.loads(found.raw) == {"BootstrapToken": b"invented"}
    topics = [event["topic"] for event in said(4)]
    assert topics[2:] == ["mdm.SetBootstrapToken", "mdm.GetBootstrapToken"]


def test_what_nobody_could_read_makes_no_event(device, said):
    """2.4, 2.6: a 400."""
    assert device.check_in("Invented").status == 400
    device.check_in("CheckOut")
    assert [event["topic"] for event in said(3)][2:] == ["mdm.CheckOut"]


def test_a_stranger_makes_no_event(server, heard, said):
    """2.4, 2.6: who is not known by a certificate."""
    stranger = server.device()
    assert stranger.answer().status == 500
    assert len(said(2)) == 2
    assert events_of(heard, stranger.udid) == []


def test_an_event_that_the_listener_refuses_is_lost(server, heard, device, said, new):
    """0.5: no retry; the device notices nothing."""
    uuid = new()
    server.queue(device, command(uuid, "ProfileList"))
    heard.status = 500
    try:
        assert device.walk() == [uuid]
        time.sleep(0.3)
    finally:
        heard.status = 200
    device.check_in("CheckOut")
    said(3)
    time.sleep(0.2)
    assert [event["topic"] for event in said(3)][2:] == ["mdm.CheckOut"]
