"""``pedell deliveries``: what was delivered, what is to come, and who gets how many next."""

from pathlib import Path

import click

from pedell.commands import delivering, options
from pedell.commands.showing import format_for, rejections_shown, show
from pedell.language.lists.deliveries import listed_by_lot
from pedell.language.nearest import did_you_mean
from pedell.language.patterns import select_schools
from pedell.model import Inventory, Problem, Rejected, Standing, Stock, tell
from pedell.outputs.table_csv import table_csv
from pedell.outputs.views import Table
from pedell.reading import Reading
from pedell.stages.allot import allot_devices, wants_of
from pedell.stages.deliver import stand_of_devices
from pedell.wiring import Setting, read_offline


@click.group("deliveries", invoke_without_command=True)
@options.inventory
@options.limit
@click.option(
    "--by",
    type=click.Choice(list(delivering.TABLES)),
    default="school",
    show_default=True,
    help="What stands in a row.",
)
@click.option(
    "--platform",
    type=click.Choice(["ipados", "windows", "other"]),
    help="Only devices of this platform.",
)
@options.output_or_csv
@click.pass_context
def command(
    context: click.Context,
    inventories: tuple[Path, ...],
    limit: str,
    by: str,
    platform: str | None,
    output: str,
) -> None:
    """Count devices: only delivered, labelled, configured; still to come; contracts; ready.

    All of it comes from the files: configured is what shall be done with a device. What single
    devices hold already pedell plan and pedell drift know.
    """
    if context.invoked_subcommand is not None:
        _refuse_lost_options(context)
        return
    setting = Setting(options.roots_of(inventories))
    with rejections_shown("text" if output == "csv" else output):
        reading = read_offline(setting)
        chosen = select_schools(limit or "all", reading.inventory.schools)
        schools = [name for name in reading.inventory.schools if name in chosen]
        found = _found(reading, setting, frozenset(schools), platform)
    show_table(delivering.TABLES[by](reading.inventory, schools, found), output)


@command.command("allot")
@click.argument("number", metavar="[COUNT]", type=click.IntRange(min=0), required=False)
@options.inventory
@click.option("--lot", default="", metavar="LOT", help="Share out what is to come of this lot.")
@options.output_or_csv
def allot(number: int | None, inventories: tuple[Path, ...], lot: str, output: str) -> None:
    """Say which school gets how many of the next COUNT devices. Changes nothing.

    First every school is filled up to the minimum (stock in authority.yml), in order of priority;
    the rest goes by what is still needed. No school gets more than it needs where it said so.
    Without COUNT all that is to come of --lot is shared out.
    """
    with rejections_shown("text" if output == "csv" else output):
        inventory = read_offline(Setting(options.roots_of(inventories))).inventory
        stock = _stock(inventory)
    coming = _coming(inventory, number, lot)
    wants = tuple(wants_of(inventory.schools.values(), stock))
    shares = allot_devices(coming, wants, stock)
    show_table(delivering.allotment(wants, shares, coming), output, total=False)


def show_table(table: Table, output: str, *, total: bool = True) -> None:
    """Show a table, for people with what its numbers add up to."""
    if output == "csv":
        show(table_csv(table))
    else:
        for_people = output == "text" and total
        show(format_for(output).listing(delivering.with_totals(table) if for_people else table))


def _found(
    reading: Reading, setting: Setting, schools: frozenset[str], platform: str | None
) -> tuple[Standing, ...]:
    cohorts = {
        (school.id, cohort.name)
        for school in reading.inventory.schools.values()
        for cohort in school.cohorts
        if school.id in schools and platform in (None, cohort.platform)
    }
    standings = stand_of_devices(reading.inventory, reading.values, setting.today)
    return tuple(each for each in standings if (each.school, each.cohort) in cohorts)


def _stock(inventory: Inventory) -> Stock:
    if inventory.stock is None:
        detail = tell(
            "authority.yml does not say how devices are shared out. Add, for example: "
            "stock: {example}",
            example="{role: pupil, minimum: 30}",
        )
        raise Rejected([Problem("E0111", detail)])
    return inventory.stock


def _coming(inventory: Inventory, number: int | None, lot: str) -> int:
    """Return how many devices there are to share out."""
    if not lot:
        if number is None:
            raise click.UsageError("How many? pedell deliveries allot COUNT, or --lot LOT.")
        return number
    delivery = inventory.deliveries.get(lot)
    if delivery is None:
        meant = did_you_mean(lot, inventory.deliveries)
        raise click.UsageError(f'--lot: "{lot}" is not known. {meant}')
    if delivery.count is None:
        if number is None:
            raise click.UsageError(f'Nobody knows yet how many "{lot}" has. Say it: COUNT.')
        return number
    expected = delivery.count - listed_by_lot(inventory.schools).get(lot, 0)
    if number is not None and number > expected:
        raise click.UsageError(f'Of "{lot}" only {expected:,} are to come, not {number:,}.')
    return expected if number is None else number


def _refuse_lost_options(context: click.Context) -> None:
    """Refuse options in front of a subcommand: they would be read and not heard."""
    from_line = click.core.ParameterSource.COMMANDLINE
    if lost := [name for name in context.params if context.get_parameter_source(name) is from_line]:
        sub = context.invoked_subcommand
        raise click.UsageError(
            f"Write options behind {sub}: pedell deliveries {sub} … ({', '.join(lost)})"
        )
