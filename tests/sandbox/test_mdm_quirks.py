"""The quirks of the sandbox MDM: each off by default, and each as the real servers have it."""

import pytest

from pedell.sandbox.mdm import QUIRKS
from tests.sandbox.mdm_world import Device, command, install, listener, serials, world

SERIAL = "PEDELL0000"
DDM = "/api/v1/ddm"


@pytest.fixture
def mdm():
    with world(tablets=2) as client:
        yield client


def walk(device, busy, limit=12):
    """Poll until there is nothing more; return what was delivered, in order."""
    delivered, found = [], device.report()
    while found and len(delivered) < limit:
        uuid = found["CommandUUID"]
        delivered.append(uuid)
        found = device.report("NotNow" if uuid in busy else "Acknowledged", uuid)
    return delivered


def outside(mdm, *commands):
    device = Device(mdm, "OUTSIDE")
    device.enrol()
    for raw in commands:
        assert mdm.enqueue(device.udid, raw)[0] == 200
    return device


def test_all_quirks_are_off_at_first_and_explained(mdm):
    _, found = mdm.json("GET", "/sandbox/quirks")
    assert set(found) == set(QUIRKS)
    assert not any(quirk["on"] for quirk in found.values())
    assert all(quirk["text"] for quirk in found.values())


def test_a_quirk_that_does_not_exist_is_named(mdm):
    status, found = mdm.json("POST", "/sandbox/quirks", {"push-fails": True, "oops": True})
    assert status == 400
    assert "oops" in found["error"]
    assert mdm.summary()["quirks"] == {}, "all or none"


def test_quirks_can_be_on_from_the_start():
    with world(tablets=1, quirks=["push-fails"]) as mdm:
        assert mdm.push(mdm.udid(SERIAL))[0] == 500


def test_push_fails_though_the_command_is_queued(mdm):
    mdm.switch(push_fails=True)
    udid = mdm.udid(SERIAL)
    status, result = mdm.enqueue(udid, install("1"), "")
    assert status == 500
    assert result["push_error"].startswith("retrieving push cert for topic ")
    assert result["command_uuid"] == "1"
    assert "command_error" not in result
    assert mdm.tablet(SERIAL)["waiting"] == ["1"]
    assert mdm.push(udid)[0] == 500
    mdm.rest()
    assert mdm.held(SERIAL) == {}, "nobody was woken"
    mdm.act(SERIAL, "poll")
    mdm.rest()
    assert mdm.held(SERIAL)


def test_push_fails_though_the_association_is_stored(mdm):
    mdm.switch(push_fails=True)
    body = {"Identifier": "a", "Type": "com.apple.configuration.x", "Payload": {}}
    assert mdm.status("PUT", f"{DDM}/declarations", body) == 204, "a failed notify is only logged"
    assert mdm.status("PUT", f"{DDM}/set-declarations/s?declaration=a") == 204, "nobody to notify"
    path = f"{DDM}/enrollment-sets/{mdm.udid(SERIAL)}?set=s"
    status, result = mdm.json("PUT", path)
    assert status == 500
    assert result["error"].startswith("notify enrollment: ")
    assert mdm.status("PUT", path) == 304
    mdm.status("DELETE", f"{DDM}/set-declarations/s?declaration=a&nonotify=1")
    status, result = mdm.json("PUT", f"{DDM}/set-declarations/s?declaration=a")
    assert (status, result["error"][:12]) == (500, "notify set: ")
    assert mdm.json("GET", f"{DDM}/set-declarations/s") == (200, ["a"])


def test_key_value_storage_loses_the_postponed_command_and_doubles_the_last(mdm):
    mdm.switch(kv_notnow_loss=True)
    device = outside(mdm, command("InstallProfile", "Install"), command("ProfileList", "List"))
    delivered = walk(device, busy={"InstallProfile"})
    assert delivered == ["InstallProfile", "ProfileList", "InstallProfile", "ProfileList"]
    assert device.report() is None, "the profile is lost for good"


def test_key_value_storage_is_right_in_the_other_order(mdm):
    mdm.switch(kv_notnow_loss=True)
    device = outside(mdm, command("ProfileList", "List"), command("InstallProfile", "Install"))
    assert walk(device, busy={"InstallProfile"}) == ["ProfileList", "InstallProfile"]
    assert walk(device, busy=set()) == ["InstallProfile"]
    assert device.report() is None


def test_key_value_storage_with_three_commands_doubles_the_last(mdm):
    mdm.switch(kv_notnow_loss=True)
    device = outside(mdm, *(command(uuid, "Any") for uuid in "abc"))
    assert walk(device, busy={"a"}) == ["a", "b", "a", "c", "a", "c"]
    assert device.report() is None


def test_the_right_queue_keeps_the_postponed_command(mdm):
    device = outside(mdm, command("InstallProfile", "Install"), command("ProfileList", "List"))
    delivered = walk(device, busy={"InstallProfile"})
    assert delivered == ["InstallProfile", "ProfileList", "InstallProfile"]
    assert walk(device, busy=set()) == ["InstallProfile"]


def test_a_locked_tablet_loses_its_profile_on_key_value_storage(mdm):
    mdm.switch(kv_notnow_loss=True)
    mdm.act(SERIAL, "lock")
    mdm.do(SERIAL, install("1"), command("2", "ProfileList"))
    mdm.act(SERIAL, "unlock")
    mdm.rest()
    assert mdm.held(SERIAL) == {}
    assert mdm.tablet(SERIAL)["waiting"] == []


def test_an_unknown_id_is_accepted_for_nobody(mdm):
    mdm.switch(unknown_id_accepted=True)
    udid = mdm.udid(SERIAL)
    status, result = mdm.enqueue(f"NOBODY,{udid}", command("1", "ProfileList"))
    assert (status, result["no_push"]) == (200, True)
    assert mdm.tablet(SERIAL)["waiting"] == ["1"]


def test_a_duplicate_is_refused_in_the_words_of_key_value_storage(mdm):
    mdm.switch(duplicate_command_text=True)
    mdm.enqueue(mdm.udid(SERIAL), command("1", "ProfileList"))
    status, result = mdm.enqueue(mdm.udid(SERIAL), command("1", "ProfileList"))
    assert (status, result["command_error"]) == (500, "command already exists: 1")


def test_events_come_in_no_order():
    with listener() as (heard, webhook):
        config = {"webhook": webhook, "quirks": ["unordered-webhook"]}
        with world(tablets=50, **config) as mdm:
            mdm.rest()
        topics = {}
        for event in heard.events:
            udid = event["checkin_event"]["udid"]
            topics.setdefault(udid, []).append(event["topic"])
        assert len(heard.events) == 100
        assert ["mdm.TokenUpdate", "mdm.Authenticate"] in topics.values()
        created = {}
        for event in sorted(heard.events, key=lambda event: event["created_at"]):
            created.setdefault(event["checkin_event"]["udid"], []).append(event["topic"])
        assert ["mdm.TokenUpdate", "mdm.Authenticate"] not in created.values(), "created_at orders"


def test_every_nth_event_is_lost():
    with listener() as (heard, webhook), world(tablets=1, webhook=webhook) as mdm:
        mdm.rest()
        mdm.switch(lost_webhook=3)
        heard.events.clear()
        mdm.do(SERIAL, *(command(str(number), "ProfileList") for number in range(8)))
        assert len(heard.events) == 6, "of nine"
        assert mdm.summary()["events"]["lost"] == 3
        mdm.switch(lost_webhook=False)
        mdm.act(SERIAL, "poll")
        mdm.rest()
        assert len(heard.events) == 7


@pytest.mark.parametrize(("on", "reached"), [(True, 30), (False, 40)])
def test_notify_reaches_the_first_thirty_and_says_204(on, reached):
    with world(tablets=40) as mdm:
        mdm.switch(notify_first_30=on)
        body = {"Identifier": "a", "Type": "com.apple.configuration.x", "Payload": {}}
        mdm.status("PUT", f"{DDM}/declarations?nonotify=1", body)
        mdm.status("PUT", f"{DDM}/set-declarations/s?declaration=a&nonotify=1")
        for serial in serials(40):
            mdm.status("PUT", f"{DDM}/enrollment-sets/{mdm.udid(serial)}?set=s&nonotify=1")
        assert mdm.status("POST", f"{DDM}/notify?set=s") == 204
        mdm.rest()
        assert sum(bool(mdm.tablet(serial)["declarations"]) for serial in serials(40)) == reached


def test_the_queue_lives_on_after_checkout(mdm):
    mdm.switch(queue_alive_after_checkout=True)
    device = outside(mdm, command("1", "ProfileList"))
    device.say({"MessageType": "CheckOut"})
    assert mdm.enqueue(device.udid, command("2", "ProfileList"))[0] == 200
    assert walk(device, busy=set()) == ["1", "2"]


def test_a_status_report_needs_its_index(mdm):
    device = outside(mdm)
    report = {"MessageType": "DeclarativeManagement", "Endpoint": "status", "Data": b"{}"}
    device.say(report)
    path = f"{DDM}/status-report/{device.udid}"
    assert mdm.status("GET", path) == 200
    assert mdm.status("GET", f"{path}?index=1") == 404
    mdm.switch(status_report_index=True)
    assert mdm.json("GET", path) == (500, {"error": "empty index"})
    assert mdm.status("GET", f"{path}?index=0") == 200
    too_high = {"error": "index out of range: too high (1)"}
    assert mdm.json("GET", f"{path}?index=1") == (500, too_high)
    answer = mdm.json("GET", f"{path}?status_id=0000000000000000")
    assert answer == (500, {"error": "cannot search by status id"})
