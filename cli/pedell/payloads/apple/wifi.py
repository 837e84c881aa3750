"""A wireless network, as com.apple.wifi.managed and the anchors that it trusts."""

from collections.abc import Mapping, Sequence

from pedell.model import Sealed, Spec, Value
from pedell.payloads.apple.certificate import ROOT, anchors, pem_of
from pedell.payloads.apple.profile import Item, Payload, Sibling

WIFI = "com.apple.wifi.managed"

_EAP_NUMBER = {"tls": 13, "ttls": 21, "peap": 25}  # the numbers of EAP itself (IANA)
_EAP_NAME = {number: name for name, number in _EAP_NUMBER.items()}
_ENCRYPTION = {"open": "None", "wpa2": "WPA2", "wpa3": "WPA3"}
_SAFETY = {encryption: safety for safety, encryption in _ENCRYPTION.items()}
_PLAIN = {"ssid": "SSID_STR", "hidden": "HIDDEN_NETWORK", "auto_join": "AutoJoin"}
_ACCOUNT = {"username": "UserName", "user_password": "UserPassword"}


def encode_wifi(spec: Spec) -> list[Payload]:
    """Write the network, and its anchor as payloads of the same profile.

    Fields that its ``security`` has no use for are left out. Lists are sets, so they are sorted:
    the same set is the same content. Source: Apple's device management schema 18.3; a network is
    an enterprise one where EAPClientConfiguration is present.
    """
    safety, _, manner = str(spec["security"]).partition("-")
    content: dict[str, Item] = {"EncryptionType": _ENCRYPTION[safety], **_copied(spec, _PLAIN)}
    if "private_mac" in spec:
        content["DisableAssociationMACRandomization"] = not spec["private_mac"]
    trusted = anchors(str(spec["anchor"])) if manner == "enterprise" and "anchor" in spec else []
    if manner == "personal":
        content |= _copied(spec, {"password": "Password"})
    elif manner == "enterprise":
        content["EAPClientConfiguration"] = _eap(spec, trusted)
    return [Payload("wifi", WIFI, content), *_labelled(trusted, spec.get("certificate"))]


def decode_wifi(payloads: Sequence[Payload]) -> Spec:
    """Read what :func:`encode_wifi` wrote."""
    content = next(part.content for part in payloads if part.type == WIFI)
    safety, eap = _SAFETY[str(content["EncryptionType"])], content.get("EAPClientConfiguration")
    manner = "enterprise" if isinstance(eap, Mapping) else "personal"
    spec: dict[str, Value] = {"security": safety if safety == "open" else f"{safety}-{manner}"}
    spec |= _copied_back(content, {**_PLAIN, "password": "Password"})
    if "DisableAssociationMACRandomization" in content:
        spec["private_mac"] = not content["DisableAssociationMACRandomization"]
    if isinstance(eap, Mapping):
        spec |= _read_eap(eap)
    return spec | _read_anchor([part for part in payloads if part.type == ROOT])


def _eap(spec: Spec, trusted: Sequence[Payload]) -> dict[str, Item]:
    methods = sorted(_EAP_NUMBER[name] for name in _names(spec.get("eap")))
    found: dict[str, Item] = {"AcceptEAPTypes": methods, **_copied(spec, _ACCOUNT)}
    if "server_names" in spec:
        found["TLSTrustedServerNames"] = sorted(_names(spec["server_names"]))
    if trusted:
        found["PayloadCertificateAnchorUUID"] = [Sibling(part.name) for part in trusted]
    return found


def _read_eap(eap: Mapping[str, Item]) -> dict[str, Value]:
    numbers, names = eap["AcceptEAPTypes"], eap.get("TLSTrustedServerNames")
    spec = _copied_back(eap, _ACCOUNT)
    if isinstance(numbers, list):
        spec["eap"] = [_EAP_NAME[number] for number in numbers]
    if isinstance(names, list):
        spec["server_names"] = names
    return spec


def _labelled(trusted: Sequence[Payload], certificate: Value) -> list[Payload]:
    # the name of the certificate has no place of its own in a profile but what people read
    if not isinstance(certificate, str):
        return list(trusted)
    label = {"PayloadDisplayName": certificate}
    return [Payload(part.name, part.type, {**part.content, **label}) for part in trusted]


def _read_anchor(trusted: Sequence[Payload]) -> dict[str, Value]:
    if not trusted:
        return {}
    label = trusted[0].content.get("PayloadDisplayName")
    named: dict[str, Value] = {"certificate": label} if isinstance(label, str) else {}
    return {**named, "anchor": pem_of(trusted)}


def _copied(spec: Spec, keys: Mapping[str, str]) -> dict[str, Item]:
    found = {key: spec.get(name) for name, key in keys.items()}
    return {key: value for key, value in found.items() if isinstance(value, bool | str | Sealed)}


def _copied_back(content: Mapping[str, Item], keys: Mapping[str, str]) -> dict[str, Value]:
    found = {name: content.get(key) for name, key in keys.items()}
    return {name: item for name, item in found.items() if isinstance(item, bool | str | Sealed)}


def _names(value: Value) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list | tuple) else []
