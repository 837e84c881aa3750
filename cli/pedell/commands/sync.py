"""``pedell sync``: have the tablets say what they hold, and follow their answers."""

import sys
from pathlib import Path

import click

from pedell import pipeline
from pedell.commands import options
from pedell.commands.exits import Exit, Leave
from pedell.commands.overviews import asked_about, leave_after_survey, overview_of
from pedell.commands.showing import format_for, rejections_shown, show
from pedell.language.patterns import select_schools
from pedell.model import DeviceStage, Progress, Survey, Wave
from pedell.outputs.progress import ProgressDisplay
from pedell.pipeline import Choice
from pedell.wiring import Setting, SystemClock, Workplace, open_workplace

_LACKING = frozenset({DeviceStage.UNSENT, DeviceStage.REFUSED})


@click.command("sync")
@options.inventory
@options.limit
@options.school
@click.option(
    "--wait",
    type=click.FloatRange(0),
    default=60.0,
    show_default=True,
    help="Seconds to wait for the answers of tablets.",
)
@options.everything
@options.target_options
@options.output
def command(
    inventories: tuple[Path, ...],
    limit: str,
    school: str,
    wait: float,
    everything: bool,
    forks: int,
    sandbox: bool,
    state: Path | None,
    output: str,
) -> None:
    """Wake tablets, have them show what they hold, and tell who is behind. Changes nothing there.

    Leaves with 0 where every tablet that answered has what was applied, with 2 where one lacks
    something: pedell apply sends it again. Tablets that sleep are counted and shown; they are no
    failure.
    """
    setting = Setting(options.roots_of(inventories), state, sandbox, forks)
    with rejections_shown(output), open_workplace(setting) as place:
        choice = asked_about(place, limit, school)
        answered, unasked = _follow(place, choice, wait)
        found = pipeline.survey(place.reading, place.world, choice, unasked)
        whole = everything or bool(school)
        overview = overview_of(place, found, whole=whole, answered=answered)
    show(format_for(output).status(overview))
    leave_after_survey(found)
    if any(device.stage in _LACKING for device in found.devices):
        raise Leave(Exit.DIFFERENCES)


def _follow(place: Workplace, choice: Choice, wait: float) -> tuple[Progress, Survey]:
    """Ask, and show how many have answered until all have or the time is over.

    Returns the last count, and which targets are silent.
    """
    display = ProgressDisplay(sys.stderr, name="Asking the tablets")
    asked = select_schools(choice.limit or "all", place.reading.inventory.schools)
    display.wave_started(Wave(1, tuple(asked), ()))
    last, unasked = Progress(0), Survey(())
    try:
        for told in pipeline.inquire(place.reading, place.world, choice, wait, SystemClock()):
            if isinstance(told, Survey):
                unasked = told
            else:
                last = told
                display.progress(last)
    finally:
        display.close()
    return last, unasked
