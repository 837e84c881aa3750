"""Allot: the minimum for all, then by need; exact, monotone, and nobody gets more than it needs."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pedell.model import Stock, Want
from pedell.stages.allot import allot_devices

NEED = Stock("pupil", 30, "need")


def want(school, has=0, need=None, priority=0):
    return Want(school, priority, has, need)


@st.composite
def _wants(draw):
    drawn = draw(
        st.dictionaries(
            st.sampled_from([f"s{n}" for n in range(8)]),
            st.tuples(
                st.integers(0, 3),
                st.integers(0, 60),
                st.one_of(st.none(), st.integers(0, 200)),
            ),
        )
    )
    return [Want(name, *rest) for name, rest in drawn.items()]


_COUNTS = st.integers(0, 900)
_STOCKS = st.builds(
    Stock, st.just("pupil"), st.integers(0, 50), st.sampled_from(["need", "priority"])
)


def room(each, stock):
    """Return the most that a school can get."""
    most = stock.minimum if each.need is None else each.need
    return max(0, most - each.has)


def test_the_minimum_comes_first_and_the_rest_goes_by_need():
    wants = [want("a", need=130), want("b", need=230), want("c")]
    assert allot_devices(90 + 150, wants, NEED) == {"a": 80, "b": 130, "c": 30}


def test_while_there_is_too_little_for_the_minimum_priority_decides():
    wants = [want("a", priority=1), want("b", priority=3), want("c", has=10, priority=2)]
    assert allot_devices(45, wants, NEED) == {"b": 30, "c": 15, "a": 0}


def test_top_up_by_priority_fills_one_school_after_the_other():
    wants = [want("a", need=130, priority=1), want("b", need=230, priority=2)]
    stock = Stock("pupil", 30, "priority")
    assert allot_devices(60 + 210, wants, stock) == {"b": 230, "a": 40}


def test_a_minimum_is_no_more_than_a_school_needs():
    assert allot_devices(100, [want("a", need=12)], NEED) == {"a": 12}


def test_one_device_more_takes_none_away_where_the_largest_remainder_would():
    # By the largest remainder c would get 2 of 10 devices and 1 of 11 (the Alabama paradox).
    wants = [want("a", need=60), want("b", need=60), want("c", need=20)]
    bare = Stock("pupil", 0, "need")
    ten, eleven = allot_devices(10, wants, bare), allot_devices(11, wants, bare)
    assert all(ten[school] <= eleven[school] for school in ten)


@given(_COUNTS, _wants(), _STOCKS)
def test_all_is_given_out_that_somebody_can_take(count, wants, stock):
    given_out = allot_devices(count, wants, stock)
    assert given_out.keys() == {each.school for each in wants}
    assert sum(given_out.values()) == min(count, sum(room(each, stock) for each in wants))


@given(_COUNTS, _wants(), _STOCKS)
def test_nobody_gets_more_than_it_needs_or_the_minimum(count, wants, stock):
    given_out = allot_devices(count, wants, stock)
    assert all(0 <= given_out[each.school] <= room(each, stock) for each in wants)


@given(_COUNTS, _wants(), _STOCKS)
def test_if_more_come_nobody_gets_fewer(count, wants, stock):
    fewer, more = allot_devices(count, wants, stock), allot_devices(count + 1, wants, stock)
    assert all(fewer[school] <= more[school] for school in fewer)


@given(_COUNTS, _wants(), _STOCKS, st.randoms(use_true_random=False))
def test_the_order_of_the_files_does_not_matter(count, wants, stock, random):
    shuffled = list(wants)
    random.shuffle(shuffled)
    assert allot_devices(count, wants, stock) == allot_devices(count, shuffled, stock)


@given(_COUNTS, _wants())
def test_who_needs_more_gets_no_fewer(count, wants):
    bare = Stock("pupil", 0, "need")
    given_out = allot_devices(count, wants, bare)
    by_need = sorted(wants, key=lambda each: room(each, bare) if each.need is not None else 0)
    for less, more in pairwise(by_need):
        if room(less, bare) < room(more, bare):
            assert given_out[less.school] <= given_out[more.school]


@given(_COUNTS, _wants(), _STOCKS)
def test_nobody_gets_more_than_the_minimum_before_all_have_it(count, wants, stock):
    given_out = allot_devices(count, wants, stock)
    floors = {
        each.school: min(room(each, stock), max(0, stock.minimum - each.has)) for each in wants
    }
    if any(given_out[school] > floors[school] for school in floors):
        assert all(given_out[school] >= floors[school] for school in floors)
