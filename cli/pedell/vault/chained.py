"""Secrets from two places: the entries of the inventory first, then what the runner was given."""

from pedell.model import Secret
from pedell.vault.age import AgeVault
from pedell.vault.environment import EnvironmentVault


class ChainedVault:
    """Asks the environment where no entry opens: without an identity, or before there is one."""

    def __init__(self, entries: AgeVault, environment: EnvironmentVault) -> None:
        self._entries = entries
        self._environment = environment

    def reveal(self, name: str) -> Secret:
        """Return the secret, or raise KeyError with the reasons of both."""
        try:
            return self._entries.reveal(name)
        except KeyError as closed:
            reason = closed.args[0]
        try:
            return self._environment.reveal(name)
        except KeyError as missing:
            variable = missing.args[0]
        raise KeyError(f"{variable} ({reason})")

    def fingerprint(self, name: str) -> str | None:
        """Return the keyed fingerprint, or None where neither opens it; Rejected as AgeVault."""
        found = self._entries.fingerprint(name)
        return self._environment.fingerprint(name) if found is None else found
