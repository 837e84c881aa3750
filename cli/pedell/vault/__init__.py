"""The only place where a secret has a value."""

from pedell.vault.environment import EnvironmentVault
from pedell.vault.invented import InventedVault
from pedell.vault.keeping import fingerprint_key

__all__ = ["EnvironmentVault", "InventedVault", "fingerprint_key"]
