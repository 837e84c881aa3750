"""Configurations on the sandbox MDM: held, seen, missed and taken away like apps."""

import json
from dataclasses import replace

import pytest

from pedell.model import Action, Address, Resource
from pedell.stages.move import find_heirs
from tests.providers.nanohub.hub_world import OWNER, SOURCE, cohort, hub_world

SIRI = Address("gs-nord", "pupil", "configuration", "siri")
NAME = f"de.pedell.{OWNER}.gs-nord.pupil.configuration.siri"
RIGHTS = Address("gs-nord", "pupil", "restrictions", "rechte")


@pytest.fixture
def world(tmp_path):
    with at_os(tmp_path, "26.4") as world:
        yield world


def at_os(folder, os):
    resources, rows = cohort("gs-nord")
    devices = next(iter(resources.values())).devices
    spec = {"siri": False, "siri_while_locked": False}
    resources[SIRI] = Resource(SIRI, "tablets", spec, devices, (), (), SOURCE)
    return hub_world(folder, [(resources, [{**row, "os": os} for row in rows])])


def test_what_was_applied_is_held_and_the_next_plan_is_empty(world):
    assert {outcome.status.value for outcome in world.apply()} == {"done"}
    world.rest()
    assert world.changes() == []
    assert world.progress()[SIRI].verified == 3


def test_another_run_reads_it_off_the_mdm(world):
    world.apply()
    world.rest()
    world.memory.clear()
    world.session = world.connect()
    assert world.observe()[SIRI].spec == world.wanted[SIRI].spec
    assert SIRI not in {change.address for change in world.changes()}


def test_what_somebody_changed_on_the_mdm_is_seen_and_put_right(world):
    world.apply()
    world.rest()
    change_on_mdm(world, {"Enabled": True, "AllowWhileLocked": False})
    world.session.refresh(tuple(world.wanted.values()), 3.0)
    (change,) = world.changes()
    assert (change.address, [f.before for f in change.fields]) == (SIRI, [True])
    world.apply()
    world.rest()
    assert world.changes() == []


def test_what_none_of_our_words_can_say_is_drift_too(world):
    world.apply()
    world.rest()
    change_on_mdm(world, {"Enabled": False, "AllowWhileLocked": False, "Foreign": 1})
    world.session.refresh(tuple(world.wanted.values()), 3.0)
    (change,) = world.changes()
    assert (change.address, len(change.devices)) == (SIRI, 3)


def test_it_is_switched_off_and_deleted(world):
    world.apply()
    world.rest()
    del world.wanted[SIRI]
    (change,) = world.changes()
    assert change.action is Action.DELETE
    world.apply()
    world.rest()
    status, _ = world.mdm.json("GET", f"/api/v1/ddm/declarations/{NAME}")
    assert status == 404
    assert world.changes() == []


def test_an_ipados_that_does_not_know_it_refuses_it(tmp_path):
    with at_os(tmp_path, "26.3") as world:
        world.apply()
        world.rest()
        progress = world.progress()[SIRI]
        assert (progress.verified, progress.failed) == (0, 3)


def test_as_long_as_a_profile_says_it_only_what_devices_show_counts(tmp_path):
    with at_os(tmp_path, "26.3") as world:
        siri = world.wanted.pop(SIRI)
        said = replace(world.wanted[RIGHTS], spec={"siri": False, "airdrop": False})
        world.wanted[RIGHTS] = said
        world.apply()
        world.rest()
        world.wanted[SIRI] = siri
        world.wanted[RIGHTS] = replace(said, spec={"airdrop": False})
        change = next(one for one in world.plan() if one.change.address == SIRI)
        list(world.session.perform([change]))
        world.remember(change.change)
        world.rest()
        held_back = {change.address: change.devices for change in world.changes()}
        assert held_back == {SIRI: siri.devices, RIGHTS: siri.devices}


def test_a_profile_that_moved_as_a_whole_leaves_devices_and_the_declaration_stays(world):
    siri = world.wanted.pop(SIRI)
    world.wanted[RIGHTS] = replace(world.wanted[RIGHTS], spec=siri.spec)
    world.apply()
    world.rest()
    world.wanted[SIRI] = siri
    del world.wanted[RIGHTS]
    found = find_heirs(tuple(world.memory.values()), world.wanted)
    assert found == {RIGHTS: (SIRI,)}
    world.apply()
    world.rest()
    assert world.changes() == []
    assert world.progress()[SIRI].verified == 3
    assert not any("restrictions" in name for one in siri.devices for name in world.mdm.held(one))


def change_on_mdm(world, payload):
    body = {
        "Identifier": NAME,
        "Type": "com.apple.configuration.siri.settings",
        "Payload": payload,
    }
    status, _ = world.mdm.json("PUT", "/api/v1/ddm/declarations", json.dumps(body).encode())
    assert status < 300
    world.rest()
