"""What the listener missed: NanoMDM's database retold as the events that its webhook sent once.

Source of the tables: storage/pgsql/schema.sql of NanoMDM (seen at 1d5fcf4d). Its times have no
zone: they are in that of the database's sessions, as ours is.
"""

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from pedell.ports import Event, Ledger
from pedell.providers.nanohub.events import read_event
from pedell.transports.postgres import Rows

OVERLAP = 300.0
"""Seconds that are read again: a transaction may have begun before we looked and ended after."""

PIECE = 2000
"""Events in one transaction of the ledger."""

NOW = "SELECT extract(epoch FROM now())::float8"
DEVICES = """
SELECT e.id, d.authenticate, extract(epoch FROM d.authenticate_at::timestamptz)::float8,
    extract(epoch FROM d.token_update_at::timestamptz)::float8, e.enabled, e.token_update_tally,
    extract(epoch FROM e.updated_at::timestamptz)::float8
FROM enrollments e JOIN devices d ON d.id = e.device_id
WHERE e.user_id IS NULL AND d.token_update_at IS NOT NULL
    AND greatest(d.updated_at, e.updated_at)::timestamptz >= to_timestamp(%s)
ORDER BY d.authenticate_at
"""
# what was answered before a device enrolled anew holds no more
ANSWERS = """
SELECT r.id, r.command_uuid, r.status, r.result,
    extract(epoch FROM r.updated_at::timestamptz)::float8
FROM command_results r JOIN enrollments e ON e.id = r.id JOIN devices d ON d.id = e.device_id
WHERE e.user_id IS NULL AND r.updated_at >= d.authenticate_at
    AND r.updated_at::timestamptz >= to_timestamp(%s)
ORDER BY r.updated_at
"""


_UNTIL = "database read until"
"""Under this name the ledger keeps how far we have read."""


@dataclass(frozen=True, slots=True)
class Found:
    """How many devices and answers there were; ``since`` is in seconds, 0 where that is all."""

    devices: int
    answers: int
    since: float


def take_missed(rows: Rows, ledger: Ledger) -> Found:
    """Write into the ledger what the database has got since we last read it, and count it.

    What the ledger has heard already changes nothing. Raises OSError.
    """
    until, _ = ledger.tokens().get(_UNTIL, ("0", ""))
    since = max(float(until) - OVERLAP, 0.0)
    ((now,),) = rows(NOW, ())
    devices = _take((tell_device(*row) for row in rows(DEVICES, [since])), ledger)
    answers = _take(([tell_answer(*row)] for row in rows(ANSWERS, [since])), ledger)
    ledger.learn({_UNTIL: (repr(now), "")})
    return Found(devices, answers, since)


def tell_device(
    enrolment: str,
    authenticate: str,
    authenticated: float,
    updated: float,
    enabled: bool,
    tally: int,
    changed: float,
) -> list[bytes]:
    """Retell how a device enrolled, and that it left; one that is about to enrol only arrives."""
    raw = _encoded(authenticate)
    told = [_checkin("mdm.Authenticate", enrolment, authenticated, raw_payload=raw)]
    if updated >= authenticated:
        told += [_checkin("mdm.TokenUpdate", enrolment, updated, token_update_tally=tally)]
        told += [] if enabled else [_checkin("mdm.CheckOut", enrolment, changed)]
    return told


def tell_answer(enrolment: str, command: str, status: str, result: str, at: float) -> bytes:
    """Retell what a device answered last to a command."""
    said = {"status": status, "command_uuid": command, "raw_payload": _encoded(result)}
    return _event("mdm.Connect", at, "acknowledge_event", {"ids": {"id": enrolment}, **said})


def _take(found: Iterable[list[bytes]], ledger: Ledger) -> int:
    count, told = 0, _events(found)
    while piece := list(islice(told, PIECE)):
        ledger.take([event for events in piece for event in events])
        count += len(piece)
    return count


def _events(found: Iterable[list[bytes]]) -> Iterator[list[Event]]:
    for bodies in found:
        yield [event for event in map(read_event, bodies) if event is not None]


def _checkin(topic: str, enrolment: str, at: float, **said: object) -> bytes:
    return _event(topic, at, "checkin_event", {"ids": {"id": enrolment}, **said})


def _event(topic: str, at: float, part: str, said: Mapping[str, Any]) -> bytes:
    when = datetime.fromtimestamp(at, UTC).isoformat()
    return json.dumps({"topic": topic, "created_at": when, part: said}).encode()


def _encoded(text: str) -> str:
    return b64encode(text.encode()).decode()
