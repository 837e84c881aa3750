"""The display is lively on a terminal, sparing elsewhere, and never wrong."""

import io
import os
import pty
import re
import threading

import pytest

from pedell.model import Outcome, Progress, Status, Step, Wave
from pedell.outputs import WaveReport
from pedell.outputs.progress import PACE, ProgressDisplay
from pedell.outputs.tally import Tally
from tests.outputs.build import airdrop_off, plan, school_ids


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def waves(number: int = 8) -> tuple[Wave, ...]:
    return plan(airdrop_off(school_ids(number)), sizes=(1,)).waves


def run(display: ProgressDisplay, clock: Clock | None = None, pause: float = 0.0) -> None:
    for wave in waves():
        display.wave_started(wave)
        for step in wave.steps:
            display.outcome(step, Outcome(step.number, Status.DONE))
            display.progress(Progress(160 * len(wave.steps), verified=step.number))
            if clock:
                clock.now += pause
        display.wave_ended(WaveReport(wave, (), Progress(len(wave.steps) * 160, verified=9), "ok"))
    display.close()


def test_without_a_terminal_there_are_two_lines_a_wave() -> None:
    stream, clock = io.StringIO(), Clock()
    run(ProgressDisplay(stream, 2, {}, clock), clock, pause=0.5)
    assert stream.getvalue().split("\n") == [
        "Wave 1 of 2 begins: 1 school, 160 tablets",
        "✓ Wave 1 of 2: 1 of 1 school, 1 of 1 change, verified 9 of 160, ok",
        "Wave 2 of 2 begins: 7 schools, 1,120 tablets",
        "✓ Wave 2 of 2: 7 of 7 schools, 7 of 7 changes, verified 9 of 1,120, ok",
        "",
    ]


def test_a_long_wave_gives_a_sign_of_life_every_ten_seconds_and_no_more() -> None:
    stream, clock = io.StringIO(), Clock()
    run(ProgressDisplay(stream, 2, {}, clock), clock, pause=PACE / 2)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 4 + 3
    assert lines[3] == "Wave 2 of 2: 3 of 7 schools, 3 of 7 changes, verified 3 of 1,120"


def test_the_first_reason_for_failure_is_told() -> None:
    stream = io.StringIO()
    display = ProgressDisplay(stream, 0, {}, Clock())
    (first, wave) = waves()
    display.wave_started(wave)
    for step in wave.steps:
        detail = f"10.0.0.{step.number}:22 timed out\x1b[2J"
        display.outcome(step, Outcome(step.number, Status.UNREACHABLE, detail))
    display.wave_ended(WaveReport(wave, (), Progress(0)))
    last = stream.getvalue().splitlines()[-1]
    assert last.startswith("✗ Wave 2: 7 of 7 schools, 7 of 7 changes, 7 not done (")
    assert "10.0.0.2:22 timed out\\x1b[2J" in last
    assert first.number == 1


@pytest.mark.parametrize(
    "environment", [{}, {"NO_COLOR": "1"}, {"CI": "true"}, {"FORCE_COLOR": "1"}]
)
def test_colour_is_the_only_escape_sequence_without_a_terminal(
    environment: dict[str, str],
) -> None:
    stream = io.StringIO()
    run(ProgressDisplay(stream, 2, environment, Clock()))
    codes = set(re.findall(r"\x1b\[[0-9;?]*[a-zA-Z]", stream.getvalue()))
    assert codes == ({"\x1b[32m", "\x1b[0m"} if "FORCE_COLOR" in environment else set())


def on_terminal(environment: dict[str, str]) -> str:
    """Run on a real pseudo-terminal and return what came out of its other end."""
    ours, theirs = pty.openpty()
    seen = bytearray()

    def listen() -> None:
        while True:
            try:
                chunk = os.read(ours, 65_536)
            except OSError:
                return
            if not chunk:
                return
            seen.extend(chunk)

    listener = threading.Thread(target=listen)
    listener.start()
    with os.fdopen(theirs, "w", encoding="utf-8") as stream:
        run(ProgressDisplay(stream, 2, environment, Clock()))
    listener.join(10)
    os.close(ours)
    return seen.decode()


def test_a_terminal_gets_a_picture_and_keeps_a_line_for_each_wave() -> None:
    text = on_terminal({"TERM": "xterm-256color"})
    assert "\x1b[?25l" in text
    assert "\x1b[?25h" in text
    words = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)
    assert "✓ Wave 1 of 2: 1 of 1 school" in words
    assert "✓ Wave 2 of 2: 7 of 7 schools" in words


@pytest.mark.parametrize("name", ["NO_COLOR", "CI"])
def test_a_terminal_that_asks_for_plain_lines_gets_them(name: str) -> None:
    text = on_terminal({"TERM": "xterm-256color", name: "1"})
    assert "\x1b[?25l" not in text
    assert len(text.splitlines()) == 4


def test_many_threads_lose_no_outcome() -> None:
    stream = io.StringIO()
    display = ProgressDisplay(stream, 1, {}, Clock())
    (wave,) = plan(airdrop_off(school_ids(400))).waves
    display.wave_started(wave)

    def work(steps: tuple[Step, ...]) -> None:
        for step in steps:
            display.outcome(step, Outcome(step.number, Status.DONE))

    threads = [threading.Thread(target=work, args=(wave.steps[n::8],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    display.wave_ended(WaveReport(wave, (), Progress(0)))
    assert "400 of 400 schools, 400 of 400 changes" in stream.getvalue()


def test_the_same_reason_is_told_once() -> None:
    tally = Tally(1)
    (wave,) = plan(airdrop_off(school_ids(3))).waves
    tally.start(wave)
    said = [tally.end(s, Outcome(s.number, Status.FAILED, "no room")) for s in wave.steps]
    assert [bool(each) for each in said] == [True, False, False]
    assert tally.failed == 3


def test_answers_of_devices_are_followed_without_any_step() -> None:
    stream, clock = io.StringIO(), Clock()
    display = ProgressDisplay(stream, 0, {}, clock, name="Asking the tablets")
    display.wave_started(Wave(1, ("gs-nord",), ()))
    for answered in range(4):
        clock.now += PACE
        display.progress(Progress(3 if answered else 0, verified=answered))
    display.close()
    assert stream.getvalue().split("\n") == [
        "Asking the tablets begins: 1 school",
        "Asking the tablets: …",
        "Asking the tablets: 1 of 3 answered",
        "Asking the tablets: 2 of 3 answered",
        "Asking the tablets: 3 of 3 answered",
        "",
    ]
