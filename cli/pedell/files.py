"""Files appear whole or not at all: written beside their place, then moved there.

Whatever goes wrong on the way (a full disk, a signal, no rights), the old file stays as it was and
nothing is left beside it. The last part of a path is never followed: a symbolic link that stands
there is replaced, and what it leads to stays untouched. Who wants the file behind it resolves it.
"""

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

_UNABLE = (errno.EINVAL, errno.ENOTSUP)
"""How file systems say that folders cannot be synced there."""


def write_atomically(path: Path, content: bytes, mode: int) -> None:
    """Put a new file of ours there, with exactly this mode, whatever stood there before.

    Raises OSError where it cannot be written.
    """
    with _written_beside(path, content) as (fresh, handle):
        os.fchmod(handle, mode)
        os.fsync(handle)
        fresh.replace(path)


def rewrite_atomically(path: Path, content: bytes, mode: int) -> None:
    """Give a file new content; it keeps its mode, and owner and group as far as we may set them.

    ``mode`` is that of a file which is not there yet. Raises OSError as :func:`write_atomically`.
    """
    with _written_beside(path, content) as (fresh, handle):
        with contextlib.suppress(FileNotFoundError):
            old = path.lstat()
            if not path.is_symlink():
                _hand_over(handle, old)
                mode = old.st_mode & 0o777
        os.fchmod(handle, mode)
        os.fsync(handle)
        fresh.replace(path)


def create_atomically(path: Path, content: bytes, mode: int) -> bool:
    """Put a file there unless one stands there already; tell whether it was ours.

    Of several that try at once one wins, and nobody sees a part of its file.
    """
    with _written_beside(path, content) as (fresh, handle):
        os.fchmod(handle, mode)
        os.fsync(handle)
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            return False
    return True


@contextlib.contextmanager
def rewritten_together(contents: Mapping[Path, bytes], mode: int) -> Iterator[None]:
    """Give files new content for good if the block ends well; else put all of them back.

    Folders are made where they are missing. ``mode`` and errors as :func:`rewrite_atomically`.
    """
    done: dict[Path, bytes | None] = {}
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            done[path] = path.read_bytes() if path.exists() else None
            rewrite_atomically(path, content, mode)
        yield
    except BaseException:  # whatever stops it, Ctrl-C too: half an inventory is none
        for path, before in done.items():
            if before is None:
                path.unlink(missing_ok=True)
            else:
                rewrite_atomically(path, before, mode)
        raise


@contextlib.contextmanager
def _written_beside(path: Path, content: bytes) -> Iterator[tuple[Path, int]]:
    """Write the content under a name of its own, for us alone, and sync the folder at the end."""
    fresh = path.with_name(f".pedell-{secrets.token_hex(8)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        _write_all(handle, content, path)
        yield fresh, handle
    finally:
        os.close(handle)
        fresh.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _write_all(handle: int, content: bytes, path: Path) -> None:
    left = memoryview(content)
    try:
        while left:
            left = left[os.write(handle, left) :]
    except OSError as error:
        error.filename = str(path)  # a full disk names no file
        raise


def _hand_over(handle: int, old: os.stat_result) -> None:
    """Give the file to whom the old one belonged; each half counts, and neither is a must."""
    own = os.fstat(handle)
    if old.st_gid != own.st_gid:
        with contextlib.suppress(PermissionError):
            os.fchown(handle, -1, old.st_gid)
    if old.st_uid != own.st_uid:
        with contextlib.suppress(PermissionError):
            os.fchown(handle, old.st_uid, -1)


def _sync_folder(folder: Path) -> None:
    """Make the move last; a folder that we may write but not read is left to the system."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except PermissionError:
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _UNABLE:
            raise
    finally:
        os.close(handle)
