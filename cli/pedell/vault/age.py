"""Secrets encrypted with age (X25519, ssh-ed25519): the only file that opens and closes them."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pedell.model import Problem, Rejected, Secret, SecretEntry, SecretFiles, Words, quote, tell
from pedell.vault.envelope import open_envelope, seal_envelope
from pedell.vault.keeping import keyed

_MAX_KEY_FILE = 65_536
_NOT_FOR_US = "No matching keys"
"""How age says that none of the identities is a recipient; all else is a damaged block."""


class Keyring:
    """The private keys of one identity file. They open entries and are never shown."""

    def __init__(self, content: bytes) -> None:
        """Read ``AGE-SECRET-KEY-…`` lines or one OpenSSH key. Raises ValueError for all else."""
        self._identities = _identities(content)

    def open(self, armored: str) -> bytes | None:
        """Return what is inside, None where it is for other keys; ValueError where damaged."""
        import pyrage

        try:
            return bytes(pyrage.decrypt(armored.encode(), self._identities))
        except pyrage.DecryptError as error:
            is_ours = _NOT_FOR_US not in str(error)
        if is_ours:
            raise ValueError("the block is damaged")
        return None


class AgeVault:
    """Opens single entries when they are asked for, and remembers them while the run lasts.

    Which file an entry stands in follows from its name: the school whose id, with a hyphen behind
    it, is the longest beginning of the name, else the authority. Without ``keyring`` all stay
    closed.
    """

    def __init__(
        self, files: SecretFiles, authority: str, keyring: Keyring | None, key: bytes
    ) -> None:
        self._files = files
        self._authority = authority
        self._keyring = keyring
        self._key = key
        self._opened: dict[str, str | None] = {}

    def reveal(self, name: str) -> Secret:
        """Return the secret, or raise KeyError with the reason why it stays closed."""
        entry = self._files.entries.get(name)
        if entry is None:
            raise KeyError(f"{name} has no entry below secrets/")
        refused = ""
        try:
            value = self._value(name)
        except Rejected as rejected:
            value, refused = None, str(rejected)
        if value is None:
            raise KeyError(refused or f"no identity here opens {name} in {entry.source.file}")
        return Secret(value)

    def fingerprint(self, name: str) -> str | None:
        """Return the keyed fingerprint, or None where no identity opens the entry.

        Raises Rejected for an entry that was damaged or written for another place.
        """
        value = self._value(name)
        return None if value is None else keyed(self._key, name, value)

    def _value(self, name: str) -> str | None:
        if name not in self._opened:
            self._opened[name] = self._read(name)
        return self._opened[name]

    def _read(self, name: str) -> str | None:
        entry = self._files.entries.get(name)
        if entry is None or self._keyring is None:
            return None
        return open_entry(entry, self._authority, self._keyring)


def open_entry(entry: SecretEntry, authority: str, keyring: Keyring) -> str | None:
    """Return the value of an entry, or None where it is for other keys.

    Raises Rejected where it was damaged, or written for another name, owner or authority.
    """
    plain, is_damaged = None, False
    try:
        plain = keyring.open(entry.armored)
    except ValueError:
        is_damaged = True
    if is_damaged:
        detail = tell(
            "The block of {name} is damaged. Set it anew: pedell secret set {name}",
            name=entry.name,
        )
        raise Rejected([Problem("E0291", detail, entry.source)])
    if plain is None:
        return None
    value = open_envelope(plain, authority, entry.owner, entry.name)
    if value is None:
        detail = tell(
            "What stands under {name} was encrypted for another place."
            " Set it anew: pedell secret set {name}",
            name=entry.name,
        )
        raise Rejected([Problem("E0290", detail, entry.source)])
    return value


def encrypt_entry(
    value: str, authority: str, owner: str, name: str, recipients: Sequence[str]
) -> str:
    """Return the armored block of a value, bound to its place; Rejected for a wrong recipient."""
    import pyrage

    envelope = seal_envelope(authority, owner, name, value)
    keys = [_recipient(text) for text in recipients]
    return bytes(pyrage.encrypt(envelope, keys, armored=True)).decode()


def read_keyring(path: Path) -> Keyring:
    """Read an identity file. Raises Rejected where it cannot be read or others can read it."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode & 0o777
            content = file.read(_MAX_KEY_FILE)
    except OSError as error:
        reason = tell("{reason}.", reason=quote(str(error.strerror)))
        raise Rejected([_unusable(path, reason)]) from None
    if mode & 0o077:
        detail = tell(
            "Others can read it (mode {mode:o}). Close it: chmod 600 {path}", mode=mode, path=path
        )
        raise Rejected([_unusable(path, detail)])
    try:
        return Keyring(content)
    except ValueError as error:
        reason = quote(str(error))
    raise Rejected([_unusable(path, reason)])


def new_identity() -> tuple[str, str]:
    """Make a key: the identity, which opens, and its recipient, which may be told to all."""
    import pyrage

    fresh = pyrage.x25519.Identity.generate()
    return str(fresh), str(fresh.to_public())


def _unusable(path: Path, reason: Words) -> Problem:
    detail = tell(
        "The identity {path} (PEDELL_IDENTITY) is not usable: {reason}", path=path, reason=reason
    )
    return Problem("E0291", detail)


def _recipient(text: str) -> Any:
    import pyrage

    kind = pyrage.ssh if text.startswith("ssh-") else pyrage.x25519
    try:
        return kind.Recipient.from_str(text)
    except pyrage.RecipientError:
        detail = tell(
            "{key}… in secrets/recipients.yml is no public key. Copy it once more.", key=text[:24]
        )
        raise Rejected([Problem("E0291", detail)]) from None


def _identities(content: bytes) -> list[Any]:
    import pyrage

    lines = [line.strip() for line in content.decode("utf-8", "replace").splitlines()]
    keys = [line for line in lines if line and not line.startswith("#")]
    found: list[Any] = []
    try:
        if keys and keys[0].startswith("-----BEGIN "):
            found = [pyrage.ssh.Identity.from_buffer(content)]
        else:
            found = [pyrage.x25519.Identity.from_str(line) for line in keys]
    except pyrage.IdentityError:
        found = []
    if not found:
        raise ValueError("it holds no AGE-SECRET-KEY line and no OpenSSH key without passphrase.")
    return found
