"""Guards hold back what must not happen unnoticed; the rest goes on."""

import pytest

from pedell.model import Action, Effect
from pedell.stages.guard import Limits, guard_changes
from tests.stages.world import at, by_address, change, left, wanted

RICH = by_address(*(left(str(number)) for number in range(1000)))


def guard(*changes, desired=(), memory=RICH, **limits):
    return guard_changes(changes, by_address(*desired), memory, Limits(**limits))


def deletion(name, school="s", effect=Effect.HARMLESS):
    return change(name, Action.DELETE, school=school, effect=effect)


def test_a_gentle_change_passes_untouched():
    gentle = change("a", Action.UPDATE, effect=Effect.INTERRUPTS_LESSONS)
    assert guard(gentle) == (gentle,)


@pytest.mark.parametrize("action", [Action.DELETE, Action.REPLACE])
@pytest.mark.parametrize("effect", [Effect.DELETES_DATA, Effect.LOCKS_OUT])
def test_what_takes_away_something_heavy_waits_for_a_person(action, effect):
    (found,) = guard(change("a", action, effect=effect))
    assert "--confirm s" in found.blocked
    (found,) = guard(change("a", action, effect=effect), confirmed=frozenset("s"))
    assert found.blocked == ""


def test_the_confirmation_of_one_school_is_none_for_another():
    first, second = (deletion("a", school, Effect.DELETES_DATA) for school in ("s", "r"))
    assert [bool(c.blocked) for c in guard(first, second, confirmed=frozenset("s"))] == [
        False,
        True,
    ]


def test_the_rest_goes_on():
    held, free = guard(deletion("a", effect=Effect.DELETES_DATA), change("b"))
    assert held.blocked
    assert not free.blocked


def test_a_list_that_is_suddenly_empty_is_always_stopped():
    empty = change(
        "a", Action.UPDATE, kind="crowd", leaving=frozenset("AB"), after=wanted("a", kind="crowd")
    )
    (found,) = guard(empty, confirmed=frozenset("s"))
    assert "suddenly empty" in found.blocked


def test_a_list_that_shrinks_passes():
    shrunk = wanted("a", kind="crowd", devices="A")
    (found,) = guard(change("a", Action.UPDATE, kind="crowd", leaving=frozenset("B"), after=shrunk))
    assert found.blocked == ""


def test_rights_that_cut_a_cohort_off_are_stopped():
    rights = wanted("a", {"only_managed_wifi": True}, kind="rights")
    cutting = change("a", kind="rights", after=rights)
    (found,) = guard(cutting, desired=[rights])
    assert "managed networks" in found.blocked
    (found,) = guard(cutting, desired=[rights, wanted("n", kind="wifi")])
    assert found.blocked == ""
    (found,) = guard(cutting, desired=[rights, wanted("n", kind="wifi", school="r")])
    assert "managed networks" in found.blocked


def test_more_deletions_than_the_count_are_held_back():
    found = guard(*(deletion(str(n)) for n in range(6)), change("x"), deletions=5)
    assert [bool(c.blocked) for c in found] == [True] * 6 + [False]
    assert "6 deletions in one run are more than 5" in found[0].blocked


def test_as_many_deletions_as_the_count_pass():
    assert not any(c.blocked for c in guard(*(deletion(str(n)) for n in range(5)), deletions=5))


def test_more_deletions_than_the_share_are_held_back():
    memory = by_address(*(left(str(number)) for number in range(10)))
    assert all(c.blocked for c in guard(*(deletion(str(n)) for n in range(3)), memory=memory))
    assert not any(c.blocked for c in guard(*(deletion(str(n)) for n in range(2)), memory=memory))


def test_one_deletion_is_always_in_the_budget():
    assert guard(deletion("a"), memory=by_address(left("a")))[0].blocked == ""
    two = guard(deletion("a"), deletion("b"), memory=by_address(left("a"), left("b")))
    assert "more than 1" in two[0].blocked


def test_what_moves_on_the_same_devices_is_no_deletion_to_count():
    moved = [change(str(n), Action.DELETE, heirs=(at("new"),)) for n in range(9)]
    found = guard(*moved, deletion("x"), deletions=1)
    assert not any(each.blocked for each in found)


def test_deletions_of_a_confirmed_school_do_not_count():
    changes = [deletion(str(n)) for n in range(9)] + [deletion("x", "r")]
    assert not any(c.blocked for c in guard(*changes, deletions=1, confirmed=frozenset("s")))


def test_a_change_that_is_blocked_already_keeps_its_reason():
    blocked = change("a", Action.DELETE, effect=Effect.LOCKS_OUT, blocked="because")
    assert guard(blocked) == (blocked,)
    assert at("a") == blocked.address


@pytest.mark.parametrize("action", [Action.CREATE, Action.UPDATE])
def test_an_app_that_came_by_declaration_is_not_brought_by_command(action):
    new = change("a", action, kind="configured_app")
    (found,) = guard(new, memory=by_address(left("a", kind="app")), confirmed=frozenset("s"))
    assert "have this app by declaration" in found.blocked
    assert "--prune --confirm s" in found.blocked
    (found,) = guard(new, memory=by_address(left("b", kind="app")))
    assert found.blocked == ""


def test_a_declaration_may_take_over_an_app_that_came_by_command():
    new = change("a", Action.CREATE, kind="app")
    (found,) = guard(new, memory=by_address(left("a", kind="configured_app")))
    assert found.blocked == ""
