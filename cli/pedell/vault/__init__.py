"""The only place where a secret has a value."""

from pedell.vault.age import AgeVault, Keyring, read_keyring
from pedell.vault.chained import ChainedVault
from pedell.vault.environment import EnvironmentVault
from pedell.vault.invented import InventedVault
from pedell.vault.keeping import fingerprint_key

__all__ = [
    "AgeVault",
    "ChainedVault",
    "EnvironmentVault",
    "InventedVault",
    "Keyring",
    "fingerprint_key",
    "read_keyring",
]
