"""Equal changes collapse, nothing is lost and nothing is told wrongly."""

from collections import Counter
from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pedell.model import Action, Cause, Change, Effect, Sealed
from pedell.outputs import FORMATS, Detail, Level
from pedell.outputs.group import Group
from pedell.outputs.group_lines import Telling, within
from pedell.outputs.group_text import notes_of, title_of
from pedell.outputs.grouping import ENOUGH, group_changes, group_exactly
from pedell.outputs.views import Page
from tests.outputs.build import (
    LOCK,
    airdrop_off,
    change,
    first_rollout,
    moved,
    plan,
    school_ids,
    scope,
    serials,
)

UNHURRIED = settings(deadline=None)

VALUES = st.sampled_from(
    [None, True, False, 0, 1, "", "1", "true", "netz", ["a"], ["a", "b"], Sealed("w", "ab" * 16)]
)
FIELDS = st.builds(
    moved,
    st.sampled_from(["ssid", "vlan", "camera", "eap.inner"]),
    VALUES,
    VALUES,
    st.sampled_from(Cause),
)


@st.composite
def changes(draw: st.DrawFn) -> list[Change]:
    found = {}
    for _ in range(draw(st.integers(0, 40))):
        school = draw(st.sampled_from(school_ids(12)))
        place = draw(st.sampled_from(["pupil", "teacher", "server"]))
        kind = draw(st.sampled_from(["wifi", "app", "file"]))
        name = draw(st.sampled_from(["a", "b", "c", "d", "e"]))
        blocked = draw(st.sampled_from(["", f"keeps {school} out", "too many at once"]))
        fields = draw(st.lists(FIELDS, max_size=3, unique_by=lambda f: f.pointer))
        mine = serials(school, draw(st.integers(0, 3)), place)
        each = change(
            f"{school}/{place}/{kind}/{name}",
            *fields,
            action=draw(st.sampled_from(Action)),
            devices=mine,
            drifted=sorted(mine)[: draw(st.integers(0, 1))],
            effect=draw(st.sampled_from([Effect.VISIBLE, Effect.DELETES_DATA])),
            blocked=blocked,
        )
        found[each.address] = each
    return list(found.values())


@UNHURRIED
@given(changes(), st.integers(1, 20))
def test_every_change_is_counted_in_exactly_one_group(found: list[Change], at_most: int) -> None:
    for groups in (group_changes(found, at_most), group_exactly(found)):
        told = Counter(each.address for group in groups for each in group.changes)
        assert told == Counter(each.address for each in found)


@UNHURRIED
@given(changes(), st.integers(1, 20))
def test_unequal_changes_share_a_group_only_if_it_says_so(found: list[Change], most: int) -> None:
    for group in group_changes(found, most):
        unlike = {repr(each.fields) for each in group.changes}
        ats = [each.address for each in group.changes]
        things = {(at.kind, at.name, at.place) for at in ats}
        if len(unlike) > 1:
            assert group.fields == ()
            if group.is_whole:
                assert group.variants > 1 or len(things) > 1
            else:
                assert group.variants == len(unlike)
                assert f"{len(unlike)} different values" in title_of(group)
        if len(unlike) > 1 and group.is_whole and len(things) == 1:
            assert (
                "different" in title_of(group)
                or "its own" in title_of(group)
                or (group.action is Action.DELETE)
            )


@UNHURRIED
@given(changes())
def test_exact_groups_hold_equal_changes_only(found: list[Change]) -> None:
    for group in group_exactly(found):
        assert group.variants == 1
        assert len({repr(sorted(map(repr, each.fields))) for each in group.changes}) == 1


@UNHURRIED
@given(changes())
def test_what_is_held_back_is_never_told_with_what_is_done(found: list[Change]) -> None:
    for group in group_changes(found, 1):
        assert len({bool(each.blocked) for each in group.changes}) == 1
        assert len({each.action for each in group.changes}) == 1
        assert len({each.effect for each in group.changes}) == 1


@UNHURRIED
@given(changes())
def test_outliers_come_first(found: list[Change]) -> None:
    def weight(group: Group) -> tuple[bool, int, int]:
        causes = [Cause.CONFLICT, Cause.THEIRS, Cause.OURS]
        return (not group.reasons, causes.index(group.cause), len(group.schools))

    weights = [weight(group) for group in group_changes(found)]
    assert weights == sorted(weights)


@UNHURRIED
@given(changes(), st.randoms())
def test_the_order_of_changes_does_not_matter(found: list[Change], random: object) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert _told(group_changes(found)) == _told(group_changes(shuffled))


@UNHURRIED
@given(changes())
def test_the_same_plan_always_reads_the_same(found: list[Change]) -> None:
    for form in FORMATS.values():
        for level in Level:
            once = form.plan(plan(found), Detail(level))
            assert once == form.plan(plan(list(found)), Detail(level))


@pytest.mark.parametrize("number", [154, 2_000])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_one_changed_line_takes_twenty_lines_at_most(number: int, data: st.DataObject) -> None:
    schools = school_ids(number)
    outliers = data.draw(
        st.lists(st.tuples(st.integers(0, number - 1), st.lists(FIELDS, max_size=4)), max_size=40)
    )
    found = {each.address: each for each in _airdrop_off(number)}
    for at, fields in outliers:
        school = schools[at]
        unique = {f.pointer: f for f in fields}
        each = change(
            f"{school}/pupil/restrictions/pupil",
            moved("airdrop", True, False),
            *unique.values(),
            devices=serials(school, 160),
            origins={("airdrop",): LOCK.source},
        )
        found[each.address] = each
    told = plan(found.values(), told=scope(number, number * 160), sizes=(1, 8))
    text = FORMATS["text"].plan(told, Detail(locks=(LOCK,)))
    assert len(text.split("\n")) <= 20
    assert f"Plan: {number:,} changes in {number:,} schools" in text


@pytest.mark.parametrize("number", [154, 400])
def test_the_first_day_fits_on_one_screen(number: int) -> None:
    found = first_rollout(school_ids(number))
    text = FORMATS["text"].plan(plan(found, sizes=(1, 8), told=scope(number)), Detail())
    assert len(text.split("\n")) <= 25


def test_one_line_over_all_schools_is_one_group_that_names_the_line_and_the_lock() -> None:
    (group,) = group_changes(airdrop_off(school_ids(154)))
    assert len(group.schools) == 154
    assert len(group.devices) == 154 * 160
    assert group.sources == (LOCK.source,)
    told = " ".join(_text(airdrop_off(school_ids(3))).split())
    assert f"authority.yml:41 (lock: {LOCK.reason}, {LOCK.owner})" in told


def test_six_values_are_told_one_by_one_and_seven_together() -> None:
    def vlans(number: int) -> list[Change]:
        ids = school_ids(number)
        return [change(f"{s}/pupil/wifi/netz", moved("vlan", 1, at)) for at, s in enumerate(ids, 2)]

    assert len(group_changes(vlans(6))) == 6
    (group,) = group_changes(vlans(7))
    assert (group.variants, group.fields) == (7, ())
    assert "vlan: 7 different values" in title_of(group)


def test_an_equal_change_of_things_with_different_names_is_one_group() -> None:
    found = [
        change(f"{school}/pupil/wifi/netz-{school}", moved("hidden", False, True))
        for school in school_ids(12)
    ]
    (group,) = group_changes(found)
    assert title_of(group) == "12 Wi-Fi networks for pupils: hidden false → true"


def test_more_schools_than_a_person_can_check_never_hide_the_one_that_differs() -> None:
    schools = school_ids(2_000)
    other = change(
        f"{schools[7]}/pupil/restrictions/pupil", moved("airdrop", True, False), moved("siri", 1, 2)
    )
    groups = group_changes([*airdrop_off(schools[8:]), other])
    assert len(groups) == 2
    assert groups[0].schools == (schools[7],)


def test_a_tablet_with_twelve_apps_counts_once() -> None:
    mine = serials("gs-nord", 148)
    found = [
        change(f"gs-nord/pupil/app/{name}", action=Action.CREATE, devices=mine)
        for name in "abcdefghijkl"
    ]
    (group,) = group_changes(found)
    assert title_of(group) == "12 apps for pupils"
    assert len(group.devices) == 148


def test_a_reason_that_only_names_its_own_school_is_one_reason() -> None:
    found = [
        change(f"{s}/pupil/app/x", action=Action.DELETE, blocked=f"type --confirm {s}")
        for s in school_ids(9)
    ]
    (group,) = group_changes(found)
    assert group.reasons == ("type --confirm SCHOOL",)


def test_what_moved_is_told_apart_from_what_is_taken_away() -> None:
    heirs = ["s1/pupil/configuration/siri"]
    gone = [
        change(f"s{n}/pupil/restrictions/pupil", action=Action.DELETE, heirs=heirs[:n])
        for n in (0, 1)
    ]
    lost, moved_away = sorted(group_changes(gone), key=lambda group: group.heirs)
    assert [title_of(group) for group in (lost, moved_away)] == ["remove from pupils"] * 2
    assert notes_of(lost) == []
    (note,) = notes_of(moved_away)
    assert note.text == (
        "moved: configuration siri says it now, so this goes when tablets hold that"
    )


def test_groups_stay_few_even_where_everything_differs() -> None:
    found = [
        change(f"{s}/{place}/wifi/{s}", moved(f"field{n}", n, n + 1))
        for n, s in enumerate(school_ids(300))
        for place in ("pupil", "teacher")
    ]
    assert len(group_changes(found)) <= ENOUGH


def test_members_who_come_go_and_return_are_told_apart() -> None:
    from dataclasses import replace

    mine = serials("gs-nord", 5)
    found = change("gs-nord/pupil/membership/devices", devices=mine, drifted=sorted(mine)[:1])
    found = replace(found, leaving=frozenset({"INV-1", "INV-2"}))
    (group,) = group_changes([found])
    assert title_of(group) == (
        "pupils: also for 4 further tablets, again for 1 tablet without it, no longer for 2 tablets"
    )


@cache
def _airdrop_off(number: int) -> tuple[Change, ...]:
    return tuple(airdrop_off(school_ids(number)))


def _told(groups: Sequence[Group]) -> list[tuple[object, ...]]:
    return [(title_of(group), group.schools, len(group.devices)) for group in groups]


def _text(found: list[Change]) -> str:
    return FORMATS["text"].plan(plan(found), Detail(locks=(LOCK,)))


def test_within_prefers_few_lines_over_names_of_lines() -> None:
    found = [change(f"gs-{n}/pupil/wifi/netz", moved("vlan", 1, n)) for n in range(2, 8)]
    roomy = within(40, found, Telling(title_of, notes_of, Page(), 6, lambda _: "a.yml:1"))
    narrow = within(6, found, Telling(title_of, notes_of, Page(), 6, lambda _: "a.yml:1"))
    assert len(roomy) == 12
    assert len(narrow) == 6
    assert not any("because" in line for line in narrow)
