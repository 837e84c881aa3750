"""Property lists on the wire: commands read once however often they come, and answers rendered."""

import plistlib
import re
import struct
from binascii import b2a_base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.parsers.expat import ExpatError

# What plistlib lets out for input that is no property list, or a broken binary one.
UNREADABLE = (
    ValueError,
    ExpatError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
    struct.error,
)

_UUID = re.compile(rb"<key>CommandUUID</key>\s*<string>([^<&]{1,127})</string>")
_PLACE = "pedell-place-of-the-uuid"
_HEAD = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN"'
    b' "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0"><dict>'
)
_TAIL = b"</dict></plist>\n"
_MESSAGE = _HEAD + b"%b" + _TAIL
_REPORT = (
    _HEAD + b"<key>CommandUUID</key><string>%b</string>%b"
    b"<key>Status</key><string>%b</string>%b" + _TAIL
)
_IDLE = _HEAD + b"<key>Status</key><string>Idle</string>%b" + _TAIL


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """What commands ask for that differ in nothing but their CommandUUID; kept once for all.

    ``identifier`` is the profile, app or payload that it is about, as far as the command says.
    """

    before: bytes
    after: bytes
    request: str
    identifier: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Command:
    """One enqueued command; many devices may share it."""

    uuid: str
    order: Order

    def raw(self) -> bytes:
        """Return the bytes that were enqueued."""
        return self.order.before + escape(self.uuid) + self.order.after


def read_command(raw: bytes) -> Command:
    """Read an enqueued command, or raise ValueError with the reason."""
    found = _UUID.search(raw)
    if found:
        order = _read_order(raw[: found.start(1)], raw[found.end(1) :])
        if order is not None:
            return Command(found[1].decode(), order)
    return _read_whole(raw)


@lru_cache(maxsize=4096)
def _read_order(before: bytes, after: bytes) -> Order | None:
    """Return the order around a CommandUUID; None where that place is not the command's own."""
    document = _load(before + _PLACE.encode() + after)
    if document.get("CommandUUID") != _PLACE:
        return None
    return _order(before, after, document)


def _read_whole(raw: bytes) -> Command:
    document = _load(raw)
    uuid = document.get("CommandUUID")
    if not isinstance(uuid, str) or not uuid:
        raise ValueError("invalid command")
    before, _, after = raw.partition(uuid.encode())
    if not after:  # it is written with entities: render the command anew
        before, _, after = plistlib.dumps(document).partition(escape(uuid))
    return Command(uuid, _order(before, after, document))


def _load(raw: bytes) -> dict[str, Any]:
    if not raw.strip():
        raise ValueError("empty command bytes")
    try:
        document = plistlib.loads(raw)
    except UNREADABLE as problem:
        raise ValueError(f"plist: {problem}") from None
    if not isinstance(document, dict):
        raise ValueError("invalid command")  # noqa: TRY004 - wrong content, not a wrong call
    return document


def _order(before: bytes, after: bytes, document: dict[str, Any]) -> Order:
    fields = document.get("Command")
    request = fields.get("RequestType") if isinstance(fields, dict) else None
    if not isinstance(fields, dict) or not isinstance(request, str) or not request:
        raise ValueError("invalid command")
    return Order(before, after, request, _identifier(fields), fields)


def _identifier(fields: Mapping[str, Any]) -> str:
    if isinstance(fields.get("Payload"), bytes):
        try:
            return str(load_payload(fields["Payload"]).get("PayloadIdentifier", ""))
        except ValueError:
            return ""
    return str(fields.get("Identifier") or fields.get("iTunesStoreID") or "")


def load_payload(payload: bytes) -> dict[str, Any]:
    """Read a configuration profile, signed or not, or raise ValueError."""
    start, end = payload.find(b"<?xml"), payload.rfind(b"</plist>")
    inner = payload[start : end + 8] if 0 <= start < end else payload
    return _load(inner)


def escape(text: str) -> bytes:
    """Return a text as it stands in XML."""
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.encode()


def fragment(keys: Mapping[str, Any]) -> bytes:
    """Render the inside of a dict, to be put between other keys."""
    if not keys:
        return b""
    raw = plistlib.dumps(dict(keys), sort_keys=False)
    return raw[raw.index(b"<dict>") + 6 : raw.rindex(b"</dict>")]


def render_voice(keys: Mapping[str, str]) -> bytes:
    """Render the keys of a message that say who speaks."""
    return b"".join([_entry(key, value) for key, value in keys.items()])


def render_idle(voice: bytes) -> bytes:
    """Render the message of a device that asks for work."""
    return _IDLE % voice


def render_report(voice: bytes, uuid: str, status: bytes, keys: bytes) -> bytes:
    """Render a device's answer to a command; ``keys`` is a fragment."""
    return _REPORT % (escape(uuid), keys, status, voice)


def render_message(keys: Mapping[str, str | bytes]) -> bytes:
    """Render any other message of a device: texts and data, under keys of our own."""
    return _MESSAGE % b"".join([_entry(key, value) for key, value in keys.items()])


def _entry(key: str, value: str | bytes) -> bytes:
    if isinstance(value, str):
        return b"<key>%b</key><string>%b</string>" % (key.encode(), escape(value))
    data = b2a_base64(value, newline=False)
    return b"<key>%b</key><data>%b</data>" % (key.encode(), data)
