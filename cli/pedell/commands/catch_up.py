"""``pedell catch-up``: read from NanoMDM's database what the listener has missed."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import click

from pedell.commands import options
from pedell.commands.exits import Exit, Leave
from pedell.commands.one_mdm import find_mdm, open_secret
from pedell.model import Inventory
from pedell.wiring import Setting, state_folder


@click.command("catch-up")
@options.inventory
@options.mdm
@options.state
def command(inventories: tuple[Path, ...], target: str, state: Path | None) -> None:
    """Read from NanoMDM's database which devices are enrolled and what they have answered.

    An event that found no listener is lost; PostgreSQL still has what it said. Reads only, and
    only what is new since the last time; may run beside the listener, and as often as you like.
    """
    setting = Setting(options.roots_of(inventories), state)
    wanted, missing = "whose database to read", "none has a database"
    inventory, name, database = find_mdm(setting, target, "database", wanted, missing)
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
    credential = str(database.get("credential", ""))
    what = "opens the database"
    password = open_secret(setting, inventory, credential, what) if credential else None
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


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
