"""``pedell secret``: encrypted secrets in the files of an inventory."""

import os
import sys
from pathlib import Path

import click

from pedell.commands import options
from pedell.commands.exits import Exit, Leave
from pedell.commands.secret_editing import edit_file
from pedell.commands.secret_files import needed_keyring, read_files
from pedell.commands.secret_moves import moves_of, told
from pedell.commands.showing import rejections_shown, say, show
from pedell.language.secret_files import FOLDER, NAME, credentials_of, owner_of
from pedell.language.secret_text import MAX_VALUE
from pedell.model import Inventory, sealed_in
from pedell.outputs.wording import count
from pedell.reading import Reading
from pedell.vault.age import new_identity
from pedell.vault.environment import variable_of
from pedell.wiring import open_keyring

_school = click.option(
    "--school", default="", metavar="ID", help="Only this school; 'authority' for the authority."
)


@click.group("secret")
def command() -> None:
    """Set, edit, check and rotate the encrypted secrets of an inventory.

    They stand in secrets/SCHOOL.yml and secrets/authority.yml, encrypted with age for the keys in
    secrets/recipients.yml. PEDELL_IDENTITY names the file with the private key that opens them.
    """


@command.command("set")
@click.argument("name")
@_school
@options.inventory
def set_secret(name: str, school: str, inventories: tuple[Path, ...]) -> None:
    """Encrypt a value under NAME: typed without being shown, or from stdin. Needs no identity."""
    with rejections_shown("text"):
        files = read_files(inventories)
        owner = _owner(name, school, files.inventory)
        value = _typed(name)
        path = files.write(owner, {name: value})
    show(f"{name} is encrypted in {path}, for {files.readers(owner)}.")


@command.command("get")
@click.argument("name")
@click.option("--force", is_flag=True, help="Print it even where stdout is no terminal.")
@options.inventory
def get(name: str, force: bool, inventories: tuple[Path, ...]) -> None:
    """Show the value of NAME on this terminal. Needs an identity."""
    if not force and not sys.stdout.isatty():
        text = "stdout is no terminal: the value would end in a file or a log. Meant so: --force"
        raise Leave(Exit.REFUSED, text)
    with rejections_shown("text"):
        files = read_files(inventories)
        entry = files.inventory.secrets.entries.get(name)
        if entry is None:
            raise Leave(Exit.USAGE, f"{name} has no entry below {FOLDER}/. Set it first.")
        show(files.opened([entry], needed_keyring())[name])


@command.command("check")
@_school
@options.inventory
def check(school: str, inventories: tuple[Path, ...]) -> None:
    """Check that each secret the inventory names has an entry, and that entries open.

    Without an identity nothing is opened: only names and places are checked.
    """
    with rejections_shown("text"):
        files = read_files(inventories)
        entries = files.entries(school)
        keyring = open_keyring()
        opened = files.opened(entries, keyring) if keyring else {}
    named = _named(files.reading)
    here = {n for n in named if not school or owner_of(n, files.inventory.schools) == school}
    for name in sorted({entry.name for entry in entries} - named):
        say(f"Named by nothing: {name}")
    missing = sorted(here - files.inventory.secrets.entries.keys())
    for name in missing:
        say(f"No entry: {name}{_elsewhere(name)}")
    tried = f"{len(opened):,} opened" if keyring else "none opened: PEDELL_IDENTITY is not set"
    show(f"{count(len(entries), 'entry')} below {FOLDER}/, {tried}.")
    show("For whom an entry was encrypted cannot be seen on it. After a change of recipients.yml:")
    show("pedell secret rotate")
    if any(variable_of(name) not in os.environ for name in missing):
        raise Leave(Exit.INVALID)


@command.command("edit")
@click.argument("owner", metavar="SCHOOL")
@options.inventory
def edit(owner: str, inventories: tuple[Path, ...]) -> None:
    """Open all values of SCHOOL ('authority': the authority's) in an editor. Needs an identity.

    VISUAL or EDITOR says which. Only what has changed is encrypted anew. The text lies in a file
    for you alone, in memory where possible, and is overwritten and removed in the end.
    """
    with rejections_shown("text"):
        done = edit_file(inventories, owner)
    if done is None:
        show("Nothing has been changed.")
        return
    words = (("Changed", done.changed), ("New", done.new), ("Taken out", done.gone))
    for word, names in words:
        if names:
            show(f"{word}: {', '.join(names)}")
    show(f"{done.path} is encrypted for {done.readers}.")


@command.command("rotate")
@_school
@click.option(
    "--recipient",
    "keys",
    multiple=True,
    metavar="KEY",
    help="Only what this public key opens now, or opened before it was taken out.",
)
@options.inventory
def rotate(school: str, keys: tuple[str, ...], inventories: tuple[Path, ...]) -> None:
    """Encrypt all entries anew, for the recipients of now. Needs an identity that opens them.

    All are opened before the first file is written. Whoever could read them has read them: where
    somebody has left, change the values too; --recipient names them.
    """
    with rejections_shown("text"):
        files = read_files(inventories)
        moves = moves_of(files, keys) if keys else ()
        concerned = {owner for move in moves for owner in (*move.opens, *move.opened)}
        entries = [e for e in files.entries(school) if not keys or e.owner in concerned]
        opened = files.opened(entries, needed_keyring())
        for owner in sorted({entry.owner for entry in entries}):
            values = {e.name: opened[e.name] for e in entries if e.owner == owner}
            path = files.write(owner, values)
            show(f"{path}: {count(len(values), 'entry')}, for {files.readers(owner)}.")
            if keys:
                show(f"  {', '.join(sorted(values))}")
    for move in moves:
        for line in told(move, entries):
            show(line)


@command.command("keygen")
def keygen() -> None:
    """Print a new identity, which opens secrets, and its recipient, which goes into git."""
    identity, recipient = new_identity()
    show(f"# recipient: {recipient}\n{identity}")
    if not sys.stdout.isatty():
        say(f"recipient: {recipient}")


def _owner(name: str, school: str, inventory: Inventory) -> str:
    """Return whose file NAME goes into: where it stands already, else as its name says."""
    if not NAME.match(name):
        raise Leave(Exit.USAGE, "A name has letters, digits, dots, hyphens; 200 at most.")
    known = inventory.secrets.entries.get(name)
    owner = known.owner if known else owner_of(name, inventory.schools)
    if school not in ("", owner):
        where = "stands in" if known else "belongs into"
        raise Leave(Exit.USAGE, f"{name} {where} {FOLDER}/{owner}.yml, not in that of {school}.")
    return owner


def _typed(name: str) -> str:
    """Return the value: asked for twice and not shown, or stdin without its last line end."""
    if sys.stdin.isatty():
        value = str(click.prompt(name, hide_input=True, confirmation_prompt=True, err=True))
    else:
        value = sys.stdin.buffer.read(MAX_VALUE + 1).decode("utf-8", "surrogateescape")
        value = value.removesuffix("\n").removesuffix("\r")
    is_text = not any("\ud800" <= letter <= "\udfff" for letter in value)
    if not is_text or not 0 < len(value) < MAX_VALUE:
        raise Leave(Exit.USAGE, f"A value is UTF-8 text of 1 to {MAX_VALUE:,} bytes.")
    return value


def _elsewhere(name: str) -> str:
    is_set = variable_of(name) in os.environ
    return f" (the environment has {variable_of(name)})" if is_set else ""


def _named(reading: Reading) -> set[str]:
    """Return every secret that a resource or a target of the inventory names."""
    found = {one.name for wanted in reading.desired.values() for one in sealed_in(wanted.spec)}
    return found | credentials_of(reading.inventory.targets.values())
