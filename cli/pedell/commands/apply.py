"""``pedell apply``: do what a plan says, and nothing else."""

from pathlib import Path

import click

from pedell import pipeline
from pedell.commands import choosing, options
from pedell.commands.applying import ask, locked, run_plan, settle_unfinished
from pedell.commands.exits import Exit, Leave
from pedell.commands.plan import leave_after
from pedell.commands.showing import format_for, rejections_shown, show
from pedell.model import Plan
from pedell.outputs.views import Detail, Level
from pedell.state.planfile import read_plan
from pedell.wiring import Setting, Workplace, open_workplace


@click.command("apply")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@options.inventory
@options.limit
@options.tags
@choosing.playbook
@choosing.prune
@choosing.confirm
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--wait",
    type=click.FloatRange(0),
    default=120.0,
    show_default=True,
    help="Seconds to follow the devices where no gate says how long.",
)
@options.target_options
@options.output
def command(
    file: Path | None,
    inventories: tuple[Path, ...],
    limit: str,
    tags: str,
    playbook: Path | None,
    prune: bool,
    confirmed: tuple[str, ...],
    yes: bool,
    wait: float,
    forks: int,
    sandbox: bool,
    state: Path | None,
    output: str,
) -> None:
    """Do what a plan says: the one saved in FILE, or one made now, shown and asked about."""
    with rejections_shown(output):
        saved = _saved(file, limit, tags, playbook)
        choice = choosing.choose(limit, tags, playbook, prune, confirmed)
        roots = inventories or ((Path(saved.scope.inventory),) if saved else (Path(),))
        setting = Setting(roots, state, sandbox or bool(saved and saved.scope.sandbox), forks)
        with open_workplace(setting) as found, locked(found):
            place = settle_unfinished(found)
            plan = saved or pipeline.plan(place.reading, place.world, choice)
            if saved is None:
                _show(plan, place, output)
                if not plan.waves:
                    leave_after(plan, detailed=False)
                    raise Leave(Exit.REFUSED if plan.blocked else Exit.DONE)
                ask("Apply?", yes)
            elif saved.scope.authority != place.reading.inventory.authority:
                raise click.UsageError(
                    f"This plan is for {saved.scope.name}, not for this inventory."
                )
            raise Leave(run_plan(plan, place, wait, output, str(file or "")))


def _show(plan: Plan, place: Workplace, output: str) -> None:
    """Show what will be done; a machine is told only where that is all."""
    if output == "text" or not plan.waves:
        detail = Detail(Level.GROUPS, place.reading.inventory.locks, hints=False)
        show(format_for(output).plan(plan, detail))


def _saved(file: Path | None, limit: str, tags: str, playbook: Path | None) -> Plan | None:
    if file is None:
        return None
    if file.is_dir():
        raise click.UsageError(f"{file} is a folder. Did you mean: pedell apply -i {file}")
    if limit or tags or playbook:
        raise click.UsageError("A saved plan is done as it is: no --limit, --tags, --playbook.")
    return read_plan(file)
