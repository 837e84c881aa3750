"""A wireless network, as com.apple.wifi.managed and the anchors that it trusts."""

from collections.abc import Mapping, Sequence

from pedell.model import Sealed, Spec, Value
from pedell.payloads.apple.certificate import ROOT, anchors, pem_of
from pedell.payloads.apple.fields import copied, copied_back, fields_of, names_in
from pedell.payloads.apple.profile import Item, Payload, SealedFile, Sibling
from pedell.payloads.apple.proxy import proxy_keys, read_proxy

WIFI = "com.apple.wifi.managed"
IDENTITY = "com.apple.security.pkcs12"

_EAP_NUMBER = {"tls": 13, "ttls": 21, "peap": 25}  # the numbers of EAP itself (IANA)
_EAP_NAME = {number: name for name, number in _EAP_NUMBER.items()}
_ENCRYPTION = {"open": "None", "wpa2": "WPA2", "wpa3": "WPA3"}
_SAFETY = {encryption: safety for safety, encryption in _ENCRYPTION.items()}
_PLAIN = {"ssid": "SSID_STR", "hidden": "HIDDEN_NETWORK", "auto_join": "AutoJoin"}
_LOWEST, _HIGHEST = "TLSMinimumVersion", "TLSMaximumVersion"
_APPLES_LOWEST, _OUR_LOWEST, _NEWEST = "1.0", "1.2", "1.3"
"""TLS that devices go down to where nobody says so; ours; and what Apple has to be asked for."""
_ACCOUNT = {"username": "UserName", "user_password": "UserPassword"}


def encode_wifi(spec: Spec) -> list[Payload]:
    """Write the network, its anchor and its identity as payloads of the same profile.

    Fields that its ``security`` has no use for are left out. Lists are sets, so they are sorted:
    the same set is the same content. Source: Apple's device management schema 18.3; a network is
    an enterprise one where EAPClientConfiguration is present, and with EAP-TLS its
    PayloadCertificateUUID names the identity.
    """
    safety, _, manner = str(spec["security"]).partition("-")
    content: dict[str, Item] = {"EncryptionType": _ENCRYPTION[safety], **copied(spec, _PLAIN)}
    if "private_mac" in spec:
        content["DisableAssociationMACRandomization"] = not spec["private_mac"]
    if "proxy" in spec:
        content |= proxy_keys(spec["proxy"])
    if manner == "personal":
        content |= copied(spec, {"password": "Password"})
    if manner != "enterprise":
        return [Payload("wifi", WIFI, content)]
    trusted, own = _trusted(spec), _identity(spec)
    content["EAPClientConfiguration"] = _eap(spec, trusted)
    if own:
        content["PayloadCertificateUUID"] = Sibling(own[0].name)
    return [Payload("wifi", WIFI, content), *trusted, *own]


def decode_wifi(payloads: Sequence[Payload]) -> Spec:
    """Read what :func:`encode_wifi` wrote."""
    content = next(part.content for part in payloads if part.type == WIFI)
    safety, eap = _SAFETY[str(content["EncryptionType"])], content.get("EAPClientConfiguration")
    manner = "enterprise" if isinstance(eap, Mapping) else "personal"
    spec: dict[str, Value] = {"security": safety if safety == "open" else f"{safety}-{manner}"}
    spec |= copied_back(content, {**_PLAIN, "password": "Password"})
    if "DisableAssociationMACRandomization" in content:
        spec["private_mac"] = not content["DisableAssociationMACRandomization"]
    if "ProxyType" in content:
        spec["proxy"] = read_proxy(content)
    if isinstance(eap, Mapping):
        spec |= _read_eap(eap)
    for part in payloads:
        spec |= _read_identity(part) if part.type == IDENTITY else {}
    return spec | _read_anchors([part for part in payloads if part.type == ROOT])


def _identity(spec: Spec) -> list[Payload]:
    """Write the PKCS#12 file of EAP-TLS; its password stays a secret of its own."""
    if "tls" not in names_in(spec.get("eap")):
        return []
    file, password = spec.get("identity"), spec.get("identity_password")
    if not isinstance(file, Sealed) or not isinstance(password, Sealed):
        raise ValueError("EAP-TLS needs an identity and its password")  # noqa: TRY004  # the spec
    content: dict[str, Item] = {"PayloadContent": SealedFile(file), "Password": password}
    return [Payload("identity", IDENTITY, content)]


def _read_identity(part: Payload) -> dict[str, Value]:
    file, password = part.content["PayloadContent"], part.content["Password"]
    if not isinstance(file, SealedFile) or not isinstance(password, Sealed):
        raise ValueError("an identity that Pedell does not write")  # noqa: TRY004  # the payload
    return {"identity": file.secret, "identity_password": password}


def _eap(spec: Spec, trusted: Sequence[Payload]) -> dict[str, Item]:
    methods = sorted(_EAP_NUMBER[name] for name in names_in(spec.get("eap")))
    found: dict[str, Item] = {"AcceptEAPTypes": methods, **copied(spec, _ACCOUNT)}
    if "server_names" in spec:
        found["TLSTrustedServerNames"] = sorted(names_in(spec["server_names"]))
    lowest = str(spec.get("tls_minimum", _OUR_LOWEST))
    if lowest != _APPLES_LOWEST:
        found[_LOWEST] = lowest
    if lowest == _NEWEST:
        found[_HIGHEST] = _NEWEST
    if trusted:
        found["PayloadCertificateAnchorUUID"] = [Sibling(part.name) for part in trusted]
    return found


def _read_eap(eap: Mapping[str, Item]) -> dict[str, Value]:
    numbers, names = eap["AcceptEAPTypes"], eap.get("TLSTrustedServerNames")
    spec = copied_back(eap, _ACCOUNT)
    lowest = eap.get(_LOWEST, _APPLES_LOWEST)
    if lowest != _OUR_LOWEST:
        spec["tls_minimum"] = str(lowest)
    if isinstance(numbers, list):
        spec["eap"] = [_EAP_NAME[number] for number in numbers]
    if isinstance(names, list):
        spec["server_names"] = names
    return spec


def _trusted(spec: Spec) -> list[Payload]:
    """Write the anchors; the name of each certificate is what people read on the device."""
    several = fields_of(spec.get("anchors"))
    if not several:
        own = anchors(str(spec["anchor"])) if "anchor" in spec else []
        return [_labelled(part, spec.get("certificate")) for part in own]
    parts = [(name, part) for name in sorted(several) for part in anchors(str(several[name]))]
    return [
        Payload(f"ca-{number}", part.type, _labelled(part, name).content)
        for number, (name, part) in enumerate(parts, start=1)
    ]


def _labelled(part: Payload, certificate: Value) -> Payload:
    # the name of the certificate has no place of its own in a profile but what people read
    if not isinstance(certificate, str):
        return part
    return Payload(part.name, part.type, {**part.content, "PayloadDisplayName": certificate})


def _read_anchors(trusted: Sequence[Payload]) -> dict[str, Value]:
    if not trusted:
        return {}
    by_name: dict[str, list[Payload]] = {}
    for part in trusted:
        by_name.setdefault(str(part.content.get("PayloadDisplayName", "")), []).append(part)
    if len(by_name) > 1:
        several: dict[str, Value] = {name: pem_of(parts) for name, parts in by_name.items()}
        return {"certificate": [*several], "anchors": several}
    (name,) = by_name
    return {**({"certificate": name} if name else {}), "anchor": pem_of(trusted)}
