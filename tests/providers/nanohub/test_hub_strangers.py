"""What others left on an MDM, over real HTTP: how it is asked for, and what nonsense does."""

import json

import pytest

from pedell.model import Adopted, Source
from tests.providers.nanohub.hub_world import OWNER, cohort, hub_world

APP = "com.apple.configuration.app.managed"
SERIALS = [f"PEDELLGS-NORDPUPIL{n}" for n in range(3)]
SOURCE = Source("adopted/tablets.csv", 2, 1)


@pytest.fixture
def world(tmp_path):
    with hub_world(tmp_path, [cohort("gs-nord")]) as world:
        yield world


def put(world, path, body=None):
    assert world.mdm.status("PUT", f"/api/v1/ddm/{path}", body) in (204, 304)


def fill(world):
    declaration = {"Type": APP, "Identifier": "org.clips", "Payload": {"BundleID": "x"}}
    put(world, "declarations", json.dumps(declaration))
    put(world, "set-declarations/kinder?declaration=org.clips")
    for serial in SERIALS:
        put(world, f"enrollment-sets/{world.mdm.udid(serial)}?set=kinder")


def test_all_of_it_is_seen_and_nothing_of_ours(world):
    world.apply()
    world.rest()
    fill(world)
    found = world.session.strangers.survey(0.0)
    assert found.enrolled == frozenset(SERIALS)
    assert found.sets == {"kinder": frozenset(SERIALS)}
    assert found.held["kinder"] == {"org.clips"}
    assert found.declarations["org.clips"]["Payload"] == {"BundleID": "x"}
    assert found.profiles == {}


def test_an_mdm_with_nothing_on_it_is_no_trouble(world):
    found = world.session.strangers.survey(0.0)
    assert (found.sets, found.declarations) == ({}, {})


def test_it_costs_a_request_for_each_device_set_and_declaration(world):
    fill(world)
    before = world.traffic.http_requests
    world.session.strangers.survey(0.0)
    devices, lists, declarations, reports = 3, 2, 1, 1
    assert world.traffic.http_requests - before == devices + lists + declarations + reports


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500, "body": "Internal Server Error", "kind": "text/plain"},
        {"body": "7"},
        {"body": "[" * 100_000},
        {"body": '["a", NaN]'},
        {"truncate": True},
    ],
)
@pytest.mark.parametrize("path", ["enrollment-sets", "sets", "set-declarations", "declarations"])
def test_nonsense_is_an_oserror(world, fault, path):
    fill(world)
    world.mdm.fault(prefix=f"/api/v1/ddm/{path}", count=20, **fault)
    with pytest.raises(OSError, match=r"127\.0\.0\.1|MDM"):
        world.session.strangers.survey(0.0)


def test_what_is_foreseen_is_what_is_observed_once_it_is_taken_over(world):
    fill(world)
    sent = world.sent()
    at = next(at for at in world.wanted if at.kind == "membership")
    adopted = {at: Adopted("kinder", SOURCE)}
    wanted = [world.wanted[at]]
    (foreseen,) = world.session.strangers.foresee(adopted, wanted, ())
    assert (foreseen.handle, foreseen.devices) == ("kinder", frozenset(SERIALS))
    assert at not in world.observe()
    world.session.strangers.take_over(adopted, wanted)
    world.adopted = adopted
    world.session = world.connect()
    assert world.observe()[at] == foreseen
    assert world.sent() == sent
    held = world.session.strangers.survey(0.0).held
    assert not any(name.startswith(f"de.pedell.{OWNER}") for name in held)
