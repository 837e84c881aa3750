"""``pedell handover``: which devices may be handed over, and why others may not."""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import click

from pedell.commands import options
from pedell.commands.completion import complete_school
from pedell.commands.deliveries import show_table
from pedell.commands.exits import Exit, Leave
from pedell.commands.finding import find_school
from pedell.commands.showing import rejections_shown
from pedell.language.nearest import did_you_mean
from pedell.model import Problem, Rejected, Standing, Tally, Value, tell
from pedell.outputs.views import Table
from pedell.outputs.wording import count
from pedell.stages.deliver import stand_of_devices
from pedell.wiring import Setting, read_offline

_HINTED = 5_000
"""Among more names the nearest is not looked for: it would take seconds."""


@click.command("handover")
@click.argument("devices", nargs=-1, metavar="[SERIAL|ASSET]...")
@options.inventory
@click.option(
    "--school",
    default="",
    metavar="ID",
    shell_complete=complete_school,
    help="Only the devices of this school.",
)
@options.output_or_csv
def command(
    devices: tuple[str, ...], inventories: tuple[Path, ...], school: str, output: str
) -> None:
    """Show which devices may be handed over, by serial number or asset label; leave with 6 if not.

    A device may be handed over when the authority configures it (service) and, where its cohort
    asks for it (handover: loan-contract), its contract is signed. Files alone are asked: whether
    the device holds by now what it should, pedell plan and pedell drift know. Without devices or
    --school every cohort is counted.
    """
    setting = Setting(options.roots_of(inventories))
    with rejections_shown("text" if output == "csv" else output):
        reading = read_offline(setting)
        if school:
            find_school(reading, school)
        standings = stand_of_devices(reading.inventory, reading.values, setting.today)
        found = tuple(each for each in standings if school in ("", each.school))
        chosen = _named(devices, found) if devices else found
    if not devices and not school:
        show_table(_counted(found), output)
        return
    show_table(_one_by_one(chosen), output, total=False)
    held = [each for each in chosen if each.obstacle]
    if devices and held:
        which = f"{len(held):,} of {count(len(chosen), 'device')}"
        raise Leave(Exit.REFUSED, f"{which} may not be handed over.")


def _named(names: Sequence[str], found: Sequence[Standing]) -> tuple[Standing, ...]:
    """Return the devices with these serial numbers or asset labels; reject what nobody has."""
    by_mark: dict[str, list[Standing]] = {}
    for standing in found:
        for mark in {standing.device.serial.upper(), standing.device.asset.upper()} - {""}:
            by_mark.setdefault(mark, []).append(standing)
    unknown = [name for name in names if name.upper() not in by_mark]
    if unknown:
        raise Rejected(
            Problem(
                "E0270",
                tell(
                    'No list has a device "{name}". {meant}',
                    name=name,
                    meant=_meant(name.upper(), by_mark),
                ),
            )
            for name in unknown
        )
    return tuple(dict.fromkeys(each for name in names for each in by_mark[name.upper()]))


def _meant(name: str, known: Collection[str]) -> str:
    hint = did_you_mean(name, known if len(known) < _HINTED else ())
    return hint if hint.startswith("Did") else ""


def _one_by_one(found: Sequence[Standing]) -> Table:
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            each.device.serial or None,
            each.device.asset or None,
            each.school,
            each.cohort,
            each.obstacle is None,
            str(each.obstacle) if each.obstacle else None,
        )
        for each in found
    )
    columns = ("serial", "asset", "school", "cohort", "ready", "reason")
    return Table("devices", columns, rows, _note(found))


def _counted(found: Sequence[Standing]) -> Table:
    cohorts: dict[tuple[str, str], list[Standing]] = {}
    for each in found:
        cohorts.setdefault((each.school, each.cohort), []).append(each)
    rows = tuple((*place, *_counts(each)) for place, each in cohorts.items())
    columns = ("school", "cohort", "listed", "ready", "unsigned")
    note = f"{_note(found)} Which ones: pedell handover --school ID"
    return Table("devices", columns, rows, note)


def _counts(found: Iterable[Standing]) -> tuple[int, int, int]:
    tally = Tally.of(found)
    return tally.listed, tally.ready, tally.missing


def _note(found: Sequence[Standing]) -> str:
    ready = sum(1 for each in found if each.obstacle is None)
    return f"{ready:,} of {count(len(found), 'device')} may be handed over."
