"""Law: whatever the files ask for, and whoever sleeps, no device loses trust in its server.

A small world, planned with the real stages: one server, four devices, three authorities. A device
that sleeps keeps what it holds, and fetches what is queued when it wakes.
"""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from pedell.model import Observed, Remembered, Sight, Until
from pedell.stages.compare import compare_states
from pedell.stages.guard import Limits, Surroundings, guard_changes
from pedell.stages.order import order_changes
from tests.inventory_builder import schemas
from tests.laws.examples import examples
from tests.stages.world import ABLE, by_address, wanted

NAMES = ["radius.s.example.org"]
DEVICES = "ABCD"
KINDS = {name: schemas().kinds[name] for name in ("wifi", "server_certificate")}
ABILITIES = {"t": {**ABLE["t"], **dict.fromkeys(KINDS, ABLE["t"]["node"])}}

authorities = st.sampled_from(["a", "b", "c"])
trusts = st.sets(authorities, min_size=1).map(frozenset)
sleepers = st.sets(st.sampled_from(DEVICES)).map(frozenset)
rounds = st.lists(st.tuples(trusts, authorities, sleepers), max_size=8)


def pem(word):
    return f"-----BEGIN CERTIFICATE-----\n{word}\n-----END CERTIFICATE-----\n"


def network(trusted):
    spec = {"server_names": NAMES, "certificate": sorted(trusted)}
    anchors = {each: pem(each) for each in trusted}
    return wanted("net", {**spec, "anchors": anchors}, kind="wifi", devices=DEVICES)


def server(authority):
    spec = {"authority": authority, "anchor": pem(authority), "issuer": authority, "names": NAMES}
    return wanted("radius", spec, kind="server_certificate")


@dataclass
class World:
    shown: str = "a"
    held: dict = field(default_factory=lambda: dict.fromkeys(DEVICES, frozenset("a")))
    queued: dict = field(default_factory=dict)
    left: dict = field(default_factory=dict)
    asleep: frozenset = frozenset()

    def remember(self, resource):
        at = resource.address
        self.left[at] = Remembered(at, "t", resource.spec, "", resource.devices)

    def settle(self):
        for serial in [*self.queued]:
            if serial not in self.asleep:
                self.held[serial] = self.queued.pop(serial)

    def sight(self, net, radius):
        trusted = frozenset(net.spec["certificate"])
        has = {s for s in DEVICES if self.held[s] == trusted and s not in self.queued}
        queued = {s for s, what in self.queued.items() if what == trusted}
        old = self.left[net.address].spec
        spec = net.spec if has | queued else old
        seen = Observed(net.address, spec, "", frozenset(has | queued), pending=frozenset(queued))
        there = Observed(radius.address, {**radius.spec, "issuer": self.shown})
        return Sight({net.address: seen, radius.address: there}, {})

    def do(self, resource):
        if resource.address.kind == "wifi":
            self.queued |= dict.fromkeys(DEVICES, frozenset(resource.spec["certificate"]))
        else:
            self.shown = resource.spec["authority"]
        self.remember(resource)

    def check(self):
        assert all(self.shown in trusted for trusted in self.held.values()), self


def play(world, asked, gate):
    trusted, authority, world.asleep = asked
    world.settle()
    world.check()
    net, radius = network(trusted), server(authority)
    desired, sight = by_address(net, radius), world.sight(net, radius)
    changes = compare_states(desired, sight, world.left, KINDS, ABILITIES).changes
    around = Surroundings(sight, world.left, gate)
    guarded = guard_changes(changes, desired, world.left, Limits(), around)
    steps, blocked = order_changes(guarded, desired, KINDS)
    for step in steps:
        if gate and world.queued and any(edge.until is Until.VERIFIED for edge in step.needs):
            break  # the gate of the wave before stays shut; without one nobody waits for sleepers
        world.do(step.change.after)
        world.settle()
        world.check()
    return blocked


def fresh():
    world = World()
    for resource in (network(frozenset("a")), server("a")):
        world.remember(resource)
    return world


@examples(300)
@given(rounds, st.sampled_from([0.0, 1.0]))
def test_no_device_ever_loses_trust_in_its_server(asked, gate):
    world = fresh()
    for one in asked:
        play(world, one, gate)


@given(authorities, sleepers)
def test_three_steps_lead_to_any_authority_once_all_are_awake(goal, asleep):
    world, awake = fresh(), frozenset()
    both = frozenset({"a", goal})
    play(world, (both, "a", asleep), 0.0)
    play(world, (both, goal, asleep), 0.0)
    play(world, (both, goal, awake), 0.0)
    assert play(world, (both, goal, awake), 0.0) == ()
    assert play(world, (frozenset({goal}), goal, awake), 0.0) == ()
    assert world.shown == goal
    assert set(world.held.values()) == {frozenset({goal})}


def test_without_the_guards_devices_would_be_lost():
    world = fresh()
    world.do(server("b"))
    try:
        world.check()
    except AssertionError:
        return
    raise AssertionError("the law would not notice")
