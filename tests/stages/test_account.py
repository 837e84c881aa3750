"""Account: every licence that is needed is served or missing, and priority decides who waits."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedell.model import (
    App,
    Cohort,
    Counting,
    Device,
    Effective,
    Inventory,
    Layer,
    Licensed,
    Offer,
    Owned,
    PoolOf,
    School,
    Setting,
    Source,
)
from pedell.stages.account import account_licences

HERE = Source("catalogue.yml", 1, 1)
THERE = Source("licences.csv", 2, 9)


def school(name, devices, priority=0, municipality="", **more):
    """Return a school with one cohort of so many devices."""
    rows = tuple(Device(f"{name}{n}", "", "", "iPad") for n in range(devices))
    serials = frozenset(row.serial for row in rows)
    platform = more.pop("platform", "ipados")
    cohort = Cohort("pupil", "pupil", "loan", platform, "tablets", rows, serials, HERE, **more)
    return School(
        name, name, "type", (), priority, {}, (cohort,), (), HERE, municipality=municipality
    )


def effective(name, **settings):
    said = {("apps", "app", "present"): True, ("service",): settings.get("service", "configured")}
    found = {at: Setting(value, HERE, ()) for at, value in said.items()}
    return Effective(name, "pupil", found)


def accounts(schools, licences, owned=None, cost=None, **settings):
    app = App("app", "App", frozenset(["ipados", "windows"]), True, HERE, None, None, licences)
    if cost is not None:
        app = App("app", "App", app.platforms, True, HERE, licences=licences, cost=Decimal(cost))
    inventory = Inventory(
        "i", "city", "City", "Europe/Berlin", {s.id: s for s in schools}, {}, (),
        Layer("catalogue", "", {}, {}), {}, {}, offer=Offer({"app": app}, owned or {}),
    )  # fmt: skip  # in the order of its fields
    values = {(s.id, "pupil"): effective(s.id, **settings) for s in schools}
    return account_licences(inventory, values)


def licensed(counting=Counting.DEVICE, pool_of=PoolOf.AUTHORITY, owned=0):
    return Licensed(counting, pool_of, owned, HERE)


SCHOOLS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 3), st.sampled_from(["", "here", "there"])),
    max_size=12,
).map(lambda rows: [school(f"s{n:02}", *row) for n, row in enumerate(rows)])
LICENCES = st.builds(
    licensed, st.sampled_from(Counting), st.sampled_from(PoolOf), st.integers(0, 120)
)


@given(SCHOOLS, LICENCES)
def test_what_is_served_and_what_is_missing_is_what_is_needed(schools, licences):
    for account in accounts(schools, licences):
        served = sum(share.served for share in account.shares)
        without = sum(share.without for share in account.shares)
        assert served + without == account.needed
        assert without == account.short
        assert served <= account.owned
        assert account.needed + account.surplus == account.owned + account.short
        assert min(account.short, account.surplus) == 0
        assert all(0 <= share.served <= share.needed for share in account.shares)


@given(SCHOOLS, LICENCES)
def test_every_school_draws_from_one_pool_and_nothing_is_lost(schools, licences):
    shares = [share for account in accounts(schools, licences) for share in account.shares]
    is_school = licences.counting is Counting.SCHOOL
    needed = {s.id: 1 if is_school else s.device_count for s in schools if s.device_count}
    assert {share.school: share.needed for share in shares} == needed
    assert len(shares) == len(needed)


@given(SCHOOLS, LICENCES)
def test_nobody_waits_for_a_school_of_less_priority(schools, licences):
    rank = {s.id: (-s.priority, s.id) for s in schools}
    for account in accounts(schools, licences):
        order = [rank[share.school] for share in account.shares]
        assert order == sorted(order)
        waiting = [share for share in account.shares if share.without]
        assert all(share.served == 0 for share in waiting[1:])


def test_the_greatest_priority_comes_first_and_among_equals_the_id():
    schools = [school("c", 5, 1), school("b", 5, 1), school("a", 5, 0), school("d", 5, 9)]
    (account,) = accounts(schools, licensed(owned=12))
    assert [(s.school, s.served, s.without) for s in account.shares] == [
        ("d", 5, 0), ("b", 5, 0), ("c", 2, 3), ("a", 0, 5),
    ]  # fmt: skip
    assert (account.needed, account.short, account.surplus) == (20, 8, 0)


def test_a_list_says_more_than_the_catalogue():
    schools = [school("a", 5), school("b", 5)]
    licences = licensed(pool_of=PoolOf.SCHOOL, owned=5)
    found = accounts(schools, licences, {("app", "b"): Owned(2, THERE)}, cost="4.99")
    assert [(a.pool, a.owned, a.short, a.source) for a in found] == [
        ("a", 5, 0, HERE), ("b", 2, 3, THERE),
    ]  # fmt: skip
    assert [a.price for a in found] == [Decimal(0), Decimal("14.97")]


def test_what_is_owned_and_not_needed_is_left_over():
    owned = {("app", "gone"): Owned(7, THERE)}
    (account,) = accounts([], licensed(pool_of=PoolOf.SCHOOL), owned)
    assert (account.pool, account.needed, account.surplus, account.price) == ("gone", 0, 7, None)


def test_a_school_without_municipality_draws_from_the_authority():
    schools = [school("a", 1, 0, "here"), school("b", 2)]
    found = accounts(schools, licensed(pool_of=PoolOf.MUNICIPALITY))
    assert {a.pool: a.needed for a in found} == {"here": 1, "city": 2}


def test_persons_count_where_a_cohort_says_how_many():
    schools = [school("a", 30, persons=400), school("b", 30)]
    (by_person,) = accounts(schools, licensed(Counting.PERSON))
    (by_device,) = accounts(schools, licensed(Counting.DEVICE))
    assert (by_person.needed, by_device.needed) == (430, 60)


@pytest.mark.parametrize(("platform", "needed"), [("ipados", 3), ("windows", 3), ("other", 0)])
def test_devices_that_others_look_after_count_too(platform, needed):
    (account,) = accounts([school("a", 3, platform=platform)], licensed())
    assert account.needed == needed


@pytest.mark.parametrize(
    ("service", "needed"), [("delivered", 0), ("labelled", 0), ("configured", 3)]
)
def test_who_is_not_set_up_needs_no_licence(service, needed):
    (account,) = accounts([school("a", 3)], licensed(), service=service)
    assert account.needed == needed
