"""NanoHUB: an open Apple MDM with declarations (NanoMDM, KMFDDM and NanoCMD in one process)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pedell.model import Ability, Target
from pedell.ports import Means, Session

USER = "nanohub"
"""The only user that NanoHUB's API knows."""

_DEVICES_FETCH_IT = Ability(asynchronous=True)


class NanoHub:
    """The door: what can be held there, and how to get in."""

    abilities: Mapping[str, Ability] = {
        "certificate": _DEVICES_FETCH_IT,
        "wifi": _DEVICES_FETCH_IT,
        "restrictions": _DEVICES_FETCH_IT,
        "presets": _DEVICES_FETCH_IT,
        "profile": _DEVICES_FETCH_IT,
        "exam": _DEVICES_FETCH_IT,
        "app": _DEVICES_FETCH_IT,
        "configuration": _DEVICES_FETCH_IT,
        "membership": Ability(),
    }
    settle = 3.0

    @contextmanager
    def connect(self, target: Target, means: Means) -> Iterator[Session]:
        """Open a session. The first question, not this, shows whether anybody answers.

        Raises PermissionError where the credential is missing or the way is not encrypted.
        """
        from pedell.providers.nanohub.session import NanoHubSession
        from pedell.transports.http import Http

        name = str(target.settings.get("credential", ""))
        try:
            secret = means.vault.reveal(name)
        except KeyError:
            raise PermissionError(
                f"the target {target.id} names the secret {name!r} as `credential`, and the vault "
                "has none of that name"
            ) from None
        http = Http(str(target.settings["url"]), USER, secret, means.traffic)
        try:
            yield NanoHubSession(means, http)
        finally:
            http.close()


__all__ = ["NanoHub"]
