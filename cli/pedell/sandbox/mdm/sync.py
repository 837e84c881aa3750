"""A tablet's part of declarative management: fetch what changed, put it in force, report."""

import json
from collections.abc import Callable, Mapping
from functools import lru_cache

from pedell.sandbox.mdm.declarations import MANIFESTS
from pedell.sandbox.mdm.in_force import app_items, declared_apps, force_of, keep_apps
from pedell.sandbox.mdm.tablet import HeldDeclaration, Tablet

Ask = Callable[[str, bytes | None], bytes | None]
"""Sends a check-in for an endpoint with data; returns the answer, None where it was refused."""

_KINDS = {name: kind for kind, name in MANIFESTS.items()}


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
    before = declared_apps(tablet)
    tablet.declarations, tablet.token = held, token
    keep_apps(tablet, before)
    ask("status", _report(tablet))


def report_apps(tablet: Tablet, ask: Ask) -> None:
    """Report that apps have come, where somebody has subscribed to that."""
    if force_of(tablet).is_subscribed:
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
    force = force_of(tablet)
    device = {
        "identifier": {"serial-number": tablet.serial, "udid": tablet.udid},
        "operating-system": {"version": tablet.os},
    }
    apps = {"managed": {"list": app_items(tablet)}} if force.is_subscribed else {}
    return b'{"StatusItems":{"management":{"declarations":%b},"device":%b%b},"Errors":[]}' % (
        force.lists,
        json.dumps(device).encode(),
        b',"app":' + json.dumps(apps).encode() if apps else b"",
    )
