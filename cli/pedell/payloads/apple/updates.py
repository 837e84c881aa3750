"""How long new releases of the system wait, for devices that do not take that as a declaration."""

from pedell.model import Value
from pedell.payloads.apple.profile import Payload
from pedell.payloads.apple.restrictions import RESTRICTIONS


def encode_deferral(value: Value) -> list[Payload]:
    """Write the days into a payload of their own; devices put it together with others.

    Source: Apple's device management schema 18.3 (supervised devices; not since iPadOS 27.0).
    """
    content = {"forceDelayedSoftwareUpdates": True, "enforcedSoftwareUpdateDelay": _days(value)}
    return [Payload("update-deferral", RESTRICTIONS, content)]


def decode_deferral(payloads: list[Payload]) -> Value:
    """Read what :func:`encode_deferral` wrote."""
    return _days(payloads[0].content["enforcedSoftwareUpdateDelay"])


def _days(value: object) -> int:
    if not isinstance(value, int):
        raise ValueError("a number of days is a whole number")  # noqa: TRY004  # the payload
    return value
