"""Schedule: waves of schools, and what must be verified first stands in an earlier wave."""

from dataclasses import replace

import pytest

from pedell.model import EVERYTHING_AT_ONCE, Edge, Until
from pedell.stages.schedule import schedule_steps
from tests.stages.world import school, step

SCHOOLS = {
    s.id: s
    for s in [
        school("a", "realschule", 10),
        school("b", "grundschule", 30),
        school("c", "gymnasium", 20),
        school("d", "grundschule", 30),
        school("e", "grundschule", 0),
    ]
}


def schedule(steps, sizes=("100%",), order_by=(), schools=SCHOOLS):
    rollout = replace(EVERYTHING_AT_ONCE, sizes=sizes, order_by=order_by)
    return schedule_steps(tuple(steps), schools, rollout)


def one_for_each(names="abcde"):
    return [step(number, school=name) for number, name in enumerate(names, 1)]


@pytest.mark.parametrize(
    ("sizes", "waves"),
    [
        (("100%",), ["abcde"]),
        (("1",), ["a", "b", "c", "d", "e"]),
        (("1", "100%"), ["a", "bcde"]),
        (("2", "1"), ["ab", "c", "d", "e"]),
        (("20%", "40%"), ["a", "bc", "de"]),
        (("1%", "50%"), ["a", "bcd", "e"]),
        (("0%", "100%"), ["a", "bcde"]),
        (("9",), ["abcde"]),
    ],
)
def test_sizes_are_counts_or_shares_and_the_last_repeats(sizes, waves):
    found = schedule(one_for_each(), sizes)
    assert ["".join(wave.schools) for wave in found] == waves
    assert [wave.number for wave in found] == list(range(1, len(waves) + 1))


@pytest.mark.parametrize(
    ("order_by", "meant"),
    [
        ((), "abcde"),
        (("-id",), "edcba"),
        (("priority",), "eacbd"),
        (("-priority",), "bdcae"),
        (("type", "-id"), "edbca"),
        (("-priority", "-id"), "dbcae"),
    ],
)
def test_schools_are_ordered_by_their_fields(order_by, meant):
    assert "".join(schedule(one_for_each(), order_by=order_by)[0].schools) == meant


def test_only_schools_with_steps_count():
    assert ["".join(wave.schools) for wave in schedule(one_for_each("be"), ("50%",))] == ["b", "e"]


def test_steps_keep_their_order_within_a_wave():
    steps = [step(1, school="b"), step(2, school="a"), step(3, school="b")]
    (wave,) = schedule(steps)
    assert [s.number for s in wave.steps] == [1, 2, 3]


def test_what_must_be_verified_stands_in_an_earlier_wave():
    steps = [
        step(1, school="a"),
        step(2, school="a", needs=[Edge(1, "so", Until.DONE)]),
        step(3, school="a", needs=[Edge(2, "so", Until.VERIFIED)]),
        step(4, school="a", needs=[Edge(3, "so", Until.DONE)]),
        step(5, school="b"),
    ]
    first, second = schedule(steps)
    assert [s.number for s in first.steps] == [1, 2, 5]
    assert [s.number for s in second.steps] == [3, 4]
    assert (first.schools, second.schools) == (("a", "b"), ("a",))


def test_what_was_made_at_a_school_whose_file_is_gone_is_still_done():
    waves = schedule([*one_for_each("ab"), step(9, school="closed")], ("2", "1"))
    assert ["".join(wave.schools) for wave in waves] == ["ab", "closed"]


def test_nothing_to_do_makes_no_wave():
    assert schedule([]) == ()
