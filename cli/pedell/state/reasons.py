"""Why SQLite could not do what it was asked, in words, with what the disk has left."""

import shutil
import sqlite3
from pathlib import Path

_LITTLE = 1 << 20
"""Bytes with which nobody works on: SQLite calls a full disk "disk I/O error" as often as not."""


def reason_of(error: sqlite3.Error, path: Path) -> str:
    """Return what SQLite says of the file ``path``, and whether its disk is as good as full."""
    free = shutil.disk_usage(path.parent).free
    room = f" (its disk has {free >> 10:,} KB left: make room)" if free < _LITTLE else ""
    return f"{error}{room}"
