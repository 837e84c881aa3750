"""Secrets of the sandbox: every name has an invented value, the same one each time."""

import hashlib
import hmac

from pedell.model import Secret
from pedell.vault.keeping import keyed


class InventedVault:
    """Opens every name. For the sandbox only, where no secret opens anything real."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def reveal(self, name: str) -> Secret:
        """Return the invented value: 20 letters and digits that follow from key and name."""
        return Secret(self._value(name))

    def fingerprint(self, name: str) -> str | None:
        """Return the keyed fingerprint of the invented value."""
        return keyed(self._key, name, self._value(name))

    def _value(self, name: str) -> str:
        return hmac.new(self._key, f"invented\0{name}".encode(), hashlib.sha256).hexdigest()[:20]
