"""How the simulated tablets answer each command."""

import base64

import pytest

from tests.sandbox.mdm_world import command, install, listener, world

SERIAL = "PEDELL0000"
WIFI = "de.pedell.test.wifi"


@pytest.fixture
def mdm():
    with listener() as (heard, webhook), world(tablets=1, webhook=webhook) as client:
        client.heard = heard
        client.rest()
        heard.events.clear()
        yield client


def answers(mdm):
    """Return what the tablet said, without its polls."""
    return [m for m in mdm.heard.of(mdm.udid(SERIAL)) if m["Status"] != "Idle"]


def test_a_profile_is_really_held(mdm):
    mdm.do(SERIAL, install("1", uuid="A", SSID_STR="Schulnetz", Blob=b"\0\1"))
    (held,) = mdm.tablet(SERIAL)["profiles"]
    assert (held["identifier"], held["uuid"]) == (WIFI, "A")
    (inner,) = held["payload"]["PayloadContent"]
    assert inner["SSID_STR"] == "Schulnetz"
    assert inner["Blob"] == base64.b64encode(b"\0\1").decode()


def test_a_profile_replaces_the_one_with_its_identifier(mdm):
    mdm.do(SERIAL, install("1", uuid="A"), install("2", uuid="B"), install("3", "other", "C"))
    assert mdm.held(SERIAL) == {WIFI: "B", "other": "C"}
    assert mdm.summary()["duplicates"] == 0


def test_the_same_content_twice_is_counted(mdm):
    mdm.do(SERIAL, install("1", uuid="A"), install("2", uuid="A"))
    assert mdm.summary()["duplicates"] == 1


def test_a_broken_profile_is_an_error(mdm):
    mdm.do(SERIAL, command("1", "InstallProfile", Payload=b"junk"))
    (said,) = answers(mdm)
    assert said["Status"] == "Error"
    assert mdm.held(SERIAL) == {}


def test_a_profile_is_removed_once(mdm):
    remove = {"Identifier": WIFI}
    mdm.do(
        SERIAL,
        install("1"),
        command("2", "RemoveProfile", **remove),
        command("3", "RemoveProfile", **remove),
    )
    assert mdm.held(SERIAL) == {}
    assert [said["Status"] for said in answers(mdm)] == ["Acknowledged", "Acknowledged", "Error"]
    (link,) = answers(mdm)[-1]["ErrorChain"]
    assert (link["ErrorCode"], link["ErrorDomain"]) == (12075, "MCMDMErrorDomain")


def test_a_profile_list_holds_identifiers_and_no_settings(mdm):
    mdm.do(SERIAL, install("1", uuid="A", Password="invented"), command("2", "ProfileList"))
    (entry,) = answers(mdm)[-1]["ProfileList"]
    assert (entry["PayloadIdentifier"], entry["PayloadUUID"]) == (WIFI, "A")
    assert entry["IsManaged"] is True
    assert entry["PayloadContent"] == [
        {
            "PayloadType": "com.apple.wifi.managed",
            "PayloadIdentifier": f"{WIFI}.1",
            "PayloadUUID": "A-1",
            "PayloadVersion": 1,
        }
    ]
    assert "invented" not in str(entry)


def test_an_empty_profile_list_is_a_list(mdm):
    mdm.do(SERIAL, command("1", "ProfileList"))
    assert answers(mdm)[-1]["ProfileList"] == []


def test_an_app_is_there_only_after_the_next_poll(mdm):
    app = "org.example.anton"
    mdm.do(
        SERIAL,
        command("1", "InstallApplication", Identifier=app),
        command("2", "ManagedApplicationList"),
        command("3", "InstalledApplicationList"),
    )
    first, managed, installed = answers(mdm)
    assert (first["Identifier"], first["State"]) == (app, "Installing")
    assert managed["ManagedApplicationList"][app]["Status"] == "Installing"
    assert installed["InstalledApplicationList"] == []
    mdm.do(
        SERIAL,
        command("4", "ManagedApplicationList"),
        command("5", "InstalledApplicationList"),
        command("6", "RemoveApplication", Identifier=app),
        command("7", "RemoveApplication", Identifier=app),
    )
    *_, managed, installed, removed, gone = answers(mdm)
    assert managed["ManagedApplicationList"][app]["Status"] == "Managed"
    assert [each["Identifier"] for each in installed["InstalledApplicationList"]] == [app]
    assert (removed["Status"], gone["Status"]) == ("Acknowledged", "Error")
    assert mdm.tablet(SERIAL)["apps"] == {}


def test_a_tablet_knows_itself(mdm):
    queries = ["SerialNumber", "OSVersion", "Unheard"]
    mdm.do(SERIAL, command("1", "DeviceInformation", Queries=queries), command("2", "SecurityInfo"))
    information, security = answers(mdm)
    assert set(information["QueryResponses"]) == {"SerialNumber", "OSVersion"}
    assert information["QueryResponses"]["SerialNumber"] == SERIAL
    assert security["SecurityInfo"]["PasscodePresent"] is True


def test_an_unknown_command_is_an_error_12021(mdm):
    mdm.do(SERIAL, command("1", "Levitate"))
    (said,) = answers(mdm)
    assert (said["Status"], said["ErrorChain"][0]["ErrorCode"]) == ("Error", 12021)


def test_a_locked_tablet_says_not_now_and_still_answers_questions(mdm):
    mdm.act(SERIAL, "lock")
    mdm.do(SERIAL, install("1"), command("2", "ProfileList"))
    # after an answer that is not NotNow, the postponed command is offered again
    assert [(said["CommandUUID"], said["Status"]) for said in answers(mdm)] == [
        ("1", "NotNow"),
        ("2", "Acknowledged"),
        ("1", "NotNow"),
    ]
    assert mdm.tablet(SERIAL)["waiting"] == ["1"]
    mdm.act(SERIAL, "unlock")
    mdm.rest()
    assert list(mdm.held(SERIAL)) == [WIFI]


def test_a_tablet_that_enrols_again_is_empty_and_so_is_its_queue(mdm):
    mdm.do(SERIAL, install("1"))
    mdm.enqueue(mdm.udid(SERIAL), install("2", "other", "B"))
    mdm.heard.events.clear()
    mdm.act(SERIAL, "reenrol")
    mdm.rest()
    tablet = mdm.tablet(SERIAL)
    assert (tablet["profiles"], tablet["waiting"], tablet["tally"]) == ([], [], 1)
    assert mdm.heard.topics() == ["mdm.Authenticate", "mdm.TokenUpdate"]
    assert mdm.heard.events[1]["checkin_event"]["token_update_tally"] == 1


def test_a_tablet_that_left_is_unknown_until_it_enrols_again(mdm):
    udid = mdm.udid(SERIAL)
    mdm.act(SERIAL, "checkout")
    assert mdm.enqueue(udid, install("1"))[0] == 500
    mdm.act(SERIAL, "reenrol")
    assert mdm.enqueue(udid, install("1"))[0] == 200
