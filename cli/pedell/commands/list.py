"""``pedell list``: schools, municipalities, owners, apps, targets, locks, waves, kinds, runs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from pedell.commands import choosing, options
from pedell.commands.deciders import municipalities_table, owners_table
from pedell.commands.listing import (
    apps_table,
    kinds_table,
    locks_table,
    runs_table,
    schools_table,
    targets_table,
    waves_table,
)
from pedell.commands.showing import format_for, rejections_shown, show
from pedell.language.patterns import select_schools
from pedell.model import Inventory, School
from pedell.outputs.views import Table
from pedell.pipeline import Choice
from pedell.ports import Run
from pedell.providers import PROVIDERS
from pedell.reading import Reading
from pedell.state import open_store
from pedell.wiring import Setting, load_schemas, read_offline, state_folder

_OF_SCHOOLS = ("schools", "municipalities", "owners", "apps", "targets", "waves")
_OF_ALL = ("locks", "kinds", "runs")


@click.command("list")
@click.argument("what", type=click.Choice([*_OF_SCHOOLS, *_OF_ALL]))
@options.inventory
@options.limit
@choosing.playbook
@options.target_options
@options.output
def command(
    what: str,
    inventories: tuple[Path, ...],
    limit: str,
    playbook: Path | None,
    forks: int,
    sandbox: bool,
    state: Path | None,
    output: str,
) -> None:
    """List what there is: schools, who decides, apps, targets, locks, waves, kinds, runs."""
    _check(what, limit, playbook)
    setting = Setting(options.roots_of(inventories), state, sandbox, forks)
    with rejections_shown(output):
        if what == "kinds":
            table = kinds_table(load_schemas(), PROVIDERS)
        else:
            choice = choosing.choose(limit, "", playbook, False, ())
            table = _table(what, read_offline(setting), setting, choice, output)
    show(format_for(output).listing(table))


def _check(what: str, limit: str, playbook: Path | None) -> None:
    if limit and what in _OF_ALL:
        raise click.UsageError(f"--limit chooses schools: {what} do not belong to schools.")
    if playbook and what != "waves":
        raise click.UsageError("--playbook is for: pedell list waves")
    if what == "waves" and not playbook:
        raise click.UsageError("Of which rollout? pedell list waves -p PLAYBOOK")


def _table(what: str, reading: Reading, setting: Setting, choice: Choice, output: str) -> Table:
    inventory, for_people = reading.inventory, output == "text"
    chosen = _chosen(inventory, choice)
    match what:
        case "schools":
            return schools_table(list(chosen.values()))
        case "municipalities":
            return municipalities_table(reading, chosen)
        case "owners":
            return owners_table(inventory, chosen)
        case "apps":
            return apps_table(reading, frozenset(chosen))
        case "targets":
            return targets_table(inventory, frozenset(chosen))
        case "locks":
            return locks_table(inventory, for_people=for_people)
        case "waves":
            return waves_table(chosen, choice.rollout, for_people=for_people)
        case _:
            return runs_table(_runs(setting, inventory), inventory.timezone)


def _chosen(inventory: Inventory, choice: Choice) -> Mapping[str, School]:
    names = select_schools(choice.limit or "all", inventory.schools)
    names &= select_schools(choice.rollout.schools, inventory.schools)
    return {name: school for name, school in inventory.schools.items() if name in names}


def _runs(setting: Setting, inventory: Inventory) -> Sequence[Run]:
    """Read the journal where there is one; looking at it makes none."""
    folder = state_folder(setting, inventory)
    if not (folder / "state.db").is_file():
        return ()
    with open_store(folder) as store:
        return store.runs()
