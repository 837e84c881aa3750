"""``pedell secret``: encrypted secrets in the files of an inventory."""

import os
import re
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from pedell.commands import options
from pedell.commands.exits import Exit, Leave
from pedell.commands.showing import rejections_shown, say, show
from pedell.language.secret_files import AUTHORITY, FOLDER, owner_of, put_entries
from pedell.model import Inventory, Problem, Rejected, SecretEntry, sealed_in
from pedell.outputs.wording import count
from pedell.pipeline import Reading
from pedell.vault import Keyring
from pedell.vault.age import encrypt_entry, new_identity, open_entry
from pedell.vault.environment import variable_of
from pedell.wiring import Setting, open_keyring, read_offline

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}\Z")
_MAX_VALUE = 65_536
_school = click.option(
    "--school", default="", metavar="ID", help="Only this school; 'authority' for the authority."
)


@click.group("secret")
def command() -> None:
    """Set, check and rotate the encrypted secrets of an inventory.

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
        files = _read(inventories)
        owner = _owner(name, school, files.inventory)
        value = _typed(name)
        path = files.write(owner, {name: value})
    show(f"{name} is encrypted in {path}, for {_readers(files.inventory, owner)}.")


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
        files = _read(inventories)
        entry = files.inventory.secrets.entries.get(name)
        if entry is None:
            raise Leave(Exit.USAGE, f"{name} has no entry below {FOLDER}/. Set it first.")
        show(files.opened([entry], _keyring())[name])


@command.command("check")
@_school
@options.inventory
def check(school: str, inventories: tuple[Path, ...]) -> None:
    """Check that each secret the inventory names has an entry, and that entries open.

    Without an identity nothing is opened: only names and places are checked.
    """
    with rejections_shown("text"):
        files = _read(inventories)
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


@command.command("rotate")
@_school
@options.inventory
def rotate(school: str, inventories: tuple[Path, ...]) -> None:
    """Encrypt all entries anew, for the recipients of now. Needs an identity that opens them.

    All are opened before the first file is written. Whoever could read them has read them: where
    somebody has left, change the values too.
    """
    with rejections_shown("text"):
        files = _read(inventories)
        entries = files.entries(school)
        opened = files.opened(entries, _keyring())
        for owner in sorted({entry.owner for entry in entries}):
            values = {e.name: opened[e.name] for e in entries if e.owner == owner}
            path = files.write(owner, values)
            show(f"{path}: {count(len(values), 'entry')}, for {_readers(files.inventory, owner)}.")


@command.command("keygen")
def keygen() -> None:
    """Print a new identity, which opens secrets, and its recipient, which goes into git."""
    identity, recipient = new_identity()
    show(f"# recipient: {recipient}\n{identity}")
    if not sys.stdout.isatty():
        say(f"recipient: {recipient}")


@dataclass(frozen=True, slots=True)
class _Files:
    """The secret files of an inventory, to be opened and written."""

    reading: Reading

    @property
    def inventory(self) -> Inventory:
        return self.reading.inventory

    def entries(self, owner: str) -> list[SecretEntry]:
        """Return the entries of one file, or of all of them."""
        if owner and owner != AUTHORITY and owner not in self.inventory.schools:
            raise Leave(Exit.USAGE, f"There is no school {owner}.")
        entries = self.inventory.secrets.entries.values()
        return [entry for entry in entries if owner in ("", entry.owner)]

    def opened(self, entries: list[SecretEntry], keyring: Keyring) -> dict[str, str]:
        """Open these entries, or reject all that are wrong and leave for what stays closed."""
        values: dict[str, str] = {}
        problems: list[Problem] = []
        closed: list[str] = []
        for entry in entries:
            try:
                value = open_entry(entry, self.inventory.authority, keyring)
            except Rejected as rejected:
                problems.extend(rejected.problems)
                continue
            if value is None:
                closed.append(entry.name)
            else:
                values[entry.name] = value
        if problems:
            raise Rejected(problems)
        if closed:
            shown = ", ".join(closed[:5]) + (f" and {len(closed) - 5:,} more" * (len(closed) > 5))
            raise Leave(Exit.DENIED, f"This identity does not open {shown}.")
        return values

    def write(self, owner: str, values: Mapping[str, str]) -> Path:
        """Encrypt values into the file of their owner and return its path."""
        known = self.inventory.secrets.recipients
        recipients = known.of(owner) if known else ()
        if not recipients:
            detail = f"{FOLDER}/recipients.yml names nobody who could open it: pedell secret keygen"
            raise Rejected([Problem("E0108", detail)])
        authority = self.inventory.authority
        armored = {n: encrypt_entry(v, authority, owner, n, recipients) for n, v in values.items()}
        documents = {document.relative: document for document in self.reading.folder.documents}
        document = documents.get(f"{FOLDER}/{owner}.yml")
        beside = Path(documents[f"{FOLDER}/recipients.yml"].path)
        path = Path(document.path) if document else beside.with_name(f"{owner}.yml")
        _replace(path.resolve(), put_entries(document, armored))
        return path


def _read(inventories: tuple[Path, ...]) -> _Files:
    return _Files(read_offline(Setting(options.roots_of(inventories))))


def _keyring() -> Keyring:
    keyring = open_keyring()
    if keyring is None:
        text = "PEDELL_IDENTITY names no identity: the file with the private key that opens them."
        raise Leave(Exit.DENIED, text)
    return keyring


def _owner(name: str, school: str, inventory: Inventory) -> str:
    """Return whose file NAME goes into: where it stands already, else as its name says."""
    if not _NAME.match(name):
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
        value = sys.stdin.buffer.read(_MAX_VALUE + 1).decode("utf-8", "surrogateescape")
        value = value.removesuffix("\n").removesuffix("\r")
    is_text = not any("\ud800" <= letter <= "\udfff" for letter in value)
    if not is_text or not 0 < len(value) < _MAX_VALUE:
        raise Leave(Exit.USAGE, f"A value is UTF-8 text of 1 to {_MAX_VALUE:,} bytes.")
    return value


def _readers(inventory: Inventory, owner: str) -> str:
    known = inventory.secrets.recipients
    return count(len(known.of(owner)) if known else 0, "recipient")


def _elsewhere(name: str) -> str:
    is_set = variable_of(name) in os.environ
    return f" (the environment has {variable_of(name)})" if is_set else ""


def _named(reading: Reading) -> set[str]:
    """Return every secret that a resource or a target of the inventory names."""
    found = {one.name for wanted in reading.desired.values() for one in sealed_in(wanted.spec)}
    for target in reading.inventory.targets.values():
        webhook = target.settings.get("webhook")
        for settings in (target.settings, webhook if isinstance(webhook, Mapping) else {}):
            found |= {str(settings["credential"])} if settings.get("credential") else set()
    return found


def _replace(path: Path, text: str) -> None:
    """Write a file in one move; it goes into git, so whoever reads git may read it."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            os.fchmod(file.fileno(), path.stat().st_mode & 0o777 if path.exists() else 0o644)
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
