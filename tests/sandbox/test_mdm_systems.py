"""Tablets of the sandbox have a system of their own: it knows some declarations and not others."""

import datetime
import plistlib

import pytest

from tests.sandbox.mdm_world import command, world
from tests.sandbox.test_mdm_ddm import SERIAL, bring, declare, status_of, synchronise

SIRI = "com.apple.configuration.siri.settings"
ACTIVATION = "com.apple.activation.simple"


def siri_on(mdm):
    declare(mdm, "siri", SIRI, Enabled=False)
    declare(mdm, "on", ACTIVATION, StandardConfigurations=["siri"])
    bring(mdm, "siri", "on")
    synchronise(mdm)
    return status_of(mdm)["siri"]


@pytest.mark.parametrize(("os", "valid"), [("26.3", "invalid"), ("26.4", "valid"), ("27", "valid")])
def test_a_declaration_is_known_since_its_ipados(os, valid):
    with world(os=os) as mdm:
        told = siri_on(mdm)
        assert (told["valid"], told["active"]) == (valid, valid == "valid")
        if valid == "invalid":
            assert told["reasons"][0]["code"] == "Error.ConfigurationNotSupported"


def test_after_an_update_it_judges_its_declarations_anew():
    with world(os="26.3") as mdm:
        assert siri_on(mdm)["valid"] == "invalid"
        assert mdm.act(SERIAL, "update") == 204
        mdm.act(SERIAL, "poll")
        mdm.rest()
        assert status_of(mdm)["siri"]["valid"] == "valid"


@pytest.mark.parametrize(("hours", "held"), [(-1, set()), (1, {"org.example.exam"})])
def test_a_profile_with_an_end_removes_itself(hours, held):
    end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=hours)
    profile = {
        "PayloadType": "Configuration",
        "PayloadIdentifier": "org.example.exam",
        "PayloadUUID": "4F0C7A52-0000-4000-8000-000000000001",
        "PayloadVersion": 1,
        "PayloadContent": [],
        "RemovalDate": end.replace(tzinfo=None, microsecond=0),
    }
    with world() as mdm:
        mdm.do(SERIAL, command("c", "InstallProfile", Payload=plistlib.dumps(profile)))
        mdm.do(SERIAL, command("d", "ProfileList"))
        assert mdm.held(SERIAL).keys() == held
