"""How a plan is applied before the eyes of a person, or in a CI job at night."""

import datetime
import signal
import sys
import time
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import FrameType

import click

from pedell import pipeline
from pedell.commands.exits import Exit, Leave
from pedell.commands.showing import format_for, say, show
from pedell.lines import Lines
from pedell.model import (
    DevicesCounted,
    Gate,
    Memory,
    Outcome,
    Plan,
    Progress,
    Remembered,
    Rollout,
    Status,
    Step,
    StepEnded,
    Wave,
    WaveEnded,
    WaveStarted,
    Window,
)
from pedell.outputs.progress import ProgressDisplay
from pedell.outputs.views import Report, WaveReport
from pedell.outputs.wording import count
from pedell.ports import Store, Unsettled
from pedell.state import Held, hold_lock
from pedell.wiring import SystemClock, Workplace


@dataclass
class _Run:
    """One run in the journal."""

    store: Store
    id: str

    def intend(self, steps: Sequence[Step]) -> None:
        self.store.intend(self.id, steps)

    def conclude(self, ends: Sequence[tuple[Step, Outcome]]) -> None:
        if ends:
            self.store.conclude(self.id, ends)


@dataclass
class _Tally:
    """What was seen of a run so far."""

    waves: list[WaveReport] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    stopped: str = ""


def run_plan(plan: Plan, place: Workplace, wait: float, output: str, saved: str) -> Exit:
    """Apply a plan, show how it goes, and return the exit code.

    ``saved`` is the file that the plan was read from, or empty. The ground of a saved plan is
    looked at again first; steps whose ground moved are not done.
    """
    _check_window(plan.rollout.window, place)
    begun = time.monotonic()
    run = _Run(place.store, place.store.begin(plan.rollout.name, len(list(plan.steps))))
    patient = replace(plan, rollout=_patient(plan, wait))
    display = ProgressDisplay(sys.stderr, len(plan.waves))
    with _pausable() as is_stopped:
        try:
            known = _ground(plan, place) if saved else {}
            tally = _follow(patient, place, run, display, is_stopped, known)
        finally:
            display.close()
    report = Report(
        run=run.id,
        scope=plan.scope,
        planned=plan.waves,
        waves=tuple(tally.waves),
        traffic=place.traffic,
        seconds=time.monotonic() - begun,
        stopped="you stopped it" if is_stopped() else tally.stopped,
        unfinished=tuple(entry.address for entry in place.store.unsettled()),
        saved=saved,
    )
    code = _code(tally, plan, stopped=is_stopped())
    place.store.finish(run.id, code.name.lower())
    show(format_for(output).outcomes(report))
    return code


def settle_unfinished(place: Workplace) -> Workplace:
    """Look what became of steps that an earlier apply was cut off in, and remember it.

    Waits first until what it began has taken effect or never will. Returns the workplace with the
    memory that follows. An exam that has ended since is looked at too, or its step stays open.
    """
    intended = place.store.intended()
    if not intended:
        return place
    say(f"An earlier run was cut off in {count(len(intended), 'step')}. Looking what became of it.")
    lines, memory = place.world.lines, place.store.recall()
    _let_settle(intended, memory, lines)
    found = pipeline.settle(intended, memory, lines)
    place.store.settle(found.found, found.left)
    return place.recalled()


def _let_settle(
    intended: Mapping[Unsettled, Remembered | None], memory: Memory, lines: Lines
) -> None:
    due = [0.0]
    for entry, meant in intended.items():
        last = meant or memory.get(entry.address)
        if last and lines.knows(last.target):
            due.append(entry.at + lines.settle(last.target))
    time.sleep(min(max(max(due) - time.time(), 0.0), 60.0))


@contextmanager
def locked(place: Workplace) -> Iterator[None]:
    """Hold the lock of the workplace, or leave saying who has it."""
    try:
        with hold_lock(place.folder):
            yield
    except Held as held:
        raise Leave(
            Exit.LOCKED, f"Another apply is at work here: {held}. Try again later."
        ) from None


def ask(question: str, yes: bool) -> None:
    """Ask a person; without a terminal only ``--yes`` or a saved plan will do."""
    if yes:
        return
    if not sys.stdin.isatty():
        say("Nobody is here to say yes. Add --yes, or save a plan and apply that.")
        raise Leave(Exit.REFUSED)
    if not click.confirm(question, err=True):
        raise Leave(Exit.DONE, "Nothing has been changed.")


def _follow(
    plan: Plan,
    place: Workplace,
    run: _Run,
    display: ProgressDisplay,
    is_stopped: "_Pause",
    known: Mapping[int, Outcome],
) -> _Tally:
    tally = _Tally()
    wave_outcomes: list[Outcome] = []
    events = pipeline.apply(plan, place.world.lines, run, SystemClock(), is_stopped, known)
    for event in events:
        match event:
            case WaveStarted(wave):
                wave_outcomes = []
                display.wave_started(wave)
            case StepEnded(step, outcome):
                wave_outcomes.append(outcome)
                tally.outcomes.append(outcome)
                display.outcome(step, outcome)
            case DevicesCounted(_, progress):
                display.progress(progress)
            case WaveEnded(wave, progress, gate, passed):
                tally.waves.append(_wave_report(wave, wave_outcomes, progress, gate))
                tally.stopped = "" if passed else gate
                display.wave_ended(tally.waves[-1])
    return tally


def _ground(plan: Plan, place: Workplace) -> Mapping[int, Outcome]:
    return pipeline.stale_steps(plan, place.world.memory, place.world.lines)


def _wave_report(wave: Wave, outcomes: list[Outcome], progress: Progress, gate: str) -> WaveReport:
    return WaveReport(wave, tuple(outcomes), progress, gate)


def _patient(plan: Plan, wait: float) -> Rollout:
    gate = plan.rollout.gate
    return plan.rollout if gate.verified else replace(plan.rollout, gate=Gate(0.0, wait))


def _code(tally: _Tally, plan: Plan, *, stopped: bool) -> Exit:
    seen = {outcome.status for outcome in tally.outcomes}
    if stopped:
        return Exit.INTERRUPTED
    if Status.STALE in seen:
        return Exit.STALE
    if Status.FAILED in seen:
        return Exit.PARTIAL
    if Status.UNREACHABLE in seen or plan.unreachable:
        return Exit.UNREACHABLE
    if tally.stopped:
        return Exit.NOT_DUE
    return Exit.REFUSED if plan.blocked else Exit.DONE


def _check_window(window: Window | None, place: Workplace) -> None:
    if window is None:
        return
    zone = zoneinfo.ZoneInfo(place.reading.inventory.timezone)
    now = datetime.datetime.now(zone)
    minute = now.hour * 60 + now.minute
    if now.weekday() in window.days and window.start <= minute < window.end:
        return
    start, end = (f"{m // 60:02}:{m % 60:02}" for m in (window.start, window.end))
    text = f"Outside of the window: it is {now:%a %H:%M}, this rollout may run {start} to {end}."
    raise Leave(Exit.NOT_DUE, f"{text} Nothing has been changed.")


class _Pause:
    """Turns true with the first Ctrl-C; the second one stops at once."""

    def __init__(self) -> None:
        self._asked = False

    def __call__(self) -> bool:
        return self._asked

    def ask(self, _: int, __: FrameType | None) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
        say("Pausing: what runs comes to its end, nothing new begins. Ctrl-C again stops at once.")


@contextmanager
def _pausable() -> Iterator[_Pause]:
    pause = _Pause()
    before = signal.signal(signal.SIGINT, pause.ask)
    try:
        yield pause
    finally:
        signal.signal(signal.SIGINT, before)
