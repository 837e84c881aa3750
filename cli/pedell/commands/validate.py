"""``pedell validate``: check an inventory without touching any target."""

import json
from pathlib import Path

import click

from pedell.commands import options
from pedell.commands.showing import rejections_shown, show, warn
from pedell.language.playbooks import read_playbook
from pedell.outputs.wording import count
from pedell.wiring import Setting, load_schemas, read_offline


@click.command("validate")
@options.inventory
@options.output
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
    with rejections_shown(output):
        reading = read_offline(Setting(options.roots_of(inventories)))
        for playbook in playbooks:
            read_playbook(playbook, load_schemas())
    warn(reading.warnings)
    inventory = reading.inventory
    files = len(reading.folder.documents) + len(reading.folder.assets)
    found = {"schools": len(inventory.schools), "devices": inventory.device_count, "files": files}
    if output == "text":
        schools = count(len(inventory.schools), "school")
        devices = count(inventory.device_count, "device")
        show(f"{inventory.name} · {schools} · {devices}")
        show(f"{files:,} files are sound; {len(reading.desired):,} resources follow from them.")
    else:
        show(json.dumps({"format": 1, "valid": True, **found, "resources": len(reading.desired)}))
