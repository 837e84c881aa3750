"""Who signs the profiles that an MDM gets."""

from dataclasses import dataclass

from pedell.model.source import Source


@dataclass(frozen=True, slots=True)
class Signing:
    """``chain`` is PEM and begins with the certificate that signs; ``name`` is its own name here.

    ``credential`` names the secret that holds the private key, ``source`` is where all that is
    said.
    """

    name: str
    chain: str
    credential: str
    source: Source
