"""A tablet's part of declarative management: fetch what changed, put it in force, report."""

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from pedell.sandbox.mdm.declarations import MANIFESTS
from pedell.sandbox.mdm.tablet import HeldDeclaration, Tablet

Ask = Callable[[str, bytes | None], bytes | None]
"""Sends a check-in for an endpoint with data; returns the answer, None where it was refused."""

_KINDS = {name: kind for kind, name in MANIFESTS.items()}
_CONFIGURATION = "com.apple.configuration."
SINCE = {
    "app.settings": "27.0",
    "audio-accessory.settings": "26.0",
    "external-intelligence.settings": "26.4",
    "intelligence.settings": "26.4",
    "keyboard.settings": "26.4",
    "math.settings": "18.0",
    "safari.settings": "26.0",
    "siri.settings": "26.4",
    "softwareupdate.settings": "18.0",
}
"""Types that came after the oldest iPadOS we support; all others are taken for known.

Source: Apple's device management schema, 27.0 seed 1.
"""


def synchronise(tablet: Tablet, told: bytes | None, ask: Ask) -> None:
    """Bring the tablet's declarations up to date and report, unless it is up to date already.

    ``told`` is the Data of the command; without it the tablet asks for the tokens itself.
    """
    tokens = told or ask("tokens", None)
    if tokens is None or _token(tokens) == tablet.token:
        return
    items = ask("declaration-items", None)
    if items is None:
        return
    token, wanted = _items(items)
    held = {}
    for identifier, (kind, server_token) in wanted.items():
        old = tablet.declarations.get(identifier)
        if old is None or old.token != server_token:
            content = ask(f"declaration/{kind}/{identifier}", None)
            if content is None:
                continue
            old = HeldDeclaration(kind, server_token, content)
        held[identifier] = old
    tablet.declarations, tablet.token = held, token
    ask("status", _report(tablet))


@lru_cache(maxsize=4096)
def _token(tokens: bytes) -> str:
    return str(json.loads(tokens)["SyncTokens"]["DeclarationsToken"])


@lru_cache(maxsize=4096)
def _items(items: bytes) -> tuple[str, Mapping[str, tuple[str, str]]]:
    document = json.loads(items)
    wanted = {
        entry["Identifier"]: (_KINDS[name], entry["ServerToken"])
        for name, entries in document["Declarations"].items()
        for entry in entries or ()
    }
    return document["DeclarationsToken"], wanted


def _report(tablet: Tablet) -> bytes:
    device = {
        "identifier": {"serial-number": tablet.serial, "udid": tablet.udid},
        "operating-system": {"version": tablet.os},
    }
    return b'{"StatusItems":{"management":{"declarations":%b},"device":%b},"Errors":[]}' % (
        _in_force(tuple(tablet.declarations.items()), tablet.os),
        json.dumps(device).encode(),
    )


@lru_cache(maxsize=4096)
def _in_force(held: tuple[tuple[str, HeldDeclaration], ...], os: str) -> bytes:
    """Say of each declaration whether it is in force: a configuration needs an activation.

    And it must be of a type that this iPadOS knows.
    """
    named = {
        name
        for _, each in held
        if each.kind == "activation"
        for name in _configurations_of(each.content)
    }
    there = {identifier for identifier, _ in held}
    lists: dict[str, list[dict[str, Any]]] = {name.lower(): [] for name in MANIFESTS.values()}
    for identifier, each in held:
        entry = {"identifier": identifier, "server-token": each.token}
        strange = _strange_type(each, os) if each.kind == "configuration" else ""
        state = _refused(strange) if strange else _state(identifier, each, named, there)
        lists[MANIFESTS[each.kind].lower()].append(entry | state)
    return json.dumps(lists, separators=(",", ":")).encode()


def _strange_type(held: HeldDeclaration, os: str) -> str:
    """Return the type of a configuration where it came with a later iPadOS than this one."""
    name = str(json.loads(held.content).get("Type", ""))
    since = SINCE.get(name.removeprefix(_CONFIGURATION), "0")
    return name if _numbers(since) > _numbers(os) else ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _refused(kind: str) -> dict[str, Any]:
    reason = _reason("Error.UnknownDeclarationType", {"Type": kind})
    return {"active": False, "valid": "invalid", "reasons": [reason]}


def _state(
    identifier: str, held: HeldDeclaration, named: set[str], there: set[str]
) -> dict[str, Any]:
    if held.kind == "configuration" and identifier not in named:
        reason = _reason("Info.NotReferencedByActivation", {"Identifier": identifier})
        return {"active": False, "valid": "unknown", "reasons": [reason]}
    if held.kind == "activation":
        missing = [each for each in _configurations_of(held.content) if each not in there]
        if missing:
            reason = _reason("Error.MissingConfigurations", {"Identifiers": missing})
            return {"active": False, "valid": "invalid", "reasons": [reason]}
    return {"active": True, "valid": "valid"}


def _reason(code: str, details: dict[str, Any]) -> dict[str, Any]:
    return {"code": code, "description": code.partition(".")[2], "details": details}


def _configurations_of(activation: bytes) -> list[str]:
    payload = json.loads(activation).get("Payload") or {}
    return [str(each) for each in payload.get("StandardConfigurations") or ()]
