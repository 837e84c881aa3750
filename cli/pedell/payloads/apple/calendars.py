"""Calendars that devices only read, as com.apple.subscribedcalendar.account."""

from pedell.model import Value
from pedell.payloads.apple.fields import copied, copied_back, fields_of
from pedell.payloads.apple.profile import Payload

CALENDAR = "com.apple.subscribedcalendar.account"

_KEYS = {"title": "SubCalAccountDescription", "url": "SubCalAccountHostName"}
_MARK = "calendar."


def encode_calendars(value: Value) -> list[Payload]:
    """Write one payload for each calendar, in the order of their names.

    Source: Apple's device management schema 18.3 (shared iPads: for each user alone).
    """
    all_ = fields_of(value)
    return [Payload(f"{_MARK}{name}", CALENDAR, copied(all_[name], _KEYS)) for name in sorted(all_)]


def decode_calendars(payloads: list[Payload]) -> Value:
    """Read what :func:`encode_calendars` wrote."""
    return {part.name.removeprefix(_MARK): copied_back(part.content, _KEYS) for part in payloads}
