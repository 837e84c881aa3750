"""Locks as they stand in ``authority.yml``: three forms, a last day, and what makes no sense."""

import datetime

import pytest

from pedell.model import Lock
from tests.inventory_builder import AUTHORITY, build, inventory, problem, problems

RATING = "restrictions.pupil.max_app_rating"


def locked(at: str, bound: str) -> dict[str, str]:
    """Return files with one lock; ``bound`` is what stands in it besides path and owner."""
    lock = f"  - {{at: {at}, reason: R, owner: o@example.org, {bound}}}\n"
    return {"authority.yml": f"{AUTHORITY}locks:\n{lock}"}


def the_lock(root, at: str, bound: str) -> Lock:
    (lock,) = inventory(build(root, locked(at, bound))).locks
    return lock


def test_a_value_is_fixed(tmp_path):
    lock = the_lock(tmp_path, "restrictions.pupil.airdrop", "value: false")
    assert (lock.is_fixed, lock.value, lock.allowed, lock.bounds) == (True, False, None, None)
    assert (lock.until, lock.end) == (None, "")
    assert (lock.permits(False), lock.permits(True)) == (True, False)


def test_what_is_allowed_can_be_chosen_from(tmp_path):
    lock = the_lock(tmp_path, RATING, "allowed: [100, 200]")
    assert (lock.is_fixed, lock.value, lock.allowed) == (False, None, (100, 200))
    assert lock.in_words(str) == "one of 100, 200"
    assert [number for number in (99, 100, 150, 200) if lock.permits(number)] == [100, 200]


def test_a_range_has_both_its_ends_in_it(tmp_path):
    lock = the_lock(tmp_path, RATING, "range: {min: 0, max: 300}")
    assert (lock.is_fixed, lock.value, lock.bounds) == (False, None, (0, 300))
    assert lock.in_words(str) == "0 to 300"
    assert [n for n in (-1, 0, 300, 301) if lock.permits(n)] == [0, 300]
    assert not any(lock.permits(other) for other in (True, "100", None, float("nan")))


@pytest.mark.parametrize("written", ['"2027-07-31"', "2027-07-31"])
def test_a_lock_holds_until_the_end_of_its_last_day(tmp_path, written):
    lock = the_lock(tmp_path, RATING, f"range: {{min: 0, max: 300}}, until: {written}")
    last = datetime.date(2027, 7, 31)
    assert (lock.until, lock.end) == (last, "until 31 July 2027")
    day = datetime.timedelta(days=1)
    assert [lock.holds_on(each) for each in (last - day, last, last + day)] == [True, True, False]


def test_every_form_knows_where_it_stands(tmp_path):
    for number, bound in enumerate(("value: 100", "allowed: [100]", "range: {min: 0, max: 1}")):
        line = locked(RATING, bound)["authority.yml"].splitlines()[7]
        lock = the_lock(tmp_path / str(number), RATING, bound)
        assert lock.source.line == 8
        assert line[lock.source.column - 1 :].startswith(bound.split(": ", 1)[1])


@pytest.mark.parametrize(
    ("bound", "code", "said"),
    [
        ("value: 100, allowed: [100]", "E0112", "Exactly one of these is needed"),
        ("value: 100, range: {min: 0, max: 1}", "E0112", "Exactly one of these is needed"),
        ("allowed: [100], range: {min: 0, max: 1}", "E0112", "value, allowed, range"),
        ('until: "2027-07-31"', "E0112", "Exactly one of these is needed"),
        ("allowed: []", "E0113", "empty"),
        ("allowed: [100, 100]", "E0113", "twice"),
        ("allowed: [100, all]", "E0112", f"{RATING}: Expected a whole number"),
        ("allowed: [100, 2000]", "E0113", "the maximum is 1000"),
        ("allowed: 100", "E0112", "Expected a list"),
        ("range: {min: 0}", "E0111", '"max" is missing'),
        ("range: {min: 300, max: 100}", "E0113", "no number is at least 300 and at most 100"),
        ("range: {min: 0, max: .nan}", "E0112", "Expected a number"),
        ("range: {min: 0, max: many}", "E0112", "Expected a number"),
        ("range: {min: -5, max: 100}", "E0113", "the minimum is 0"),
        ("range: {min: 0.5, max: 100}", "E0112", "Expected a whole number"),
        ("value: 100, until: 31.7.2027", "E0113", "Example: 2027-07-31"),
        ('value: 100, until: "2027-02-30"', "E0113", "no day of the calendar"),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_stands(tmp_path, bound, code, said):
    found, place, detail = problem(build(tmp_path, locked(RATING, bound)))
    assert found == code
    assert place.startswith("authority.yml:8:")
    assert said in detail


def test_a_range_of_something_that_is_no_number_is_refused(tmp_path):
    files = locked("restrictions.pupil.airdrop", "range: {min: 0, max: 1}")
    for found in problems(build(tmp_path, files)):
        assert found.code == "E0112"
        assert "Expected true or false" in found.detail


def test_a_wrong_path_is_told_once_however_many_values_there_are(tmp_path):
    code, _, detail = problem(
        build(tmp_path, locked("restrictions.pupil.airdorp", "allowed: [1, 2, 3]"))
    )
    assert code == "E0110"
    assert 'Did you mean "airdrop"?' in detail
