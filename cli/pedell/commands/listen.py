"""``pedell listen``: wait for the events of an MDM and keep them. Runs for ever, as a service."""

from pathlib import Path

import click

from pedell.commands import options
from pedell.commands.exits import Exit, Leave
from pedell.commands.showing import rejections_shown, say
from pedell.model import Inventory, Secret
from pedell.wiring import Setting, open_vault, read_offline, state_folder


@click.command("listen")
@options.inventory
@click.option("--target", default="", help="The MDM; needed where there are several.")
@click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="PEDELL_STATE",
    show_envvar=True,
    help="Folder of the memory. Left out: .pedell in the inventory.",
)
def command(inventories: tuple[Path, ...], target: str, state: Path | None) -> None:
    """Take in what an MDM says about its devices; without it nobody knows who is enrolled.

    Answers at the address that the target names under webhook.listen. A sandbox has its own.
    """
    from pedell.providers.nanohub.listener import serve_events
    from pedell.state.ledger import open_ledger

    setting = Setting(options.roots_of(inventories), state)
    with rejections_shown("text"):
        inventory = read_offline(setting).inventory
    fitting = {
        t.name: t.settings["webhook"]
        for t in inventory.targets.values()
        if "webhook" in t.settings and target in ("", t.name)
    }
    if len(fitting) != 1:
        known = ", ".join(fitting) or "none has webhook.listen"
        raise click.UsageError(f"Name the MDM to listen for: --target NAME ({known}).")
    name, webhook = next(iter(fitting.items()))
    assert isinstance(webhook, dict)  # noqa: S101  # the schema says so
    key = _signing_key(setting, inventory, str(webhook.get("credential", "")))
    host, _, port = str(webhook["listen"]).rpartition(":")
    folder = state_folder(setting, inventory)

    def ready(bound: str, bound_port: int, _: object) -> None:
        say(f"Listening for {name} on {bound}:{bound_port}. Ctrl-C ends it.")

    with open_ledger(folder / f"ledger-{name}.db") as ledger:
        serve_events((host, int(port)), key.reveal().encode(), ledger, ready)


def _signing_key(setting: Setting, inventory: Inventory, name: str) -> Secret:
    with rejections_shown("text"):
        vault = open_vault(setting, inventory)
    try:
        return vault.reveal(name)
    except KeyError as missing:
        text = f"The secret that signs the events is not there: set {missing.args[0]}."
        raise Leave(Exit.DENIED, text) from None
