"""``pedell plan``: show what would change."""

from pathlib import Path

import click

from pedell import pipeline
from pedell.commands import choosing, options
from pedell.commands.exits import Exit, Leave
from pedell.commands.showing import format_for, rejections_shown, show, warn
from pedell.model import Plan
from pedell.outputs.views import Detail, Level
from pedell.wiring import Setting, open_workplace


@click.command("plan")
@options.inventory
@options.limit
@options.tags
@choosing.playbook
@choosing.prune
@choosing.confirm
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Save the plan to this file.")
@click.option("-D", "--diff", is_flag=True, help="Show every field, and files line by line.")
@click.option("--summary", is_flag=True, help="Show the last lines only.")
@click.option("--offline", is_flag=True, help="Compare with the memory; ask no target.")
@click.option(
    "--detailed-exitcode", is_flag=True, help="Leave with 2 where something would change."
)
@options.target_options
@options.output
def command(
    inventories: tuple[Path, ...],
    limit: str,
    tags: str,
    playbook: Path | None,
    prune: bool,
    confirmed: tuple[str, ...],
    out: Path | None,
    diff: bool,
    summary: bool,
    offline: bool,
    detailed_exitcode: bool,
    forks: int,
    sandbox: bool,
    state: Path | None,
    output: str,
) -> None:
    """Show what would change. Changes nothing."""
    setting = Setting(options.roots_of(inventories), state, sandbox, forks, offline)
    level = Level.SUMMARY if summary else Level.FIELDS if diff else Level.GROUPS
    with rejections_shown(output):
        choice = choosing.choose(limit, tags, playbook, prune, confirmed)
        with open_workplace(setting) as place:
            stage = pipeline.plan_from_memory if offline else pipeline.plan
            plan = stage(place.reading, place.world, choice)
            locks = place.reading.inventory.locks
            warn(place.reading.warnings)
    failure = _save(plan, out) if out else ""
    hints = not options.in_automation()
    detail = Detail(level, locks, str(out) if out and not failure else "", hints)
    show(format_for(output).plan(plan, detail))
    if failure:
        raise Leave(Exit.BUG, f"The plan was not saved: {failure}")
    leave_after(plan, detailed_exitcode)


def leave_after(plan: Plan, detailed: bool) -> None:
    """Leave as the plan says: a target is silent, or differences were asked for and are there."""
    if plan.unreachable:
        is_denied = all(target in plan.denied for target, _ in plan.unreachable)
        raise Leave(Exit.DENIED if is_denied else Exit.UNREACHABLE)
    if detailed and not plan.is_empty:
        raise Leave(Exit.DIFFERENCES)


def _save(plan: Plan, path: Path) -> str:
    """Write the plan; return why it could not be written, or nothing."""
    from pedell.state.planfile import write_plan

    try:
        write_plan(path, plan)
    except OSError as error:
        return f"{path}: {error.strerror}"
    return ""
