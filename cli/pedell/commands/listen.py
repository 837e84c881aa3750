"""``pedell listen``: wait for the events of an MDM and keep them. Runs for ever, as a service."""

from pathlib import Path

import click

from pedell.commands import options
from pedell.commands.one_mdm import find_mdm, open_secret
from pedell.commands.showing import say
from pedell.wiring import Setting, state_folder


@click.command("listen")
@options.inventory
@options.mdm
@options.state
def command(inventories: tuple[Path, ...], target: str, state: Path | None) -> None:
    """Take in what an MDM says about its devices; without it nobody knows who is enrolled.

    Answers at the address that the target names under webhook.listen. A sandbox has its own.
    """
    from pedell.providers.nanohub.listener import serve_events
    from pedell.state.ledger import open_ledger

    setting = Setting(options.roots_of(inventories), state)
    wanted, missing = "to listen for", "none has webhook.listen"
    inventory, name, webhook = find_mdm(setting, target, "webhook", wanted, missing)
    credential = str(webhook.get("credential", ""))
    key = open_secret(setting, inventory, credential, "signs the events")
    host, _, port = str(webhook["listen"]).rpartition(":")
    folder = state_folder(setting, inventory)

    def ready(bound: str, bound_port: int, _: object) -> None:
        say(f"Listening for {name} on {bound}:{bound_port}. Ctrl-C ends it.")

    with open_ledger(folder / f"ledger-{name}.db") as ledger:
        serve_events((host, int(port)), key.reveal().encode(), ledger, ready)
