"""An enterprise network of Apple's profiles as wpa_supplicant and its eapol_test read it. Pure.

Sources: wpa_supplicant.conf(5) and config_file.c of wpa_supplicant 2.10; Apple's device management
schema 18.3, com.apple.wifi.managed.
"""

import re
from base64 import encodebytes
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

from pedell.model import Sealed, Spec
from pedell.payloads.apple import PROFILES
from pedell.payloads.apple.profile import Item, Payload, SealedFile, Sibling
from pedell.payloads.apple.wifi import WIFI

_METHODS = {13: "TLS", 21: "TTLS", 25: "PEAP", 43: "FAST"}  # the numbers of EAP itself (IANA)
_INNER = {
    "PAP": "auth=PAP",
    "CHAP": "auth=CHAP",
    "MSCHAP": "auth=MSCHAP",
    "MSCHAPv2": "auth=MSCHAPV2",
    "EAP": "autheap=MSCHAPV2",
}
_INNER_BY_DEFAULT = "MSCHAPv2"
_OLD_TLS = ("1.0", "1.1", "1.2")
_NAME = re.compile(r"(?:(?:\*|[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9])?)\.)*[A-Za-z0-9-]+\.?")
_MOST = 1900
"""Bytes of a line: wpa_supplicant cuts off what is longer than 2,000."""


@dataclass(frozen=True, slots=True)
class Bare:
    """A value that stands without quotes: words of the program's own, or hexadecimal digits."""

    text: str


Field = str | Bare | Sealed


@dataclass(frozen=True, slots=True)
class Network:
    """One network block, and the two files that it names.

    ``fields`` are in order, without the names of the files: where they lie is for the caller to
    say. ``anchor`` is a PEM text, empty where devices would ask a person. ``identity`` is a PKCS#12
    file, as bytes or sealed (then in base64).
    """

    fields: Mapping[str, Field]
    anchor: str = ""
    identity: bytes | SealedFile | None = None


def network_of_spec(spec: Spec) -> Network:
    """Translate one of our Wi-Fi specs by the way that leads to a tablet: over Apple's payloads.

    Raises ValueError where it cannot be written, or is no enterprise network.
    """
    payloads: Sequence[Payload] = PROFILES["wifi"].encode(spec)
    wifi = next(part.content for part in payloads if part.type == WIFI)
    return network_of_payload(wifi, {Sibling(part.name): part.content for part in payloads})


def network_of_payload(
    wifi: Mapping[str, Item], certificates: Mapping[Hashable, Mapping[str, Item]]
) -> Network:
    """Translate com.apple.wifi.managed with the certificate payloads that it refers to.

    ``certificates`` maps what a reference says (a PayloadUUID, or a sibling's name) to content. The
    names of servers are matched whole; where one of them holds a ``*``, all of them by their end
    behind it, because wpa_supplicant knows no more. Raises ValueError where a device could join
    and wpa_supplicant cannot.
    """
    eap = wifi.get("EAPClientConfiguration")
    if not isinstance(eap, Mapping):
        raise ValueError("this is no enterprise network")  # noqa: TRY004  # the payload
    fields: dict[str, Field] = {
        "ssid": Bare(_text(wifi, "SSID_STR").encode().hex()),
        "key_mgmt": Bare("WPA-EAP"),
        "eap": Bare(" ".join(_methods(eap))),
        **_account(eap, wifi, certificates),
        **_names(eap),
        **_tunnel(eap),
    }
    return Network(fields, _anchors(eap, certificates), _identity(wifi, certificates))


def write_block(fields: Mapping[str, Field], mark: Callable[[Sealed], str]) -> str:
    """Write the block. ``mark`` returns what stands for a secret, to be filled in hexadecimal.

    Raises ValueError for a line that wpa_supplicant would cut off.
    """
    lines = [f"  {key}={_written(value, mark)}" for key, value in fields.items()]
    for key, line in zip(fields, lines, strict=True):
        if len(line) > _MOST:
            raise ValueError(f"{key} is too long for wpa_supplicant")
    return "network={\n" + "\n".join(lines) + "\n}\n"


def _written(value: Field, mark: Callable[[Sealed], str]) -> str:
    match value:
        case Bare(text):
            return text
        case Sealed():
            return mark(value)
        case _:
            return f'P"{"".join(map(_escaped, value.encode()))}"'


def _escaped(byte: int) -> str:
    # All that could end the string or the line, and all that is not ASCII: what is left is safe
    # whichever way a parser goes about it.
    return chr(byte) if 0x20 <= byte <= 0x7E and byte not in b'"\\#' else f"\\x{byte:02x}"


def _methods(eap: Mapping[str, Item]) -> list[str]:
    numbers = eap.get("AcceptEAPTypes")
    listed = numbers if isinstance(numbers, list | tuple) else []
    known = [_METHODS[number] for number in listed if number in _METHODS]
    if not known:
        raise ValueError("wpa_supplicant knows none of the EAP methods of this network")
    return known


def _account(
    eap: Mapping[str, Item],
    wifi: Mapping[str, Item],
    certificates: Mapping[Hashable, Mapping[str, Item]],
) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for field, key in (
        ("identity", "UserName"),
        ("anonymous_identity", "OuterIdentity"),
        ("password", "UserPassword"),
    ):
        value = eap.get(key)
        if isinstance(value, str | Sealed):
            fields[field] = value
    own = certificates.get(_key(wifi.get("PayloadCertificateUUID")), {}).get("Password")
    if isinstance(own, str | Sealed):
        fields["private_key_passwd"] = own
    return fields


def _names(eap: Mapping[str, Item]) -> dict[str, Field]:
    said = eap.get("TLSTrustedServerNames")
    names = [str(name) for name in said] if isinstance(said, list | tuple) else []
    for name in names:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of a server")
    if any("*" in name for name in names):
        ends = sorted({name.rpartition("*.")[2] for name in names})
        return {"domain_suffix_match": ";".join(ends)}
    return {"domain_match": ";".join(names)} if names else {}


def _tunnel(eap: Mapping[str, Item]) -> dict[str, Field]:
    """Say how the account is proven inside the tunnel, and which TLS the device speaks."""
    fields: dict[str, Field] = {}
    inner = _INNER_BY_DEFAULT if "TTLS" not in _methods(eap) else eap.get("TTLSInnerAuthentication")
    fields["phase2"] = _INNER[str(inner or _INNER_BY_DEFAULT)]
    lowest = str(eap.get("TLSMinimumVersion", ""))
    flags = [f"tls_disable_tlsv{old.replace('.', '_')}=1" for old in _OLD_TLS if old < lowest]
    flags += ["tls_disable_tlsv1_3=0"] if eap.get("TLSMaximumVersion") == "1.3" else []
    if flags:
        fields["phase1"] = " ".join(flags)
    return fields


def _anchors(eap: Mapping[str, Item], certificates: Mapping[Hashable, Mapping[str, Item]]) -> str:
    named = eap.get("PayloadCertificateAnchorUUID")
    found = []
    for reference in named if isinstance(named, list | tuple) else ():
        content = certificates.get(_key(reference), {}).get("PayloadContent")
        if not isinstance(content, bytes):
            raise ValueError("an anchor of this network is not in its profile")  # noqa: TRY004
        found.append(_pem(content))
    return "".join(found)


def _pem(content: bytes) -> str:
    if content.startswith(b"-----BEGIN"):
        return content.decode("ascii", "replace")
    lines = encodebytes(content).decode()
    return f"-----BEGIN CERTIFICATE-----\n{lines}-----END CERTIFICATE-----\n"


def _identity(
    wifi: Mapping[str, Item], certificates: Mapping[Hashable, Mapping[str, Item]]
) -> bytes | SealedFile | None:
    reference = wifi.get("PayloadCertificateUUID")
    if reference is None:
        return None
    content = certificates.get(_key(reference), {}).get("PayloadContent")
    if not isinstance(content, bytes | SealedFile):
        raise ValueError("the identity of this network is not in its profile")  # noqa: TRY004
    return content


def _key(reference: object) -> Hashable:
    return reference if isinstance(reference, str | Sibling) else None


def _text(wifi: Mapping[str, Item], key: str) -> str:
    value = wifi.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{key} is missing")
    return value
