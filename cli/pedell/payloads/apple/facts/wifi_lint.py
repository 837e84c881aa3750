"""What Apple allows a network to say and nobody should."""

from collections.abc import Iterator, Mapping
from typing import Any

from pedell.model import Pointer, Words, tell
from pedell.payloads.apple.facts.findings import Finding, Grade, Reason

WIFI = "com.apple.wifi.managed"
_BY_TLS = frozenset({13, 21, 25, 43})
_EAP_TLS, _LEAP = 13, 17
_OLD = ("1.0", "1.1")
_EAP = "EAPClientConfiguration"
_LOWEST, _HIGHEST = "TLSMinimumVersion", "TLSMaximumVersion"
_ANCHORS = ("PayloadCertificateAnchorUUID", "TLSTrustedCertificates")


def lint_wifi(part: Mapping[str, Any], at: Pointer) -> Iterator[Finding]:
    """Yield what makes a network weak: WEP, a server that nobody checks, TLS below 1.2.

    Source: payloads.md 2.1; that enterprise networks need anchors and names is our own judgement.
    """
    if part.get("EncryptionType") == "WEP":
        said = tell("WEP can be broken by anybody nearby. Use WPA2 or WPA3.")
        yield _doubt((*at, "EncryptionType"), said, Reason.WEAK)
    eap = part.get(_EAP)
    if isinstance(eap, dict):
        yield from _enterprise(eap, (*at, _EAP))
        if _EAP_TLS in _ways(eap) and not part.get("PayloadCertificateUUID"):
            said = tell("EAP-TLS needs an identity. Name one in PayloadCertificateUUID.")
            yield _doubt(at, said, Reason.TRUST)


def _enterprise(eap: Mapping[str, Any], at: Pointer) -> Iterator[Finding]:
    ways = _ways(eap)
    if _LEAP in ways:
        said = tell("LEAP gives passwords away. Use EAP-TLS, TTLS or PEAP.")
        yield _doubt((*at, "AcceptEAPTypes"), said, Reason.WEAK)
    if not ways & _BY_TLS:
        return
    if not any(eap.get(key) for key in _ANCHORS):
        said = tell(
            "No certificate is trusted here, so any server may ask pupils for their passwords. "
            "Name one in PayloadCertificateAnchorUUID."
        )
        yield _doubt(at, said, Reason.TRUST)
    if not eap.get("TLSTrustedServerNames"):
        said = tell(
            "No server is named here, so whoever has a certificate of the same authority may ask "
            "for passwords. Name it in TLSTrustedServerNames."
        )
        yield _doubt(at, said, Reason.TRUST)
    yield from _tls(eap, at)


def _ways(eap: Mapping[str, Any]) -> set[int]:
    listed = eap.get("AcceptEAPTypes")
    return {way for way in (listed if isinstance(listed, list) else ()) if isinstance(way, int)}


def _tls(eap: Mapping[str, Any], at: Pointer) -> Iterator[Finding]:
    for key in (_LOWEST, _HIGHEST):
        if eap.get(key) in _OLD:
            said = tell('"{key}" is {value}; TLS below 1.2 is broken.', key=key, value=eap[key])
            yield _doubt((*at, key), said, Reason.WEAK)
    if _LOWEST not in eap:
        said = tell('Without "{key}" devices go down to TLS 1.0. Write 1.2.', key=_LOWEST)
        yield Finding(at, said, Reason.WEAK, Grade.INFO)


def _doubt(at: Pointer, said: Words, reason: Reason) -> Finding:
    return Finding(at, said, reason, Grade.WARNING)
