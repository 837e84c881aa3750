"""Webhook events in the shape of MicroMDM, rendered by hand: there is one for every message."""

import json
import time
from binascii import b2a_base64
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quote
from typing import Any

_CONNECT = (
    b'{"topic":"mdm.Connect","created_at":"%b","acknowledge_event":{%b,'
    b'"status":%b%b,"raw_payload":"%b"%b}}'
)
_CHECKIN = b'{"topic":"mdm.%b","created_at":"%b","checkin_event":{%b,"raw_payload":"%b"%b%b}}'

Params = Mapping[str, str]
"""What stood in the query of the device's URL."""
NO_PARAMS: Params = {}


def connect_event(
    ids: bytes, status: str, uuid: str, raw: bytes, params: Params = NO_PARAMS
) -> bytes:
    """Return the event of a poll or of an answer. NanoHUB sends no ``event_id``."""
    command = b',"command_uuid":' + quote(uuid).encode() if uuid else b""
    said = quote(status).encode()
    return _CONNECT % (_now(), ids, said, command, _base64(raw), _render(params))


def checkin_event(
    topic: str, ids: bytes, raw: bytes, tally: int, params: Params = NO_PARAMS
) -> bytes:
    """Return the event of a check-in; ``tally`` is for TokenUpdate, else 0."""
    extra = b',"token_update_tally":%d' % tally if tally else b""
    return _CHECKIN % (topic.encode(), _now(), ids, _base64(raw), extra, _render(params))


def ids_of(id_: str, kind: str, parent: str, message: Any) -> bytes:
    """Return the part of all events of one enrolment that names it."""
    text = f'"ids":{{"id":{quote(id_)},"type":{quote(kind)}'
    text += f',"parent_id":{quote(parent)}}}' if parent else "}"
    for key, name in (("UDID", "udid"), ("EnrollmentID", "enrollment_id")):
        if isinstance(message.get(key), str):
            text += f',"{name}":{quote(message[key])}'
    return text.encode()


def _render(params: Params) -> bytes:
    return b',"url_params":' + json.dumps(dict(params)).encode() if params else b""


def _now() -> bytes:
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    return b"%b.%09dZ" % (_second(seconds), nanoseconds)


@lru_cache(maxsize=4)
def _second(seconds: int) -> bytes:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S").encode()


def _base64(raw: bytes) -> bytes:
    return b2a_base64(raw, newline=False)
