"""Apps by command on the sandbox MDM: loaded with their configuration, asked for, put right."""

from dataclasses import replace

import pytest

from pedell.model import Action, Address, Effect, Resource, Sealed
from pedell.providers.nanohub.codecs import write_command
from tests.providers.nanohub.hub_world import OWNER, SOURCE, VAULT, cohort, hub_world

BUNDLE = "org.example.lernapp"
AT = Address("gs-nord", "pupil", "configured_app", "lernapp")
NAME = f"de.pedell.{OWNER}.gs-nord.pupil.configured_app.lernapp"
TOLD = {"serverURL": "https://lernen.example.org", "rooms": [1, 2], "look": {"dark": True}}
SECRET = Sealed("wlan", VAULT.fingerprint("wlan"))
SPEC = {
    "title": "Lernapp (erfunden)",
    "app_store": 4711,
    "bundle": BUNDLE,
    "configuration": {**TOLD, "token": SECRET},
}


@pytest.fixture
def world(tmp_path):
    with lernapp(tmp_path) as world:
        yield world


def lernapp(folder, spec=SPEC, **config):
    resources, rows = cohort("gs-nord")
    devices = next(iter(resources.values())).devices
    kept = {at: one for at, one in resources.items() if at.kind in ("membership", "app")}
    kept[AT] = Resource(AT, "tablets", spec, devices, (), (), SOURCE)
    behaviour = {"delay": [0.0, 0.0], "busy": [0.01, 0.02], "store": {"4711": BUNDLE}}
    behaviour |= config.pop("behaviour", {})
    return hub_world(folder, [(kept, rows)], behaviour=behaviour, **config)


def told(world, number=0, **changed):
    """Tell the app something else."""
    said = {**world.wanted[AT].spec["configuration"], **changed}
    said = {key: value for key, value in said.items() if value is not None}
    world.wanted[AT] = replace(world.wanted[AT], spec={**SPEC, "configuration": said})


def tablet(world, number=0):
    return world.mdm.json("GET", f"/sandbox/tablets/PEDELLGS-NORDPUPIL{number}")[1]


def applied(world):
    outcomes = world.apply()
    world.rest()
    assert {outcome.status.value for outcome in outcomes} <= {"done"}, outcomes


def settled(world):
    """Ask tablets what they have, and wait for all answers."""
    world.session.refresh(tuple(world.wanted.values()), 3.0)
    return world.progress()[AT]


def test_a_tablet_gets_it_with_its_configuration_and_says_so(world):
    applied(world)
    assert settled(world).verified == 3
    for number in range(3):
        held = tablet(world, number)
        assert held["apps"][BUNDLE] == "Managed"
        assert held["configurations"] == {BUNDLE: {**TOLD, "token": "Geheim-1 (erfunden)"}}
    assert world.changes() == []


def test_it_counts_as_installed_until_a_tablet_has_loaded_it(world):
    applied(world)  # asked in the same breath, it has not
    found = world.progress()[AT]
    assert (found.verified, found.installed, found.failed) == (0, 3, 0)
    assert world.changes() == []
    assert settled(world).verified == 3


def test_a_tablet_that_has_it_is_told_something_else_and_keeps_it(world):
    applied(world)
    told(world, serverURL="https://neu.example.org")
    (change,) = world.changes()
    assert (change.action, change.effect) == (Action.UPDATE, Effect.VISIBLE)
    assert [(f.pointer, f.after) for f in change.fields] == [
        (("configuration", "serverURL"), "https://neu.example.org")
    ]
    applied(world)
    assert tablet(world)["configurations"][BUNDLE]["serverURL"] == "https://neu.example.org"
    assert len(world.sent("InstallApplication")) == 1
    assert not world.sent("RemoveApplication")
    assert settled(world).verified == 3
    assert world.changes() == []


def test_what_is_not_said_any_more_is_taken_out(world):
    applied(world)
    told(world, rooms=None)
    applied(world)
    assert "rooms" not in tablet(world)["configurations"][BUNDLE]
    spec = {key: value for key, value in SPEC.items() if key != "configuration"}
    world.wanted[AT] = replace(world.wanted[AT], spec=spec)
    applied(world)
    assert (BUNDLE in tablet(world)["apps"], tablet(world)["configurations"]) == (True, {})
    assert world.changes() == []


def test_no_secret_is_in_the_ledger_or_in_a_change(world):
    (change,) = (c for c in world.changes() if c.address == AT)
    assert "Geheim" not in repr(change)
    applied(world)
    world.rest()
    files = world.ledger_path.parent.glob("ledger.db*")
    assert not any(b"Geheim-1" in path.read_bytes() for path in files)


def test_a_changed_value_is_seen_and_put_right(world):
    applied(world)
    settled(world)
    item = {"Item": "ApplicationConfiguration", "Identifier": BUNDLE, "Configuration": {"a": 1}}
    meddle(world, {"RequestType": "Settings", "Settings": [item]})
    world.session.refresh(tuple(world.wanted.values()), 3.0)
    (change,) = world.changes()
    assert (change.address, len(change.devices), change.is_drift) == (AT, 1, True)
    applied(world)
    assert tablet(world)["configurations"][BUNDLE]["serverURL"] == TOLD["serverURL"]
    assert len(world.sent("InstallApplication")) == 1
    assert world.changes() == []


def test_a_tablet_that_enrols_anew_gets_it_again(world):
    applied(world)
    world.mdm.act("PEDELLGS-NORDPUPIL1", "reenrol")
    world.rest()
    changes = {change.address: change.devices for change in world.changes()}
    assert changes[AT] == {"PEDELLGS-NORDPUPIL1"}
    applied(world)
    assert tablet(world, 1)["configurations"][BUNDLE]["serverURL"] == TOLD["serverURL"]
    assert world.changes() == []


def test_taking_it_away_takes_it_from_every_tablet(world):
    applied(world)
    del world.wanted[AT]
    (change,) = world.changes()
    assert (change.action, change.effect) == (Action.DELETE, Effect.DELETES_DATA)
    applied(world)
    assert (BUNDLE in tablet(world)["apps"], tablet(world)["configurations"]) == (False, {})
    assert world.changes() == []


def test_another_bundle_is_another_app_in_its_place(world):
    applied(world)
    other = "org.example.andere"
    world.wanted[AT] = replace(world.wanted[AT], spec={**SPEC, "app_store": 4712, "bundle": other})
    (change,) = world.changes()
    assert (change.action, change.effect) == (Action.REPLACE, Effect.DELETES_DATA)
    applied(world)
    assert BUNDLE not in tablet(world)["apps"]
    assert world.sent("InstallApplication")[-1]["identifier"] == "4712"
    assert world.changes() == []


def test_a_tablet_that_leaves_the_cohort_loses_it(world):
    applied(world)
    gone = "PEDELLGS-NORDPUPIL2"
    for at, one in world.wanted.items():
        world.wanted[at] = replace(one, devices=one.devices - {gone})
    applied(world)
    assert BUNDLE not in tablet(world, 2)["apps"]
    assert BUNDLE in tablet(world, 1)["apps"]


def test_a_tablet_that_changes_its_cohort_keeps_what_both_have(world):
    applied(world)
    moved = "PEDELLGS-NORDPUPIL2"
    for at, one in list(world.wanted.items()):
        if at.kind in ("membership", "configured_app"):
            there = replace(at, place="teacher")
            world.wanted[there] = replace(one, address=there, devices=frozenset({moved}))
        world.wanted[at] = replace(one, devices=one.devices - {moved})
    applied(world)
    assert BUNDLE in tablet(world, 2)["apps"]
    assert not world.sent("RemoveApplication")
    assert world.changes() == []


@pytest.mark.parametrize("is_pruned", [False, True])
def test_a_declaration_takes_an_app_over_and_nothing_is_removed(world, is_pruned):
    applied(world)
    del world.wanted[AT]
    at = replace(AT, kind="app")
    devices = next(iter(world.wanted.values())).devices
    spec = {"title": "Lernapp (erfunden)", "app_store": 4711}
    world.wanted[at] = Resource(at, "tablets", spec, devices, (), (), SOURCE)
    if not is_pruned:
        memory, world.memory = world.memory, {a: m for a, m in world.memory.items() if a != AT}
    applied(world)
    if not is_pruned:
        world.memory[AT] = memory[AT]
    assert world.changes() == [], "nobody has it by command any more, so it is not pruned later"
    assert not world.sent("RemoveApplication")
    assert tablet(world)["apps"][BUNDLE] == "Managed"


def test_a_tablet_refuses_an_app_that_it_keeps_by_declaration(tmp_path):
    spec = {**SPEC, "app_store": 1180554775}
    config = {"store": {"1180554775": BUNDLE}}
    with lernapp(tmp_path, spec, behaviour=config) as world:
        later = world.wanted.pop(AT)
        applied(world)
        world.wanted[AT] = later
        world.apply()
        world.rest()
        found = world.progress()[AT]
        assert (found.failed, found.verified) == (3, 0)
        said = world.ledger.refusals([NAME])[NAME]
        assert "managed by declarative device management" in said


def test_one_setting_refused_is_the_app_refused(world):
    applied(world)
    meddle(world, {"RequestType": "RemoveApplication", "Identifier": BUNDLE})
    told(world, serverURL="https://neu.example.org")
    world.apply()
    world.rest()
    assert world.progress()[AT].failed == 1
    assert "is not managed" in world.ledger.refusals([NAME])[NAME]
    applied(world)
    assert tablet(world)["configurations"][BUNDLE]["serverURL"] == "https://neu.example.org"


def test_an_app_that_people_may_delete_is_not_asked_for(tmp_path):
    with lernapp(tmp_path, {**SPEC, "removable": True}) as world:
        applied(world)
        assert world.progress()[AT].verified == 3
        assert not world.sent("ManagedApplicationConfiguration")


def test_busy_tablets_get_it_in_the_end(tmp_path):
    with lernapp(tmp_path, behaviour={"notnow": 0.5, "seed": 4}) as world:
        applied(world)
        assert settled(world).verified == 3


def meddle(world, command):
    """Send a command to the first tablet, as somebody else on the MDM would."""
    world.mdm.do("PEDELLGS-NORDPUPIL0", write_command("MEDDLE", command))
    world.rest()
