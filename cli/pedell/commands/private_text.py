"""A text that only one person may see, open in an editor and gone afterwards."""

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import NoReturn

from pedell.commands.exits import Exit, Leave

_IN_MEMORY = "/dev/shm"  # noqa: S108  # the folder below it is made for us alone
_EDITORS = ("sensible-editor", "nano", "vi")
_ENDING = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
_PATIENCE = 2.0
"""Seconds that an editor gets to leave."""


@contextlib.contextmanager
def private_file(name: str) -> Iterator[Path]:
    """Give a place for one file in a new folder of ours, in memory where there is such a place.

    Whatever happens, all files in it are overwritten and removed in the end: also those that an
    editor left beside it. Only SIGKILL and a power cut leave them.
    """
    before = signal.signal(signal.SIGHUP, _hung_up)
    try:
        folder = Path(tempfile.mkdtemp(prefix="pedell-", dir=_place()))  # mode 0700
        try:
            yield folder / name
        finally:
            blocked = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
            _wipe(folder)
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    finally:
        signal.signal(signal.SIGHUP, before)


def is_in_memory(path: Path) -> bool:
    """Tell whether a private file never reaches a disk of its own accord."""
    return path.is_relative_to(_IN_MEMORY) or path.is_relative_to(_runtime() or _IN_MEMORY)


def edited(path: Path, text: str) -> str:
    """Write the text there, wait for the person's editor, and return what stands there then.

    Leaves where there is no editor, or where it ends with an error.
    """
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode("utf-8", "surrogateescape"))
    words = _editor()
    try:
        code = _waited_for([*words, str(path)])
    except OSError as error:
        text = f"The editor {words[0]} did not start: {error.strerror}. Set VISUAL or EDITOR."
        raise Leave(Exit.USAGE, text) from None
    if code:
        how = f"code {code}" if code > 0 else f"signal {-code}"
        raise Leave(
            Exit.INTERRUPTED if code in (-signal.SIGINT, 130) else Exit.REFUSED,
            f"The editor {words[0]} ended with {how}. Nothing has been changed.",
        )
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        text = f"The editor left no file to read: {error.strerror}. Nothing has been changed."
        raise Leave(Exit.REFUSED, text) from None


def _place() -> str | None:
    for place in (_runtime(), _IN_MEMORY):
        if place and Path(place).is_dir() and os.access(place, os.W_OK | os.X_OK):
            return place
    return None


def _runtime() -> str | None:
    return os.environ.get("XDG_RUNTIME_DIR") or None


def _editor() -> list[str]:
    said = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    try:
        words = shlex.split(said)
    except ValueError:
        raise Leave(Exit.USAGE, "VISUAL or EDITOR has a quote that is not closed.") from None
    words = words or [name for name in _EDITORS if shutil.which(name)][:1]
    if not words:
        raise Leave(Exit.USAGE, "There is no editor here. Set VISUAL or EDITOR.")
    return words


def _waited_for(words: list[str]) -> int:
    """Run the editor. Ctrl-C is its own matter; whatever ends us ends it as well."""
    variables = {k: v for k, v in os.environ.items() if not k.startswith("PEDELL_")}
    # A handler, because a child would inherit that a signal is ignored, and keep it so.
    before = {
        one: signal.signal(one, _left_to_the_editor) for one in (signal.SIGINT, signal.SIGQUIT)
    }
    try:
        with subprocess.Popen(words, env=variables) as child:
            try:
                return child.wait()
            finally:
                _ended(child)
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _ended(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(_PATIENCE)
        child.kill()


def _left_to_the_editor(_: int, __: FrameType | None) -> None:
    pass


def _hung_up(_: int, __: FrameType | None) -> NoReturn:
    raise Leave(Exit.TERMINATED)


def _wipe(folder: Path) -> None:
    for place, folders, files in os.walk(folder, topdown=False):
        for name in files:
            path = Path(place, name)
            with contextlib.suppress(OSError):
                _overwrite(path)
            path.unlink(missing_ok=True)
        for name in folders:
            path = Path(place, name)
            path.unlink() if path.is_symlink() else path.rmdir()
    folder.rmdir()


def _overwrite(path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "wb") as file:
        file.write(bytes(os.fstat(handle).st_size))
        file.flush()
        os.fsync(handle)
