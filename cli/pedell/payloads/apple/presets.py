"""What devices show and keep to from the start: several payloads under one profile."""

from collections.abc import Callable, Mapping, Sequence

from pedell.model import Spec, Value
from pedell.payloads.apple.airprint import AIRPRINT, decode_printers, encode_printers
from pedell.payloads.apple.calendars import CALENDAR, decode_calendars, encode_calendars
from pedell.payloads.apple.dns import DNS, decode_dns, encode_dns
from pedell.payloads.apple.domains import DOMAINS, decode_domains, encode_domains
from pedell.payloads.apple.home_screen import (
    HOME_SCREEN,
    decode_home_screen,
    encode_home_screen,
)
from pedell.payloads.apple.notifications import (
    NOTIFICATIONS,
    decode_notifications,
    encode_notifications,
)
from pedell.payloads.apple.passcode import PASSCODE, decode_passcode, encode_passcode
from pedell.payloads.apple.profile import Payload
from pedell.payloads.apple.proxy import PROXY, decode_global_proxy, encode_global_proxy
from pedell.payloads.apple.restrictions import RESTRICTIONS
from pedell.payloads.apple.single_app import APP_LOCK, decode_single_app, encode_single_app
from pedell.payloads.apple.updates import decode_deferral, encode_deferral
from pedell.payloads.apple.web_clips import WEB_CLIP, decode_web_clips, encode_web_clips
from pedell.payloads.apple.web_filter import WEB_FILTER, decode_web_filter, encode_web_filter

LOCK_SCREEN = "com.apple.shareddeviceconfiguration"

_Encode = Callable[[Value], list[Payload]]
_Decode = Callable[[list[Payload]], Value]


def encode_presets(spec: Spec) -> list[Payload]:
    """Write what is declared, in a fixed order.

    Which of it devices take: :mod:`.placing`. ValueError where the home screen names what is not
    there. Source: Apple's device management schema 18.3.
    """
    payloads = [
        part
        for field, (_, encode, _) in _PARTS.items()
        if spec.get(field) is not None
        for part in encode(spec[field])
    ]
    if spec.get("home_screen") is not None:
        payloads += encode_home_screen(spec["home_screen"], spec.get("web_clips"))
    return payloads


def decode_presets(payloads: Sequence[Payload]) -> Spec:
    """Read what :func:`encode_presets` wrote."""
    spec: dict[str, Value] = {}
    for field, (kind, _, decode) in _PARTS.items():
        if found := [part for part in payloads if part.type == kind]:
            spec[field] = decode(found)
    if found := [part for part in payloads if part.type == HOME_SCREEN]:
        spec["home_screen"] = decode_home_screen(found, spec.get("web_clips"))
    return spec


def _encode_text(value: Value) -> list[Payload]:
    return [Payload("lock-screen", LOCK_SCREEN, {"LockScreenFootnote": str(value)})]


def _decode_text(payloads: list[Payload]) -> Value:
    return str(payloads[0].content["LockScreenFootnote"])


_PARTS: Mapping[str, tuple[str, _Encode, _Decode]] = {
    "lock_screen": (LOCK_SCREEN, _encode_text, _decode_text),
    "web_clips": (WEB_CLIP, encode_web_clips, decode_web_clips),
    "passcode": (PASSCODE, encode_passcode, decode_passcode),
    "dns": (DNS, encode_dns, decode_dns),
    "web_filter": (WEB_FILTER, encode_web_filter, decode_web_filter),
    "airprint": (AIRPRINT, encode_printers, decode_printers),
    "proxy": (PROXY, encode_global_proxy, decode_global_proxy),
    "notifications": (NOTIFICATIONS, encode_notifications, decode_notifications),
    "managed_domains": (DOMAINS, encode_domains, decode_domains),
    "calendar_subscriptions": (CALENDAR, encode_calendars, decode_calendars),
    "single_app": (APP_LOCK, encode_single_app, decode_single_app),
    "update_deferral": (RESTRICTIONS, encode_deferral, decode_deferral),
}
"""Field of the spec → type of its payloads, and both ways. The home screen needs the clips too."""
