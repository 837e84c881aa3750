"""Shared iPads, and those without supervision: what they refuse, and the channels of users."""

import pytest

from pedell.payloads.apple.facts import shipped_table
from pedell.sandbox.mdm import eligible
from tests.sandbox.mdm_world import command, install, listener, world
from tests.sandbox.test_mdm_ddm import SERIAL, bring, declare, status_of, synchronise

SHARED, UNSUPERVISED = {"shared": True}, {"supervised": False}
EVERYBODY = "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"
WEB_CLIP, PASSCODE = "com.apple.webClip.managed", "com.apple.mobiledevice.passwordpolicy"
RIGHTS, WIFI = "com.apple.applicationaccess", "com.apple.wifi.managed"
APP_LOCK = "com.apple.app.lock"
SIRI, ACTIVATION = "com.apple.configuration.siri.settings", "com.apple.activation.simple"


@pytest.fixture
def mdm():
    with listener() as (heard, webhook), world(1, nature=SHARED, webhook=webhook) as client:
        client.heard = heard
        client.rest()
        heard.events.clear()
        yield client


def said(mdm, enrolment):
    """Return what one channel answered, without its polls."""
    return [m for m in mdm.heard.of(enrolment) if m["Status"] != "Idle"]


def chain(message):
    (link,) = message["ErrorChain"]
    return link["ErrorCode"], link["LocalizedDescription"]


def sign_in(mdm, name="anna"):
    assert mdm.act(SERIAL, f"signin/{name}") == 204
    mdm.rest()
    return f"{mdm.udid(SERIAL)}:{name}"


def holding(kind, name):
    return install(f"c-{name}", f"org.example.{name}", name, PayloadType=kind)


def told(mdm, channel):
    mdm.push(channel)
    mdm.rest()
    return mdm.held(channel)


def test_what_ipads_refuse_is_what_the_table_says():
    table = shipped_table()
    payloads = {n.removeprefix("com.apple."): f for n, f in table.types.items() if f and "." in n}
    head = "com.apple.configuration."
    declared = table.declarations.items()
    configurations = {n.removeprefix(head): f for n, f in declared if f and n.startswith(head)}
    for facts, never, users, both in (
        (payloads, eligible.UNSHARED_PAYLOADS, eligible.USERS_PAYLOADS, eligible.BOTH_PAYLOADS),
        (configurations, eligible.UNSHARED_CONFIGURATIONS, eligible.USERS_CONFIGURATIONS, eligible.BOTH_CONFIGURATIONS),
    ):  # fmt: skip
        assert {n for n, f in facts.items() if f.get("sp") == "forbidden"} == never
        assert {n for n, f in facts.items() if f.get("dc") == 0} == users
        other = {n: f for n, f in facts.items() if n not in never | users}
        assert {n for n, f in other.items() if f.get("uc") != 0} == both
    assert {n for n, f in payloads.items() if f.get("s")} == eligible.SUPERVISED_PAYLOADS
    supervised = {n for n, f in configurations.items() if f.get("en") == ["supervised"]}
    assert supervised == eligible.SUPERVISED_CONFIGURATIONS
    for name, since in eligible.SINCE.items():
        assert configurations[name]["a"] == since


@pytest.mark.parametrize(
    ("nature", "kind", "reason"),
    [
        (SHARED, WIFI, ""),
        (SHARED, RIGHTS, ""),
        (SHARED, "org.example.own", ""),
        (SHARED, PASSCODE, "is not for a shared iPad"),
        (SHARED, WEB_CLIP, "belongs to its user"),
        (UNSUPERVISED, APP_LOCK, "needs supervision"),
        (UNSUPERVISED, PASSCODE, ""),
        ({}, APP_LOCK, ""),
    ],
)
def test_a_tablet_takes_only_what_is_for_such_a_one(nature, kind, reason):
    with listener() as (heard, webhook), world(1, nature=nature, webhook=webhook) as mdm:
        mdm.heard = heard
        mdm.do(SERIAL, holding(kind, "x"))
        (answer,) = said(mdm, mdm.udid(SERIAL))
        if reason:
            assert chain(answer) == (4001, f"The payload “{kind}” {reason}.")
        assert bool(mdm.held(SERIAL)) is not bool(reason)


def test_who_signs_in_has_a_channel_beside_the_device(mdm):
    channel = sign_in(mdm)
    (event, *_) = mdm.heard.events
    ids = event["checkin_event"]["ids"]
    assert event["topic"] == "mdm.TokenUpdate"
    assert ids == {"id": channel, "type": "Shared iPad", "parent_id": mdm.udid(SERIAL)}
    idle = mdm.heard.of(channel)[0]
    assert (idle["Status"], idle["UserID"], idle["UserShortName"]) == ("Idle", EVERYBODY, "anna")
    summary = mdm.summary()
    assert (summary["tablets"], summary["enrolled"], summary["users"]) == (1, 1, 1)


def test_each_channel_takes_its_own_payloads(mdm):
    channel, device = sign_in(mdm), mdm.udid(SERIAL)
    for each in (channel, device):
        for kind, name in ((WEB_CLIP, f"clip-{each[-1]}"), (WIFI, f"wifi-{each[-1]}")):
            mdm.enqueue(each, holding(kind, name))
    clip, wifi = f"org.example.clip-{channel[-1]}", f"org.example.wifi-{device[-1]}"
    assert told(mdm, channel).keys() == {clip}
    assert told(mdm, device).keys() == {wifi}
    (refused,) = [m for m in said(mdm, channel) if m["Status"] == "Error"]
    assert chain(refused) == (4001, f"The payload “{WIFI}” belongs to the device.")


def test_a_users_channel_takes_no_commands_about_apps(mdm):
    channel = sign_in(mdm)
    mdm.enqueue(channel, command("a", "InstallApplication", Identifier="org.example.anton"))
    mdm.enqueue(channel, command("b", "ProfileList"))
    told(mdm, channel)
    refused, listed = said(mdm, channel)
    assert chain(refused)[0] == 12021
    assert listed["ProfileList"] == []


def test_who_is_signed_out_hears_of_it_when_they_come_back(mdm):
    channel = sign_in(mdm)
    assert mdm.act(SERIAL, "signout") == 204
    mdm.enqueue(channel, holding(WEB_CLIP, "clip"))
    assert told(mdm, channel) == {}
    sign_in(mdm, "ben")
    assert mdm.held(channel) == {}
    sign_in(mdm, "anna")
    assert mdm.held(channel) == {"org.example.clip": "clip"}
    assert mdm.summary()["users"] == 2


def test_after_a_new_enrolment_nobody_is_signed_in(mdm):
    channel = sign_in(mdm)
    for word in ("reenrol", "checkout"):
        mdm.act(SERIAL, word)
        mdm.rest()
        assert mdm.status("GET", f"/sandbox/tablets/{channel}") == 404
        mdm.act(SERIAL, "reenrol")
        assert sign_in(mdm) == channel


def test_only_at_a_shared_ipad_that_is_awake_one_signs_in():
    with world(1) as mdm:
        assert mdm.act(SERIAL, "signin/anna") == 409
    with world(1, nature=SHARED) as mdm:
        mdm.act(SERIAL, "sleep")
        assert mdm.act(SERIAL, "signin/anna") == 409
        assert mdm.act(SERIAL, "signin/") == 404


@pytest.mark.parametrize(
    ("nature", "valid"), [({}, "valid"), (SHARED, "invalid"), (UNSUPERVISED, "invalid")]
)
def test_a_declaration_is_in_force_only_where_its_devices_take_it(nature, valid):
    with world(1, os="26.4", nature=nature) as mdm:
        declare(mdm, "siri", SIRI, Enabled=False)
        declare(mdm, "on", ACTIVATION, StandardConfigurations=["siri"])
        bring(mdm, "siri", "on")
        synchronise(mdm)
        assert status_of(mdm)["siri"]["valid"] == valid


def test_a_user_may_be_declared_what_the_device_does_not_take():
    with world(1, os="26.4", nature=SHARED) as mdm:
        channel = sign_in(mdm)
        declare(mdm, "siri", SIRI, Enabled=False)
        declare(mdm, "on", ACTIVATION, StandardConfigurations=["siri"])
        bring(mdm, "siri", "on", to=channel)
        synchronise(mdm, serial=channel)
        assert status_of(mdm, channel)["siri"]["valid"] == "valid"


def test_a_tablet_says_what_it_is():
    for nature, known in ((SHARED, (True, True)), (UNSUPERVISED, (False, False))):
        with listener() as (heard, webhook), world(1, nature=nature, webhook=webhook) as mdm:
            mdm.do(
                SERIAL, command("a", "DeviceInformation", Queries=["IsSupervised", "IsMultiUser"])
            )
            mdm.heard = heard
            (answer,) = said(mdm, mdm.udid(SERIAL))
            found = answer["QueryResponses"]
            assert (found["IsSupervised"], found["IsMultiUser"]) == known
