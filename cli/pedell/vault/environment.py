"""Secrets from the environment: ``gs-nord-wlan`` is ``PEDELL_SECRET_GS_NORD_WLAN``."""

from collections.abc import Mapping

from pedell.model import Secret
from pedell.vault.keeping import keyed


class EnvironmentVault:
    """The vault of a CI job: what the runner was given, and nothing else."""

    def __init__(self, variables: Mapping[str, str], key: bytes) -> None:
        self._variables = variables
        self._key = key

    def reveal(self, name: str) -> Secret:
        """Return the secret, or raise KeyError with the variable that is missing."""
        return Secret(self._variables[variable_of(name)])

    def fingerprint(self, name: str) -> str | None:
        """Return the keyed fingerprint, or None where the variable is not set."""
        value = self._variables.get(variable_of(name))
        return None if value is None else keyed(self._key, name, value)


def variable_of(name: str) -> str:
    """Name the variable that holds a secret."""
    return f"PEDELL_SECRET_{name.upper().replace('-', '_')}"
