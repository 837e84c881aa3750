"""The key of fingerprints: made once, kept beside the state, never in git."""

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path


def fingerprint_key(folder: Path) -> bytes:
    """Return the 32 bytes of ``folder/fingerprint.key``; the first call makes them (mode 0600)."""
    path = folder / "fingerprint.key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = folder / f".fingerprint.{secrets.token_hex(8)}"
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another process was faster: its key counts
            path.hardlink_to(fresh)
        fresh.unlink()
    return path.read_bytes()


def keyed(key: bytes, name: str, value: str) -> str:
    """Return 32 hexadecimal digits that tell whether a secret changed, and nothing else.

    Keyed, because an eight-digit key hashed plainly is found in under a minute; the name is part
    of it, so that equal passwords of two schools do not show as equal.
    """
    return hmac.new(key, f"{name}\0{value}".encode(), hashlib.sha256).hexdigest()[:32]
