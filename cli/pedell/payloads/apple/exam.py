"""Exam mode: what gives answers is off until a time, and then the profile removes itself."""

import datetime
from collections.abc import Sequence

from pedell.model import Spec, Value
from pedell.payloads.apple.fields import names_in
from pedell.payloads.apple.profile import WHOLE, Payload
from pedell.payloads.apple.restrictions import KEYS, RESTRICTIONS
from pedell.payloads.apple.single_app import APP_LOCK

_INTENT = {key: intent for intent, key in KEYS.items()}
_END = "RemovalDate"


def encode_exam(spec: Spec) -> list[Payload]:
    """Write what is off, the one app if any, and the time in UTC at which the profile goes.

    Keys stay in the profile whatever the iPadOS: a declaration does not remove itself. A time and
    not DurationUntilRemoval, because a device that slept through the exam would begin it on waking
    up. Source: Apple's device management schema 18.3.
    """
    end = datetime.datetime.fromisoformat(str(spec["until"]))
    off = {KEYS[name]: False for name in sorted(names_in(spec["off"]))}
    parts = [
        Payload("exam", WHOLE, {_END: end.astimezone(datetime.UTC).replace(tzinfo=None)}),
        Payload("restrictions", RESTRICTIONS, off),
    ]
    if "bundle" in spec:
        parts.append(Payload("single-app", APP_LOCK, {"App": {"Identifier": str(spec["bundle"])}}))
    return parts


def decode_exam(payloads: Sequence[Payload]) -> Spec:
    """Read what :func:`encode_exam` wrote; the time comes back in UTC."""
    spec: dict[str, Value] = {}
    for part in payloads:
        match part.type, part.content:
            case "Configuration", {"RemovalDate": datetime.datetime() as end}:
                spec["until"] = f"{end:%Y-%m-%dT%H:%MZ}"
            case "com.apple.applicationaccess", off:
                spec["off"] = [_INTENT[key] for key in off]
            case "com.apple.app.lock", {"App": {"Identifier": str(bundle)}}:
                spec["bundle"] = bundle
    return spec
