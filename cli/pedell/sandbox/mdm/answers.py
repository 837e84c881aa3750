"""How a tablet answers each RequestType."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pedell.sandbox.mdm.plists import Order, fragment
from pedell.sandbox.mdm.tablet import AppState, Profile, Tablet, read_profile

WRITING = frozenset({"InstallProfile", "RemoveProfile", "InstallApplication", "RemoveApplication"})


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and further keys (rendered) of an answer."""

    status: bytes
    keys: bytes = b""


DONE = Answer(b"Acknowledged")
NOT_NOW = Answer(b"NotNow")


@lru_cache(maxsize=256)
def refuse(code: int, text: str, domain: str = "MCMDMErrorDomain") -> Answer:
    """Return an Error with a chain of one."""
    link = {"ErrorCode": code, "ErrorDomain": domain, "LocalizedDescription": text}
    return Answer(b"Error", fragment({"ErrorChain": [link]}))


FAILED = refuse(4001, "Profile Installation Failed (simulated)", "MCInstallationErrorDomain")


def answer(tablet: Tablet, order: Order) -> Answer:
    """Do what a command asks, and say how it went."""
    handle = ANSWERS.get(order.request)
    if handle is None:
        return refuse(12021, f"“{order.request}” is not a valid request type.")
    return handle(tablet, order.fields)


def _install_profile(tablet: Tablet, fields: Mapping[str, Any]) -> Answer:
    try:
        profile = read_profile(fields["Payload"])
    except (ValueError, KeyError, TypeError) as problem:
        return refuse(1000, f"The profile is invalid: {problem}"[:200], "MCProfileErrorDomain")
    old = tablet.profiles.get(profile.identifier)
    if old is not None and old.uuid == profile.uuid:
        tablet.doubled += 1
    tablet.profiles[profile.identifier] = profile
    return DONE


def _remove_profile(tablet: Tablet, fields: Mapping[str, Any]) -> Answer:
    identifier = str(fields.get("Identifier", ""))
    if tablet.profiles.pop(identifier, None) is None:
        return refuse(12075, f"The profile “{identifier}” is not installed.")
    return DONE


def _list_profiles(tablet: Tablet, _: Mapping[str, Any]) -> Answer:
    return _profile_list(tuple(tablet.profiles.values()))


@lru_cache(maxsize=4096)
def _profile_list(profiles: tuple[Profile, ...]) -> Answer:
    entries = b"".join(profile.listing for profile in profiles)
    return Answer(b"Acknowledged", b"<key>ProfileList</key><array>%b</array>" % entries)


def _install_app(tablet: Tablet, fields: Mapping[str, Any]) -> Answer:
    identifier = str(fields.get("Identifier") or fields.get("iTunesStoreID") or "")
    if not identifier:
        return refuse(12023, "The app is not named.")
    tablet.apps.setdefault(identifier, AppState.INSTALLING)
    return _installing(identifier, tablet.apps[identifier])


@lru_cache(maxsize=4096)
def _installing(identifier: str, state: AppState) -> Answer:
    keys = fragment({"Identifier": identifier, "State": state.value})
    return Answer(b"Acknowledged", keys)


def _remove_app(tablet: Tablet, fields: Mapping[str, Any]) -> Answer:
    identifier = str(fields.get("Identifier", ""))
    if tablet.apps.pop(identifier, None) is None:
        return refuse(12026, f"The app “{identifier}” is not managed.")
    return DONE


def _wanted_apps(tablet: Tablet, fields: Mapping[str, Any]) -> tuple[tuple[str, AppState], ...]:
    wanted = fields.get("Identifiers")
    return tuple(app for app in tablet.apps.items() if not wanted or app[0] in wanted)


def _list_apps(tablet: Tablet, fields: Mapping[str, Any]) -> Answer:
    apps = _wanted_apps(tablet, fields)
    return _app_list(tuple(app for app, state in apps if state is AppState.MANAGED))


@lru_cache(maxsize=4096)
def _app_list(apps: tuple[str, ...]) -> Answer:
    entries = [
        {"Identifier": app, "Name": app.rsplit(".", 1)[-1], "ShortVersion": "1.0", "Version": "1"}
        for app in apps
    ]
    return Answer(b"Acknowledged", fragment({"InstalledApplicationList": entries}))


def _list_managed_apps(tablet: Tablet, fields: Mapping[str, Any]) -> Answer:
    return _managed_apps(_wanted_apps(tablet, fields))


@lru_cache(maxsize=4096)
def _managed_apps(apps: tuple[tuple[str, AppState], ...]) -> Answer:
    entries = {app: {"Status": state.value, "ManagementFlags": 1} for app, state in apps}
    return Answer(b"Acknowledged", fragment({"ManagedApplicationList": entries}))


def _describe(tablet: Tablet, fields: Mapping[str, Any]) -> Answer:
    known = {
        "UDID": tablet.udid,
        "SerialNumber": tablet.serial,
        "DeviceName": f"iPad {tablet.serial}",
        "Model": tablet.model,
        "ModelName": "iPad",
        "ProductName": tablet.model,
        "OSVersion": tablet.os,
        "BuildVersion": "23B85",
        "IsSupervised": True,
        "BatteryLevel": 0.8,
        "AwaitingConfiguration": False,
    }
    queries = fields.get("Queries") or known
    found = {query: known[query] for query in queries if query in known}
    return Answer(b"Acknowledged", fragment({"QueryResponses": found}))


def _describe_security(_: Tablet, __: Mapping[str, Any]) -> Answer:
    return _SECURITY


_SECURITY = Answer(
    b"Acknowledged",
    fragment(
        {
            "SecurityInfo": {
                "HardwareEncryptionCaps": 3,
                "PasscodePresent": True,
                "PasscodeCompliant": True,
                "PasscodeCompliantWithProfiles": True,
            }
        }
    ),
)


def _declare(_: Tablet, __: Mapping[str, Any]) -> Answer:
    return DONE  # the check-ins come after the answers, in sync.py


ANSWERS: Mapping[str, Callable[[Tablet, Mapping[str, Any]], Answer]] = {
    "InstallProfile": _install_profile,
    "RemoveProfile": _remove_profile,
    "ProfileList": _list_profiles,
    "InstallApplication": _install_app,
    "RemoveApplication": _remove_app,
    "InstalledApplicationList": _list_apps,
    "ManagedApplicationList": _list_managed_apps,
    "DeviceInformation": _describe,
    "SecurityInfo": _describe_security,
    "DeclarativeManagement": _declare,
}
