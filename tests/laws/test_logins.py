"""Law: whatever the files ask for, and whoever sleeps, the server lets every device in.

A small world, planned with the real stages: one server, one network, four devices, three accounts.
A device that sleeps keeps the account that it has, and fetches what is queued when it wakes.
"""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from pedell.model import Need, Observed, Remembered, Sealed, Sight
from pedell.stages.compare import compare_states
from pedell.stages.guard import Limits, Surroundings, guard_changes
from pedell.stages.order import order_changes
from tests.inventory_builder import schemas
from tests.laws.examples import examples
from tests.stages.world import ABLE, by_address, wanted

DEVICES = "ABCD"
KINDS = {name: schemas().kinds[name] for name in ("wifi", "template", "service", "verify_eap")}
ABILITIES = {"t": {**ABLE["t"], **dict.fromkeys(KINDS, ABLE["t"]["node"])}}

accounts = st.sampled_from(["a", "b", "c"])
formers = st.sets(accounts).map(frozenset)
sleepers = st.sets(st.sampled_from(DEVICES)).map(frozenset)
rounds = st.lists(st.tuples(accounts, formers, sleepers), max_size=8)


def login(account):
    return {"ssid": "net", "eap": ["peap"], "username": account}


def secret(account):
    return {"user_password": Sealed(account, account)}


def declared(account, former):
    """Return what the files want: the account of the network, and the ones of before."""
    known = [account, *sorted(former - {account})]
    template = wanted(
        "accounts",
        {"content": " ".join(sorted(known)), "secrets": {one: Sealed(one, one) for one in known}},
        kind="template",
    )
    service = wanted(
        "radius",
        {"running": True, "restart_on": ["template/accounts"]},
        kind="service",
        needs=[Need(template.address, "so")],
    )
    proofs = [
        wanted(
            f"net.former-{number}" if number else "net",
            {**login(one), "secrets": secret(one)},
            kind="verify_eap",
            needs=[Need(service.address, "so")],
        )
        for number, one in enumerate(known)
    ]
    spec = {**login(account), **secret(account), "security": "wpa2-enterprise"}
    needs = [Need(proof.address, "so") for proof in proofs]
    net = wanted("net", spec, kind="wifi", devices=DEVICES, needs=needs)
    return by_address(template, service, *proofs, net)


@dataclass
class World:
    known: str = "a"
    held: dict = field(default_factory=lambda: dict.fromkeys(DEVICES, "a"))
    queued: dict = field(default_factory=dict)
    left: dict = field(default_factory=dict)
    asleep: frozenset = frozenset()

    def settle(self):
        for serial in [*self.queued]:
            if serial not in self.asleep:
                self.held[serial] = self.queued.pop(serial)
        for serial, account in self.held.items():
            assert account in self.known.split(), f"{serial} is locked out: {self}"

    def sight(self, desired):
        return Sight({at: seen for at in desired if (seen := self._seen(desired[at]))}, {})

    def _seen(self, resource):
        at = resource.address
        if at.kind != "wifi":
            return Observed(at, self.left[at].spec) if at in self.left else None
        account = resource.spec["username"]
        queued = {serial for serial, what in self.queued.items() if what == account}
        has = {s for s in DEVICES if self.held[s] == account and s not in self.queued} | queued
        spec = resource.spec if has else self.left[at].spec
        return Observed(at, spec, "", frozenset(has), pending=frozenset(queued))

    def do(self, resource):
        at = resource.address
        if at.kind == "wifi":
            self.queued |= dict.fromkeys(DEVICES, resource.spec["username"])
        elif at.kind == "template":
            self.known = resource.spec["content"]
        self.left[at] = Remembered(at, "t", resource.spec, "", resource.devices)


def fresh():
    world = World()
    for resource in declared("a", frozenset()).values():
        world.do(resource)
    world.settle()
    return world


def play(world, account, former, asleep):
    """Wake and put to sleep, plan, do all that is not held back; return what is."""
    world.asleep = asleep
    world.settle()
    desired = declared(account, former)
    sight = world.sight(desired)
    changes = compare_states(desired, sight, world.left, KINDS, ABILITIES).changes
    around = Surroundings(sight, world.left)
    guarded = guard_changes(changes, desired, world.left, Limits(), around)
    steps, blocked = order_changes(guarded, desired, KINDS)
    for step in steps:
        world.do(step.change.after)
        world.settle()
    return blocked


@examples(300)
@given(rounds)
def test_no_device_is_ever_locked_out(asked):
    world = fresh()
    for account, former, asleep in asked:
        play(world, account, former, asleep)
    world.asleep = frozenset()
    world.settle()


@given(accounts, sleepers)
def test_two_steps_lead_to_any_account_once_all_are_awake(goal, asleep):
    world, awake = fresh(), frozenset()
    assert play(world, goal, frozenset("a"), asleep) == ()
    play(world, goal, frozenset(), asleep)
    play(world, goal, frozenset(), awake)
    assert play(world, goal, frozenset(), awake) == ()
    assert world.known == goal
    assert set(world.held.values()) == {goal}


@given(sleepers.filter(bool))
def test_who_sleeps_holds_the_old_account_up(asleep):
    world = fresh()
    play(world, "b", frozenset("a"), asleep)
    assert play(world, "b", frozenset(), asleep)
    assert world.known == "a b"


def test_without_the_guards_devices_would_be_locked_out():
    world = fresh()
    world.asleep = frozenset("A")
    for resource in declared("b", frozenset()).values():
        world.do(resource)
    try:
        world.settle()
    except AssertionError:
        return
    raise AssertionError("the law would not notice")
