"""``pedell status``: who is behind, and since when."""

from pathlib import Path

import click

from pedell import pipeline
from pedell.commands import options
from pedell.commands.overviews import asked_about, leave_after_survey, overview_of
from pedell.commands.showing import format_for, rejections_shown, show
from pedell.wiring import Setting, open_workplace


@click.command("status")
@options.inventory
@options.limit
@options.school
@options.everything
@options.target_options
@options.output
def command(
    inventories: tuple[Path, ...],
    limit: str,
    school: str,
    everything: bool,
    forks: int,
    sandbox: bool,
    state: Path | None,
    output: str,
) -> None:
    """Show who is behind with what was applied, and since when. Wakes no tablet.

    Reads what tablets said so far and what their MDM knows. Leaves with 0 also where some are
    behind: tablets sleep. `pedell sync` asks them, `pedell plan` knows what has to be sent again.
    """
    setting = Setting(options.roots_of(inventories), state, sandbox, forks)
    with rejections_shown(output), open_workplace(setting) as place:
        choice = asked_about(place, limit, school)
        found = pipeline.survey(place.reading, place.world, choice)
        overview = overview_of(place, found, whole=everything or bool(school))
    show(format_for(output).status(overview))
    leave_after_survey(found)
