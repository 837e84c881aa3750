"""When two payloads say the same: identifiers, names for people and Apple's own defaults apart."""

import datetime
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

WIFI = "com.apple.wifi.managed"
ROOT = "com.apple.security.root"
IDENTITY = "com.apple.security.pkcs12"
RESTRICTIONS = "com.apple.applicationaccess"
AIRPRINT = "com.apple.airprint"
WEB_CLIP = "com.apple.webClip.managed"
WEB_FILTER = "com.apple.webcontent-filter"
HOME_SCREEN = "com.apple.homescreenlayout"
EAP = "EAPClientConfiguration"

_LABELS = frozenset(
    {
        "PayloadIdentifier",
        "PayloadUUID",
        "PayloadVersion",
        "PayloadDisplayName",
        "PayloadDescription",
        "PayloadOrganization",
        "PayloadCertificateFileName",
    }
)
"""What tells payloads apart, or tells people what they are; no device does anything with it."""

_ONCE = frozenset({WIFI, ROOT, IDENTITY})
"""Types of which two equal payloads are one to a device."""

_RENAMED: Mapping[str, Mapping[str, str]] = {
    WEB_FILTER: {"BlacklistedURLs": "DenyListURLs", "WhitelistedBookmarks": "AllowListBookmarks"},
    RESTRICTIONS: {
        "blacklistedAppBundleIDs": "blockedAppBundleIDs",
        "whitelistedAppBundleIDs": "allowListedAppBundleIDs",
    },
}
"""Keys that Apple gave another name: the old one → that of today (iOS 14.5, 15)."""

_IMPLIED: Mapping[str, Mapping[str, Any]] = {
    WIFI: {
        "IsHotspot": False,
        "CaptiveBypass": False,
        "ServiceProviderRoamingEnabled": False,
        "EnableIPv6": True,
        "ProxyPACFallbackAllowed": False,
        "TLSCertificateRequired": False,
    },
    EAP: {
        "TTLSInnerAuthentication": "MSCHAPv2",
        "TLSMinimumVersion": "1.0",
        "TLSMaximumVersion": "1.2",
        "TLSAllowTrustExceptions": True,
        "EAPFASTUsePAC": False,
        "EAPFASTProvisionPAC": False,
        "EAPFASTProvisionPACAnonymously": False,
        "EAPSIMNumberOfRANDs": 3,
        "SystemModeUseOpenDirectoryCredentials": False,
        "OneTimeUserPassword": False,
    },
    WEB_CLIP: {"FullScreen": False, "Precomposed": False, "IgnoreManifestScope": False},
    WEB_FILTER: {
        "HideDenyListURLs": False,
        "FilterBrowsers": False,
        "FilterSockets": False,
        "FilterPackets": False,
        "FilterGrade": "firewall",
    },
    "com.apple.proxy.http.global": {
        "ProxyPACFallbackAllowed": False,
        "ProxyCaptiveLoginAllowed": False,
    },
    "com.apple.mobiledevice.passwordpolicy": {"changeAtNextAuth": False, "minLength": 0},
}
"""What Apple's schema (18.3) gives as default: written out or left out, devices do the same."""


def simplified(kind: str, content: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return a payload without labels and implied values, in today's names; and what was done.

    Of what was done keys are told, never what they hold.
    """
    renamed: list[str] = []
    left: list[str] = []
    found = {key: value for key, value in content.items() if key not in _LABELS}
    if found.get("PayloadEnabled") is True:
        del found["PayloadEnabled"]
    for old, new in _RENAMED.get(kind, {}).items():
        if old in found and new not in found:
            found[new] = found.pop(old)
            renamed.append(f"{old} is called {new} now")
    found = _without(found, _IMPLIED.get(kind, {}), left)
    if isinstance(found.get(EAP), dict):
        found[EAP] = _without(found[EAP], _IMPLIED[EAP], left)
        found[EAP] = _without(found[EAP], _certificate_of(found[EAP]), left)
    if kind == HOME_SCREEN:
        found = {key: _nameless(value) for key, value in found.items()}
    implied = [f"without {', '.join(left)}: devices do that anyway"] if left else []
    return found, (*renamed, *implied)


def labels_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what :func:`simplified` takes for labels."""
    return {key: value for key, value in content.items() if key in _LABELS}


def described(parts: Iterable[Mapping[str, Any]]) -> Counter[tuple[str, str]]:
    """Return (type, content) of each payload, the content in the one way that equal ones share.

    A reference is what it leads to. One payload for several printers is as many for one each;
    rights in several payloads are one where none is said in two ways; what devices know once,
    however often they are told, counts once.
    """
    known = list(parts)
    targets = {part["PayloadUUID"]: _written(part) for part in known if _has_name(part)}
    told = Counter((str(p["PayloadType"]), _canonical(p, targets)) for p in _single(known))
    return Counter({each: 1 if each[0] in _ONCE else count for each, count in told.items()})


def odd_keys(one: Iterable[Mapping[str, Any]], other: Iterable[Mapping[str, Any]]) -> list[str]:
    """Name the keys that two profiles do not have alike, for people; never what they hold."""
    here, there = Counter(_leaves(one)), Counter(_leaves(other))
    return sorted({key for key, _ in ((here - there) + (there - here))})


def references(content: Mapping[str, Any], uuids: Iterable[str]) -> frozenset[str]:
    """Return which of these UUIDs a payload names, besides its own."""
    inside = {key: value for key, value in content.items() if key != "PayloadUUID"}
    return frozenset(uuids) & frozenset(texts_in(inside))


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text inside of a payload, without its keys."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict | list):
            waiting += each.values() if isinstance(each, dict) else each


def _without(block: dict[str, Any], implied: Mapping[str, Any], left: list[str]) -> dict[str, Any]:
    def is_implied(key: str, value: Any) -> bool:
        return key in implied and type(value) is type(implied[key]) and value == implied[key]

    left += [key for key, value in block.items() if is_implied(key, value)]
    return {key: value for key, value in block.items() if not is_implied(key, value)}


def _certificate_of(eap: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return its default for TLSCertificateIsRequired: true with EAP-TLS (13), else false."""
    methods = eap.get("AcceptEAPTypes")
    return {"TLSCertificateIsRequired": isinstance(methods, list) and 13 in methods}


def _nameless(icons: Any) -> Any:
    """Leave out what only folders are called by; tools write it at apps and links too."""
    if isinstance(icons, list):
        return [_nameless(icon) for icon in icons]
    if not isinstance(icons, dict):
        return icons
    hidden = "" if icons.get("Type") == "Folder" else "DisplayName"
    return {key: _nameless(value) for key, value in icons.items() if key != hidden}


def _single(parts: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    rights: list[dict[str, Any]] = []
    for part in parts:
        kind = str(part["PayloadType"])
        content = simplified(kind, part)[0]
        printers = content.get("AirPrint")
        if kind == AIRPRINT and isinstance(printers, list):
            yield from ({**content, "AirPrint": [printer]} for printer in printers)
        elif kind == RESTRICTIONS:
            rights.append(content)
        else:
            yield content
    yield from _together(rights)


def _together(rights: list[dict[str, Any]]) -> list[dict[str, Any]]:
    whole: dict[str, Any] = {}
    for part in rights:
        if any(key in whole and whole[key] != value for key, value in part.items()):
            return rights
        whole |= part
    return [whole] if rights else []


def _leaves(parts: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    known = list(parts)
    targets = {part["PayloadUUID"]: _written(part) for part in known if _has_name(part)}
    for part in _single(known):
        for key, value in part.items():
            inside = value if isinstance(value, dict) else {"": value}
            for name, child in inside.items():
                yield f"{key}.{name}".rstrip("."), _canonical({name: child}, targets)


def _has_name(part: Mapping[str, Any]) -> bool:
    return isinstance(part.get("PayloadUUID"), str)


def _canonical(content: Mapping[str, Any], targets: Mapping[str, str]) -> str:
    return json.dumps(_plain(content, targets), sort_keys=True, ensure_ascii=False)


def _written(part: Mapping[str, Any]) -> str:
    return _canonical(simplified(str(part["PayloadType"]), part)[0], {})


def _plain(value: Any, targets: Mapping[str, str]) -> Any:
    match value:
        case bytes():
            return {"data": value.hex()}
        case datetime.datetime():
            return {"date": value.isoformat()}
        case str() if value in targets:
            return {"leads to": targets[value]}
        case dict():
            return {f"key {key}": _plain(child, targets) for key, child in value.items()}
        case list():
            plain = [_plain(child, targets) for child in value]
            by_text = {json.dumps(each): each for each in plain}
            return (
                plain if any(map(_is_block, value)) else [by_text[key] for key in sorted(by_text)]
            )
        case _:
            return value


def _is_block(value: Any) -> bool:
    """Tell what has an order in a list: words, numbers and references are sets where we write them.

    An anchor that a network names twice is one anchor to a device.
    """
    return isinstance(value, dict | list)
