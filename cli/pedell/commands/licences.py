"""``pedell licences``: how many are needed, owned and missing, and who goes without."""

import codecs
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import click

from pedell.commands import options
from pedell.commands.exits import Exit, Leave
from pedell.commands.finding import nothing
from pedell.commands.showing import format_for, rejections_shown, say, show
from pedell.files import rewrite_atomically
from pedell.language.nearest import did_you_mean
from pedell.model import Account, Value, tell
from pedell.outputs.table_csv import table_csv
from pedell.outputs.views import Table
from pedell.outputs.wording import count
from pedell.reading import Reading
from pedell.wiring import Setting, read_offline

_NAMED = 3
"""So many schools that go without are named for a person, the others counted."""

_MODE = 0o644
_AMOUNTS = ("needed", "owned", "short", "surplus")


@click.command("licences")
@options.inventory
@click.option("--app", default="", metavar="APP", help="Only this app of the catalogue.")
@click.option("--short", is_flag=True, help="Only where licences are missing.")
@click.option(
    "--shopping-list",
    "shopping",
    metavar="FILE.csv",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write what must be bought into this file, for a spreadsheet.",
)
@options.output_or_csv
def command(
    inventories: tuple[Path, ...], app: str, short: bool, shopping: Path | None, output: str
) -> None:
    """Count licences: for each app and pool needed, owned, short, and which schools go without.

    Inside a pool the schools of the greatest priority are served first. Only apps count whose
    entry in the catalogue has licences.
    """
    with rejections_shown("text" if output == "csv" else output):
        reading = read_offline(Setting(options.roots_of(inventories)))
        accounts = _chosen(reading, app)
    if shopping:
        _write(shopping, [account for account in accounts if account.short])
    shown = [account for account in accounts if account.short or not short]
    match output:
        case "csv":
            show(table_csv(_for_spreadsheet(shown)))
        case "text":
            show(format_for(output).listing(_for_people(shown, _note(reading, accounts, app))))
        case _:
            show(format_for(output).listing(_for_machines(shown)))


def _chosen(reading: Reading, app: str) -> tuple[Account, ...]:
    apps = reading.inventory.offer.apps
    if app and app not in apps:
        meant = did_you_mean(app, apps)
        raise nothing(tell('"{name}" is not in the catalogue. {meant}', name=app, meant=meant))
    return tuple(account for account in reading.accounts if app in ("", account.app))


def _write(path: Path, short: Sequence[Account]) -> None:
    """Write the shopping list so that a German spreadsheet reads umlauts and decimals."""
    columns = ("app", "title", "pool", "needed", "owned", "short", "cost_each", "cost")
    rows = tuple(
        (a.app, a.title, a.pool, a.needed, a.owned, a.short, _comma(a.cost), _comma(a.price))
        for a in short
    )
    text = table_csv(Table("licences", columns, rows)) + "\n"
    try:
        rewrite_atomically(path.resolve(), codecs.BOM_UTF8 + text.encode(), _MODE)
    except OSError as error:
        why = f"The shopping list was not written: {path}: {error.strerror}"
        raise Leave(Exit.BUG, why) from None
    what = count(len(rows), "line") if rows else "nothing is short, it has only its heading"
    say(f"Written: {path} ({what}).")


def _for_people(accounts: Sequence[Account], note: str) -> Table:
    columns = ("app", "pool", *_AMOUNTS, "cost", "without")
    rows = tuple(
        (a.app, a.pool, *_amounts(a), _euros(a.price) if a.short else None, _without(a))
        for a in accounts
    )
    return Table("licences", columns, rows, note)


def _for_machines(accounts: Sequence[Account]) -> Table:
    columns = ("app", "title", "pool", "count", *_AMOUNTS, "cost_each", "cost", "without")
    rows = tuple(
        (
            *_names(account),
            *_amounts(account),
            _number(account.cost),
            _number(account.price),
            _listed(account),
        )
        for account in accounts
    )
    return Table("licences", columns, rows)


def _for_spreadsheet(accounts: Sequence[Account]) -> Table:
    columns = ("app", "title", "pool", "count", *_AMOUNTS, "cost_each", "cost", "without")
    rows = tuple(
        (
            *_names(account),
            *_amounts(account),
            _comma(account.cost),
            _comma(account.price),
            ", ".join(f"{s.school} {s.without}" for s in account.shares if s.without),
        )
        for account in accounts
    )
    return Table("licences", columns, rows)


def _names(account: Account) -> tuple[Value, ...]:
    return account.app, account.title, account.pool, account.counting.value


def _amounts(account: Account) -> tuple[Value, ...]:
    return account.needed, account.owned, account.short, account.surplus


def _listed(account: Account) -> Value:
    return [{"school": s.school, "licences": s.without} for s in account.shares if s.without]


def _without(account: Account) -> str | None:
    without = [share for share in account.shares if share.without]
    names = ", ".join(f"{share.school} {share.without:,}" for share in without[:_NAMED])
    more = len(without) - _NAMED
    return (f"{names} and {count(more, 'more school')}" if more > 0 else names) or None


def _note(reading: Reading, accounts: Sequence[Account], app: str) -> str:
    """Sum up, and say why there is nothing where there is nothing."""
    uncounted = [each for each in reading.inventory.offer.apps.values() if not each.licences]
    if not accounts:
        which = app or "any app"
        return f"The catalogue does not say how licences of {which} are counted (licences:)."
    short = [account for account in accounts if account.short]
    left = f" {count(len(uncounted), 'app')} not counted." if uncounted and not app else ""
    if not short:
        return f"Nothing is short.{left}"
    missing = sum(account.short for account in short)
    known = [account.price for account in short if account.price is not None]
    price = f", {_euros(sum(known, Decimal(0)))} EUR" if known else ""
    if len(known) < len(short):
        price += f", {count(len(short) - len(known), 'line')} without a cost"
    return f"{count(missing, 'licence')} short in {count(len(short), 'line')}{price}.{left}"


def _euros(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:,.2f}"


def _comma(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}".replace(".", ",")


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
