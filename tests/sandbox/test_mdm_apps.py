"""How the simulated tablets answer commands about apps: as Apple says that iPads do."""

import json
import time

import pytest

from tests.sandbox.mdm_world import command, listener, world

SERIAL = "PEDELL0000"
APP = "org.example.lernapp"
TOLD = {"url": "https://lernen.example.org", "rooms": [1, 2], "look": {"dark": True}}
STORE = {"4711": APP}


@pytest.fixture
def mdm():
    behaviour = {"delay": [0.0, 0.0], "busy": [0.01, 0.02], "store": STORE}
    with listener() as (heard, webhook), world(1, webhook=webhook, behaviour=behaviour) as client:
        client.heard = heard
        client.rest()
        heard.events.clear()
        yield client


def asked(mdm, request, **fields):
    """Send one command and return the tablet's answer."""
    number = len(mdm.heard.events)
    mdm.do(SERIAL, command(f"c{number}", request, **fields))
    said = [m for m in mdm.heard.of(mdm.udid(SERIAL)) if m["Status"] != "Idle"]
    return said[-1]


def setting(mdm, item, **fields):
    (said,) = asked(mdm, "Settings", Settings=[{"Item": item, "Identifier": APP, **fields}])[
        "Settings"
    ]
    return said


def told(mdm):
    found = asked(mdm, "ManagedApplicationConfiguration", Identifiers=[APP])
    return found["ApplicationConfigurations"]


def loaded(mdm):
    asked(mdm, "InstallApplication", iTunesStoreID=4711, Configuration=TOLD)


def test_an_app_is_loaded_by_its_number_and_has_its_configuration(mdm):
    loaded(mdm)
    assert told(mdm) == [{"Identifier": APP, "Configuration": TOLD}]
    listed = asked(mdm, "ManagedApplicationList")["ManagedApplicationList"][APP]
    assert (listed["Status"], listed["HasConfiguration"]) == ("Managed", True)


def test_an_app_that_is_still_loaded_is_not_listed_with_a_configuration(mdm):
    question = {"Identifiers": [APP]}
    mdm.do(
        SERIAL,
        command("1", "InstallApplication", Identifier=APP, Configuration=TOLD),
        command("2", "ManagedApplicationConfiguration", **question),
    )
    *_, answer = (m for m in mdm.heard.of(mdm.udid(SERIAL)) if m["Status"] != "Idle")
    assert answer["ApplicationConfigurations"] == []


def test_a_setting_configures_anew_and_one_without_takes_it_away(mdm):
    loaded(mdm)
    assert setting(mdm, "ApplicationConfiguration", Configuration={"a": 1})["Status"] == (
        "Acknowledged"
    )
    assert told(mdm) == [{"Identifier": APP, "Configuration": {"a": 1}}]
    setting(mdm, "ApplicationConfiguration")
    assert told(mdm) == []
    assert mdm.tablet(SERIAL)["apps"] == {APP: "Managed"}


def test_what_is_not_managed_is_refused_item_by_item(mdm):
    said = setting(mdm, "ApplicationConfiguration", Configuration=TOLD)
    assert said["Status"] == "Error"
    assert "is not managed" in said["ErrorChain"][0]["LocalizedDescription"]
    assert setting(mdm, "Teapot")["Status"] == "Error"


@pytest.mark.parametrize("named", [{"BundleID": APP}, {"AppStoreID": "4711"}])
def test_an_app_by_declaration_takes_no_command(mdm, named):
    declare(mdm, named)
    assert asked(mdm, "InstallApplication", iTunesStoreID=4711)["Status"] == "Error"
    assert asked(mdm, "RemoveApplication", Identifier=APP)["Status"] == "Error"
    said = setting(mdm, "ApplicationConfiguration", Configuration=TOLD)
    assert "declarative" in said["ErrorChain"][0]["LocalizedDescription"]


def test_a_declaration_takes_an_app_over_and_lists_leave_it_out(mdm):
    loaded(mdm)
    declare(mdm, {"BundleID": APP})
    assert told(mdm) == []
    assert asked(mdm, "ManagedApplicationList")["ManagedApplicationList"] == {}


def test_a_removed_app_has_forgotten_what_it_was_told(mdm):
    loaded(mdm)
    asked(mdm, "RemoveApplication", Identifier=APP)
    asked(mdm, "InstallApplication", Identifier=APP)
    assert told(mdm) == []


def test_a_locked_tablet_puts_settings_off(mdm):
    loaded(mdm)
    mdm.act(SERIAL, "lock")
    udid = mdm.udid(SERIAL)
    mdm.enqueue(udid, command("late", "Settings", Settings=[]))
    mdm.push(udid)
    until = time.monotonic() + 10
    while "NotNow" not in [m["Status"] for m in mdm.heard.of(udid)]:
        assert time.monotonic() < until, "it never said NotNow"
        time.sleep(0.01)


def declare(mdm, named):
    """Have the tablet keep the app by declaration."""
    payload = {**named, "InstallBehavior": {"Install": "Required"}}
    app = {"Type": "com.apple.configuration.app.managed", "Identifier": "app", "Payload": payload}
    on = {
        "Type": "com.apple.activation.simple",
        "Identifier": "on",
        "Payload": {"StandardConfigurations": ["app"]},
    }
    for one in (app, on):
        mdm.ask("PUT", "/api/v1/ddm/declarations", json.dumps(one))
        name = one["Identifier"]
        mdm.ask("PUT", f"/api/v1/ddm/set-declarations/set?declaration={name}")
    mdm.ask("PUT", f"/api/v1/ddm/enrollment-sets/{mdm.udid(SERIAL)}?set=set")
    mdm.do(SERIAL, command("sync", "DeclarativeManagement"))
