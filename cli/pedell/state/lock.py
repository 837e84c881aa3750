"""One apply at a time: a lock that dies with its holder, so that nobody ever has to break it."""

import fcntl
import json
import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


class Held(Exception):  # noqa: N818  # it is a state of the world, not a fault
    """Someone else holds the lock; the text says who, where and since when."""


@contextmanager
def hold_lock(folder: Path) -> Iterator[None]:
    """Hold the lock of ``folder`` while the block runs, or raise :class:`Held`."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "lock"
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Held(_holder(path)) from None
        _tell_holder(file, path)
        yield
        file.seek(0)
        file.truncate()


def _tell_holder(file: TextIO, path: Path) -> None:
    holder = {"pid": os.getpid(), "host": platform.node(), "since": time.time()}
    text = json.dumps({**holder, "job": os.environ.get("CI_JOB_URL", "")})
    file.truncate(0)
    try:
        os.write(file.fileno(), text.encode())
    except OSError as error:
        raise OSError(f"the lock {path} cannot be written: {error.strerror}") from error


def _holder(path: Path) -> str:
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        minutes = int((time.time() - holder["since"]) / 60)
        job = f", {holder['job']}" if holder["job"] else ""
        return f"process {holder['pid']} on {holder['host']} since {minutes} min{job}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
