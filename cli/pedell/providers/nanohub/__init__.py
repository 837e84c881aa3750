"""Open Apple MDMs with declarations: NanoHUB, or NanoMDM and KMFDDM side by side."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

from pedell.model import Ability, Secret, Target
from pedell.ports import Means, Session

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
        "configured_app": _DEVICES_FETCH_IT,
        "configuration": _DEVICES_FETCH_IT,
        "membership": Ability(),
    }
    settle = 3.0

    @contextmanager
    def connect(self, target: Target, means: Means) -> Iterator[Session]:
        """Open a session. The first question, not this, shows whether anybody answers.

        A target with ``ddm_url`` is a pair: NanoMDM at ``url``, KMFDDM there. Each has its own
        login, and each may be gone while the other answers. Without it both are one NanoHUB, whose
        API knows one user. Raises PermissionError where a credential is missing or a way is not
        encrypted.
        """
        from pedell.providers.nanohub.api import DDM, MDM, Api
        from pedell.providers.nanohub.door import Door
        from pedell.providers.nanohub.session import NanoHubSession
        from pedell.transports.http import Http

        said, secret = target.settings, _secret(target, means, "credential")
        if "ddm_url" not in said:
            with closing(Http(str(said["url"]), "nanohub", secret, means.traffic)) as http:
                hub = Door(http, "/api/v1")
                yield NanoHubSession(means, Api(hub, hub))
            return
        more, traffic = _secret(target, means, "ddm_credential"), means.traffic
        mdm = Http(str(said["url"]), "nanomdm", secret, traffic, others=[more])
        ddm = Http(str(said["ddm_url"]), "kmfddm", more, traffic, setting="ddm_", others=[secret])
        with closing(mdm), closing(ddm):
            yield NanoHubSession(means, Api(Door(mdm, "/v1", MDM), Door(ddm, "/v1", DDM)))


def _secret(target: Target, means: Means, setting: str) -> Secret:
    name = str(target.settings.get(setting, ""))
    try:
        return means.vault.reveal(name)
    except KeyError:
        raise PermissionError(
            f"the target {target.id} names the secret {name!r} as `{setting}`, and the vault "
            f"has none of that name: pedell secret set {name}"
        ) from None


__all__ = ["NanoHub"]
