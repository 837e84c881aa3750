"""Shared iPads: whoever signs in has a channel, and that is no device and gets nothing of ours."""

import pytest

from pedell.model import DeviceStage
from tests.providers.nanohub.hub_world import cohort, hub_world

FIRST, SECOND = (f"PEDELLGS-NORDPUPIL{n}" for n in range(2))
PASSCODE = {"passcode": {"required": True}}


@pytest.fixture
def world(tmp_path):
    resources, rows = cohort("gs-nord", size=2)
    with hub_world(tmp_path, [(resources, [{**row, "shared": True} for row in rows])]) as world:
        yield world


def sign_in(world, name):
    assert world.mdm.act(FIRST, f"signin/{name}") == 204
    world.rest()
    return f"{world.mdm.udid(FIRST)}:{name}"


def stages(world):
    found = world.session.devices.stand(tuple(world.wanted.values()))
    return {one.serial: one.stage for one in found}


def test_who_signs_in_is_no_device_and_gets_no_command(world):
    devices = world.ledger.enrolments()
    anna = sign_in(world, "anna")
    world.apply()
    world.rest()
    ben = sign_in(world, "ben")
    assert world.ledger.enrolments().keys() == devices.keys() == {FIRST, SECOND}
    assert stages(world) == dict.fromkeys((FIRST, SECOND), DeviceStage.VERIFIED)
    assert world.changes() == []
    for channel in (anna, ben):
        user = world.mdm.tablet(channel)
        assert (user["profiles"], user["declarations"], user["queue"]) == ([], [], 0)


def test_what_is_not_for_shared_ipads_is_refused_by_them_and_said_so(world):
    # compile does not let it come that far; somebody's own profile may
    world.set("presets", **PASSCODE)
    world.apply()
    world.rest()
    found = world.session.devices.stand(tuple(world.wanted.values()))
    assert {one.stage for one in found} == {DeviceStage.REFUSED}
    assert "is not for a shared iPad" in found[0].error
