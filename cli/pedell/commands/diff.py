"""``pedell diff``: what a merge request changes, without any target and any secret."""

from pathlib import Path

import click

from pedell import __version__, pipeline
from pedell.commands import options
from pedell.commands.exits import Exit, Leave
from pedell.commands.revisions import (
    WORKING_TREE,
    Repository,
    Revision,
    blamed_on,
    find_repository,
)
from pedell.commands.showing import format_for, rejections_shown, show
from pedell.model import Scope
from pedell.outputs.views import Detail, Difference, Level
from pedell.providers import PROVIDERS
from pedell.reading import Reading
from pedell.wiring import Setting, load_schemas, read_offline


@click.command("diff")
@click.argument("revisions", metavar="REV..REV")
@options.inventory
@click.option("-D", "--fields", is_flag=True, help="Show every field, and files line by line.")
@click.option("--summary", is_flag=True, help="Show the last line only.")
@click.option("--detailed-exitcode", is_flag=True, help="Leave with 2 where something differs.")
@options.output
def command(
    revisions: str,
    inventories: tuple[Path, ...],
    fields: bool,
    summary: bool,
    detailed_exitcode: bool,
    output: str,
) -> None:
    """Show what a merge request changes, by schools and devices. Asks no target, opens no secret.

    REV..REV compares two revisions of git, REV...REV begins at their last common commit (what a
    merge request shows), REV alone compares with the files as they lie here.
    """
    level = Level.SUMMARY if summary else Level.FIELDS if fields else Level.GROUPS
    roots = options.roots_of(inventories)
    with rejections_shown(output):
        repository = find_repository(roots)
        old, new = repository.range_of(revisions)
    before = _read(repository, old, output)
    after = _read(repository, new, output) if new else _read_here(roots, output)
    plan = pipeline.difference(before, after, load_schemas(), PROVIDERS, _scope(after))
    told = Difference(plan, str(old), str(new or WORKING_TREE))
    show(format_for(output).difference(told, Detail(level, after.inventory.locks)))
    if detailed_exitcode and not plan.is_empty:
        raise Leave(Exit.DIFFERENCES)


def _read(repository: Repository, revision: Revision, output: str) -> Reading:
    # Problems are shown while the files that they stand in are still there.
    with (
        repository.at(revision) as roots,
        rejections_shown(output),
        blamed_on(revision),
    ):
        return read_offline(Setting(roots))


def _read_here(roots: tuple[Path, ...], output: str) -> Reading:
    with rejections_shown(output), blamed_on(None):
        return read_offline(Setting(roots))


def _scope(reading: Reading) -> Scope:
    inventory = reading.inventory
    return Scope(
        inventory=inventory.label,
        authority=inventory.authority,
        name=inventory.name,
        commit="",
        version=__version__,
        schools=len(inventory.schools),
        devices=reading.driven_devices,
        sandbox=False,
    )
