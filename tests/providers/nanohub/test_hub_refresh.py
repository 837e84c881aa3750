"""NanoHUB over real HTTP: what was changed by hand is found, and mended."""

import json

import pytest

from pedell.model import Address
from tests.providers.nanohub.hub_world import cohort, hub_world

PUPIL = "PEDELLGS-NORDPUPIL0"
APP = "de.pedell.musterstadt.gs-nord.pupil.app.anton"
RIGHTS = Address("gs-nord", "pupil", "restrictions", "rechte")


@pytest.fixture
def world(tmp_path):
    with hub_world(tmp_path, [cohort("gs-nord"), cohort("gs-sued")]) as world:
        world.apply()
        world.rest()
        yield world


def refresh(world):
    world.session.refresh(tuple(world.wanted.values()), 10.0)


def test_a_profile_removed_by_hand_is_found_by_asking_and_put_back(world):
    name = next(n for n in world.mdm.held(PUPIL) if ".restrictions." in n)
    assert world.mdm.status("DELETE", f"/sandbox/tablets/{PUPIL}/profiles/{name}") == 204
    assert world.changes() == []  # nobody told us
    refresh(world)
    (change,) = world.changes()
    assert (change.address, change.devices, change.drifted) == (RIGHTS, {PUPIL}, {PUPIL})
    assert change.fields == ()
    world.apply()
    world.rest()
    assert name in world.mdm.held(PUPIL)
    assert world.changes() == []


def test_asking_when_all_is_well_finds_nothing(world):
    refresh(world)
    assert world.changes() == []


def test_a_tablet_that_was_wiped_gets_everything_again(world):
    world.mdm.act(PUPIL, "reenrol")
    world.rest()
    assert {frozenset(c.devices) for c in world.changes()} == {frozenset({PUPIL})}
    assert len(world.changes()) == 7
    world.apply()
    world.rest()
    assert len(world.mdm.held(PUPIL)) == 4
    assert world.changes() == []


def test_a_declaration_changed_on_the_server_is_read_and_mended(world):
    changed = {
        "Identifier": APP,
        "Type": "com.apple.configuration.app.managed",
        "Payload": {"AppStoreID": "1", "InstallBehavior": {"Install": "Optional"}},
    }
    assert (
        world.mdm.status("PUT", "/api/v1/ddm/declarations?nonotify=1", json.dumps(changed)) == 204
    )
    refresh(world)
    (change,) = world.changes()
    assert change.address.name == "anton"
    assert change.before.spec["app_store"] == 1
    world.apply()
    world.rest()
    refresh(world)
    assert world.changes() == []


def test_a_declaration_taken_out_of_its_set_is_missing_on_the_tablets(world):
    path = f"/api/v1/ddm/set-declarations/de.pedell.musterstadt.gs-nord.pupil?declaration={APP}"
    assert world.mdm.status("DELETE", f"{path}&nonotify=1") == 204
    assert world.changes() == []
    world.session.refresh(tuple(world.wanted.values()), 0.5)
    (change,) = world.changes()
    assert (change.address.name, len(change.devices)) == ("anton", 3)
    world.apply()
    world.rest()
    refresh(world)
    assert world.changes() == []


def test_a_declaration_deleted_on_the_server_is_created_again(world):
    path = f"/api/v1/ddm/set-declarations/de.pedell.musterstadt.gs-nord.pupil?declaration={APP}"
    world.mdm.status("DELETE", f"{path}&nonotify=1")
    assert world.mdm.status("DELETE", f"/api/v1/ddm/declarations/{APP}?nonotify=1") == 204
    (change,) = world.changes()
    assert (change.address.name, change.before) == ("anton", None)
    world.apply()
    world.rest()
    assert world.changes() == []


@pytest.mark.parametrize("is_changed", [True, False])
def test_what_asking_found_wrong_is_mended_by_another_run(world, is_changed):
    changed = {
        "Identifier": APP,
        "Type": "com.apple.configuration.app.managed",
        "Payload": {"AppStoreID": "1"},
    }
    path = f"/api/v1/ddm/set-declarations/de.pedell.musterstadt.gs-nord.pupil?declaration={APP}"
    if is_changed:
        world.mdm.status("PUT", "/api/v1/ddm/declarations?nonotify=1", json.dumps(changed))
    else:
        world.mdm.status("DELETE", f"{path}&nonotify=1")
    world.session.refresh(tuple(world.wanted.values()), 0.5)
    world.session = world.connect()  # drift is one command, apply the next
    assert {c.address.name for c in world.changes()} == {"anton"}
    world.apply()
    assert world.changes() == []
    world.rest()
    world.session = world.connect()
    assert world.changes() == []
    before = world.traffic.http_requests
    world.session = world.connect()
    world.observe()
    assert world.traffic.http_requests == before + 1  # no doubt is left
    assert any(d["identifier"] == APP for d in world.mdm.tablet(PUPIL)["declarations"])


def test_a_second_asking_reads_no_declaration_again(world):
    refresh(world)
    before = world.traffic.http_requests
    refresh(world)
    # list, push, status: one each for six tablets
    assert world.traffic.http_requests - before == 3


def test_sleeping_tablets_use_up_the_patience_and_no_more(world):
    world.mdm.act(PUPIL, "sleep")
    world.session.refresh(tuple(world.wanted.values()), 0.5)
    assert world.changes() == []
