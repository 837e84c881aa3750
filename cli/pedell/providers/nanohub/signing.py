"""Profiles signed on their way to devices, and how long the certificate still holds."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from pedell.model import Notice, Signing
from pedell.ports import Vault

WARNING = 30
"""Days before its end from which every plan says that the certificate has to be renewed."""

_AFTER = (
    "devices then show what it has signed as not verified, and keep it."
    " See docs/how-to/sign-profiles.md"
)
"""Source: Addigy, "MDM SSL Certificate Profile Signing Renewal": no functional impact."""


def signing_with(signing: Signing | None, vault: Vault) -> Callable[[bytes], bytes]:
    """Return what signs a profile, or leaves it as it is where nobody signs.

    The vault opens the key with the first profile that is really sent. What is returned raises
    ValueError where the key is missing or cannot be used.
    """
    if signing is None:
        return bytes
    # a heavy library: only a target whose profiles are signed loads it
    from pedell.certificates.signing import open_signer, sign_content

    @cache
    def signer() -> Any:
        return open_signer(signing.chain, _key(signing.credential, vault))

    def sign(profile: bytes) -> bytes:
        try:
            return sign_content(profile, signer())
        except ValueError as error:
            place = f"{signing.source}: the secret {signing.credential} for {signing.name}"
            raise ValueError(f"{place}: {error}") from None

    return sign


def tell_signing(signing: Signing | None, now: float) -> Sequence[Notice]:
    """Tell when the certificate ends. ``now`` is in seconds since the epoch."""
    if signing is None:
        return []
    from pedell.certificates.certificate import read_certificates

    end = read_certificates(signing.chain)[0].ends.astimezone(UTC)
    days = int((end - datetime.fromtimestamp(now, UTC)).total_seconds() // 86400)
    day, what = end.date().isoformat(), f"The certificate {signing.name} that signs profiles"
    if days < 0:
        return [Notice(f"{what} ended on {day}: {_AFTER}", is_urgent=True)]
    if days < WARNING:
        left = f"in {days} day{'s' if days != 1 else ''}"
        return [Notice(f"{what} ends on {day}, {left}: {_AFTER}", is_urgent=True)]
    return [Notice(f"{what} is good until {day}, {days} days")]


def _key(name: str, vault: Vault) -> str:
    try:
        return vault.reveal(name).reveal()
    except KeyError:
        raise ValueError("it is not in the vault") from None
