"""What the webhook of NanoMDM and NanoHUB tells, read into events of the ledger (pure)."""

import json
import plistlib
from binascii import a2b_base64
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from xml.parsers.expat import ExpatError

from pedell.model import Secret
from pedell.payloads.apple import refusal_in, report_in
from pedell.ports import Event, Happening
from pedell.providers.nanohub.names import MARK

_ANSWER = {
    "Acknowledged": "done",
    "NotNow": "notnow",
    "Error": "error",
    "CommandFormatError": "error",
}
_WHAT = {
    "mdm.Authenticate": Happening.ARRIVED,
    "mdm.TokenUpdate": Happening.ENROLLED,
    "mdm.CheckOut": Happening.LEFT,
    "mdm.Connect": Happening.ANSWERED,
}
_LIST = b"<key>ProfileList</key>"
_OF_APPS = (b"ApplicationConfigurations", b"ManagedApplicationList", b"Settings")
_MOST_STRANGERS, _LONGEST = 50, 200
"""Bounds for profiles that are not ours: how many of a device are kept, and how long their names
may be. They are there to be adopted; a device that invents some must not fill the ledger."""


def read_event(body: bytes) -> Event | None:
    """Read one event; None where it is none, or is about a user and not about a device.

    Source: MicroMDM's webhook format as NanoMDM v0.9.0 sends it. A property list is opened only
    where it says what we need: serial numbers, refusals, lists of profiles.
    """
    try:
        return _read(json.loads(body))
    except (ValueError, TypeError, KeyError, AttributeError, ExpatError, RecursionError):
        return None  # a sender that holds the key and writes nonsense must not stop the listening


def _read(event: Mapping[str, Any]) -> Event | None:
    said = event.get("acknowledge_event") or event["checkin_event"]
    ids = said.get("ids") or {}
    enrolment = ids.get("id") or said["udid"]
    at = datetime.fromisoformat(event["created_at"]).timestamp()
    if ids.get("parent_id") or not isinstance(enrolment, str):
        return None
    match _WHAT.get(event["topic"], Happening.SPOKE):
        case Happening.ANSWERED:
            return _read_answer(enrolment, at, said)
        case Happening.ARRIVED:
            told = plistlib.loads(a2b_base64(said["raw_payload"]))
            serial, topic = (str(told.get(key, "")) for key in ("SerialNumber", "Topic"))
            return Event(enrolment, Happening.ARRIVED, at, serial=serial, topic=topic)
        case Happening.ENROLLED:
            is_fresh = said.get("token_update_tally") == 1
            return Event(enrolment, Happening.ENROLLED, at, is_fresh=is_fresh)
        case what:
            return Event(enrolment, what, at)


def _read_answer(enrolment: str, at: float, said: Mapping[str, Any]) -> Event:
    command, answer = said.get("command_uuid"), _ANSWER.get(said["status"])
    if not command or not answer:
        return Event(enrolment, Happening.ANSWERED, at)
    detail, profiles, told = "", None, None
    if answer != "notnow":
        raw = a2b_base64(said["raw_payload"])
        profiles = _profiles(raw) if answer == "done" else None
        detail = _detail(raw) if answer == "error" else ""
        if answer == "done" and any(word in raw for word in _OF_APPS):
            told, detail = _app_report(raw)
            answer = "error" if detail else answer
    return Event(
        enrolment,
        Happening.ANSWERED,
        at,
        command=str(command),
        answer=answer,
        detail=detail,
        profiles=profiles,
        told=told,
    )


def _app_report(raw: bytes) -> tuple[Secret | None, str]:
    """Return what it says of an app, which may hold secrets, and which setting it refused."""
    said = plistlib.loads(raw)
    report = report_in(said)
    return None if report is None else Secret(report), _line(refusal_in(said))


def _profiles(raw: bytes) -> Mapping[str, str] | None:
    if raw.startswith(b"bplist"):
        return _kept(plistlib.loads(raw).get("ProfileList"))
    start = raw.find(_LIST)
    if start < 0:
        return None
    if raw[start + len(_LIST) :].lstrip().startswith(b"<array/>"):
        return {}
    return _listed(raw[start : raw.rindex(b"</array>") + len(b"</array>")])


@lru_cache(maxsize=512)
def _listed(part: bytes) -> Mapping[str, str] | None:
    # the tablets of a cohort answer alike to the last byte: one parse serves all of them
    return _kept(plistlib.loads(b"<plist><dict>" + part + b"</dict></plist>").get("ProfileList"))


def _kept(profiles: Any) -> Mapping[str, str] | None:
    if not isinstance(profiles, list):
        return None
    named = {str(p.get("PayloadIdentifier")): str(p.get("PayloadUUID")) for p in profiles}
    ours = {name: uuid for name, uuid in named.items() if name.startswith(MARK)}
    others = [
        (name, uuid)
        for name, uuid in sorted(named.items())
        if name not in ours and max(len(name), len(uuid)) <= _LONGEST and name.isprintable()
    ]
    return {**ours, **dict(others[:_MOST_STRANGERS])}


def _detail(raw: bytes) -> str:
    chain = plistlib.loads(raw).get("ErrorChain") or [{}]
    said = chain[0].get("LocalizedDescription") or chain[0].get("ErrorCode") or "no reason given"
    return _line(str(said))


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]
