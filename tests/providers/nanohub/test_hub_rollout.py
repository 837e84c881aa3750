"""NanoHUB over real HTTP: first rollout, nothing to do afterwards, changes, members, deletions."""

import math
from dataclasses import replace

import pytest

from pedell.model import Address, Sealed, Status
from tests.providers.nanohub.hub_world import VAULT, cohort, hub_world

SCHOOLS = [cohort("gs-nord"), cohort("gs-nord", "teacher", 2), cohort("gs-sued")]
PUPIL = "PEDELLGS-NORDPUPIL0"


@pytest.fixture
def world(tmp_path):
    with hub_world(tmp_path, SCHOOLS) as world:
        yield world


@pytest.fixture
def ready(world):
    world.apply()
    world.rest()
    return world


def payload(world, serial, kind):
    profiles = world.mdm.tablet(serial)["profiles"]
    return next(p["payload"] for p in profiles if f".{kind}." in p["identifier"])["PayloadContent"]


def test_a_first_rollout_reaches_every_tablet_and_leaves_nothing_to_do(world):
    outcomes = world.apply()
    assert [outcome.status for outcome in outcomes] == [Status.DONE] * len(world.wanted)
    assert world.changes() == []  # queued counts, before any tablet has answered
    world.rest()
    assert world.changes() == []
    for serial in world.ledger.enrolments():
        assert len(world.mdm.held(serial)) == 4
        apps = [d for d in world.mdm.tablet(serial)["declarations"] if ".app." in d["identifier"]]
        assert len(apps) == 2
    assert {(p.verified, p.total) for p in world.progress().values()} == {(3, 3), (2, 2)}


def test_an_apply_asks_no_more_than_the_formula_says(world):
    steps = world.plan()
    before = world.traffic.http_requests
    list(world.session.perform(steps))
    cohorts, tablets, profiles, apps = 3, 8, 3 * 4, 3 * 2
    per_hundred = math.ceil(tablets / 100)
    expected = tablets + profiles + 2 * apps + 3 * cohorts + 3 * per_hundred
    assert world.traffic.http_requests - before == expected


def test_an_observation_is_one_request(ready):
    before = ready.traffic.http_requests
    ready.observe()
    assert ready.traffic.http_requests == before + 1


def test_a_changed_field_reaches_every_tablet_and_nothing_else_moves(ready):
    ready.set("restrictions", airdrop=True)
    assert {c.address.kind for c in ready.changes()} == {"restrictions"}
    ready.apply()
    ready.rest()
    assert ready.changes() == []
    assert payload(ready, PUPIL, "restrictions")[0]["allowAirDrop"] is True
    assert len(ready.sent("InstallProfile")) == 3 * 4 + 3


def test_a_changed_app_is_told_to_every_tablet(ready):
    address = Address("gs-nord", "pupil", "app", "clips")
    spec = {"title": "Clips", "bundle": "com.apple.clips"}
    ready.wanted[address] = replace(ready.wanted[address], spec=spec)
    assert [c.address for c in ready.changes()] == [address]
    ready.apply()
    ready.rest()
    declared = {d["identifier"]: d for d in ready.mdm.tablet(PUPIL)["declarations"]}
    clips = declared["de.pedell.musterstadt.gs-nord.pupil.app.clips"]["declaration"]
    assert clips["Payload"]["InstallBehavior"]["Install"] == "Required"
    assert ready.changes() == []


def test_a_secret_reaches_the_tablet_and_no_file_of_ours(ready):
    secret = VAULT.reveal("wlan").reveal()
    assert payload(ready, PUPIL, "wifi")[0]["Password"] == secret
    kept = b"".join(path.read_bytes() for path in ready.ledger_path.parent.iterdir())
    assert secret.encode() not in kept


def test_without_the_vault_an_unchanged_password_is_known_for_what_it_is(ready):
    ready.set("wifi", password=Sealed("wlan", None))
    assert ready.changes() == []


def test_a_new_password_is_a_new_content(ready):
    ready.set("wifi", password=Sealed("wlan_new", VAULT.fingerprint("wlan_new")))
    ready.apply()
    ready.rest()
    assert payload(ready, PUPIL, "wifi")[0]["Password"] == VAULT.reveal("wlan_new").reveal()


def test_a_tablet_that_leaves_the_list_gives_up_what_its_cohort_had(ready):
    for address, resource in ready.wanted.items():
        if (address.school, address.place) == ("gs-nord", "pupil"):
            ready.wanted[address] = replace(resource, devices=resource.devices - {PUPIL})
    steps = ready.plan()
    assert [step.change.address.kind for step in steps] == ["membership"]
    ready.apply()
    ready.rest()
    assert ready.mdm.held(PUPIL) == {}
    assert ready.mdm.tablet(PUPIL)["declarations"] == []
    assert len(ready.mdm.held("PEDELLGS-NORDPUPIL1")) == 4
    assert ready.changes() == []


def test_a_tablet_that_changes_the_cohort_ends_with_the_things_of_the_new_one(ready):
    for address, resource in ready.wanted.items():
        if address.school == "gs-nord":
            devices = (
                resource.devices - {PUPIL}
                if address.place == "pupil"
                else {*resource.devices, PUPIL}
            )
            ready.wanted[address] = replace(resource, devices=frozenset(devices))
    ready.apply()
    ready.rest()
    held = set(ready.mdm.held(PUPIL))
    assert len(held) == 4
    assert all(".teacher." in name for name in held)
    assert ready.changes() == []


def test_what_is_no_longer_declared_is_taken_away_where_pruning_was_asked_for(ready):
    gone = [a for a in ready.wanted if a.kind in ("restrictions", "app") and a.name != "clips"]
    for address in gone:
        del ready.wanted[address]
    assert {outcome.status for outcome in ready.apply()} == {Status.DONE}
    ready.rest()
    assert not any(".restrictions." in name for name in ready.mdm.held(PUPIL))
    names = {d["identifier"].rpartition(".")[2] for d in ready.mdm.tablet(PUPIL)["declarations"]}
    assert names == {"clips", "activation"}
    assert ready.changes() == []


def test_when_the_last_app_goes_its_activation_goes_too(ready):
    for address in [a for a in ready.wanted if a.kind == "app"]:
        del ready.wanted[address]
    ready.apply()
    ready.rest()
    assert ready.mdm.tablet(PUPIL)["declarations"] == []
    assert ready.mdm.json("GET", "/api/v1/ddm/declarations")[1] is None


def test_a_tablet_that_is_not_enrolled_waits_and_is_served_when_it_comes(tmp_path):
    resources, rows = cohort("gs-nord")
    with hub_world(tmp_path, [(resources, rows[:2])]) as world:
        world.apply()
        seen = world.observe()
        assert {o.waiting for o in seen.values()} == {frozenset({rows[2]["serial"]})}
        assert world.changes() == []


def test_a_school_without_any_tablet_yet_is_not_planned_again_and_again(tmp_path):
    resources, _ = cohort("gs-nord")
    other, rows = cohort("gs-sued")
    with hub_world(tmp_path, [(resources, []), (other, rows)]) as world:
        world.apply()
        assert world.changes() == []
