"""Debian servers over SSH: files, packages, services and guarded commands."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from pedell.model import Ability, Secret, Target, Writes
from pedell.ports import Means, Session
from pedell.providers.debian.skills import SKILLS

__all__ = ["Debian"]

MERGES = Ability(writes=Writes.MERGE)
KINDS = ("file", "template", "directory", "package", "service", "command", *SKILLS)


class Debian:
    """The door. Any server with OpenSSH, POSIX sh, GNU coreutils, tar, dpkg and systemd will do."""

    abilities: Mapping[str, Ability] = dict.fromkeys(KINDS, MERGES)
    settle = 5.0

    @contextmanager
    def connect(self, target: Target, means: Means) -> Iterator[Session]:
        """Log in: one connection for the run. Raises OSError where nobody lets us in."""
        # paramiko is heavy: only a run that talks to servers loads it
        from pedell.providers.debian.session import DebianSession
        from pedell.transports.asking import address_of
        from pedell.transports.ssh import Ssh, connect

        settings = target.settings
        if not settings.get("host"):
            raise OSError(f"{target.id}: no address: set `host` of target {target.name}")
        if not settings.get("known_hosts"):
            raise PermissionError(
                f"{target.id}: no file of pinned host keys: set `known_hosts` of target "
                f"{target.name}; Pedell talks to no server whose key it does not know"
            )
        address = address_of(settings, _secret(target, means))
        root = str(settings.get("root") or "")
        with ExitStack() as lines:

            def dial() -> Ssh:
                return lines.enter_context(connect(address, means.traffic))

            yield DebianSession(dial, means.vault, root, bool(settings.get("become")))


def _secret(target: Target, means: Means) -> Secret | None:
    name = target.settings.get("credential")
    if not name:
        return None
    try:
        return means.vault.reveal(str(name))
    except KeyError:
        if target.settings.get("key"):
            return None  # a key file without passphrase needs none
        raise PermissionError(
            f"{target.id}: the secret {name}, which holds the SSH key, cannot be opened here"
        ) from None
