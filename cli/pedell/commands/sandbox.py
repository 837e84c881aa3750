"""``pedell sandbox``: an MDM with simulated tablets and school servers, on this machine alone."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from pedell.commands import options
from pedell.commands.exits import Exit, Leave
from pedell.commands.showing import rejections_shown, say, show
from pedell.model import Effective
from pedell.outputs.wording import count
from pedell.sandbox import control
from pedell.sandbox.mdm.quirks import QUIRKS
from pedell.sandbox.world import (
    API_SECRET,
    WEBHOOK_SECRET,
    Behaviour,
    Endpoints,
    find_sandbox,
    start_sandbox,
    stop_sandbox,
)
from pedell.vault import InventedVault, fingerprint_key
from pedell.wiring import Setting, read_offline, state_folder

_share = click.FloatRange(0, 1)


@click.group("sandbox")
def command() -> None:
    """Start, stop and look at the embedded sandbox of an inventory. Nothing real is touched."""


@command.command("start")
@options.inventory
@options.state
@click.option(
    "--quirk",
    "quirks",
    multiple=True,
    type=click.Choice(sorted(QUIRKS)),
    metavar="NAME",
    help="Switch on a trap of real MDM servers; docs/reference/sandbox.md lists them.",
)
@click.option("--notnow", type=_share, default=0.0, help="Share of commands put off (0 to 1).")
@click.option("--error", type=_share, default=0.0, help="Share of commands refused (0 to 1).")
@click.option("--asleep", type=_share, default=0.0, help="Share of tablets that sleep (0 to 1).")
@click.option(
    "--install",
    type=click.FloatRange(0),
    default=0.0,
    metavar="SECONDS",
    help="How long an app takes at most until it is there.",
)
@click.option(
    "--offline",
    type=click.IntRange(0, 23),
    nargs=2,
    metavar="FROM TO",
    help="Full hours of the day between which no tablet answers, such as 16 7.",
)
@click.option("--seed", type=int, default=1, help="Start of all chance.")
def start(
    inventories: tuple[Path, ...],
    state: Path | None,
    quirks: tuple[str, ...],
    notnow: float,
    error: float,
    asleep: float,
    install: float,
    offline: tuple[int, int] | None,
    seed: int,
) -> None:
    """Make a fresh sandbox: all tablets enrolled and empty, all servers empty, no memory."""
    setting = Setting(options.roots_of(inventories), state, sandbox=True)
    with rejections_shown("text"):
        reading = read_offline(setting)
    inventory = reading.inventory
    folder = state_folder(setting, inventory)
    vault = InventedVault(fingerprint_key(folder))
    secrets = {name: vault.reveal(name).reveal() for name in (API_SECRET, WEBHOOK_SECRET)}
    behaviour = Behaviour(
        notnow=notnow,
        error=error,
        asleep=asleep,
        install=(install / 2, install),
        offline=offline,
        seed=seed,
        quirks=quirks,
    )
    natures = {at: _nature(each) for at, each in reading.values.items()}
    found = start_sandbox(inventory, folder, secrets, behaviour, natures)
    show(_sentence(found))


@command.command("stop")
@options.inventory
@options.state
def stop(inventories: tuple[Path, ...], state: Path | None) -> None:
    """Stop the sandbox. Its memory stays until the next start."""
    ran = stop_sandbox(_folder(inventories, state))
    show("The sandbox is stopped." if ran else "No sandbox was running.")


@command.command("status")
@options.inventory
@options.state
@click.option(
    "--output", type=click.Choice(["text", "json"]), default="text", help="For people or machines."
)
def status(inventories: tuple[Path, ...], state: Path | None, output: str) -> None:
    """Say whether the sandbox runs, and what it has seen so far."""
    found = _running(inventories, state)
    summary = control.summary(found)
    if output == "json":
        show(json.dumps({"format": 1, "mdm": found.mdm, "servers": found.servers, "seen": summary}))
        return
    show(_sentence(found))
    for name, value in summary.items():
        if not isinstance(value, dict):
            show(f"  {name.replace('_', ' '):<24} {value:>10,}")


@command.command("break")
@options.inventory
@options.state
@click.argument("serial")
@click.option(
    "--profile", default="", help="Part of the profile's identifier; left out, the first."
)
def break_tablet(
    inventories: tuple[Path, ...], state: Path | None, serial: str, profile: str
) -> None:
    """Take a profile off a tablet by hand, so that drift has something to find."""
    found = _running(inventories, state)
    try:
        removed = control.remove_profile(found, serial, profile)
    except KeyError as missing:
        raise Leave(Exit.USAGE, f"Not in the sandbox: {missing.args[0]}.") from None
    say(f"Tablet {serial} has lost {removed}.")


def _nature(effective: Effective) -> Mapping[str, Any]:
    """Return what the files say of a cohort's devices; their sandbox takes it for true."""
    said = {key: effective.settings.get((key,)) for key in ("os", "supervised", "shared")}
    known = {key: setting.value for key, setting in said.items() if setting}
    return {**known, "os": str(known["os"])} if "os" in known else known


def _running(inventories: tuple[Path, ...], state: Path | None) -> Endpoints:
    found = find_sandbox(_folder(inventories, state))
    if found is None:
        raise Leave(Exit.UNREACHABLE, "No sandbox is running here. Start it: pedell sandbox start")
    return found


def _folder(inventories: tuple[Path, ...], state: Path | None) -> Path:
    roots = options.roots_of(inventories)
    return (state or roots[0] / ".pedell") / "sandbox"


def _sentence(found: Endpoints) -> str:
    return (
        f"The sandbox runs: an MDM with {count(found.tablets, 'simulated tablet')} at {found.mdm},"
        f" and {count(len(found.servers), 'school server')}. Nothing real is touched."
    )
