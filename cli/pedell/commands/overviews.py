"""What status and sync share: which devices they are about, and how they end."""

import time
from dataclasses import replace

import click

from pedell.commands import choosing, options
from pedell.commands.exits import Exit, Leave
from pedell.commands.finding import find_school
from pedell.model import Progress, Survey
from pedell.outputs.views import Overview
from pedell.pipeline import Choice
from pedell.wiring import Workplace


def asked_about(place: Workplace, limit: str, school: str) -> Choice:
    """Return the part of the inventory that was asked about; rejects a school that is none."""
    if limit and school:
        raise click.UsageError("--school names one school, --limit several: give one of them.")
    limit = find_school(place.reading, school).id if school else limit
    return choosing.choose(limit, "", None, prune=False, confirmed=())


def overview_of(
    place: Workplace, found: Survey, *, whole: bool, answered: Progress | None = None
) -> Overview:
    """Put together what is shown."""
    scope = place.world.scope
    schools = {device.school for device in found.devices}
    chosen = len(schools) if 0 < len(schools) < scope.schools else 0
    hints = not options.in_automation()
    return Overview(replace(scope, chosen=chosen), found, time.time(), answered, whole, hints)


def leave_after_survey(found: Survey) -> None:
    """Leave where a target was silent or did not let us in."""
    if found.unreachable:
        is_denied = found.denied >= found.unreachable.keys()
        raise Leave(Exit.DENIED if is_denied else Exit.UNREACHABLE)
