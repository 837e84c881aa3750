"""``pedell catch-up``: read from NanoMDM's database what the listener has missed."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import click

from pedell.commands import options
from pedell.commands.exits import Exit, Leave
from pedell.commands.showing import rejections_shown
from pedell.model import Inventory, Secret
from pedell.wiring import Setting, open_vault, read_offline, state_folder


@click.command("catch-up")
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
    """Read from NanoMDM's database which devices are enrolled and what they have answered.

    An event that found no listener is lost; PostgreSQL still has what it said. Reads only, and
    only what is new since the last time; may run beside the listener, and as often as you like.
    """
    setting = Setting(options.roots_of(inventories), state)
    with rejections_shown("text"):
        inventory = read_offline(setting).inventory
    fitting = {
        t.name: t.settings["database"]
        for t in inventory.targets.values()
        if "database" in t.settings and target in ("", t.name)
    }
    if len(fitting) != 1:
        known = ", ".join(fitting) or "none has a database"
        raise click.UsageError(f"Name the MDM whose database to read: --target NAME ({known}).")
    name, database = next(iter(fitting.items()))
    assert isinstance(database, Mapping)  # noqa: S101  # the schema says so
    try:
        click.echo(_caught_up(setting, inventory, name, database))
    except PermissionError as error:
        raise Leave(Exit.DENIED, f"Nothing was read: {error}") from None
    except OSError as error:
        raise Leave(Exit.UNREACHABLE, f"Nothing was read to the end: {error}") from None


def _caught_up(
    setting: Setting, inventory: Inventory, name: str, database: Mapping[str, object]
) -> str:
    from pedell.providers.nanohub.missed import take_missed
    from pedell.state.ledger import open_ledger
    from pedell.transports.postgres import Place, open_snapshot

    ca = str(setting.roots[0] / str(database["ca"])) if "ca" in database else ""
    port = int(str(database.get("port", 5432)))
    user, base = (str(database.get(key, "nanomdm")) for key in ("user", "name"))
    place = Place(str(database["host"]), port, base, user, ca)
    password = _password(setting, inventory, str(database.get("credential", "")))
    folder = state_folder(setting, inventory)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (
        open_ledger(folder / f"ledger-{name}.db") as ledger,
        open_snapshot(place, password) as rows,
    ):
        found = take_missed(rows, ledger)
        enrolled = len(ledger.enrolments())
    since = datetime.fromtimestamp(found.since).astimezone() if found.since else None
    when = f"since {since:%Y-%m-%d %H:%M}" if since else "from the beginning"
    told = f"{_count(found.devices, 'device')} and {_count(found.answers, 'answer')}"
    return f"Read {told} of {name}, {when}. {_count(enrolled, 'device')} enrolled."


def _password(setting: Setting, inventory: Inventory, name: str) -> Secret | None:
    if not name:
        return None
    with rejections_shown("text"):
        vault = open_vault(setting, inventory)
    try:
        return vault.reveal(name)
    except KeyError as missing:
        text = f"The secret that opens the database is not there: set {missing.args[0]}."
        raise Leave(Exit.DENIED, text) from None


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
