"""Printers that devices find without searching, as com.apple.airprint."""

from collections.abc import Mapping

from pedell.model import Value
from pedell.payloads.apple.fields import copied, copied_back, fields_of
from pedell.payloads.apple.profile import Payload

AIRPRINT = "com.apple.airprint"

_KEYS = {"address": "IPAddress", "path": "ResourcePath", "port": "Port", "tls": "ForceTLS"}
_MARK = "printer."


def encode_printers(value: Value) -> list[Payload]:
    """Write one payload for each printer, in the order of their names.

    Source: Apple's device management schema 18.3 (several such payloads may stand beside each
    other; Port and ForceTLS since iOS 11).
    """
    printers = fields_of(value)
    return [
        Payload(f"{_MARK}{name}", AIRPRINT, {"AirPrint": [copied(printers[name], _KEYS)]})
        for name in sorted(printers)
    ]


def decode_printers(payloads: list[Payload]) -> Value:
    """Read what :func:`encode_printers` wrote."""
    found: dict[str, Value] = {}
    for part in payloads:
        printers = part.content["AirPrint"]
        for printer in printers if isinstance(printers, list) else ():
            if isinstance(printer, Mapping):
                found[part.name.removeprefix(_MARK)] = copied_back(printer, _KEYS)
    return found
