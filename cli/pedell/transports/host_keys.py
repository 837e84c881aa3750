"""Pinned host keys: OpenSSH's known_hosts, of which only the lines for one server are read."""

import binascii
import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path


class HostKeyError(PermissionError):
    """The server's key is not the pinned one, so nothing was said to it."""


def read_pinned(path: Path, host: str, port: int) -> Mapping[str, bytes]:
    """Return key type → key of this server. Raises PermissionError where the file is unreadable.

    Lines with a marker (``@cert-authority``, ``@revoked``) and patterns with wildcards are not
    read: a pinned server stands there by its name.
    """
    try:
        text = path.read_text("utf-8", "replace")
    except OSError as error:
        raise PermissionError(
            f"{entry_name(host, port)}: the file of pinned host keys cannot be read: {path} "
            f"({error.strerror}). Check the target's `known_hosts`"
        ) from None
    names = {entry_name(host, port), f"[{host}]:{port}"}
    return dict(_matching(text, names))


def entry_name(host: str, port: int) -> str:
    """Write a server as known_hosts does: the port stands there unless it is 22."""
    return host if port == 22 else f"[{host}]:{port}"


def fingerprint(key: bytes) -> str:
    """Name a key as ``ssh-keygen -l`` does."""
    return "SHA256:" + b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def check_key(
    pinned: Mapping[str, bytes], host: str, port: int, file: Path, found: tuple[str, bytes]
) -> None:
    """Raise HostKeyError unless the key that was found (type, key) is the pinned one."""
    kind, key = found
    if any(hmac.compare_digest(key, one) for one in pinned.values()):
        return
    name = entry_name(host, port)
    line = f"{name} {kind} {b64encode(key).decode()}"
    check = "Compare it on the server itself: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"
    if not pinned:
        raise HostKeyError(
            f"{name}: no key is pinned for this server; it shows {fingerprint(key)}. "
            f"{check}. If it is the same, add this line to {file}: {line}"
        )
    expected = " or ".join(map(fingerprint, pinned.values()))
    raise HostKeyError(
        f"{name}: the server shows another key than the pinned one: pinned {expected}, shown "
        f"{fingerprint(key)}. Either it was set up anew, or someone stands in between; nothing "
        f"was sent. {check}. Only if it is the same, replace its line in {file} by: {line}"
    )


def _matching(text: str, names: set[str]) -> Iterator[tuple[str, bytes]]:
    for line in text.splitlines():
        fields = line.split()
        if len(fields) < 3 or line.lstrip().startswith(("#", "@")):
            continue
        if not any(_is_named(entry, names) for entry in fields[0].split(",")):
            continue
        try:
            yield fields[1], b64decode(fields[2], validate=True)
        except binascii.Error:
            continue


def _is_named(entry: str, names: set[str]) -> bool:
    if not entry.startswith("|1|"):
        return entry in names
    try:
        salt, digest = (b64decode(part, validate=True) for part in entry[3:].split("|"))
    except ValueError:
        return False
    return any(hmac.digest(salt, name.encode(), "sha1") == digest for name in names)
