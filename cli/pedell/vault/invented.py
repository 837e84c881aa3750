"""Secrets of the sandbox: every name has an invented value, the same one each time."""

import hashlib
import hmac
from collections.abc import Callable, Mapping

from pedell.model import Secret
from pedell.vault.keeping import keyed


class InventedVault:
    """Opens every name. For the sandbox only, where no secret opens anything real.

    ``makers`` turn the value of some names into what they must be, such as a private key.
    """

    def __init__(self, key: bytes, makers: Mapping[str, Callable[[str], str]] = {}) -> None:
        self._key = key
        self._makers = makers

    def reveal(self, name: str) -> Secret:
        """Return the invented value: 20 letters and digits that follow from key and name."""
        return Secret(self._value(name))

    def fingerprint(self, name: str) -> str | None:
        """Return the keyed fingerprint of the invented value."""
        return keyed(self._key, name, self._value(name))

    def _value(self, name: str) -> str:
        value = hmac.new(self._key, f"invented\0{name}".encode(), hashlib.sha256).hexdigest()[:20]
        return self._makers[name](value) if name in self._makers else value
