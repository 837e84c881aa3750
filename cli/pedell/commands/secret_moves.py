"""What a public key opens now, and what it opened before: for ``pedell secret rotate``."""

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pedell.commands.exits import Exit, Leave
from pedell.commands.secret_files import Files
from pedell.language.documents import parse_document
from pedell.language.secret_files import key_of, read_recipients
from pedell.model import Recipients, Rejected, SecretEntry

_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Move:
    """A public key: the owners whose files it opens now, and those that it opened once."""

    key: str
    opens: frozenset[str]
    opened: frozenset[str]


def moves_of(files: Files, keys: Sequence[str]) -> tuple[Move, ...]:
    """Say of each key what it opens and opened; what was before is known from git.

    Where git knows nothing, a key that stands nowhere now may have opened everything.
    """
    past = list(_past(files))
    return tuple(_move(files, key, past) for key in keys)


def told(move: Move, entries: Sequence[SecretEntry]) -> Iterator[str]:
    """Say what has to be done by hand: which values a key that was taken out has read."""
    shown = f"{move.key[:24]}…"
    lost = sorted(entry.name for entry in entries if entry.owner in move.opened)
    if lost:
        yield f"{shown} was taken out. Whoever holds it has read these, or can, in git."
        yield "Change each value where it is used, and here: pedell secret set NAME"
        yield from (f"  {name}" for name in lost)
    elif move.opens:
        yield f"{shown} opens them now."


def _move(files: Files, key: str, past: Sequence[Recipients]) -> Move:
    wanted = key_of(key)
    if not wanted:
        text = f"--recipient: {key[:24]}… is no public key: age1… (62 characters) or ssh-ed25519 …"
        raise Leave(Exit.USAGE, text)
    owners = {entry.owner for entry in files.entries("")}
    known = files.inventory.secrets.recipients
    opens = _opened_by(wanted, [known] if known else [], owners)
    opened = _opened_by(wanted, past, owners) - opens
    if not opens and not opened and past:
        text = f"{key[:24]}… stands in recipients.yml neither now nor in git: nothing to do."
        raise Leave(Exit.USAGE, text)
    if not opens and not past:
        opened = frozenset(owners)
    return Move(wanted, opens, opened)


def _opened_by(key: str, lists: Sequence[Recipients], owners: set[str]) -> frozenset[str]:
    def is_named(owner: str) -> bool:
        return any(key == key_of(one) for names in lists for one in names.of(owner))

    return frozenset(filter(is_named, owners))


def _past(files: Files) -> Iterator[Recipients]:
    """Yield what ``recipients.yml`` has said in each commit that changed it."""
    path = files.path_of_recipients.resolve()
    asked = ("log", "--format=%H", "--", path.name)
    for commit in _git(path.parent, *asked).decode("ascii", "replace").split():
        content = _git(path.parent, "show", f"{commit}:./{path.name}")
        try:
            document = parse_document(str(path), path.name, content)
        except Rejected:
            continue
        yield read_recipients(document, files.inventory.schools)


def _git(folder: Path, *words: str) -> bytes:
    asked = ["git", "--literal-pathspecs", "-C", str(folder), *words]
    try:
        return subprocess.run(asked, capture_output=True, timeout=_SECONDS, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return b""
