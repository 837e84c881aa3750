"""The two keys of the sandbox: the one that its servers show, the one that they let in."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from paramiko import Ed25519Key


def own_key(path: Path) -> Ed25519Key:
    """Return the ed25519 key that lies at ``path``; the first time it is made, for us alone."""
    if not path.exists():
        written = Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()
        )
        part = path.with_suffix(".new")
        part.touch(mode=0o600)
        part.write_bytes(written)
        part.replace(path)
    return Ed25519Key.from_private_key_file(str(path))
