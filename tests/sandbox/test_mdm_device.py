"""An outside device at the sandbox MDM's device URL."""

import plistlib

import pytest

from tests.sandbox.mdm_world import CHECK_IN, Device, command, listener, world

DDM = "/api/v1/ddm"


@pytest.fixture(scope="module")
def heard():
    with listener() as (heard, webhook):
        heard.webhook = webhook
        yield heard


@pytest.fixture(scope="module")
def mdm(heard):
    with world(tablets=0, webhook=heard.webhook) as client:
        yield client


@pytest.fixture
def device(mdm, request):
    device = Device(mdm, f"OUTSIDE-{request.node.name}")
    assert device.enrol() == (200, b"")
    return device


def test_a_device_fetches_its_commands_one_by_one(mdm, device):
    raw = command("one", "ProfileList")
    mdm.enqueue(device.udid, raw)
    mdm.enqueue(device.udid, command("two", "SecurityInfo"))
    status, body = device.say({"Status": "Idle"}, "application/xml")
    assert (status, body) == (200, raw), "a command is delivered byte for byte"
    assert device.report("Acknowledged", "one")["CommandUUID"] == "two"
    assert device.report("Error", "two") is None
    assert device.report() is None


def test_a_command_stays_until_it_is_answered(mdm, device):
    mdm.enqueue(device.udid, command("stay", "ProfileList"))
    assert device.report()["CommandUUID"] == device.report()["CommandUUID"] == "stay"


def test_the_next_command_after_a_notnow_is_another_one(mdm, device):
    for uuid in ("n1", "n2"):
        mdm.enqueue(device.udid, command(uuid, "ProfileList"))
    assert device.report()["CommandUUID"] == "n1"
    assert device.report("NotNow", "n1")["CommandUUID"] == "n2"
    assert device.report("Acknowledged", "n2")["CommandUUID"] == "n1"
    assert device.report("NotNow", "n1") is None
    assert device.report()["CommandUUID"] == "n1"
    assert device.report("Acknowledged", "n1") is None


def test_authenticate_clears_the_queue(mdm, device):
    mdm.enqueue(device.udid, command("cleared", "ProfileList"))
    device.enrol()
    assert device.report() is None


def test_nobody_is_known_before_token_update(mdm):
    device = Device(mdm, "OUTSIDE-early")
    device.say({"MessageType": "Authenticate"})
    assert mdm.enqueue(device.udid, command("early", "ProfileList"))[0] == 500
    assert device.report() is None
    device.say({"MessageType": "TokenUpdate"})
    assert mdm.enqueue(device.udid, command("early", "ProfileList"))[0] == 200
    assert device.report()["CommandUUID"] == "early"


def test_who_checked_out_gets_nothing(mdm, device):
    mdm.enqueue(device.udid, command("late", "ProfileList"))
    device.say({"MessageType": "CheckOut"})
    assert device.report() is None
    assert mdm.enqueue(device.udid, command("later", "ProfileList"))[0] == 500


@pytest.mark.parametrize("body", [b"junk", b"", plistlib.dumps([]), plistlib.dumps({"UDID": "x"})])
@pytest.mark.parametrize("content_type", [CHECK_IN, "application/xml"])
def test_what_is_no_message_is_a_plain_400(mdm, body, content_type):
    status, raw, headers = mdm.ask("PUT", "/mdm", body, {"Content-Type": content_type})
    assert (status, raw) == (400, b"Bad Request\n")
    assert headers["Content-Type"].startswith("text/plain")


def test_a_stranger_is_a_plain_500(mdm):
    stranger = Device(mdm, "STRANGER")
    answer = (500, b"Internal Server Error\n")
    assert stranger.say({"Status": "Idle"}, "application/xml") == answer
    assert stranger.say({"MessageType": "TokenUpdate"}) == answer


def test_declarations_pass_through_check_in(mdm, device):
    body = {"Identifier": "d", "Type": "com.apple.configuration.x", "Payload": {"A": 1}}
    mdm.status("PUT", f"{DDM}/declarations?nonotify=1", body)
    mdm.status("PUT", f"{DDM}/set-declarations/s?declaration=d&nonotify=1")
    mdm.status("PUT", f"{DDM}/enrollment-sets/{device.udid}?set=s&nonotify=1")
    declare = {"MessageType": "DeclarativeManagement"}
    status, raw = device.say({**declare, "Endpoint": "declaration/configuration/d"})
    assert status == 200
    assert b'"Payload":{"A":1}' in raw
    assert device.say({**declare, "Endpoint": "declaration/asset/d"})[0] == 500
    report = b'{"StatusItems":{"device":{"model":{"family":"iPad"}}},"Errors":[]}'
    assert device.say({**declare, "Endpoint": "status", "Data": report}) == (200, b"")
    assert device.say({**declare, "Endpoint": "status", "Data": b"junk"})[0] == 500
    _, values = mdm.json("GET", f"{DDM}/status-values/{device.udid}")
    assert values[device.udid][0]["value"] == "iPad"


def test_a_user_channel_is_an_enrolment_of_its_own(mdm, device, heard):
    device.say({"MessageType": "TokenUpdate", "UserID": "U1", "UserShortName": "ada"})
    assert mdm.enqueue(f"{device.udid}:U1", command("user", "ProfileList"))[0] == 200
    assert device.report() is None
    _, raw = device.say({"Status": "Idle", "UserID": "U1"}, "application/xml")
    assert plistlib.loads(raw)["CommandUUID"] == "user"
    mdm.rest()
    (ids,) = [
        event["checkin_event"]["ids"]
        for event in heard.events
        if event.get("checkin_event", {}).get("ids", {}).get("id") == f"{device.udid}:U1"
    ]
    assert (ids["type"], ids["parent_id"]) == ("User", device.udid)


def test_every_message_that_is_taken_makes_one_event(mdm, heard):
    mdm.rest()
    assert len(heard.events) == mdm.summary()["messages"]
