"""Law: a network goes only when its successor is on the devices, so none is left without any.

A small world, planned with the real stages: one cohort, four devices, three networks. A device
that sleeps works its commands off in their order when it wakes; one that is stubborn, and always
awake, refuses every network that it does not hold. One that sleeps and would then refuse is not
covered: a gate counts those that were seen.
"""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from pedell.model import EVERYTHING_AT_ONCE, Action, Observed, Remembered, Sight, Until
from pedell.stages.compare import compare_states, delete_orphans
from pedell.stages.guard import Limits, guard_changes
from pedell.stages.order import order_changes
from pedell.stages.schedule import schedule_steps
from tests.inventory_builder import schemas
from tests.laws.examples import examples
from tests.stages.world import ABLE, by_address, wanted

DEVICES = "ABCD"
KINDS = {"wifi": schemas().kinds["wifi"]}
ABILITIES = {"t": {"wifi": ABLE["t"]["node"]}}
CONFIRMED = Limits(confirmed=frozenset("s"))

declared = st.sets(st.sampled_from(["a", "b", "c"]), min_size=1)
some = st.sets(st.sampled_from(DEVICES)).map(frozenset)
rounds = st.lists(st.tuples(declared, some), min_size=1, max_size=6)


def network(name, ssid=""):
    return wanted(name, {"ssid": ssid or name}, kind="wifi", devices=DEVICES)


@dataclass
class World:
    held: dict = field(default_factory=lambda: {serial: {"a"} for serial in DEVICES})
    queued: dict = field(default_factory=lambda: {serial: [] for serial in DEVICES})
    left: dict = field(default_factory=dict)
    asleep: frozenset = frozenset()
    stubborn: frozenset = frozenset()

    def settle(self):
        for serial in DEVICES:
            while self.queued[serial] and serial not in self.asleep:
                name, comes = self.queued[serial].pop(0)
                if comes and (serial not in self.stubborn or name in self.held[serial]):
                    self.held[serial].add(name)
                elif not comes:
                    self.held[serial].discard(name)
                assert self.held[serial], f"{serial} has no network: {self}"

    def has(self, serial, name):
        waiting = [comes for queued, comes in self.queued[serial] if queued == name]
        return waiting[-1] if waiting else name in self.held[serial]

    def sight(self, desired):
        things = {**self.left, **desired}
        return Sight(
            {
                at: Observed(at, thing.spec, "", holders)
                for at, thing in things.items()
                if (holders := frozenset(s for s in DEVICES if self.has(s, at.name)))
            },
            {},
        )

    def do(self, change):
        for serial in sorted(change.devices):
            self.queued[serial].append((change.address.name, change.after is not None))
        if change.after:
            left = Remembered(change.address, "t", change.after.spec, "", change.after.devices)
            self.left[change.address] = left
        else:
            del self.left[change.address]
        self.settle()

    def opens_gate(self, wave):
        """Tell whether all that were seen hold what the wave brought, as a gate of 100 % asks."""
        names = [step.change.address.name for step in wave.steps if step.change.after]
        seen = set(DEVICES) - self.asleep
        return all(name in self.held[serial] for serial in seen for name in names)


def waves(world, names, limits=CONFIRMED):
    desired = by_address(*map(network, sorted(names)))
    sight = world.sight(desired)
    found = compare_states(desired, sight, world.left, KINDS, ABILITIES)
    gone = delete_orphans(found.orphans, sight, KINDS, ABILITIES)
    guarded = guard_changes((*found.changes, *gone), desired, world.left, limits)
    steps, blocked = order_changes(guarded, desired, KINDS)
    return schedule_steps(steps, {}, EVERYTHING_AT_ONCE), blocked


def fresh():
    world = World()
    world.left = by_address(
        Remembered(network("a").address, "t", {"ssid": "a"}, "", network("a").devices)
    )
    return world


@examples(300)
@given(rounds, some)
def test_no_device_is_ever_without_a_network(asked, stubborn):
    world = fresh()
    world.stubborn = stubborn
    for names, asleep in asked:
        world.asleep = asleep - stubborn
        world.settle()
        for wave in waves(world, names)[0]:
            for step in wave.steps:
                world.do(step.change)
            if not world.opens_gate(wave):
                break


@given(declared, some)
def test_when_all_are_awake_and_willing_each_holds_what_is_declared(names, asleep):
    world = fresh()
    for world.asleep in (asleep, frozenset()):
        world.settle()
        for wave in waves(world, names)[0]:
            for step in wave.steps:
                world.do(step.change)
    assert all(held == names for held in world.held.values())
    assert waves(world, names) == ((), ())


def test_a_network_of_another_name_is_added_verified_and_then_removed():
    first, second = waves(fresh(), {"b"})[0]
    (adds,), (removes,) = first.steps, second.steps
    assert (adds.change.action, removes.change.action) == (Action.CREATE, Action.DELETE)
    assert [(edge.step, edge.until) for edge in removes.needs] == [(adds.number, Until.VERIFIED)]


def test_nobody_takes_a_network_away_without_a_word():
    (only,), (held,) = waves(fresh(), {"b"}, Limits())
    assert [step.change.action for step in only.steps] == [Action.CREATE]
    assert held.blocked.startswith("may cut devices off")


def test_a_network_that_keeps_its_name_is_replaced_in_place():
    old, new = network("a"), network("a", ssid="other")
    sight = Sight({old.address: Observed(old.address, old.spec)}, {})
    found = compare_states(by_address(new), sight, fresh().left, KINDS, ABILITIES)
    (change,) = guard_changes(found.changes, by_address(new), fresh().left, Limits())
    assert (change.action, change.effect.value) == (Action.UPDATE, "interrupts-lessons")
    assert change.blocked == ""
