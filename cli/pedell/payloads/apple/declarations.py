"""Declarations that devices keep by themselves: managed apps and what switches them on."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from pedell.model import Spec, Value

APP = "com.apple.configuration.app.managed"
ACTIVATION = "com.apple.activation.simple"

_UPDATES = {"always": "AlwaysOn", "never": "AlwaysOff", "store": "StoreSettings"}

Declaration: TypeAlias = dict[str, Any]
"""``{"Type", "Identifier", "Payload"}``, as JSON writes it."""


def encode_app(identifier: str, spec: Spec) -> Declaration:
    """Write an app. Its title has no place there, it is for people.

    The App Store number is a *string* in a declaration. Store apps are licensed to the device:
    tablets of a school have no Apple account. Source: Apple's device management schema, 27.0 seed
    1 (app.managed since iOS 17.2, License.Assignment; UpdateBehavior since 26.0).
    """
    install = "Optional" if spec.get("optional") else "Required"
    behavior: dict[str, Any] = {"Install": install}
    payload: dict[str, Any] = {"InstallBehavior": behavior}
    if spec.get("app_store") is not None:
        payload["AppStoreID"] = str(spec["app_store"])
        behavior["License"] = {"Assignment": "Device"}
    else:
        payload["BundleID"] = spec.get("bundle")
    if spec.get("updates") is not None:
        payload["UpdateBehavior"] = {"AutomaticAppUpdates": _UPDATES[str(spec["updates"])]}
    return {"Type": APP, "Identifier": identifier, "Payload": payload}


def decode_app(declaration: Mapping[str, Any]) -> Spec:
    """Read an app as far as a declaration tells; ValueError where it is none.

    ``optional`` comes back always, since Apple's default is another than ours.
    """
    payload = declaration.get("Payload")
    if declaration.get("Type") != APP or not isinstance(payload, dict):
        raise ValueError("not a managed app")
    behavior = payload.get("InstallBehavior")
    install = behavior.get("Install") if isinstance(behavior, dict) else None
    spec: dict[str, Value] = {"optional": install != "Required"}
    match payload:
        case {"AppStoreID": str(number)} if number.isascii() and number.isdigit():
            spec["app_store"] = int(number)
        case {"BundleID": str(bundle)}:
            spec["bundle"] = bundle
    match payload.get("UpdateBehavior"):
        case {"AutomaticAppUpdates": word} if word in _UPDATES.values():
            spec["updates"] = next(ours for ours, theirs in _UPDATES.items() if theirs == word)
    return spec


def encode_activation(identifier: str, configurations: Iterable[str]) -> Declaration:
    """Write the declaration without which a device keeps the named ones switched off."""
    payload = {"StandardConfigurations": sorted(configurations)}
    return {"Type": ACTIVATION, "Identifier": identifier, "Payload": payload}


def decode_activation(declaration: Mapping[str, Any]) -> frozenset[str]:
    """Read which configurations are switched on; ValueError where it is no activation."""
    payload = declaration.get("Payload")
    named = payload.get("StandardConfigurations") if isinstance(payload, dict) else None
    if declaration.get("Type") != ACTIVATION or not isinstance(named, list):
        raise ValueError("not an activation")
    return frozenset(map(str, named))
