"""Which declarations of a tablet are in force, and which apps it keeps by them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pedell.sandbox.mdm.declarations import MANIFESTS
from pedell.sandbox.mdm.eligible import Nature
from pedell.sandbox.mdm.tablet import AppState, HeldDeclaration, Tablet

_APP = "com.apple.configuration.app.managed"
_SUBSCRIPTIONS = "com.apple.configuration.management.status-subscriptions"
_APPS = "app.managed.list"

Held = tuple[tuple[str, HeldDeclaration], ...]
"""Declarations by their identifiers, so that tablets with the same ones share what follows."""


@dataclass(frozen=True, slots=True)
class DeclaredApp:
    """An app that a declaration in force asks for; ``name`` is its bundle id or store number."""

    name: str
    declaration: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class Force:
    """What follows from a tablet's declarations.

    ``lists`` is the part of a status report that says of each what became of it, in JSON;
    ``is_subscribed``: somebody asked to hear of apps.
    """

    lists: bytes
    apps: tuple[DeclaredApp, ...] = ()
    is_subscribed: bool = False


def force_of(tablet: Tablet) -> Force:
    """Return what follows from the declarations that it holds."""
    return _force(tuple(tablet.declarations.items()), tablet.nature)


def declared_apps(tablet: Tablet) -> Mapping[str, DeclaredApp]:
    """Return the apps that declarations in force ask for, by bundle id where the store knows it."""
    return {tablet.store.get(app.name, app.name): app for app in force_of(tablet).apps}


def keep_apps(tablet: Tablet, before: Mapping[str, DeclaredApp]) -> None:
    """Load what declarations ask for now, and delete what they asked for ``before`` alone."""
    now = declared_apps(tablet)
    for name in before.keys() - now.keys():
        tablet.apps.pop(name, None)
        tablet.due.pop(name, None)
    for name, app in now.items():
        if app.is_required:
            tablet.apps.setdefault(name, AppState.INSTALLING)


def app_items(tablet: Tablet) -> list[dict[str, str]]:
    """Return the status item ``app.managed.list``: how far each declared app has come."""
    return [
        {
            "identifier": name,
            "declaration-identifier": app.declaration,
            "state": tablet.apps[name].value.lower() if name in tablet.apps else "optional",
        }
        for name, app in declared_apps(tablet).items()
    ]


@lru_cache(maxsize=4096)
def _force(held: Held, nature: Nature) -> Force:
    """Say of each declaration whether it is in force: a configuration needs an activation.

    And it must be one that such a tablet takes.
    """
    named = {
        name
        for _, each in held
        if each.kind == "activation"
        for name in _configurations_of(each.content)
    }
    there = {identifier for identifier, _ in held}
    lists: dict[str, list[dict[str, Any]]] = {name.lower(): [] for name in MANIFESTS.values()}
    active: dict[str, dict[str, Any]] = {}
    for identifier, each in held:
        content = json.loads(each.content)
        state = _refused(identifier, each, content, nature) or _state(
            identifier, each, named, there
        )
        entry = {"identifier": identifier, "server-token": each.token}
        lists[MANIFESTS[each.kind].lower()].append(entry | state)
        if state["active"]:
            active[identifier] = content
    packed = json.dumps(lists, separators=(",", ":")).encode()
    return Force(packed, tuple(_apps_in(active)), any(map(_asks_for_apps, active.values())))


def _apps_in(active: Mapping[str, Mapping[str, Any]]) -> Iterator[DeclaredApp]:
    for identifier, content in active.items():
        payload = content.get("Payload") or {}
        if content.get("Type") == _APP and isinstance(payload, dict):
            behaviour = payload.get("InstallBehavior") or {}
            name = str(payload.get("BundleID") or payload.get("AppStoreID") or "")
            yield DeclaredApp(name, identifier, behaviour.get("Install") == "Required")


def _asks_for_apps(content: Mapping[str, Any]) -> bool:
    items = (content.get("Payload") or {}).get("StatusItems") or ()
    return content.get("Type") == _SUBSCRIPTIONS and any(
        isinstance(each, dict) and each.get("Name") == _APPS for each in items
    )


def _refused(
    identifier: str, held: HeldDeclaration, content: Mapping[str, Any], nature: Nature
) -> dict[str, Any] | None:
    if held.kind != "configuration":
        return None
    reason = nature.refuses_configuration(str(content.get("Type", "")))
    if not reason:
        return None
    details = {"Identifier": identifier, "ServerToken": held.token}
    told = _reason("Error.ConfigurationNotSupported", details)
    told["description"] += f": {reason}"
    return {"active": False, "valid": "invalid", "reasons": [told]}


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
