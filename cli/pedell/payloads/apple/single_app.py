"""The one app that a device stays in, as com.apple.app.lock."""

from collections.abc import Mapping

from pedell.model import Value
from pedell.payloads.apple.fields import fields_of
from pedell.payloads.apple.profile import Item, Payload

APP_LOCK = "com.apple.app.lock"

_WORKING = {
    "touch": "DisableTouch",
    "rotation": "DisableDeviceRotation",
    "volume_buttons": "DisableVolumeButtons",
    "sleep_button": "DisableSleepWakeButton",
    "auto_lock": "DisableAutoLock",
}
"""What works unless it is said not to: our true is Apple's false."""
_AT_HAND = {
    "voice_over": "VoiceOver",
    "zoom": "Zoom",
    "invert_colors": "InvertColors",
    "assistive_touch": "AssistiveTouch",
    "voice_control": "VoiceControl",
}
"""Aids that people may switch on and off themselves."""


def encode_single_app(value: Value) -> list[Payload]:
    """Write the app by its bundle id, and what works beside it.

    Source: Apple's device management schema 18.3 (supervised devices; one such payload a device).
    """
    fields = fields_of(value)
    app: dict[str, Item] = {"Identifier": str(fields["bundle"])}
    options = {key: not fields[name] for name, key in _WORKING.items() if name in fields}
    aids = {key: bool(fields[name]) for name, key in _AT_HAND.items() if name in fields}
    if options:
        app["Options"] = options
    if aids:
        app["UserEnabledOptions"] = aids
    return [Payload("single-app", APP_LOCK, {"App": app})]


def decode_single_app(payloads: list[Payload]) -> Value:
    """Read what :func:`encode_single_app` wrote."""
    app = payloads[0].content["App"]
    if not isinstance(app, Mapping):
        raise ValueError("an app lock that Pedell does not write")  # noqa: TRY004  # the payload
    options, aids = app.get("Options", {}), app.get("UserEnabledOptions", {})
    found: dict[str, Value] = {"bundle": str(app["Identifier"])}
    if isinstance(options, Mapping):
        found |= {name: not options[key] for name, key in _WORKING.items() if key in options}
    if isinstance(aids, Mapping):
        found |= {name: bool(aids[key]) for name, key in _AT_HAND.items() if key in aids}
    return found
