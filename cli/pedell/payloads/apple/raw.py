"""A raw profile: what is in it goes to devices as it is, under a name of ours."""

import plistlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pedell.model import Spec
from pedell.payloads.apple.dns import DNS
from pedell.payloads.apple.domains import DOMAINS
from pedell.payloads.apple.home_screen import HOME_SCREEN
from pedell.payloads.apple.notifications import NOTIFICATIONS
from pedell.payloads.apple.passcode import PASSCODE
from pedell.payloads.apple.presets import LOCK_SCREEN
from pedell.payloads.apple.profile import WHOLE, Payload
from pedell.payloads.apple.proxy import PROXY
from pedell.payloads.apple.restrictions import KEYS, RESTRICTIONS, encode_restrictions
from pedell.payloads.apple.single_app import APP_LOCK
from pedell.payloads.apple.updates import encode_deferral
from pedell.payloads.apple.web_filter import WEB_FILTER
from pedell.payloads.apple.wifi import WIFI

_PARTS = "PayloadContent"
_OF_EVERY_PAYLOAD = "Payload"
_ALONE = frozenset({APP_LOCK, DNS, DOMAINS, HOME_SCREEN, NOTIFICATIONS, PROXY, WEB_FILTER})
_BY_KEY = frozenset({RESTRICTIONS, PASSCODE, LOCK_SCREEN})


def encode_raw(spec: Spec) -> list[Payload]:
    """Take ``content`` apart. Identifiers and UUIDs inside stay; those of the whole become ours.

    ValueError where it is no profile.
    """
    whole = plistlib.loads(str(spec["content"]).encode(), fmt=plistlib.FMT_XML)
    parts = whole.pop(_PARTS)
    top = Payload("profile", WHOLE, whole)
    return [top, *(Payload(str(n), part["PayloadType"], part) for n, part in enumerate(parts, 1))]


def decode_raw(payloads: Sequence[Payload]) -> Spec:
    """Read what :func:`encode_raw` wrote, in the one way that equal profiles share."""
    whole = next(part.content for part in payloads if part.type == WHOLE)
    parts = [dict(part.content) for part in payloads if part.type != WHOLE]
    return {"content": plistlib.dumps({**whole, _PARTS: parts}, sort_keys=True).decode()}


def as_profile(configuration: Spec) -> list[Payload]:
    """Write a configuration in the words that profiles have for it, as far as they have any.

    No device gets that: it is what a raw profile would say of the same.
    """
    rights = {name: value for name, value in configuration.items() if name in KEYS}
    days = configuration.get("update_deferral")
    return [
        *(encode_restrictions(rights) if rights else ()),
        *(encode_deferral(days) if days is not None else ()),
    ]


def only_alone(payloads: Sequence[Payload]) -> list[Payload]:
    """Return those payloads of which a device takes one alone."""
    return [part for part in payloads if part.type in _ALONE]


@dataclass(frozen=True, slots=True)
class Clash:
    """What two profiles of one device both say: a payload ``type``, and the ``key`` or nothing."""

    type: str
    key: str


def find_clashes(one: Sequence[Payload], other: Sequence[Payload]) -> Iterator[Clash]:
    """Yield what a device would get twice.

    Of some payloads it takes one alone; of others it mixes the keys, so that only the same key is
    said twice; networks are told apart by their names. All else may stand side by side.
    """
    for mine in one:
        for theirs in other:
            if mine.type == theirs.type:
                yield from _clashes(mine, theirs)


def _clashes(mine: Payload, theirs: Payload) -> Iterator[Clash]:
    if mine.type in _ALONE:
        yield Clash(mine.type, "")
    elif mine.type in _BY_KEY:
        for key in sorted(mine.content.keys() & theirs.content.keys()):
            if not key.startswith(_OF_EVERY_PAYLOAD):
                yield Clash(mine.type, key)
    elif mine.type == WIFI and _name(mine.content) == _name(theirs.content):
        yield Clash(WIFI, "SSID_STR")


def _name(content: Mapping[str, object]) -> object:
    return content.get("SSID_STR")
