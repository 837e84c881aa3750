"""Apps take their time: by command and by declaration they are there later than they are known."""

import json
import time

import pytest

from tests.sandbox.mdm_world import command, world
from tests.sandbox.test_mdm_ddm import SERIAL, bring, declare, status_of, synchronise

APP = "com.apple.configuration.app.managed"
ACTIVATION = "com.apple.activation.simple"
SUBSCRIPTIONS = "com.apple.configuration.management.status-subscriptions"
ANTON = "org.example.anton"
BRIEFLY, LONG = [0.3, 0.4], [600.0, 600.0]


def slow(install):
    return world(1, behaviour={"delay": [0, 0], "install": install, "store": {"7": ANTON}})


def declared(mdm, install="Required"):
    """Declare an app of the store, and ask to hear of apps."""
    declare(mdm, "app", APP, AppStoreID="7", InstallBehavior={"Install": install})
    declare(mdm, "news", SUBSCRIPTIONS, StatusItems=[{"Name": "app.managed.list"}])
    declare(mdm, "on", ACTIVATION, StandardConfigurations=["app", "news"])
    bring(mdm, "app", "news", "on")
    synchronise(mdm)


def reported(mdm):
    """Return the state of the app in all status reports, the oldest first."""
    states = []
    for index in range(4):
        path = f"/api/v1/ddm/status-report/{mdm.udid(SERIAL)}?index={index}"
        status, raw, _ = mdm.ask("GET", path)
        if status == 200 and raw.strip():
            (app,) = json.loads(raw)["StatusItems"]["app"]["managed"]["list"]
            assert (app["identifier"], app["declaration-identifier"]) == (ANTON, "app")
            states.insert(0, app["state"])
    return states


def test_an_app_by_command_is_there_after_a_while_and_not_before():
    with slow(LONG) as mdm:
        mdm.do(SERIAL, command("a", "InstallApplication", Identifier=ANTON))
        mdm.do(SERIAL, command("b", "ProfileList"))
        assert mdm.tablet(SERIAL)["apps"] == {ANTON: "Installing"}
    with slow(BRIEFLY) as mdm:
        began = time.monotonic()
        mdm.do(SERIAL, command("a", "InstallApplication", Identifier=ANTON))
        assert time.monotonic() - began > BRIEFLY[0]
        assert mdm.tablet(SERIAL)["apps"] == {ANTON: "Managed"}


def test_a_declared_app_is_valid_at_once_and_there_later():
    with slow(LONG) as mdm:
        declared(mdm)
        assert status_of(mdm)["app"]["valid"] == "valid"
        assert mdm.tablet(SERIAL)["apps"] == {ANTON: "Installing"}
        assert reported(mdm) == ["installing"]


def test_when_it_has_come_the_tablet_says_so_by_itself():
    with slow(BRIEFLY) as mdm:
        declared(mdm)
        assert mdm.tablet(SERIAL)["apps"] == {ANTON: "Managed"}
        assert reported(mdm) == ["installing", "managed"]


def test_an_optional_app_waits_for_somebody_who_wants_it():
    with slow(BRIEFLY) as mdm:
        declared(mdm, "Optional")
        assert mdm.tablet(SERIAL)["apps"] == {}
        assert reported(mdm) == ["optional"]


@pytest.mark.parametrize("install", [BRIEFLY, LONG])
def test_an_app_that_nobody_declares_any_more_goes(install):
    with slow(install) as mdm:
        declared(mdm)
        mdm.status("DELETE", "/api/v1/ddm/set-declarations/s?declaration=app&nonotify=1")
        synchronise(mdm, "again")
        assert mdm.tablet(SERIAL)["apps"] == {}


def test_an_app_that_came_by_command_stays_when_a_declaration_of_another_goes():
    with slow(BRIEFLY) as mdm:
        mdm.do(SERIAL, command("a", "InstallApplication", Identifier="org.example.other"))
        declared(mdm)
        mdm.status("DELETE", "/api/v1/ddm/set-declarations/s?declaration=app&nonotify=1")
        synchronise(mdm, "again")
        assert mdm.tablet(SERIAL)["apps"] == {"org.example.other": "Managed"}
