"""Which table of Apple's facts a command uses, and how a newer one is derived."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import click

from pedell.commands.exits import Exit, Leave
from pedell.commands.showing import page, rejections_shown, say, show
from pedell.files import rewrite_atomically
from pedell.language.apple_schema import read_checkout
from pedell.language.profiles import FACTS
from pedell.model import Words, tell, tell_count
from pedell.outputs.layout import wrapped
from pedell.payloads.apple.facts import (
    Fact,
    Table,
    complete_table,
    facts,
    parse_facts,
    shipped_table,
    write_facts,
)
from pedell.payloads.apple.facts.compare import compare_facts
from pedell.payloads.apple.facts.derive import derive_facts
from pedell.payloads.apple.facts.repository import PARTS, read_release, read_schema

_MOST_BYTES = 20_000_000
_MOST_SHOWN = 40
_SECONDS = 30

option = click.option(
    "--facts",
    "own",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="PEDELL_APPLE_FACTS",
    show_envvar=True,
    help="Hold against this table, from `pedell schema update`. Left out: the one of Pedell.",
)


def chosen_table(own: Path | None) -> Table:
    """Return the table that somebody named, or our own; leaves where the file is none."""
    return complete_table(_read(own)) if own else shipped_table()


def update_table(root: Path, out: Path) -> None:
    """Derive a table from a checkout, write it, and say what it changes.

    Compared is the table that stood in this file, or our own where there was none.
    """
    before = _read(out) if out.exists() else facts()
    with rejections_shown("text"):
        documents = read_checkout(root, PARTS)
    release = read_release(_text(root / "README.md")) or "0"
    source = f"github.com/apple/device-management, {_commit(root)}iOS {release}"
    releases = dict.fromkeys(PARTS, release)
    licence = _text(root / "LICENSE.txt")
    if not licence:
        raise Leave(Exit.INVALID, f"{root} has no LICENSE.txt, which goes with every copy.")
    try:
        after = derive_facts(read_schema(documents), {}, [source], releases, licence)
    except ValueError as error:
        raise Leave(Exit.INVALID, f"{root}: {error}. {out} was not touched.") from None
    out.parent.mkdir(parents=True, exist_ok=True)
    rewrite_atomically(out, write_facts(after).encode(), 0o644)
    _tell_changes(before, after, out)


def _tell_changes(before: Fact, after: Fact, out: Path) -> None:
    changes = compare_facts(before, after)
    outdated = [f"{place} (iOS {since})" for place, since in changes.outdated.items()]
    _listed(tell_count(len(changes.new), "{count:,} is new", "{count:,} are new"), changes.new)
    _listed(tell_count(len(changes.gone), "{count:,} is gone", "{count:,} are gone"), changes.gone)
    _listed(
        tell_count(len(outdated), "{count:,} is now outdated", "{count:,} are now outdated"),
        outdated,
    )
    tongue = page().tongue
    was, now = (" · ".join(dict.fromkeys(one["releases"].values())) for one in (before, after))
    say(tongue.say(tell("Compared: iOS {was} with iOS {now}.", was=was, now=now)))
    said = tell(
        "The table is in {file}. An inventory uses the one in its {own}, `pedell profile check` the"
        " one behind --facts.",
        file=out,
        own=FACTS,
    )
    show("\n".join(wrapped(tongue.say(said), page().width)))


def _listed(words: Words, places: Sequence[str]) -> None:
    tongue = page().tongue
    show(tongue.say(words) + (":" if places else "."))
    for place in places[:_MOST_SHOWN]:
        show("\n".join(wrapped(place, page().width, "  ", "    ")))
    if len(places) > _MOST_SHOWN:
        show("  " + tongue.say(tell("and {count:,} more", count=len(places) - _MOST_SHOWN)))


def _read(path: Path) -> Fact:
    try:
        with path.open("rb") as file:
            return parse_facts(file.read(_MOST_BYTES).decode())
    except OSError as error:
        raise Leave(Exit.INVALID, f"{path}: {error.strerror}.") from None
    except ValueError as error:
        raise Leave(Exit.INVALID, f"{path} is no table of Apple's facts: {error}.") from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")[:100_000]
    except OSError:
        return ""


def _commit(root: Path) -> str:
    """Return which commit lies there, if git knows."""
    asked = ["git", "-C", str(root), "log", "-1", "--format=commit %H (%cs): "]
    try:
        done = subprocess.run(asked, capture_output=True, timeout=_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace").rstrip("\n")
