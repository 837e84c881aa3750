"""The one MDM that a command is about, and the secret that it needs for that."""

from collections.abc import Mapping

import click

from pedell.commands.exits import Exit, Leave
from pedell.commands.showing import rejections_shown
from pedell.model import Inventory, Secret
from pedell.wiring import Setting, open_vault, read_offline


def find_mdm(
    setting: Setting, target: str, section: str, wanted: str, missing: str
) -> tuple[Inventory, str, Mapping[str, object]]:
    """Return the inventory, the name of the only MDM that says ``section``, and what it says there.

    ``target`` is the name that a person typed, or empty. Where none fits or several do, ``wanted``
    says what the MDM is for and ``missing`` what none of them has.
    """
    with rejections_shown("text"):
        inventory = read_offline(setting).inventory
    fitting = {
        each.name: said
        for each in inventory.targets.values()
        if target in ("", each.name) and isinstance(said := each.settings.get(section), Mapping)
    }
    if len(fitting) != 1:
        known = ", ".join(fitting) or missing
        raise click.UsageError(f"Name the MDM {wanted}: --target NAME ({known}).")
    name, said = next(iter(fitting.items()))
    return inventory, name, said


def open_secret(setting: Setting, inventory: Inventory, name: str, what: str) -> Secret:
    """Open a secret; ``what`` says what it does, for a person who has to set it first."""
    with rejections_shown("text"):
        vault = open_vault(setting, inventory)
    try:
        return vault.reveal(name)
    except KeyError as missing:
        text = f"The secret that {what} is not there: set {missing.args[0]}."
        raise Leave(Exit.DENIED, text) from None
