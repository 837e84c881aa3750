"""Profiles as other tools write them. All names, networks and passwords are invented."""

import plistlib
import uuid
from typing import Any

from pedell.adoption import Adopted, Language, Stranger, Wish, adopt_profiles, read_stranger
from pedell.wiring import load_service
from tests.inventory_builder import TODAY, schemas

DER = b"0\x82invented certificate"
WISH = Wish("musterstadt", "pupil")


def payload(kind: str, name: str = "", **keys: Any) -> dict[str, Any]:
    """Return a payload as Apple Configurator writes one."""
    mark = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{kind} {name} {sorted(keys)}")).upper()
    return {
        "PayloadType": kind,
        "PayloadIdentifier": f"{kind}.{mark}",
        "PayloadUUID": mark,
        "PayloadVersion": 1,
        "PayloadDisplayName": name or kind,
        "PayloadEnabled": True,
        **keys,
    }


def profile(title: str, *parts: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """Return a profile around payloads."""
    mark = str(uuid.uuid5(uuid.NAMESPACE_DNS, title)).upper()
    return {
        "PayloadType": "Configuration",
        "PayloadIdentifier": f"org.example.{mark}",
        "PayloadUUID": mark,
        "PayloadVersion": 1,
        "PayloadDisplayName": title,
        "PayloadContent": list(parts),
        **keys,
    }


def written(whole: Any, binary: bool = False) -> bytes:
    """Write a profile as XML, or binary."""
    return plistlib.dumps(whole, fmt=plistlib.FMT_BINARY if binary else plistlib.FMT_XML)


def wifi(ssid: str = "Schulnetz", password: str = "geheim-1 (erfunden)", **keys: Any) -> Any:
    """Return a personal network as Apple Configurator writes it."""
    own = {"EncryptionType": "WPA2", "AutoJoin": True, "CaptiveBypass": False, "IsHotspot": False}
    own |= {"ProxyType": "None", "HIDDEN_NETWORK": False, "SSID_STR": ssid, "Password": password}
    return payload("com.apple.wifi.managed", f"WLAN {ssid} {password}", **{**own, **keys})


def stranger(title: str, *parts: dict[str, Any], **keys: Any) -> Stranger:
    """Read a profile as if it had stood in a file."""
    return read_stranger(f"{title}.mobileconfig", written(profile(title, *parts, **keys)))


def adopted(*strangers: Stranger, wish: Wish = WISH) -> Adopted:
    """Turn profiles into files."""
    return adopt_profiles(strangers, wish, Language(schemas(), load_service, TODAY))
