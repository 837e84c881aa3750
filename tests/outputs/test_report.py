"""The counts of a report agree with what happened."""

from dataclasses import replace

from pedell.model import Outcome, Progress, Status, Traffic
from pedell.outputs import FORMATS, Detail, Report, WaveReport
from pedell.outputs.report_text import failures_by_reason, progress_in_words, traffic_in_words
from tests.outputs import cases
from tests.outputs.build import airdrop_off, plan, school_ids, scope


def test_a_run_that_did_everything_says_so_and_what_to_type_next() -> None:
    told = plan(airdrop_off(school_ids(3)), told=scope(3, 480))
    done = tuple(Outcome(step.number, Status.DONE) for step in told.steps)
    waves = (WaveReport(told.waves[0], done, Progress(480, verified=480)),)
    report = Report("r", told.scope, told.waves, waves, Traffic(4, 1, 0, 0), 3.4)
    assert FORMATS["text"].outcomes(report).split("\n")[2:] == [
        "✓ Wave 1 of 1   3 schools · 480 tablets · 3 of 3 changes done · verified 480 of 480",
        "",
        "Applied: 3 of 3 changes, 3 schools complete. It took 3 s.",
        "4 HTTP requests on 1 connection, 0 SSH round trips on 0 connections",
        "Look again: pedell plan -i inventories/dortmund",
    ]


def test_what_to_type_next_stays_on_the_sandbox() -> None:
    where = replace(scope(3, 480), flags="--sandbox")
    told = plan(airdrop_off(school_ids(3)), told=where)
    page = FORMATS["text"].plan(told, Detail())
    assert "Save it: pedell plan -i inventories/dortmund --sandbox --out today.plan" in page
    done = tuple(Outcome(step.number, Status.DONE) for step in told.steps)
    waves = (WaveReport(told.waves[0], done, Progress(480, verified=480)),)
    report = Report("r", where, told.waves, waves, Traffic(4, 1, 0, 0), 3.4)
    last = FORMATS["text"].outcomes(report).split("\n")[-1]
    assert last == "Look again: pedell plan -i inventories/dortmund --sandbox"


def test_a_plan_without_changes_is_told_as_what_it_is() -> None:
    text = FORMATS["text"].outcomes(Report("r", scope(3, 480), (), (), Traffic(), 0.1))
    assert "Applied: nothing, because the plan has no change that may be done." in text


def test_a_hundred_servers_that_fail_alike_are_one_line() -> None:
    told = plan(airdrop_off(school_ids(100)))
    ends = [(step, Status.UNREACHABLE, f"10.0.0.{step.number}:22 timed out") for step in told.steps]
    found = failures_by_reason(ends)
    assert list(found) == [(Status.UNREACHABLE, "ADDRESS:PORT timed out")]
    assert len(found[Status.UNREACHABLE, "ADDRESS:PORT timed out"]) == 100


def test_many_different_reasons_do_not_fill_the_screen() -> None:
    told = plan(airdrop_off(school_ids(100)))
    ends = tuple(Outcome(s.number, Status.FAILED, f"error {s.number}") for s in told.steps)
    waves = (WaveReport(told.waves[0], ends, Progress(0)),)
    report = Report("r", told.scope, told.waves, waves, Traffic(), 1.0)
    text = FORMATS["text"].outcomes(report)
    assert len(text.split("\n")) < 20
    assert "94 more changes, for other reasons" in text
    assert "Applied: 0 of 100 changes, 0 schools complete. 100 failed." in text


def test_what_was_not_begun_is_counted() -> None:
    report = replace(cases.report(), stopped="you stopped it")
    text = FORMATS["text"].outcomes(report)
    assert "not begun: 1 wave (3 schools): you stopped it" in text
    assert "9 not begun" in text


def test_devices_that_got_several_things_are_not_counted_as_more_devices() -> None:
    assert (
        progress_in_words(Progress(10, verified=9, asleep=1), 10) == "verified 9 of 10 (1 asleep)"
    )
    assert progress_in_words(Progress(30, verified=9), 10) == "verified 9 of 30 settings"
    assert progress_in_words(Progress(0), 0) == ""


def test_traffic_is_told_in_words() -> None:
    assert traffic_in_words(Traffic(1_234, 8, 308, 154)) == (
        "1,234 HTTP requests on 8 connections, 308 SSH round trips on 154 connections"
    )
