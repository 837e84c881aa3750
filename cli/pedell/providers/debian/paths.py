"""Paths on a server, made plain. Pure."""

from posixpath import normpath


def plain_path(path: str) -> str:
    """Return an absolute path without ``.``, ``..`` and double slashes, and without NUL."""
    return "/" + normpath("/" + path.replace("\0", "")).lstrip("/")
