"""Compare: three ways, field by field, and what is equal leaves no trace."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedell.model import (
    Ability,
    Action,
    Cause,
    Effect,
    Kind,
    Observed,
    Sealed,
    Sight,
    Verb,
    Writes,
    is_same,
    leaves,
    look_up,
)
from pedell.stages.compare import compare_states, delete_orphans
from tests.laws.examples import examples
from tests.stages.world import ABLE, KINDS, at, by_address, left, seen, wanted

MERGING = {"t": {"node": Ability(writes=Writes.MERGE)}}


def compare(want=(), see=(), remember=(), *, abilities=ABLE, unreachable=()):
    return compare_states(
        by_address(*want),
        Sight(by_address(*see), dict.fromkeys(unreachable, "silent")),
        by_address(*remember),
        KINDS,
        abilities,
    )


def changed(want, see=None, remember=None, **more):
    (found,) = compare([want], [see] if see else [], [remember] if remember else [], **more).changes
    return found


ABSENT = object()


def node(make, value):
    return None if value is ABSENT else make("a", {"colour": value})


@pytest.mark.parametrize(
    ("want", "see", "remember", "action", "cause"),
    [
        (1, ABSENT, ABSENT, "+", "ours"),  # new in the files
        (1, ABSENT, 1, "+", "theirs"),  # taken away on the target
        (2, ABSENT, 1, "+", "conflict"),  # taken away there, changed here
        (1, 2, ABSENT, "~", "ours"),  # was there before us
        (2, 1, 1, "~", "ours"),  # changed in the files
        (1, 2, 1, "~", "theirs"),  # changed on the target
        (3, 2, 1, "~", "conflict"),  # changed on both sides
        (1, 1, ABSENT, "", ""),  # there already
        (1, 1, 1, "", ""),  # as we left it
        (2, 2, 1, "", ""),  # changed alike on both sides
    ],
)
def test_three_ways(want, see, remember, action, cause):
    found = compare(
        [node(wanted, want)],
        [] if see is ABSENT else [node(seen, see)],
        [] if remember is ABSENT else [node(left, remember)],
    )
    assert [change.action.value for change in found.changes] == ([action] if action else [])
    assert found.unchanged == (not action)
    fields = [field for change in found.changes for field in change.fields]
    assert [field.cause.value for field in fields] == ([cause] if cause else [])
    assert [change.is_drift for change in found.changes] == ([cause != "ours"] if cause else [])


def test_declared_is_owned_and_omitted_is_untouched():
    assert compare([wanted("a", {"x": 1})], [seen("a", {"x": 1, "theirs": 2})]).changes == ()


def test_where_writes_replace_what_we_let_go_of_goes():
    want, see, last = (
        wanted("a", {"x": 1}),
        seen("a", {"x": 1, "y": 2}),
        left("a", {"x": 1, "y": 2}),
    )
    (field,) = changed(want, see, last).fields
    assert (field.pointer, field.before, field.after) == (("y",), 2, None)
    assert field.cause is Cause.OURS
    assert compare([want], [see], [last], abilities=MERGING).changes == ()


def test_what_we_let_go_of_and_is_gone_is_no_change():
    assert (
        compare(
            [wanted("a", {"x": 1})], [seen("a", {"x": 1})], [left("a", {"x": 1, "y": 2})]
        ).changes
        == ()
    )


def test_what_others_wrote_there_stays_also_where_writes_replace():
    assert (
        compare(
            [wanted("a", {"x": 1})], [seen("a", {"x": 1, "y": 2})], [left("a", {"x": 1})]
        ).changes
        == ()
    )


def test_fields_inside_fields_are_compared_by_themselves():
    want = wanted("a", {"x": {"b": 1, "c": 2}})
    (field,) = changed(want, seen("a", {"x": {"b": 1, "c": 3, "d": 4}})).fields
    assert field.pointer == ("x", "c")


def test_a_set_has_no_order():
    assert (
        compare([wanted("a", {"names": ["x", "y"]})], [seen("a", {"names": ["y", "x"]})]).changes
        == ()
    )
    assert changed(wanted("a", {"names": ["x"]}), seen("a", {"names": ["x", "y"]})).fields


def test_a_list_has_an_order():
    assert changed(wanted("a", {"l": [1, 2]}), seen("a", {"l": [2, 1]})).fields


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Sealed("a", "f1"), Sealed("a", "f1"), True),
        (Sealed("a", "f1"), Sealed("a", "f2"), False),
        (Sealed("a", None), Sealed("a", "f2"), True),
        (Sealed("a", None), Sealed("b", "f2"), False),
        (Sealed("a", "f1"), "f1", False),
        (True, 1, False),
        ([True], [1], False),
        ([Sealed("a", None)], [Sealed("a", "f")], True),
        (5, 5.0, True),
    ],
)
def test_secrets_and_truth_values_are_compared_by_what_they_mean(one, other, same):
    assert bool(compare([wanted("a", {"x": one})], [seen("a", {"x": other})]).changes) is not same


def test_an_immutable_field_replaces_and_what_was_there_goes():
    found = changed(wanted("a", {"size": 2}), seen("a", {"size": 1}))
    assert found.action is Action.REPLACE
    assert found.effect is Effect.DELETES_DATA


def test_the_heaviest_field_gives_the_effect():
    light = changed(wanted("a", {"colour": 2}), seen("a", {"colour": 1}))
    assert light.effect is Effect.HARMLESS
    heavy = changed(wanted("a", {"colour": 2, "x": 2}), seen("a", {"colour": 1, "x": 1}))
    assert heavy.effect is Effect.VISIBLE


def test_devices_that_lack_it_are_reached():
    found = changed(wanted("a", {"x": 1}, devices="ABC"), seen("a", {"x": 1}, devices="A"))
    assert (found.action, found.fields, found.devices) == (Action.UPDATE, (), set("BC"))


def test_devices_that_are_not_enrolled_are_waited_for():
    found = compare(
        [wanted("a", {"x": 1}, devices="AB")], [seen("a", {"x": 1}, devices="A", waiting="B")]
    )
    assert (found.changes, found.unchanged, found.waiting) == ((), 1, {"B"})


def test_a_cohort_that_is_not_enrolled_at_all_makes_no_change():
    found = compare([wanted("a", {"x": 1}, devices="AB")], [seen("a", devices="", waiting="AB")])
    assert (found.changes, found.waiting) == ((), {"A", "B"})


def test_devices_that_lost_what_they_held_are_drift():
    last = left("a", {"x": 1}, devices="AB")
    found = changed(wanted("a", {"x": 1}, devices="ABC"), seen("a", {"x": 1}, devices="A"), last)
    assert found.drifted == {"B"}
    assert found.is_drift


def test_devices_that_get_something_new_are_no_drift():
    last = left("a", {"x": 1}, devices="AB")
    found = changed(wanted("a", {"x": 2}, devices="AB"), seen("a", {"x": 1}), last)
    assert found.drifted == frozenset()
    assert not found.is_drift


def test_who_leaves_the_list_leaves_the_set():
    last = left("a", kind="crowd", devices="ABC")
    want = wanted("a", kind="crowd", devices="AB")
    found = changed(want, seen("a", kind="crowd", devices="AB"), last)
    assert (found.action, found.leaving) == (Action.UPDATE, {"C"})


def test_who_leaves_changes_nothing_else():
    last = left("a", {"x": 1}, devices="ABC")
    assert (
        compare(
            [wanted("a", {"x": 1}, devices="AB")], [seen("a", {"x": 1}, devices="AB")], [last]
        ).changes
        == ()
    )


def test_a_silent_target_is_left_out():
    found = compare([wanted("a"), wanted("b", target="u")], [], unreachable=["u"], abilities=ABLE)
    assert [change.address for change in found.changes] == [at("a")]


@pytest.mark.parametrize(
    ("ability", "see", "said"),
    [
        (Ability(create=Verb.NO), None, "cannot create"),
        (Ability(create=Verb.MANUAL), None, "cannot create"),
        (Ability(update=Verb.NO), 1, "cannot update"),
    ],
)
def test_what_a_target_cannot_do_is_blocked(ability, see, said):
    want = wanted("a", {"x": 2})
    found = changed(want, seen("a", {"x": 1}) if see else None, abilities={"t": {"node": ability}})
    assert said in found.blocked


def test_a_kind_that_the_target_does_not_know_is_blocked():
    assert "cannot create" in changed(wanted("a"), abilities={"t": {}}).blocked


def orphans(see, remember, **more):
    return [left.address for left in compare([], see, remember, **more).orphans]


def test_what_nobody_declares_any_more_is_an_orphan_and_no_change():
    found = compare([], [seen("a", {"x": 1})], [left("a", {"x": 1})])
    assert ([o.address for o in found.orphans], found.changes) == ([at("a")], ())


def test_what_is_not_there_any_more_is_no_orphan():
    assert orphans([], [left("a", {"x": 1})]) == []


def test_what_a_silent_or_forgotten_target_holds_stays_an_orphan():
    assert orphans([], [left("a", target="t")], unreachable=["t"]) == [at("a")]
    assert orphans([], [left("a", target="gone")]) == [at("a")]


def test_only_orphans_that_are_there_are_deleted():
    last = (left("a"), left("b"), left("c", target="u", devices="A"))
    sight = Sight(by_address(seen("a", {"x": 1}), seen("c")), {"u": "silent"})
    (found,) = delete_orphans(last, sight, KINDS, ABLE)
    assert (found.address, found.action) == (at("a"), Action.DELETE)
    assert found.effect is Effect.DELETES_DATA
    assert found.before == seen("a", {"x": 1})
    assert found.blocked == ""


def test_a_target_that_cannot_delete_is_not_asked_to():
    able = {"t": {"node": Ability(delete=Verb.MANUAL)}}
    (found,) = delete_orphans((left("a"),), Sight(by_address(seen("a", {"x": 1})), {}), KINDS, able)
    assert "cannot delete" in found.blocked


SCALARS = st.one_of(
    st.booleans(), st.integers(-1, 2), st.sampled_from(["", "a", "1"]),
    st.builds(Sealed, st.sampled_from("ab"), st.sampled_from(["f", "g", None])),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("pq"), inner, max_size=2)
    ),
    max_leaves=4,
)
SPECS = st.dictionaries(st.sampled_from(["x", "y", "names", "size"]), VALUES, max_size=3)


@examples(150)
@given(SPECS, SPECS, st.none() | SPECS)
def test_unequal_specs_never_give_an_empty_difference(want, see, remember):
    last = [left("a", remember)] if remember is not None else []
    found = compare([wanted("a", want)], [seen("a", see)], last)
    owned = {pointer for pointer, _ in leaves(want) if pointer}
    differs = any(
        not is_same(look_up(see, p), look_up(want, p), as_set=p in KINDS["node"].unordered)
        for p in owned
    )
    if differs:
        assert len(found.changes) == 1
        assert all(
            not is_same(field.before, field.after, as_set=field.pointer in KINDS["node"].unordered)
            for field in found.changes[0].fields
        )


@examples(150)
@given(SPECS, st.none() | SPECS)
def test_what_is_equal_leaves_no_trace(want, remember):
    last = [left("a", remember)] if remember is not None else []
    found = compare([wanted("a", want)], [Observed(at("a"), want)], last)
    assert found.changes == ()


def test_what_time_moves_is_a_change_and_nobodys_drift():
    kinds = {**KINDS, "node": Kind.from_schema("node", {"properties": {"left": {"x-ages": True}}})}
    want, see, old = (
        wanted("a", {"left": "30"}),
        seen("a", {"left": "27"}),
        left("a", {"left": "30"}),
    )
    sight = Sight(by_address(see), {})
    (found,) = compare_states(by_address(want), sight, by_address(old), kinds, ABLE).changes
    assert [(field.before, field.after) for field in found.fields] == [("27", "30")]
    assert not found.is_drift
