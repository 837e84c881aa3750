"""A crash at any point loses nothing and does nothing twice."""

from hypothesis import given
from hypothesis import strategies as st

from pedell.model import Status
from tests.laws.examples import examples
from tests.laws.worlds import bench, cases


class Crash(BaseException):
    """The power went."""


class Fragile:
    """A journal whose process dies at one of its writes: before it, or when it is on the disk."""

    def __init__(self, inner, fatal, late) -> None:
        self._inner, self._rest, self._late = inner, fatal, late

    def intend(self, steps):
        self._write(self._inner.intend, steps)

    def conclude(self, ends):
        self._write(self._inner.conclude, ends)

    def _write(self, write, entries):
        self._rest -= 1
        if self._rest >= 0 or self._late:
            write(entries)
        if self._rest < 0:
            raise Crash


def interrupted(house, fatal, late):
    """Apply until the crash; tell whether there was one."""
    try:
        house.apply(house.plan(), lambda journal: Fragile(journal, fatal, late))
    except Crash:
        return True
    return False


@examples(150)
@given(cases(), st.integers(0, 8), st.booleans())
def test_resuming_ends_where_an_uninterrupted_run_ends(case, fatal, late):
    with bench(case) as whole, bench(case) as broken:
        whole.finish()
        interrupted(broken, fatal, late)
        broken.settle()
        assert broken.store.unsettled() == []
        broken.finish()
        assert broken.held == whole.held
        assert broken.store.recall() == whole.store.recall()
        assert broken.plan().is_empty


@examples(150)
@given(cases(), st.integers(0, 8), st.booleans())
def test_unsettled_are_exactly_the_intents_without_outcome(case, fatal, late):
    with bench(case) as house:
        interrupted(house, fatal, late)
        lines = house.base.execute("SELECT step, word FROM journal").fetchall()
        begun = {step for step, word in lines if word == "intent"}
        ended = {step for step, word in lines if word in {status.value for status in Status}}
        assert {entry.step for entry in house.store.unsettled()} == begun - ended
        assert {step.number for step in house.provider.performed} <= begun


@examples(100)
@given(cases(), st.integers(0, 8), st.booleans())
def test_what_was_done_before_the_crash_is_not_done_again(case, fatal, late):
    with bench(case) as house:
        interrupted(house, fatal, late)
        before = [step.change.address for step in house.provider.performed]
        house.settle()
        house.apply(house.plan())
        after = [step.change.address for step in house.provider.performed[len(before) :]]
        assert not set(before) & set(after)


@examples(60)
@given(cases(), st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=4))
def test_many_crashes_are_as_harmless_as_one(case, crashes):
    with bench(case) as whole, bench(case) as broken:
        whole.finish()
        for fatal, late in crashes:
            interrupted(broken, fatal, late)
            broken.settle()
        broken.finish()
        assert broken.held == whole.held
        assert broken.store.recall() == whole.store.recall()
