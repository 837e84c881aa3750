"""``pedell drift``: what somebody changed since the last apply."""

from pathlib import Path

import click

from pedell import pipeline
from pedell.commands import choosing, options
from pedell.commands.plan import leave_after
from pedell.commands.showing import format_for, rejections_shown, show
from pedell.wiring import Setting, open_workplace


@click.command("drift")
@options.inventory
@options.limit
@click.option(
    "--patience",
    type=click.FloatRange(0),
    default=60.0,
    show_default=True,
    help="Seconds to wait for the answers of devices.",
)
@options.target_options
@options.output
def command(
    inventories: tuple[Path, ...],
    limit: str,
    patience: float,
    forks: int,
    sandbox: bool,
    state: Path | None,
    output: str,
) -> None:
    """Ask targets and devices what they hold, and show what somebody changed. Changes nothing."""
    setting = Setting(options.roots_of(inventories), state, sandbox, forks)
    with rejections_shown(output):
        choice = choosing.choose(limit, "", None, prune=False, confirmed=())
        with open_workplace(setting) as place:
            found = pipeline.drift(place.reading, place.world, choice, patience)
    show(format_for(output).drift(found))
    leave_after(found, detailed=True)
