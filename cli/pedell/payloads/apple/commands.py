"""Apps that devices get by command, with their configuration, and what devices say of them.

Source: Apple's device management schema, 27.0 seed 1 (InstallApplication, Settings with
ApplicationConfiguration and ApplicationAttributes, RemoveApplication,
ManagedApplicationConfiguration, ManagedApplicationList). All of them fail for, or leave out, apps
that are managed by declaration: an app goes one of the two ways.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pedell.model import Sealed, Spec, Value

INSTALL_APP, REMOVE_APP, CHANGE_APP = "InstallApplication", "RemoveApplication", "Settings"

Reveal = Callable[[str], str]
Fields = Mapping[str, Any]

_HELD = "Managed"
"""What ManagedApplicationList says of an app that is there and ours."""


@dataclass(frozen=True, slots=True)
class AppCommands:
    """``install`` for devices that do not have the app yet, ``change`` for those that do."""

    install: Fields
    change: Fields


def encode_app_commands(spec: Spec, reveal: Reveal) -> AppCommands:
    """Write an app as commands. Its title has no place there, it is for people.

    Volume purchase for the device (PurchaseMethod 1): tablets of a school have no Apple account.
    The app goes with management (ManagementFlags 1). Settings leaves Configuration out to remove
    one. Secrets are opened by ``reveal``.
    """
    bundle, store = spec.get("bundle"), spec.get("app_store")
    told = {"Configuration": opened} if (opened := _configuration(spec, reveal)) else {}
    attributes = {"Removable": spec.get("removable") is True}
    named = {"Identifier": bundle} if store is None else {"iTunesStoreID": store}
    install = {
        "RequestType": INSTALL_APP,
        **named,
        "Options": {"PurchaseMethod": 1},
        "ManagementFlags": 1,
        "ChangeManagementState": "Managed",
        "Attributes": attributes,
        **told,
    }
    items = [
        {"Item": "ApplicationConfiguration", "Identifier": bundle, **told},
        {"Item": "ApplicationAttributes", "Identifier": bundle, "Attributes": attributes},
    ]
    return AppCommands(install, {"RequestType": CHANGE_APP, "Settings": items})


def decode_app_commands(commands: AppCommands) -> Spec:
    """Read an app again, opened secrets as text; ValueError where these are no such commands.

    ``removable`` comes back always, since Apple's default is another than ours.
    """
    match commands.change.get("Settings"):
        case [{"Identifier": str(bundle)} as item, {"Attributes": {"Removable": bool(removable)}}]:
            spec: dict[str, Value] = {"bundle": bundle, "removable": removable}
        case _:
            raise ValueError("not the commands of an app")
    if "iTunesStoreID" in commands.install:
        spec["app_store"] = commands.install["iTunesStoreID"]
    if "Configuration" in item:
        spec["configuration"] = item["Configuration"]
    return spec


def encode_app_removal(bundle: str) -> Fields:
    """Write the command that takes the app away, and with it what people stored in it."""
    return {"RequestType": REMOVE_APP, "Identifier": bundle}


def encode_app_question(spec: Spec) -> Fields:
    """Ask a device for the configuration of the app, or whether it has one that needs none."""
    request = "Configuration" if spec.get("configuration") else "List"
    return {"RequestType": f"ManagedApplication{request}", "Identifiers": [spec["bundle"]]}


def expected_report(spec: Spec, reveal: Reveal) -> str:
    """Return what :func:`report_in` finds in the answer of a device that is as it should be."""
    told = _configuration(spec, reveal)
    return _text(told) if told else _HELD


def report_in(answer: Fields) -> str | None:
    """Return what an answer to such a question says of the one app that it is about.

    Empty where the app is not there, or not there yet; None for any other answer.
    """
    match answer:
        case {"ApplicationConfigurations": list(found)}:
            return _text(found[0].get("Configuration") or {}) if found else ""
        case {"ManagedApplicationList": dict(found)}:
            states = [one.get("Status") for one in found.values() if isinstance(one, dict)]
            return _HELD if states == [_HELD] else ""
    return None


def refusal_in(answer: Fields) -> str:
    """Return what a device says that acknowledged Settings and yet refused one; empty for none.

    The command itself is acknowledged even where an item of it is refused.
    """
    items = answer.get("Settings")
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and item.get("Status") == "Error":
            chain = item.get("ErrorChain") or [{}]
            return str(chain[0].get("LocalizedDescription") or "a setting was refused")
    return ""


def _configuration(spec: Spec, reveal: Reveal) -> Any:
    return _opened(spec.get("configuration") or {}, reveal)


def _opened(value: Value, reveal: Reveal) -> Any:
    match value:
        case Sealed(name):
            return reveal(name)
        case Mapping():
            return {key: _opened(child, reveal) for key, child in value.items()}
        case list() | tuple():
            return [_opened(child, reveal) for child in value]
        case _:
            return value


def _text(told: Any) -> str:
    # dates and bytes, which only others would write there, become text that equals none of ours
    return json.dumps(told, sort_keys=True, ensure_ascii=False, default=repr)
