"""Law: a network goes only when its successor is on the devices, so none is left without any.

A small world, planned with the real stages: one cohort, four devices, three networks. A device
that sleeps works its commands off in their order when it wakes; one that is stubborn refuses every
network that it does not hold, and may well sleep when it is told. Gates open for a share of those
that were seen, or there are none.
"""

from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st

from pedell.model import (
    EVERYTHING_AT_ONCE,
    Action,
    DeviceStage,
    DeviceStand,
    Observed,
    Remembered,
    Sight,
    Until,
)
from pedell.stages.compare import compare_states, delete_orphans
from pedell.stages.guard import Limits, Surroundings, guard_changes
from pedell.stages.hold import hold_unverified
from pedell.stages.order import order_changes
from pedell.stages.schedule import schedule_steps
from tests.inventory_builder import schemas
from tests.laws.examples import examples
from tests.stages.world import ABLE, Lines, Scripted, ScriptedDevices, by_address, wanted

DEVICES = "ABCD"
KINDS = {"wifi": schemas().kinds["wifi"]}
ABILITIES = {"t": {"wifi": ABLE["t"]["node"]}}
CONFIRMED = Limits(confirmed=frozenset("s"))

declared = st.sets(st.sampled_from(["a", "b", "c"]), min_size=1)
some = st.sets(st.sampled_from(DEVICES)).map(frozenset)
gates = st.sampled_from([0.0, 0.5, 1.0])
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
                at: Observed(at, thing.spec, "", holders, pending=holders - self.shown(at.name))
                for at, thing in things.items()
                if (holders := frozenset(s for s in DEVICES if self.has(s, at.name)))
            },
            {},
        )

    def shown(self, name):
        return frozenset(s for s in DEVICES if name in self.held[s])

    def lines(self, wave, steps):
        """Stand for the target when a wave begins: it knows who holds what the wave waits for."""
        needed = {edge.step for step in wave.steps for edge in step.needs}
        names = [steps[n].change.address.name for n in needed if steps[n].change.after]
        have = frozenset(DEVICES).intersection(*map(self.shown, names))
        stages = {s: DeviceStage.VERIFIED if s in have else DeviceStage.ASLEEP for s in DEVICES}
        stands = [DeviceStand(serial, "s", "p", stage) for serial, stage in stages.items()]
        return Lines({"t": Scripted(devices=ScriptedDevices(stands))})

    def apply(self, planned, gate):
        """Do the waves as an apply does, until a gate stays shut."""
        steps = {step.number: step for wave in planned for step in wave.steps}
        for wave in planned:
            for step in hold_unverified(wave, steps, self.lines(wave, steps)).steps:
                self.do(step.change)
            if not self.opens_gate(wave, gate):
                break

    def do(self, change):
        for serial in sorted(change.devices):
            self.queued[serial].append((change.address.name, change.after is not None))
        if change.after:
            left = Remembered(change.address, "t", change.after.spec, "", change.after.devices)
            self.left[change.address] = left
        else:
            left = self.left.pop(change.address)
            if kept := left.devices - change.devices:
                self.left[change.address] = replace(left, devices=kept)
        self.settle()

    def opens_gate(self, wave, gate):
        """Tell whether so many of those that were seen hold all that the wave brought."""
        names = [step.change.address.name for step in wave.steps if step.change.after]
        seen = set(DEVICES) - self.asleep
        good = [serial for serial in seen if self.held[serial].issuperset(names)]
        return len(good) >= gate * len(seen)


def waves(world, names, limits=CONFIRMED, gate=1.0):
    desired = by_address(*map(network, sorted(names)))
    sight = world.sight(desired)
    found = compare_states(desired, sight, world.left, KINDS, ABILITIES)
    gone = delete_orphans(found.orphans, sight, KINDS, ABILITIES)
    around = Surroundings(sight, world.left, gate)
    guarded = guard_changes((*found.changes, *gone), desired, world.left, limits, around)
    steps, blocked = order_changes(guarded, desired, KINDS)
    return schedule_steps(steps, {}, EVERYTHING_AT_ONCE), blocked


def fresh():
    world = World()
    world.left = by_address(
        Remembered(network("a").address, "t", {"ssid": "a"}, "", network("a").devices)
    )
    return world


@examples(300)
@given(rounds, some, gates)
def test_no_device_is_ever_without_a_network(asked, stubborn, gate):
    world = fresh()
    world.stubborn = stubborn
    for names, world.asleep in asked:
        world.settle()
        world.apply(waves(world, names, gate=gate)[0], gate)
    world.asleep = frozenset()
    world.settle()


@given(declared, some, gates)
def test_when_all_are_awake_and_willing_each_holds_what_is_declared(names, asleep, gate):
    world = fresh()
    for world.asleep in (asleep, frozenset(), frozenset()):
        world.settle()
        world.apply(waves(world, names, gate=gate)[0], gate)
    assert all(held == names for held in world.held.values())
    assert waves(world, names) == ((), ())


def test_a_network_of_another_name_is_added_verified_and_then_removed():
    first, second = waves(fresh(), {"b"})[0]
    (adds,), (removes,) = first.steps, second.steps
    assert (adds.change.action, removes.change.action) == (Action.CREATE, Action.DELETE)
    assert [(edge.step, edge.until) for edge in removes.needs] == [(adds.number, Until.VERIFIED)]


def test_without_a_gate_the_old_one_goes_with_the_next_plan():
    world = fresh()
    planned, (held,) = waves(world, {"b"}, gate=0.0)
    assert held.blocked == (
        "wifi b, by which the devices of p come back, still has to reach them. Apply that, then"
        " plan again; a rollout with a gate does both in one run."
    )
    world.asleep = frozenset("D")
    world.apply(planned, 0.0)
    ((removes,),) = [wave.steps for wave in waves(world, {"b"}, gate=0.0)[0]]
    assert removes.change.devices == frozenset("ABC")
    note = "one device has shown no other network yet and keeps it"
    assert removes.change.before
    assert removes.change.before.note == note


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
