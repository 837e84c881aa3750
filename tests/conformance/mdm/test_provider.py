"""Our own provider over every server: from the files' resources to tablets that hold them."""

import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from pedell.model import Status
from pedell.ports import Event, Happening
from pedell.sandbox.mdm.tablet import Tablet
from pedell.state.ledger import open_ledger
from pedell.state.ledger_rows import SILENCE, SKEW
from tests.conformance.mdm.device import hold
from tests.conformance.mdm.servers import TRAITS, params, start
from tests.providers.nanohub.hub_world import World, cohort, listening
from tests.sandbox.mdm_world import HMAC_KEY, Client

PATIENCE = 10


@dataclass
class School:
    """One cohort, its tablets at the server's device URL, and a session of our provider."""

    server: Any
    world: World
    devices: dict
    tablets: dict

    def work(self):
        """Let all tablets poll to the end of their queues."""
        pause = 0.01 if self.server.traits.certificates else 0.0
        for udid, device in self.devices.items():
            hold(device, self.tablets[udid], pause)

    def ends(self, counts=frozenset({(3, 3)})):
        """Wait until there is nothing to do and all that the listener heard was written down.

        Where calls at the same time lose commands, do what a user does: apply again, later.
        """
        done = lambda: not self.world.changes() and self.counts() <= counts  # noqa: E731
        if self.server.traits.races:
            until = time.monotonic() + 2
            while not done() and time.monotonic() < until:
                time.sleep(0.05)
            if not done():
                self.wait_out_the_silence()
                self.apply()
                self.work()
        _await(done, self.tell)

    def wait_out_the_silence(self):
        """Go on as another run would, after the time that a tablet gets to answer."""
        late = open_ledger(self.world.ledger_path, lambda: time.time() + SILENCE + SKEW)
        self.world.ledger = self.world.stack.enter_context(late)
        self.world.session = self.world.connect()

    def tell(self):
        """Say what is left to do, and how far each thing has come."""
        left = {change.address: change.devices for change in self.world.changes()}
        come = {address: p for address, p in self.world.progress().items() if p.verified < p.total}
        return f"left {left}, come {come}"

    def counts(self):
        return {(p.verified, p.total) for p in self.world.progress().values()}

    def apply(self):
        """Apply what is planned; every step must be done, though no push went out."""
        outcomes = self.world.apply()
        assert {outcome.status for outcome in outcomes} <= {Status.DONE}, outcomes
        return outcomes


@pytest.fixture(params=params(TRAITS))
def school(request, tmp_path):
    with school_on(request.param, tmp_path) as school:
        yield school


@contextmanager
def school_on(name, folder, size=3):
    """Start a server and enrol a cohort of so many tablets."""
    resources, rows = cohort("gs-nord", size=size)
    path = folder / "ledger.db"
    with (
        open_ledger(path) as ledger,
        listening(ledger) as url,
        start(name, folder, {"url": url, "key": HMAC_KEY}) as server,
    ):
        devices = [server.device(row["serial"]).enrol(pause=0.02) for row in rows]
        _await(lambda: len(ledger.enrolments()) == len(devices))
        world = World(Client(server.url), path, resources, settings=server.settings)
        with world.stack:
            tablets = {d.udid: Tablet(d.serial, d.udid, "iPad14,1", "", "") for d in devices}
            yield School(server, world, {d.udid: d for d in devices}, tablets)
        world.mdm.line.close()


def test_what_is_wanted_arrives_and_the_second_plan_is_empty(school):
    """2.2, 2.6, 3.2, 6: profiles and declarations, accepted, queued, installed, verified."""
    assert school.apply()
    assert school.world.changes() == [], "what is queued counts"
    school.work()
    school.ends()
    names = {address.name for address in school.world.wanted}
    for tablet in school.tablets.values():
        held = [*tablet.profiles, *tablet.declarations]
        assert {name.rpartition(".")[2] for name in held} >= names - {"cohort", "pupil"}


def test_a_change_arrives_and_nothing_else_moves(school):
    """6.7: one profile is replaced, under its identifier."""
    school.apply()
    school.work()
    school.ends()
    school.world.set("restrictions", airdrop=True)
    assert [outcome.status for outcome in school.apply()] == [Status.DONE]
    school.work()
    school.ends()


def test_a_tablet_that_enrols_again_gets_everything_again(school):
    """2.5, 2.6, 3.3: its queue is empty, its profiles are gone, and no server tells it."""
    school.apply()
    school.work()
    school.ends()
    udid, device = next(iter(school.devices.items()))
    device.enrol(pause=0.02)
    school.tablets[udid].wipe()
    only = {frozenset({device.serial})}
    _await(lambda: {change.devices for change in school.world.changes()} == only)
    school.apply()
    school.work()
    school.ends()


def test_what_a_queue_lost_is_noticed_by_the_silence_and_sent_again(school):
    """0.3, 6.2: a locked tablet puts its profiles off, and key-value storage loses them."""
    world, udid = school.world, next(iter(school.devices))
    tablet, serial = school.tablets[udid], school.devices[udid].serial
    school.apply()
    tablet.locked = True
    school.work()
    tablet.locked = False
    school.work()
    assert world.changes() == [], "it may still be on its way"
    is_lost = not school.server.traits.sql
    assert len(tablet.profiles) == (0 if is_lost else 4)
    school.wait_out_the_silence()
    only = {frozenset({serial})} if is_lost else set()
    _await(lambda: {change.devices for change in world.changes()} == only)
    school.apply()
    school.work()
    # where nothing was lost nobody has asked for a list since, so that nothing newer shows it
    school.ends(frozenset({(3, 3)} if is_lost else {(3, 3), (2, 3)}))
    assert {len(each.profiles) for each in school.tablets.values()} == {4}


def test_a_look_names_the_login_that_is_refused(school):
    """2.2, 3.1: each server has its own user and key; every look tries both."""
    for setting in school.server.settings.keys() & {"credential", "ddm_credential"}:
        shut_out = school.world.connect(**{setting: "wrong_api"})
        with pytest.raises(PermissionError, match=f"`{setting}`"):
            shut_out.observe(tuple(school.world.wanted.values()), ())


@pytest.mark.parametrize("name", params(["sandbox-pgsql", "nanomdm", "nanomdm-pgsql"]))
def test_more_devices_hear_of_their_declarations_than_kmfddm_would_tell(name, tmp_path):
    """0.4: it tells the first 30; so it is never asked to, and each gets our own command."""
    with school_on(name, tmp_path, size=34) as school:
        kinds = {"membership", "app"}
        school.world.wanted = {a: r for a, r in school.world.wanted.items() if a.kind in kinds}
        school.apply()
        school.work()
        assert {len(tablet.declarations) for tablet in school.tablets.values()} == {3}


def test_a_device_that_the_server_does_not_know_costs_the_others_nothing(school):
    """2.2: PostgreSQL refuses the whole batch for one unknown id, key-value storage takes it."""
    address, resource = next((a, r) for a, r in school.world.wanted.items() if a.kind == "presets")
    arrived = Event("GHOST", Happening.ARRIVED, time.time(), "INVENTED-GHOST")
    school.world.ledger.take([arrived, replace(arrived, what=Happening.ENROLLED, is_fresh=True)])
    school.world.wanted = {
        address: replace(resource, devices=resource.devices | {"INVENTED-GHOST"})
    }
    (outcome,) = school.apply()
    assert ("1 of 4 devices" in outcome.detail) == school.server.traits.sql, outcome
    school.work()
    assert {len(tablet.profiles) for tablet in school.tablets.values()} == {1}


@pytest.mark.parametrize("name", params(["nanomdm"]))
def test_a_nanomdm_without_a_key_has_nothing_to_speak_to(name, tmp_path):
    """2.1: no -api, no API; the look says so."""
    with start(name, tmp_path, keyed=False) as server:
        world = World(Client(server.url), tmp_path / "ledger.db", {}, settings=server.settings)
        with world.stack, pytest.raises(OSError, match="-api"):
            world.observe()


def _await(condition, tell=lambda: "it never happened"):
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, tell()
        time.sleep(0.05)
