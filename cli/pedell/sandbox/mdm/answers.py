"""How a tablet answers each RequestType."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from pedell.sandbox.mdm import apps
from pedell.sandbox.mdm.answer import DONE, NOT_NOW, Answer, refuse
from pedell.sandbox.mdm.plists import Order, fragment
from pedell.sandbox.mdm.tablet import Profile, Tablet, read_profile

__all__ = ["DONE", "FAILED", "NOT_NOW", "WRITING", "Answer", "answer"]

WRITING = frozenset(
    {"InstallProfile", "RemoveProfile", "InstallApplication", "RemoveApplication", "Settings"}
)


FAILED = refuse(4001, "Profile Installation Failed (simulated)", "MCInstallationErrorDomain")


def answer(tablet: Tablet, order: Order) -> Answer:
    """Do what a command asks, and say how it went."""
    handle = ANSWERS.get(order.request)
    if handle is None or tablet.nature.refuses_command(order.request):
        return refuse(12021, f"“{order.request}” is not a valid request type.")
    return handle(tablet, order.fields)


def _install_profile(tablet: Tablet, fields: Mapping[str, Any]) -> Answer:
    try:
        profile = read_profile(fields["Payload"])
    except (ValueError, KeyError, TypeError) as problem:
        return refuse(1000, f"The profile is invalid: {problem}"[:200], "MCProfileErrorDomain")
    for kind in profile.kinds:
        if reason := tablet.nature.refuses_payload(kind):
            return refuse(4001, f"The payload “{kind}” {reason}.", "MCInstallationErrorDomain")
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
        "IsSupervised": tablet.supervised,
        "IsMultiUser": tablet.shared,
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
    "InstallApplication": apps.install,
    "RemoveApplication": apps.remove,
    "Settings": apps.change,
    "InstalledApplicationList": apps.list_installed,
    "ManagedApplicationList": apps.list_managed,
    "ManagedApplicationConfiguration": apps.list_configurations,
    "DeviceInformation": _describe,
    "SecurityInfo": _describe_security,
    "DeclarativeManagement": _declare,
}
