"""``pedell server``: the host keys of the servers, recorded once and looked at."""

from pathlib import Path

import click

from pedell.commands import options
from pedell.commands.showing import format_for, rejections_shown, show
from pedell.wiring import Setting


@click.group("server")
def command() -> None:
    """Record and check the host keys of servers.

    Pedell speaks to no server whose key is not pinned. No server is logged in to and no secret is
    sent; only a jump host on the way is logged in to, if its own key is the pinned one.
    """


@command.command("enrol")
@click.argument("schools", nargs=-1, metavar="[SCHOOL]...")
@click.option("--all", "everyone", is_flag=True, help="All servers of the inventory.")
@click.option(
    "--fingerprint",
    default="",
    metavar="SHA256:…",
    help="Take the key of this one server if it has this fingerprint; nobody is asked.",
)
@click.option(
    "--from",
    "known",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Take keys that stand in FILE, a line each: SCHOOL or address, and fingerprint.",
)
@click.option("--replace", is_flag=True, help="Also where another key is pinned.")
@options.inventory
@options.target_options
def enrol(
    schools: tuple[str, ...],
    everyone: bool,
    fingerprint: str,
    known: Path | None,
    replace: bool,
    inventories: tuple[Path, ...],
    forks: int,
    sandbox: bool,
    state: Path | None,
) -> None:
    """Record the host keys of servers in the inventory's known_hosts, after a person compared them.

    For each server the fingerprint is shown; on its console `ssh-keygen -lf` prints the same. A key
    that is pinned already is never overwritten without --replace.
    """
    if bool(schools) == everyone:
        raise click.UsageError("Which servers? pedell server enrol SCHOOL…, or --all")
    from pedell.commands import server_enrolling, server_places

    setting = Setting(options.roots_of(inventories), state, sandbox, forks)
    with rejections_shown("text"):
        places = server_places.find_places(setting, schools)
    compared = server_enrolling.read_compared(places, fingerprint, known)
    server_enrolling.enrol(places, compared, replace, forks)


@command.command("check")
@options.inventory
@options.target_options
@options.output
def check(
    inventories: tuple[Path, ...], forks: int, sandbox: bool, state: Path | None, output: str
) -> None:
    """Ask all servers for their host key: whether they answer, and with the pinned one."""
    from pedell.commands import server_checking, server_places

    setting = Setting(options.roots_of(inventories), state, sandbox, forks)
    with rejections_shown(output):
        places = server_places.find_places(setting, ())
    findings = server_places.ask_all(places, forks)
    table = server_checking.checked_table(findings, for_people=output == "text")
    show(format_for(output).listing(table))
    server_checking.leave_after(findings)
