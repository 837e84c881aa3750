"""Apply: batches, outcomes, and what a failure takes along and what not."""

import threading

import pytest

from pedell.model import Edge, Status, Until
from pedell.stages.apply import apply_steps
from tests.stages.world import Book, Lines, Scripted, step


def on(number, target="t", needs=()):
    return step(number, target=target, needs=[Edge(n, "so", Until.DONE) for n in needs])


def run(steps, sessions, *, ended=None, book=None, is_stopped=lambda: False, forks=4):
    known = {} if ended is None else ended
    lines = Lines(sessions, forks)
    ends = apply_steps(steps, known, lines, book or Book(), is_stopped)
    return {step.number: outcome for step, outcome in ends}


def statuses(outcomes):
    return {number: outcome.status.value for number, outcome in sorted(outcomes.items())}


def test_every_step_ends_once_and_is_known_to_later_waves():
    ended = {}
    found = run([on(1), on(2, needs=[1]), on(3)], {"t": Scripted()}, ended=ended)
    assert statuses(found) == {1: "done", 2: "done", 3: "done"}
    assert ended == dict.fromkeys((1, 2, 3), Status.DONE)


def test_a_batch_is_as_large_as_it_can_be():
    session = Scripted()
    run([on(1), on(2, needs=[1]), on(3, needs=[2]), on(4)], {"t": session})
    assert session.batches == [[1, 2, 3, 4]]


def test_a_step_that_waits_for_another_target_comes_in_a_later_batch():
    here, there = Scripted(), Scripted()
    steps = [on(1), on(2, "u", needs=[1]), on(3, needs=[2]), on(4, needs=[1])]
    run(steps, {"t": here, "u": there})
    assert here.batches == [[1, 4], [3]]
    assert there.batches == [[2]]


def test_what_earlier_waves_did_counts():
    session = Scripted()
    found = run([on(5, needs=[1])], {"t": session}, ended={1: Status.DONE})
    assert statuses(found) == {5: "done"}


@pytest.mark.parametrize(
    "status", [Status.FAILED, Status.SKIPPED, Status.STALE, Status.UNREACHABLE]
)
def test_what_earlier_waves_did_not_do_skips(status):
    session = Scripted()
    found = run([on(5, needs=[1]), on(6)], {"t": session}, ended={1: status})
    assert statuses(found) == {5: "skipped", 6: "done"}
    assert found[5].detail == "waits for step 1, which did not succeed (so)"
    assert session.batches == [[6]]


def test_a_failure_skips_the_whole_chain_behind_it_and_nothing_else():
    sessions = {"t": Scripted({1: Status.FAILED}), "u": Scripted(), "v": Scripted()}
    steps = [on(1), on(2, "u", needs=[1]), on(3, "v", needs=[2]), on(4, "u"), on(5, "v", needs=[4])]
    assert statuses(run(steps, sessions)) == {
        1: "failed",
        2: "skipped",
        3: "skipped",
        4: "done",
        5: "done",
    }


def test_a_target_that_cannot_be_reached_takes_no_other_along():
    sessions = {"t": TimeoutError("timed out"), "u": Scripted()}
    found = run([on(1), on(2, needs=[1]), on(3, "u")], sessions)
    assert statuses(found) == {1: "unreachable", 2: "unreachable", 3: "done"}
    assert found[1].detail == "timed out"


def test_a_line_that_breaks_loses_only_what_was_not_done():
    found = run([on(1), on(2), on(3)], {"t": Scripted({2: ConnectionResetError("reset")})})
    assert statuses(found) == {1: "done", 2: "unreachable", 3: "unreachable"}


def test_a_fault_of_a_provider_is_an_outcome():
    sessions = {"t": Scripted({2: KeyError("oops")}), "u": Scripted()}
    found = run([on(1), on(2), on(3), on(4, "u")], sessions)
    assert statuses(found) == {1: "done", 2: "failed", 3: "failed", 4: "done"}
    assert "KeyError in the provider" in found[2].detail


def test_a_provider_that_keeps_silent_about_a_step_has_failed():
    found = run([on(1), on(2), on(3, "u", needs=[2])], {
        "t": Scripted(silent=frozenset({2})), "u": Scripted(),
    })  # fmt: skip
    assert statuses(found) == {1: "done", 2: "failed", 3: "skipped"}


def test_intents_are_durable_before_anything_is_done():
    book = Book()
    unwritten = []

    def look(step):
        if ("intend", step.number) not in book.lines:
            unwritten.append(step.number)

    sessions = {"t": Scripted(before=look), "u": Scripted(before=look)}
    run([on(1), on(2, "u", needs=[1]), on(3, needs=[2])], sessions, book=book)
    assert unwritten == []
    assert book.numbers("intend") == [1, 2, 3]
    assert sorted(book.numbers("done")) == [1, 2, 3]


def test_a_skipped_step_is_concluded_and_was_never_intended():
    book = Book()
    run(
        [on(1), on(2, "u", needs=[1])],
        {"t": Scripted({1: Status.FAILED}), "u": Scripted()},
        book=book,
    )
    assert book.lines == [("intend", 1), ("failed", 1), ("skipped", 2)]


def test_an_outcome_is_written_down_before_anybody_hears_of_it():
    book = Book()
    for step_, outcome in apply_steps(
        [on(1), on(2)], {}, Lines({"t": Scripted()}), book, lambda: False
    ):
        assert (outcome.status.value, step_.number) in book.lines


def test_a_stop_begins_nothing_new_and_lets_the_running_batch_end():
    session, other = Scripted(), Scripted()
    stopped = threading.Event()
    book = Book()
    steps = [on(1), on(2), on(3, "u", needs=[2])]
    ends = apply_steps(steps, {}, Lines({"t": session, "u": other}), book, stopped.is_set)
    found = []
    for _, outcome in ends:
        stopped.set()
        found.append(outcome.step)
    assert found == [1, 2]
    assert other.batches == []
    assert book.numbers("intend") == [1, 2]


def test_a_stop_before_the_start_does_nothing():
    session = Scripted()
    assert run([on(1)], {"t": session}, is_stopped=lambda: True) == {}
    assert session.batches == []


def test_targets_work_at_the_same_time():
    meeting = threading.Barrier(2, timeout=10)
    sessions = {name: Scripted(before=lambda _: meeting.wait()) for name in "tu"}
    assert statuses(run([on(1), on(2, "u")], sessions)) == {1: "done", 2: "done"}


def test_with_one_fork_all_targets_still_have_their_turn():
    sessions = {str(n): Scripted() for n in range(5)}
    found = run([on(n + 1, str(n)) for n in range(5)], sessions, forks=1)
    assert set(statuses(found).values()) == {"done"}


def test_a_listener_that_goes_away_waits_for_what_runs():
    begun, may_end = threading.Event(), threading.Event()
    done = []

    def work(step):
        if step.number == 2:
            begun.set()
            may_end.wait(10)
            done.append(step.number)

    sessions = {"t": Scripted(), "u": Scripted(before=work)}
    ends = apply_steps([on(1), on(2, "u")], {}, Lines(sessions), Book(), lambda: False)
    next(ends)
    begun.wait(10)
    may_end.set()
    ends.close()
    assert done == [2]
