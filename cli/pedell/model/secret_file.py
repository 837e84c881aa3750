"""Encrypted secrets as they stand in an inventory: whose they are, and who may open them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pedell.model.source import Source


@dataclass(frozen=True, slots=True)
class SecretEntry:
    """One entry of a file below ``secrets/``: an armored age block that stands under a name.

    ``owner`` is the file without its ending: the id of a school, or ``authority``.
    """

    name: str
    owner: str
    armored: str
    source: Source


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who may open secrets, as public keys: ``age1…`` or ``ssh-ed25519 …``."""

    authority: tuple[str, ...] = ()
    schools: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    recovery: tuple[str, ...] = ()

    def of(self, owner: str) -> tuple[str, ...]:
        """Return who may open an entry: its owner, the authority, and recovery; each once."""
        own = self.schools.get(owner, ())
        return tuple(dict.fromkeys((*own, *self.authority, *self.recovery)))


@dataclass(frozen=True, slots=True)
class SecretFiles:
    """All entries by name, and who may open them; ``recipients`` is None without that file."""

    entries: Mapping[str, SecretEntry] = field(default_factory=dict)
    recipients: Recipients | None = None
