"""``pedell show``: what one school has in the end, with everything filled in."""

from collections.abc import Mapping
from pathlib import Path

import click

from pedell.commands import options
from pedell.commands.completion import complete_school
from pedell.commands.finding import find_cohort, find_school
from pedell.commands.showing import format_for, rejections_shown, show
from pedell.model import Cohort, Pointer, School, Setting, is_same
from pedell.outputs.views import Configuration
from pedell.reading import Reading
from pedell.wiring import Setting as Place
from pedell.wiring import read_offline


@click.command("show")
@click.argument("school", shell_complete=complete_school)
@click.option("--cohort", default="", metavar="NAME", help="Only as it holds for this cohort.")
@options.inventory
@options.output
def command(school: str, cohort: str, inventories: tuple[Path, ...], output: str) -> None:
    """Show what a school has in the end: its file with everything filled in.

    Behind each value stands the layer it came from, and the lock that holds it. Of a cohort is
    shown what differs from the school. A secret is only named.
    """
    with rejections_shown(output):
        reading = read_offline(Place(options.roots_of(inventories)))
        found = find_school(reading, school)
        chosen = find_cohort(found, cohort) if cohort else None
    show(format_for(output).configuration(_configuration(reading, found, chosen)))


def _configuration(reading: Reading, school: School, chosen: Cohort | None) -> Configuration:
    shared = reading.values[school.id, chosen.name if chosen else ""].settings
    cohorts = (chosen,) if chosen else school.cohorts
    own = tuple((each, _own(reading, school, each, shared)) for each in cohorts)
    held = {r.target for r in reading.desired.values() if r.address.school == school.id}
    if chosen:
        held = {chosen.target}
    targets = tuple(each for name, each in reading.inventory.targets.items() if name in held)
    return Configuration(school, shared, own, targets)


def _own(
    reading: Reading, school: School, cohort: Cohort, shared: Mapping[Pointer, Setting]
) -> Mapping[Pointer, Setting]:
    """Return what the cohort says otherwise than the whole school."""
    return {
        at: setting
        for at, setting in reading.values[school.id, cohort.name].settings.items()
        if at not in shared or not is_same(setting.value, shared[at].value)
    }
