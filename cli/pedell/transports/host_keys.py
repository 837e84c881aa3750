"""Pinned host keys: OpenSSH's known_hosts, of which only the lines for one server are read."""

import binascii
import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple


class HostKeyError(PermissionError):
    """The server's key is not the pinned one, so nothing was said to it."""


def read_pinned(path: Path, host: str, port: int) -> Mapping[str, bytes]:
    """Return key type → key of this server. Raises PermissionError where the file is unreadable.

    Patterns with wildcards and ``@cert-authority`` are not read: a pinned server stands there by
    its name. A key that any line calls ``@revoked`` raises HostKeyError: nobody may show it.
    """
    try:
        text = path.read_text("utf-8", "replace")
    except OSError as error:
        raise PermissionError(
            f"{entry_name(host, port)}: the file of pinned host keys cannot be read: {path} "
            f"({error.strerror}). Check the target's `known_hosts`"
        ) from None
    pinned = pinned_in(text, host, port)
    revoked = _revoked_in(text)
    for key in pinned.values():
        if key in revoked:
            raise HostKeyError(
                f"{entry_name(host, port)}: its pinned key {fingerprint(key)} stands in {path} as "
                "revoked, so nothing was sent. Give the server a new key, then: pedell server "
                "enrol --replace"
            )
    return pinned


def pinned_in(text: str, host: str, port: int) -> Mapping[str, bytes]:
    """Return key type → key of this server, as the text of a known_hosts says."""
    names, lines = _names(host, port), _lines_of(text)
    found = [line for name in names for line in lines.get(name, ())]
    found += [line for line in lines.get("", ()) if _is_hashed(line.entry, names)]
    return {line.kind: line.key for line in sorted(found)}


def put_key(text: str, host: str, port: int, key: tuple[str, bytes]) -> str:
    """Return the text of a known_hosts with this key (type, key) as the only one of the server.

    Every other line stays as it was, and so do comments, markers, and the other names of a line.
    Raises ValueError for a host whose name cannot stand there.
    """
    names = _names(host, port)
    lines = text.removesuffix("\n").split("\n") if text else []
    kept = [left for line in lines if (left := _without(line, names)) is not None]
    kind, blob = key
    own = f"{entry_name(host, port)} {kind} {b64encode(blob).decode()}"
    fresh = "".join(f"{line}\n" for line in (*kept, own))
    if pinned_in(fresh, host, port) != {kind: blob}:
        raise ValueError(f"{host!r} cannot stand in a file of host keys")
    return fresh


def entry_name(host: str, port: int) -> str:
    """Write a server as known_hosts does: the port stands there unless it is 22."""
    return host if port == 22 else f"[{host}]:{port}"


def fingerprint(key: bytes) -> str:
    """Name a key as ``ssh-keygen -l`` does."""
    return "SHA256:" + b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def console_command(kind: str) -> str:
    """Return what prints the same fingerprint on the console of a server."""
    name = {"ssh-ed25519": "ed25519", "ssh-rsa": "rsa"}.get(kind, "ecdsa")
    return f"ssh-keygen -lf /etc/ssh/ssh_host_{name}_key.pub"


def check_key(
    pinned: Mapping[str, bytes], host: str, port: int, file: Path, found: tuple[str, bytes]
) -> None:
    """Raise HostKeyError unless the key that was found (type, key) is the pinned one."""
    kind, key = found
    if any(hmac.compare_digest(key, one) for one in pinned.values()):
        return
    name = entry_name(host, port)
    line = f"{name} {kind} {b64encode(key).decode()}"
    check = f"Compare it on the server itself: {console_command(kind)}"
    if not pinned:
        raise HostKeyError(
            f"{name}: no key is pinned for this server; it shows {fingerprint(key)}. Nothing was "
            f"sent. {check}. If it is the same: pedell server enrol, which adds this line to "
            f"{file}: {line}"
        )
    expected = " or ".join(map(fingerprint, pinned.values()))
    raise HostKeyError(
        f"{name}: the server shows another key than the pinned one: pinned {expected}, shown "
        f"{fingerprint(key)}. Either it was set up anew, or someone stands in between; nothing "
        f"was sent. {check}. Only if it is the same: pedell server enrol --replace, which puts "
        f"this line into {file}: {line}"
    )


def _names(host: str, port: int) -> set[str]:
    return {entry_name(host, port), f"[{host}]:{port}"}


def _without(line: str, names: set[str]) -> str | None:
    """Return a line without these names; None where nobody is left on it."""
    fields = line.split(maxsplit=1)
    if len(fields) < 2 or line.lstrip().startswith(("#", "@")):
        return line
    entries = fields[0].split(",")
    left = [entry for entry in entries if not _is_named(entry, names)]
    if left == entries:
        return line
    return f"{','.join(left)} {fields[1]}" if left else None


class _Line(NamedTuple):
    """A key under one of the names of its line."""

    number: int
    entry: str
    kind: str
    key: bytes


@lru_cache(maxsize=4)  # one file serves all servers of a run
def _lines_of(text: str) -> Mapping[str, Sequence[_Line]]:
    """Return the lines that pin a key by name; those with a hashed name all under no name."""
    lines: dict[str, list[_Line]] = {}
    for number, fields in enumerate(map(str.split, text.splitlines())):
        if len(fields) > 2 and not fields[0].startswith(("#", "@")):
            with suppress(binascii.Error):
                key = b64decode(fields[2], validate=True)
                for entry in fields[0].split(","):
                    name = "" if entry.startswith("|1|") else entry
                    lines.setdefault(name, []).append(_Line(number, entry, fields[1], key))
    return lines


@lru_cache(maxsize=4)
def _revoked_in(text: str) -> frozenset[bytes]:
    """Return the keys that no server may show any more, whatever its name is."""
    keys: set[bytes] = set()
    for fields in map(str.split, text.splitlines()):
        if len(fields) > 3 and fields[0] == "@revoked":
            with suppress(binascii.Error):
                keys.add(b64decode(fields[3], validate=True))
    return frozenset(keys)


def _is_named(entry: str, names: set[str]) -> bool:
    return _is_hashed(entry, names) if entry.startswith("|1|") else entry in names


def _is_hashed(entry: str, names: set[str]) -> bool:
    try:
        salt, digest = (b64decode(part, validate=True) for part in entry[3:].split("|"))
    except ValueError:
        return False
    return any(hmac.digest(salt, name.encode(), "sha1") == digest for name in names)
