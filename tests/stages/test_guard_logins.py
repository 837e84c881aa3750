"""A server that lets devices in goes on doing so until they have shown that they join otherwise."""

from dataclasses import replace

import pytest

from pedell.model import Action, Need, Observed, Sealed, Sight
from pedell.stages.guard import Limits, Surroundings, guard_changes
from pedell.stages.order import order_changes
from tests.stages.world import KINDS, at, by_address, change, left, wanted

SERVICE = wanted(
    "freeradius", {"restart_on": ["template/accounts", "server_certificate/radius"]}, kind="service"
)


def network(account, *, name="net", devices="ABC", secret=""):
    spec = {"ssid": name, "security": "wpa2-enterprise", "eap": ["peap", "ttls"]}
    spec |= {"username": account, "user_password": Sealed(secret or account, f"f-{account}")}
    return wanted(name, spec, kind="wifi", devices=devices)


def proof(account, name="net", **more):
    spec = {"ssid": name.partition(".")[0], "eap": ["ttls", "peap"], "username": account}
    spec |= {"secrets": {"user_password": Sealed(account, f"f-{account}")}, **more}
    return wanted(name, spec, kind="verify_eap", needs=[Need(SERVICE.address, "so")])


def remembered(resource):
    at = resource.address
    return left(at.name, resource.spec, devices="".join(resource.devices), kind=at.kind)


def turn(name="accounts", action=Action.UPDATE, kind="template"):
    return change(name, action, kind=kind)


def join(old, new):
    """Change a network in place."""
    return change(
        "net", Action.UPDATE, kind="wifi", before=Observed(old.address, old.spec),
        after=new, remembered=remembered(old), devices=new.devices,
    )  # fmt: skip


def guard(changes, desired, memory, *, seen=(), confirmed=""):
    around = Surroundings(
        Sight(by_address(*seen), {}), by_address(*map(remembered, memory)), gate=0.0
    )
    desired = by_address(SERVICE, *desired)
    limits = Limits(confirmed=frozenset(confirmed))
    return guard_changes(tuple(changes), desired, {}, limits, around)


def held(*args, **more):
    return guard(*args, **more)[0].blocked


def shown(resource, pending=""):
    holders, late = frozenset(resource.devices), frozenset(pending)
    return Observed(resource.address, resource.spec, "", holders, pending=late)


OLD, NEW = network("alt"), network("neu")
BEFORE = [OLD, proof("alt")]


def test_an_account_that_devices_join_with_is_not_withdrawn():
    swap = [turn(), join(OLD, NEW)]
    (accounts, _) = guard(swap, [NEW, proof("neu")], BEFORE)
    assert accounts.blocked == (
        "3 devices of s may still join wifi net as before (net, alt), which the server would not"
        " let in any more. Say under former of the network how they did, apply, and take that out"
        " when pedell status shows nobody behind. Without them: --confirm s"
    )
    assert held(swap, [NEW, proof("neu")], BEFORE, confirmed="s") == ""


def test_what_waits_for_the_server_is_held_back_with_it():
    proven = proof("neu")
    files = wanted("accounts", kind="template")
    service = replace(SERVICE, needs=(Need(files.address, "so"),))
    wifi = replace(NEW, needs=(Need(proven.address, "so"),))
    moves = [turn(), replace(join(OLD, NEW), after=wifi)]
    around = Surroundings(Sight({}, {}), by_address(*map(remembered, BEFORE)))
    desired = by_address(files, service, proven, wifi)
    guarded = guard_changes(tuple(moves), desired, {}, Limits(), around)
    kinds = dict.fromkeys(("template", "service", "verify_eap"), KINDS["node"]) | KINDS
    steps, blocked = order_changes(guarded, desired, kinds)
    assert steps == ()
    assert {one.address.kind for one in blocked} == {"template", "wifi"}


def test_an_account_that_stays_good_beside_the_new_one_may_change():
    desired = [NEW, proof("neu"), proof("alt", "net.former-1")]
    assert held([turn(), join(OLD, NEW)], desired, BEFORE) == ""


@pytest.mark.parametrize(("late", "count"), [("", 0), ("B", 1), ("BC", 2)])
def test_the_former_account_goes_when_all_have_shown_the_new_one(late, count):
    memory = [NEW, proof("neu"), proof("alt", "net.former-1")]
    found = held([turn()], [NEW, proof("neu")], memory, seen=[shown(NEW, late)])
    assert ("device" in found) is bool(count)
    assert found.startswith({0: "", 1: "one device of s", 2: "2 devices of s"}[count])


def test_devices_that_nobody_looked_at_count_as_late():
    memory = [NEW, proof("neu"), proof("alt", "net.former-1")]
    assert "3 devices of s" in held([turn()], [NEW, proof("neu")], memory)


@pytest.mark.parametrize(
    ("there", "is_held"), [(["alt", "neu"], True), (["neu"], False), (["points"], True)]
)
def test_what_the_server_has_forgotten_already_holds_nothing_up(there, is_held):
    secrets = {name: Sealed(name, f"f-{name}") for name in there}
    files = wanted("accounts", {"secrets": secrets}, kind="template")
    memory = [NEW, proof("neu"), proof("alt", "net.former-1"), files]
    assert bool(held([turn()], [NEW, proof("neu")], memory, seen=[shown(NEW, "B")])) is is_held


def test_whoever_has_shown_another_network_loses_nothing():
    other = network("gast", name="guests")
    desired, memory = [NEW, other, proof("neu"), proof("gast", "guests")], [*BEFORE, other]
    swap = [turn(), join(OLD, NEW)]
    assert held(swap, desired, memory, seen=[shown(other)]) == ""
    assert "one device" in held(swap, desired, memory, seen=[shown(other, "C")])


def test_a_network_that_is_taken_out_of_the_files_keeps_its_account_until_another_is_there():
    other = network("gast", name="guests")
    desired, memory = [other, proof("gast", "guests")], [*BEFORE]
    assert "3 devices of s may still join wifi net" in held([turn()], desired, memory)
    assert held([turn()], desired, memory, seen=[shown(other)]) == ""


@pytest.mark.parametrize(
    "new",
    [proof("alt", eap=["ttls"]), proof("alt", ssid="other"), proof("ALT")],
    ids=["method", "ssid", "account"],
)
def test_every_part_of_how_devices_join_counts(new):
    assert "may still join" in held([turn()], [NEW, new], BEFORE)


def test_the_order_of_methods_and_a_vault_that_is_shut_do_not_count():
    sealed = {"user_password": Sealed("alt", None)}
    assert held([turn()], [OLD, proof("alt", secrets=sealed)], BEFORE) == ""


def test_other_things_of_the_server_go_on():
    desired = [NEW, proof("neu")]
    for move in (
        turn("motd"),
        turn("radius", kind="server_certificate"),
        turn(action=Action.CREATE),
    ):
        assert held([move], desired, BEFORE) == ""


def test_a_network_whose_server_is_somebody_elses_is_none_of_its_business():
    assert held([turn()], [NEW, proof("gast", "guests")], [OLD]) == ""
    assert at("net", "wifi") == OLD.address
