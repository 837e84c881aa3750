"""``pedell validate``: check an inventory without touching any target."""

from collections.abc import Sequence
from pathlib import Path

import click

from pedell import __version__
from pedell.commands import options
from pedell.commands.help import help_pages
from pedell.commands.showing import page, rejections_shown, show, warn
from pedell.language.playbooks import read_playbook
from pedell.model import Problem, tell, tell_count
from pedell.outputs import MACHINES, sarif
from pedell.outputs.profile_report import held_against
from pedell.reading import Reading
from pedell.wiring import Setting, load_schemas, read_offline


@click.command("validate")
@options.inventory
@options.output_or_sarif
@click.option(
    "-p",
    "--playbook",
    "playbooks",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Check this playbook too.",
)
def command(inventories: tuple[Path, ...], output: str, playbooks: tuple[Path, ...]) -> None:
    """Check an inventory: all problems at once, with file, line and the way out."""
    with rejections_shown(output, _for_review if output == "sarif" else None):
        reading = read_offline(Setting(options.roots_of(inventories)))
        for playbook in playbooks:
            read_playbook(playbook, load_schemas())
    match output:
        case "text":
            warn(reading.warnings)
            show(_in_words(reading))
        case "sarif":
            show(_for_review(reading.warnings))
        case _:
            show(MACHINES[output].sound(_found(reading), reading.warnings))


def _counts(reading: Reading) -> dict[str, int]:
    inventory, folder = reading.inventory, reading.folder
    return {
        "schools": len(inventory.schools),
        "devices": inventory.device_count,
        "files": len(folder.documents) + len(folder.assets),
        "resources": len(reading.desired),
    }


def _found(reading: Reading) -> dict[str, int | str]:
    return {**_counts(reading), "apple": reading.inventory.facts.release}


def _in_words(reading: Reading) -> str:
    found, say = _counts(reading), page().tongue.say
    schools = tell_count(found["schools"], "{count:,} school", "{count:,} schools")
    devices = tell_count(found["devices"], "{count:,} device", "{count:,} devices")
    sound = tell("{files:,} files are sound; {resources:,} resources follow from them.", **found)
    held = held_against(reading.inventory.facts.releases)
    return f"{reading.inventory.name} · {say(schools)} · {say(devices)}\n{say(sound)}\n{say(held)}"


def _for_review(problems: Sequence[Problem]) -> str:
    helps = {code: f"{page.means} {page.way_out}" for code, page in help_pages().items()}
    return sarif(problems, helps, __version__, Path.cwd())
