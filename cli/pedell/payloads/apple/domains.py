"""Which addresses count as the school's own, as com.apple.domains."""

from pedell.model import Value
from pedell.payloads.apple.fields import copied, copied_back
from pedell.payloads.apple.profile import Payload

DOMAINS = "com.apple.domains"

_KEYS = {
    "web": "WebDomains",
    "mail": "EmailDomains",
    "passwords": "SafariPasswordAutoFillDomains",
}


def encode_domains(value: Value) -> list[Payload]:
    """Write what is declared; lists are sets, so they are sorted.

    Source: Apple's device management schema 18.3 (SafariPasswordAutoFillDomains on supervised
    devices; one such payload a device).
    """
    return [Payload("domains", DOMAINS, copied(value, _KEYS))]


def decode_domains(payloads: list[Payload]) -> Value:
    """Read what :func:`encode_domains` wrote."""
    return copied_back(payloads[0].content, _KEYS)
