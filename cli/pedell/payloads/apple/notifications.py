"""How apps may call for attention, as com.apple.notificationsettings."""

from collections.abc import Mapping

from pedell.model import Value
from pedell.payloads.apple.fields import copied, copied_back, fields_of
from pedell.payloads.apple.profile import Item, Payload

NOTIFICATIONS = "com.apple.notificationsettings"

_KEYS = {
    "bundle": "BundleIdentifier",
    "allowed": "NotificationsEnabled",
    "lock_screen": "ShowInLockScreen",
    "notification_center": "ShowInNotificationCenter",
    "badges": "BadgesEnabled",
    "sounds": "SoundsEnabled",
}
_CHOICES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "style": ("AlertType", ("none", "banner", "staying_banner")),
    "preview": ("PreviewType", ("always", "when_unlocked", "never")),
}
"""Our field → Apple's key, and our words for its numbers from 0 on."""
_NAMES = "PayloadDescription"


def encode_notifications(value: Value) -> list[Payload]:
    """Write all apps into one payload, in the order of their names.

    Those names have no place of their own: they stand in PayloadDescription, for people. Source:
    Apple's device management schema 18.3 (supervised devices; one such payload a device).
    """
    apps = fields_of(value)
    content: dict[str, Item] = {
        "NotificationSettings": [_written(apps[name]) for name in sorted(apps)],
        _NAMES: "\n".join(sorted(apps)),
    }
    return [Payload("notifications", NOTIFICATIONS, content)]


def decode_notifications(payloads: list[Payload]) -> Value:
    """Read what :func:`encode_notifications` wrote."""
    content = payloads[0].content
    settings = content["NotificationSettings"]
    names = str(content[_NAMES]).split("\n")
    listed = settings if isinstance(settings, list) else []
    read = [_read(one) for one in listed if isinstance(one, Mapping)]
    return dict(zip(names, read, strict=False))


def _written(app: Value) -> dict[str, Item]:
    fields, found = fields_of(app), copied(app, _KEYS)
    for name, (key, words) in _CHOICES.items():
        if name in fields:
            found[key] = words.index(str(fields[name]))
    return found


def _read(one: Mapping[str, Item]) -> Value:
    found = copied_back(one, _KEYS)
    for name, (key, words) in _CHOICES.items():
        number = one.get(key)
        if isinstance(number, int):
            found[name] = words[number]
    return found
