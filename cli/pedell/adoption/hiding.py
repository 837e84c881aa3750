"""Secrets met on the way: taken out of payloads, known by a name from then on, never shown."""

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from pedell.adoption.likeness import IDENTITY
from pedell.model import Sealed, Secret, SecretName, Value
from pedell.payloads.apple import SealedFile

_WORD = "Password"
"""How the keys end in which the payloads that Pedell writes hold a secret as text."""

_NUMBER = "#"
"""How a name begins before files give one; no file can hold such a name."""

_IN_ADDRESS = re.compile(r"://[^/?#\s:@]*:[^/?#\s@]+@")


def is_telling(text: str) -> bool:
    """Tell whether a text is an address with a password in it; no word of ours can hide that."""
    return bool(_IN_ADDRESS.search(text))


class Hiding:
    """Keeps the values. Equal ones have one name at first; files give each place its own."""

    def __init__(self) -> None:
        self._numbers: dict[str, str] = {}
        self._values: dict[str, Secret] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The names that files know."""
        return tuple(sorted(name for name in self._values if not name.startswith(_NUMBER)))

    def covered(self, kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Return a payload with its secrets sealed; an empty password is none."""
        found = {key: self._covered(key, value) for key, value in content.items()}
        file = content.get("PayloadContent")
        if kind == IDENTITY and isinstance(file, bytes):
            found["PayloadContent"] = SealedFile(self._sealed(b64encode(file).decode()))
        return found

    def reveal(self, name: str) -> str:
        """Return a value by any of its names: for the proof, and for encrypting it."""
        return self._values[name].reveal()

    def named(self, value: Value, name: str) -> Value:
        """Return a value whose secrets are named as files do, by ``name`` and their place.

        An entry of a list has no name, and no secret stands in one.
        """
        match value:
            case Sealed(number):
                self._values[name] = self._values[number]
                return SecretName(name)
            case Mapping():
                return {k: self.named(v, f"{name}-{k.replace('_', '-')}") for k, v in value.items()}
            case _:
                return value

    def _covered(self, key: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._covered(name, child) for name, child in value.items()}
        is_secret = key.endswith(_WORD) and isinstance(value, str) and value
        return self._sealed(value) if is_secret else value

    def _sealed(self, value: str) -> Sealed:
        number = self._numbers.setdefault(value, f"{_NUMBER}{len(self._numbers) + 1}")
        self._values[number] = Secret(value)
        return Sealed(number)
