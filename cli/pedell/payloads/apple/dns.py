"""Encrypted DNS, as com.apple.dnsSettings.managed."""

from collections.abc import Mapping

from pedell.model import Value
from pedell.payloads.apple.fields import copied, copied_back, fields_of
from pedell.payloads.apple.profile import Item, Payload

DNS = "com.apple.dnsSettings.managed"

_LISTS = {"addresses": "ServerAddresses", "domains": "SupplementalMatchDomains"}
_SERVER = {"https": {"server": "ServerURL"}, "tls": {"server": "ServerName"}}


def encode_dns(value: Value) -> list[Payload]:
    """Write the server; for https its URL, for tls its name.

    Source: Apple's device management schema 18.3 (iOS 14). ProhibitDisablement holds on supervised
    devices.
    """
    fields = fields_of(value)
    protocol = str(fields["protocol"])
    settings = {
        "DNSProtocol": protocol.upper(),
        **copied(value, {**_SERVER[protocol], **_LISTS}),
    }
    content: dict[str, Item] = {"DNSSettings": settings}
    if "switch_off" in fields:
        content["ProhibitDisablement"] = not fields["switch_off"]
    return [Payload("dns", DNS, content)]


def decode_dns(payloads: list[Payload]) -> Value:
    """Read what :func:`encode_dns` wrote."""
    content = payloads[0].content
    settings = content["DNSSettings"]
    if not isinstance(settings, Mapping):
        raise ValueError("DNS settings that Pedell does not write")  # noqa: TRY004  # the payload
    protocol = str(settings["DNSProtocol"]).lower()
    found = copied_back(settings, {**_SERVER[protocol], **_LISTS})
    if "ProhibitDisablement" in content:
        found["switch_off"] = not content["ProhibitDisablement"]
    return {"protocol": protocol, **found}
