"""A secret is a name everywhere; its value lives in the vault and the last metre of a session."""

from dataclasses import dataclass
from typing import NoReturn


class SecretName(str):
    """What ``!secret NAME`` means in a file: the name of an entry of the vault."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Sealed:
    """A secret inside a spec: its name and a keyed fingerprint of its value.

    ``fingerprint`` is 32 hexadecimal digits, or None where nobody here may open the vault. Two
    sealed values are *the same* when their fingerprints are; without a fingerprint nothing can be
    said, so :func:`pedell.model.value.is_same` compares the names.
    """

    name: str
    fingerprint: str | None = None

    def __str__(self) -> str:
        return f"secret {self.name} ({self.fingerprint[:4] if self.fingerprint else 'not opened'})"


class Secret:
    """The value of a secret. It cannot be printed, formatted, compared, copied or serialised."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Hand out the value: to be called by codecs and transports only."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __str__(self) -> NoReturn:
        raise TypeError("a Secret cannot be printed")

    def __format__(self, spec: str) -> NoReturn:
        raise TypeError("a Secret cannot be formatted")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be serialised")
