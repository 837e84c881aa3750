"""``pedell secret edit``: the values of one file in an editor, and back."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pedell.commands.exits import Exit, Leave
from pedell.commands.private_text import edited, is_in_memory, private_file
from pedell.commands.secret_files import Files, needed_keyring, read_files
from pedell.commands.showing import say
from pedell.language.secret_files import AUTHORITY, FOLDER
from pedell.language.secret_text import Typed, read_text, with_notes, write_text
from pedell.model import Rejected, Words, tell

_AT_ONCE = "An editor that returns at once needs its word for waiting: VISUAL='code --wait'."


@dataclass(frozen=True, slots=True)
class Edited:
    """What an editing changed, by names alone."""

    path: Path
    readers: str
    changed: tuple[str, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]


def edit_file(inventories: tuple[Path, ...], owner: str) -> Edited | None:
    """Let a person edit the values of one file; None where nothing was changed.

    A text that is broken, or cannot be written, comes back with the reason on top. Whoever leaves
    the editor then without a change gives up.
    """
    files = read_files(inventories)
    entries = files.entries(owner)
    files.recipients(owner)
    values = files.opened(entries, needed_keyring()) if entries else {}
    text, hidden = write_text(owner, values)
    editing = _Editing(inventories, files, owner, values, hidden)
    begun = time.monotonic()
    with private_file(f"{owner}.txt") as path:
        if not is_in_memory(path):
            say(f"No folder in memory here: while it is open, the text lies on disk in {path}.")
        faults: list[tuple[int, Words]] = []
        typed = edited(path, text)
        while typed != text:
            done, faults = editing.taken(typed)
            if not faults:
                return done
            for number, fault in faults:
                say(f"Line {number}: {fault}" if number else fault)
            text = with_notes(typed, faults)
            typed = edited(path, text)
    if faults:
        raise Leave(Exit.REFUSED, "Given up. Nothing has been changed.")
    if time.monotonic() - begun < 1:
        say(_AT_ONCE)
    return None


class _Editing:
    """One file on its way through an editor: what it held when it was opened."""

    def __init__(
        self,
        inventories: tuple[Path, ...],
        files: Files,
        owner: str,
        values: Mapping[str, str],
        hidden: frozenset[str],
    ) -> None:
        self._inventories = inventories
        self._files = files
        self._owner = owner
        self._values = values
        self._hidden = hidden

    def taken(self, text: str) -> tuple[Edited | None, list[tuple[int, Words]]]:
        """Write what was typed, or return every reason against it."""
        typed = read_text(text)
        faults = sorted([*typed.faults, *self._misplaced(typed)])
        if faults:
            return None, faults
        try:
            return self._written(typed.values)
        except Rejected as rejected:
            return None, [(0, tell("{problem}", problem=each)) for each in rejected.problems]
        except OSError as error:
            return None, [(0, tell("It cannot be written: {reason}.", reason=error.strerror))]

    def _misplaced(self, typed: Typed) -> Iterator[tuple[int, Words]]:
        if self._values and not typed.values and not typed.faults:
            yield 0, tell("No entry is left. Where that is meant, take the file out of git.")
        for name, line in typed.lines.items():
            home = self._files.owner_of(name)
            is_free = self._owner == AUTHORITY and name not in self._files.inventory.secrets.entries
            if name in self._hidden:
                yield line, tell("This entry cannot be edited here: pedell secret set NAME")
            elif home != self._owner and not is_free:
                file = f"{FOLDER}/{home}.yml"
                yield line, tell("Its name belongs into {file}: edit it there.", file=file)

    def _written(self, wanted: Mapping[str, str]) -> tuple[Edited | None, list[tuple[int, Words]]]:
        old = self._values
        fresh = {name: value for name, value in wanted.items() if old.get(name) != value}
        gone = tuple(sorted(old.keys() - wanted.keys() - self._hidden))
        if not fresh and not gone:
            return None, []
        now = read_files(self._inventories)
        if moved := list(self._moved(now, (*sorted(fresh), *gone))):
            self._files = now  # whoever saves once more has been told
            return None, moved
        path = now.write(self._owner, fresh, gone)
        new = tuple(sorted(fresh.keys() - old.keys()))
        changed = tuple(sorted(fresh.keys() & old.keys()))
        return Edited(path, now.readers(self._owner), changed, new, gone), []

    def _moved(self, now: Files, names: tuple[str, ...]) -> Iterator[tuple[int, Words]]:
        """Yield what somebody else has written meanwhile."""
        for name in names:
            here = self._files.inventory.secrets.entries.get(name)
            there = now.inventory.secrets.entries.get(name)
            if (here and here.armored) != (there and there.armored):
                yield (
                    0,
                    tell("Somebody changed {name} meanwhile. Save again: yours counts.", name=name),
                )
