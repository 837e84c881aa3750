"""Asks a server for its host key, and says nothing else to it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pedell.model import Secret, Spec, Traffic
from pedell.transports.ssh import SshAddress, reach
from pedell.transports.talk import PATIENCE


def ask_host_key(
    address: SshAddress,
    pinned: Mapping[str, bytes],
    traffic: Traffic,
    patience: float = PATIENCE,
) -> tuple[str, bytes]:
    """Return type and key that the server shows; of several that of a type that is pinned.

    The server itself is not logged in to, a jump host on the way is. Raises OSError.
    """
    with reach(address, pinned, traffic, patience) as transport:
        key = transport.get_remote_server_key()
    return key.get_name(), key.asbytes()


def address_of(settings: Spec, secret: Secret | None = None) -> SshAddress:
    """Return where and as whom the settings of a target say; ``secret`` opens the jump host too.

    Raises KeyError where host or known_hosts are missing.
    """
    key = settings.get("key")
    address = SshAddress(
        host=str(settings["host"]),
        port=int(str(settings.get("port") or 22)),
        user=str(settings.get("user") or "root"),
        known_hosts=Path(str(settings["known_hosts"])),
        key=Path(str(key)) if key else None,
        secret=secret,
    )
    jump = settings.get("jump")
    if not isinstance(jump, Mapping):
        return address
    inherited = {"known_hosts": settings["known_hosts"], "user": address.user, "key": key}
    return replace(address, jump=address_of({**inherited, **jump}, secret))
