"""The memory on disk: what is remembered, what is begun, and what a crash leaves."""

import sqlite3
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedell.model import Action, Outcome, Remembered, Sealed, Status, Step
from pedell.state import open_store
from tests.laws.examples import examples
from tests.stages.world import at, change, left, seen, wanted

SPEC = {"x": 1, "deep": {"list": ["a", True]}, "password": Sealed("wlan", "f" * 32)}


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "state") as opened:
        yield opened


def making(name, number=1, spec=None, devices="", before=None, reach=None):
    action = Action.UPDATE if before else Action.CREATE
    after = wanted(name, spec or SPEC, devices=devices)
    reached = frozenset(devices if reach is None else reach)
    return Step(number, change(name, action, after=after, before=before, devices=reached), ())


def taking(name, number=1):
    return Step(number, change(name, Action.DELETE, before=seen(name, SPEC)), ())


def ends(steps, status=Status.DONE, handle=""):
    return [(step, Outcome(step.number, status, "", handle)) for step in steps]


def do(store, *steps, status=Status.DONE, handle=""):
    run = store.begin("test", len(steps))
    store.intend(run, steps)
    store.conclude(run, ends(steps, status, handle))
    return run


def test_what_was_done_is_remembered(store):
    do(store, making("a", devices="BA"), handle="h7")
    assert store.recall() == {at("a"): Remembered(at("a"), "t", SPEC, "h7", frozenset("AB"))}


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.DONE])
def test_what_was_not_done_is_not_remembered(store, status):
    do(store, making("a"), status=status)
    assert store.recall() == {}
    assert store.unsettled() == []


def test_a_later_apply_takes_the_place_of_an_earlier_one(store):
    do(store, making("a", spec={"x": 1}, devices="A"))
    do(store, making("a", spec={"x": 2}, devices="B"))
    (found,) = store.recall().values()
    assert (found.spec, found.devices) == ({"x": 2}, {"B"})


def test_what_was_taken_away_is_forgotten(store):
    do(store, making("a"), making("b", 2))
    do(store, taking("a"))
    assert list(store.recall()) == [at("b")]


def test_what_was_taken_from_some_devices_is_remembered_of_the_others(store):
    do(store, making("a", devices="ABC"))
    (known,) = store.recall().values()
    gone = change(
        "a", Action.DELETE, before=seen("a", SPEC), remembered=known, devices=frozenset("AC")
    )
    do(store, Step(1, gone, ()))
    (rest,) = store.recall().values()
    assert (rest.spec, rest.handle, rest.devices) == (SPEC, known.handle, frozenset("B"))
    do(store, Step(1, replace(gone, remembered=rest, devices=rest.devices), ()))
    assert store.recall() == {}


def test_the_handle_that_was_seen_stays_where_none_comes_back(store):
    do(store, making("a", before=seen("a", {"x": 0})))
    assert store.recall()[at("a")].handle == "h"


def test_a_device_that_was_not_reached_is_not_remembered_as_holding_it(store):
    before = seen("a", SPEC, devices="A", waiting="C")
    do(store, making("a", devices="ABC", before=before, reach="B"))
    assert store.recall()[at("a")].devices == frozenset("AB")


def test_memory_outlives_its_process(tmp_path):
    with open_store(tmp_path) as first:
        do(first, making("a", devices="A"))
        kept = first.recall()
    with open_store(tmp_path) as second:
        assert second.recall() == kept


def test_an_intent_without_outcome_is_unsettled(store):
    run = store.begin("test", 2)
    steps = [making("a", 1), making("b", 2)]
    store.intend(run, steps)
    store.conclude(run, ends(steps[:1]))
    (entry,) = store.unsettled()
    assert (entry.run, entry.step, entry.address) == (run, 2, at("b"))


def test_an_intent_says_what_it_was_to_leave(store):
    run = store.begin("test", 2)
    do(store, making("b"))
    store.intend(run, [making("a", 1, devices="AB"), taking("b", 2)])
    first, second = store.unsettled()
    intended = store.intended()
    assert (intended[first].spec, intended[first].devices) == (SPEC, frozenset("AB"))
    assert intended[second] is None


def test_what_is_settled_is_remembered_as_looking_has_shown(store):
    do(store, making("b"), making("c", 2))
    run = store.begin("test", 3)
    store.intend(run, [making("a", 1), taking("b", 2), taking("c", 3)])
    first, second, third = store.unsettled()
    found = [(first, "it is there"), (second, "nothing is there"), (third, "something")]
    store.settle(found, {at("a"): left("a", SPEC), at("b"): None})
    assert list(store.recall()) == [at("a"), at("c")]
    assert store.unsettled() == []
    assert store.intended() == {}


def test_what_is_settled_without_looking_changes_no_memory(store):
    run = store.begin("test", 1)
    store.intend(run, [making("a")])
    store.settle([(store.unsettled()[0], "by hand")])
    assert (store.recall(), store.unsettled()) == ({}, [])


def test_the_same_step_number_of_two_runs_is_not_mixed_up(store):
    first, second = store.begin("one", 1), store.begin("two", 1)
    store.intend(first, [making("a")])
    store.intend(second, [making("b")])
    store.conclude(second, ends([making("b")]))
    assert [(entry.run, entry.address) for entry in store.unsettled()] == [(first, at("a"))]


def test_runs_are_listed_the_newest_first_with_what_was_done(store):
    first = do(store, making("a"), making("b", 2))
    store.finish(first, "done")
    second = do(store, making("c"), status=Status.FAILED)
    newest, oldest = store.runs()
    assert (newest.id, newest.done, newest.ended, newest.word) == (second, 0, None, "running")
    assert (oldest.id, oldest.done, oldest.steps, oldest.word) == (first, 2, 2, "done")
    assert oldest.ended is not None


def test_ids_of_runs_differ_and_tell_their_time(store):
    found = {store.begin("same", 0) for _ in range(20)}
    assert len(found) == 20
    assert all(len(run.split("-")) == 3 for run in found)


def test_the_folder_is_for_its_owner_only(tmp_path):
    with open_store(tmp_path / "new"):
        assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_what_is_no_memory_is_told_with_its_path(tmp_path):
    (tmp_path / "state.db").write_bytes(b"not a database, surely not\n" * 50)
    with pytest.raises(OSError, match=r"state\.db"), open_store(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OSError, match="file"), open_store(tmp_path / "file" / "state"):
        pass


def test_an_intent_is_durable_when_intend_returns(tmp_path):
    script = """
import os, signal, sys
from pathlib import Path
from pedell.state import open_store
from tests.state.test_store import making
with open_store(Path(sys.argv[1])) as store:
    store.intend(store.begin("test", 1), [making("a")])
    os.kill(os.getpid(), signal.SIGKILL)
"""
    home = Path(__file__).parents[2]
    ended = subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=home, check=False)
    assert ended.returncode == -9
    with open_store(tmp_path) as store:
        assert [entry.address for entry in store.unsettled()] == [at("a")]


def test_every_commit_is_on_the_disk_before_it_returns(store):
    assert store._base.execute("PRAGMA synchronous").fetchone() == (2,)
    assert store._base.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_conclusion_is_written_whole_or_not_at_all(store):
    run = store.begin("test", 2)
    steps = [making("a", 1), making("b", 2)]
    store.intend(run, steps)
    broken = [*ends(steps[:1]), (steps[1], Outcome(2, Status.DONE, "", object()))]
    with pytest.raises(sqlite3.Error):
        store.conclude(run, broken)
    assert store.recall() == {}
    assert len(store.unsettled()) == 2


@examples(60)
@given(st.data())
def test_unsettled_are_exactly_the_intents_without_outcome(data):
    with sqlite3.connect(":memory:") as base:
        store = _on(base)
        open_steps = set()
        number = 0
        for _ in range(data.draw(st.integers(1, 3))):
            run = store.begin(f"run {number}", 0)
            for _ in range(data.draw(st.integers(0, 3))):
                steps = []
                for _ in range(data.draw(st.integers(1, 3))):
                    number += 1
                    steps.append(making(f"n{number}", number))
                store.intend(run, steps)
                ended = data.draw(st.lists(st.sampled_from(steps), unique_by=lambda s: s.number))
                store.conclude(run, ends(ended, data.draw(st.sampled_from(list(Status)))))
                numbers = {step.number for step in ended}
                open_steps |= {(run, s.number) for s in steps if s.number not in numbers}
        assert {(entry.run, entry.step) for entry in store.unsettled()} == open_steps
        assert {(entry.run, entry.step) for entry in store.intended()} == open_steps
        base.rollback()
    base.close()


def _on(base):
    from pedell.state import store

    base.executescript(store._SCHEMA)
    return store.SqliteStore(base)
