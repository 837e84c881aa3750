"""Records host keys that a person has compared."""

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from pedell.commands.exits import Exit, Leave
from pedell.commands.server_places import Finding, Place, State, ask_all
from pedell.commands.showing import say, show
from pedell.files import rewrite_atomically
from pedell.outputs.wording import count
from pedell.transports.host_keys import console_command, fingerprint, put_key

Compared = Mapping[str, frozenset[str]]
"""Name or address of a server → the fingerprints that somebody has read at its console."""

_MODE = 0o644
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}\Z")
_KINDS = {"ssh-ed25519": "ED25519", "ssh-rsa": "RSA"}


def read_compared(places: Sequence[Place], one: str, file: Path | None) -> Compared | None:
    """Return what was compared before, None where a person is to be asked.

    Lines of ``file`` hold a fingerprint and, before or behind it, whose it is: as one writes it, or
    as ``ssh-keygen -lf known_hosts`` prints it. Leaves with a usage error for anything else.
    """
    if not one and file is None:
        return None
    if one and file:
        raise click.UsageError("Either --fingerprint or --from.")
    if file:
        return _from_file(file)
    servers = [place for place in places if not place.is_jump]
    if len(servers) != 1:
        raise click.UsageError("--fingerprint is that of one server; for several: --from FILE.")
    if not _FINGERPRINT.match(one):
        raise click.UsageError(f"{one!r} is no fingerprint: SHA256: and 43 characters.")
    return {servers[0].name: frozenset({one})}


def enrol(places: Sequence[Place], compared: Compared | None, replace: bool, forks: int) -> None:
    """Ask for keys and record those that are right; jump hosts first, for the others' sake."""
    if compared is None and not sys.stdin.isatty():
        why = "Nobody is here to compare. Give what was compared: --fingerprint, or --from FILE."
        raise Leave(Exit.REFUSED, why)
    ends: list[Exit] = []
    for is_jump in (True, False):
        some = [place for place in places if place.is_jump is is_jump]
        ends += [_settle(found, compared, replace) for found in ask_all(some, forks)]
    for end in (Exit.REFUSED, Exit.DENIED, Exit.UNREACHABLE):
        if end in ends:
            say(f"Not recorded: {count(len(ends) - ends.count(Exit.DONE), 'server')}.")
            raise Leave(end)


def _settle(found: Finding, compared: Compared | None, replace: bool) -> Exit:
    """Tell of one server, record its key if that is right, and say how it ended."""
    place = found.place
    if found.shown is None:
        say(f"{place.name}: {found.why}")
        return Exit.DENIED if found.state is State.DENIED else Exit.UNREACHABLE
    kind, key = found.shown
    if found.state is State.PINNED:
        show(f"{place.name}: {fingerprint(key)} is pinned already.")
        return Exit.DONE
    show(f"{place.name}  {place.entry}  {_KINDS.get(kind, 'ECDSA')}  {fingerprint(key)}")
    if found.state is State.CHANGED:
        pinned = " or ".join(map(fingerprint, found.pinned.values()))
        say(f"  Another key is pinned: {pinned}")
        if not replace:
            say("  Was it set up anew? Then --replace. If not, someone stands in between.")
            return Exit.REFUSED
    if not _is_right(found, compared):
        return Exit.REFUSED
    _record(place, found.shown)
    show(f"  Recorded in {place.address.known_hosts}")
    return Exit.DONE


def _is_right(found: Finding, compared: Compared | None) -> bool:
    place = found.place
    kind, key = found.shown or ("", b"")
    if compared is None:
        say(f"  On its console: {console_command(kind)}")
        return click.confirm("  Is it the same fingerprint there?", err=True)
    expected = frozenset().union(
        *(compared.get(name, ()) for name in (place.name, place.entry, place.address.host))
    )
    if fingerprint(key) in expected:
        return True
    told = " or ".join(sorted(expected)) or "no fingerprint of this server"
    say(f"  That is not what was compared ({told}). Nothing was recorded.")
    return False


def _record(place: Place, key: tuple[str, bytes]) -> None:
    """Write the file anew, as it is now: somebody may have added a line in the meantime."""
    address, file = place.address, place.address.known_hosts.resolve()
    try:
        text = file.read_bytes().decode("utf-8", "surrogateescape") if file.exists() else ""
        fresh = put_key(text, address.host, address.port, key)
        rewrite_atomically(file, fresh.encode("utf-8", "surrogateescape"), _MODE)
    except OSError as error:
        why = f"The key was not recorded: {file}: {error.strerror}"
        raise Leave(Exit.BUG, why) from None
    except ValueError as error:
        raise Leave(Exit.INVALID, f"The key was not recorded: {error}") from None


def _from_file(file: Path) -> Compared:
    found: dict[str, frozenset[str]] = {}
    try:
        lines = file.read_text("utf-8", "replace").splitlines()
    except OSError as error:
        raise click.UsageError(f"{file}: {error.strerror}") from None
    for number, line in enumerate(lines, start=1):
        words = line.replace(",", " ").split()
        prints = {word for word in words if _FINGERPRINT.match(word)}
        if not words or words[0].startswith("#"):
            continue
        if words[0].isdigit() and words[-1].startswith("("):
            words = words[1:-1]  # as ssh-keygen prints it: bits, fingerprint, names, type
        if len(prints) != 1 or len(words) < 2:
            what = "a line holds SCHOOL or address, and one fingerprint SHA256:…"
            raise click.UsageError(f"{file}:{number}: {what}")
        for word in set(words) - prints:
            found[word] = found.get(word, frozenset()) | prints
    return found
