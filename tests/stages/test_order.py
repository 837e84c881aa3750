"""Order: makers wait for what they need, deleters for whoever lets go, and each edge says why."""

import pytest

from pedell.model import Action, Effect, Kind, Need, Until
from pedell.stages.order import order_changes
from tests.stages.world import KINDS, at, by_address, change, left, seen, wanted


def order(changes, desired=()):
    return order_changes(tuple(changes), by_address(*desired), KINDS)


def names(steps):
    return [f"{step.change.action.value}{step.change.address.name}" for step in steps]


def waits(steps):
    name = {step.number: step.change.address.name for step in steps}
    return {
        step.change.address.name: {name[e.step]: (e.reason, e.until.value) for e in step.needs}
        for step in steps
    }


def test_a_maker_waits_for_all_it_needs():
    desired = [wanted("a", needs=["b", "c"]), wanted("b", needs=["c"]), wanted("c")]
    steps, _ = order([change(name) for name in "abc"], desired)
    assert names(steps) == ["+c", "+b", "+a"]
    assert [step.number for step in steps] == [1, 2, 3]
    assert waits(steps) == {
        "a": {"b": ("so", "done"), "c": ("so", "done")},
        "b": {"c": ("so", "done")},
        "c": {},
    }


def test_what_needs_nothing_keeps_the_order_of_the_addresses():
    steps, _ = order([change(name) for name in "abcd"], [wanted(name) for name in "abcd"])
    assert names(steps) == ["+a", "+b", "+c", "+d"]


def test_a_delete_waits_for_the_one_that_lets_go():
    goes = change("a", Action.DELETE, before=seen("a", {"x": 1}))
    lets_go = change("w", Action.UPDATE, before=seen("w", {"next": "a"}))
    desired = [wanted("w", {"next": "b"}, needs=["b"]), wanted("b")]
    steps, _ = order([lets_go, change("b"), goes], desired)
    assert names(steps) == ["+b", "~w", "-a"]
    assert waits(steps)["a"] == {"w": ("node w lets go of it", "done")}


def test_what_was_left_there_lets_go_too():
    goes = change("a", Action.DELETE)
    lets_go = change("w", Action.UPDATE, remembered=left("w", {"next": "a"}))
    assert names(order([goes, lets_go], [wanted("w")])[0]) == ["~w", "-a"]


def test_of_two_deletes_the_one_that_holds_on_goes_first():
    holder = change("b", Action.DELETE, before=seen("b", {"next": "a"}))
    assert names(order([change("a", Action.DELETE), holder])[0]) == ["-b", "-a"]


def test_a_thing_that_names_itself_does_not_wait_for_itself():
    loop = change("a", Action.DELETE, before=seen("a", {"next": "a"}))
    assert names(order([loop])[0]) == ["-a"]


def test_a_network_goes_only_when_its_successor_is_on_the_devices():
    goes = change("old", Action.DELETE, kind="wifi", effect=Effect.LOCKS_OUT)
    comes = change("new", kind="wifi")
    elsewhere = change("new", kind="wifi", school="r")
    steps, _ = order([goes, comes, elsewhere], [wanted("new", kind="wifi")])
    (edge,) = next(step for step in steps if step.change == goes).needs
    assert steps[edge.step - 1].change == comes
    assert edge.until is Until.VERIFIED
    assert edge.reason == "wifi new must be there before it goes"


def test_a_chain_through_what_stands_already_still_orders_its_ends():
    desired = [wanted("a", needs=["m"]), wanted("m", needs=["z"]), wanted("z")]
    assert waits(order([change("a"), change("z")], desired)[0])["a"] == {"z": ("so", "done")}


@pytest.mark.parametrize("first", [Until.DONE, Until.VERIFIED])
@pytest.mark.parametrize("second", [Until.DONE, Until.VERIFIED])
def test_a_chain_is_as_strict_as_its_strictest_link(first, second):
    desired = [
        wanted("a", needs=[Need(at("m"), "one", first)]),
        wanted("m", needs=[Need(at("z"), "two", second)]),
        wanted("z"),
    ]
    ((_, until),) = waits(order([change("a"), change("z")], desired)[0])["a"].values()
    assert until == ("verified" if Until.VERIFIED in (first, second) else "done")


def test_of_two_edges_to_one_end_the_stricter_counts():
    desired = [
        wanted("a", needs=[Need(at("b"), "x"), Need(at("b"), "y", Until.VERIFIED)]),
        wanted("b"),
    ]
    assert waits(order([change("a"), change("b")], desired)[0])["a"] == {"b": ("y", "verified")}


def test_what_waits_for_something_blocked_is_blocked_with_it_and_says_why():
    desired = [wanted("a", needs=["b"]), wanted("b", needs=["c"]), wanted("c"), wanted("d")]
    changes = [change("a"), change("b"), change("c", blocked="guarded"), change("d")]
    steps, blocked = order(changes, desired)
    assert names(steps) == ["+d"]
    reasons = {c.address.name: c.blocked for c in blocked}
    assert reasons["c"] == "guarded"
    assert "s/p/node/c" in reasons["b"]
    assert "s/p/node/b" in reasons["a"]


def test_a_delete_waits_also_for_one_that_may_not_let_go():
    goes = change("a", Action.DELETE)
    held = change("w", Action.UPDATE, before=seen("w", {"next": "a"}), blocked="guarded")
    steps, blocked = order([goes, held], [wanted("w")])
    assert steps == ()
    assert {c.address.name for c in blocked} == {"a", "w"}


def test_what_is_needed_and_not_chosen_is_taken_as_there():
    assert names(order([change("a")], [wanted("a", needs=["elsewhere"])])[0]) == ["+a"]


def deletes_on_a_server(*things):
    kinds = KINDS | {kind: Kind.from_schema(kind, {}) for kind in ("directory", "file", "service")}
    gone = [
        change(name, Action.DELETE, remembered=left(name, spec, kind=kind), kind=kind)
        for kind, name, spec in things
    ]
    return names(order_changes(tuple(gone), {}, kinds)[0])


def test_a_directory_goes_after_all_that_lies_in_it():
    found = deletes_on_a_server(
        ("directory", "a", {"path": "/srv/a"}),
        ("directory", "b", {"path": "/srv/a/b"}),
        ("file", "x", {"path": "/srv/a/b/x"}),
        ("file", "y", {"path": "/srv/ab"}),
    )
    assert found == ["-x", "-b", "-a", "-y"]


def test_a_service_goes_before_the_files_that_restart_it():
    found = deletes_on_a_server(
        ("file", "a", {"path": "/etc/a"}),
        ("service", "b", {"restart_on": ["file/a"], "reload_on": ["file/c"]}),
        ("file", "c", {"path": "/etc/c"}),
    )
    assert found == ["-b", "-a", "-c"]
