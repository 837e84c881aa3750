"""The key of fingerprints: made once, kept beside the state, never in git."""

import hashlib
import hmac
import secrets
from pathlib import Path

from pedell.files import create_atomically


def fingerprint_key(folder: Path) -> bytes:
    """Return the 32 bytes of ``folder/fingerprint.key``; the first call makes them (mode 0600)."""
    path = folder / "fingerprint.key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # where another process was faster, its key counts
        create_atomically(path, secrets.token_bytes(32), 0o600)
    return path.read_bytes()


def keyed(key: bytes, name: str, value: str) -> str:
    """Return 32 hexadecimal digits that tell whether a secret changed, and nothing else.

    Keyed, because an eight-digit key hashed plainly is found in under a minute; the name is part
    of it, so that equal passwords of two schools do not show as equal.
    """
    return hmac.new(key, f"{name}\0{value}".encode(), hashlib.sha256).hexdigest()[:32]
