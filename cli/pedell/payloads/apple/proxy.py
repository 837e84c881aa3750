"""A proxy: for one network inside its payload, for all of them as com.apple.proxy.http.global."""

from collections.abc import Mapping

from pedell.model import Value
from pedell.payloads.apple.fields import copied, copied_back, fields_of
from pedell.payloads.apple.profile import Item, Payload

PROXY = "com.apple.proxy.http.global"

_TYPE = {"none": "None", "auto": "Auto", "manual": "Manual"}
_MODE = {written: mode for mode, written in _TYPE.items()}
_AUTO = {"pac": "ProxyPACURL"}
_MANUAL = {
    "host": "ProxyServer",
    "port": "ProxyServerPort",
    "username": "ProxyUsername",
    "password": "ProxyPassword",
}
_KEYS: Mapping[str, Mapping[str, str]] = {"none": {}, "auto": _AUTO, "manual": _MANUAL}


def proxy_keys(value: Value) -> dict[str, Item]:
    """Write the keys that com.apple.wifi.managed and the global proxy share.

    What its ``mode`` has no use for is left out. Source: Apple's device management schema 18.3.
    """
    mode = str(fields_of(value).get("mode", "none"))
    return {"ProxyType": _TYPE[mode], **copied(value, _KEYS[mode])}


def read_proxy(content: Mapping[str, Item]) -> dict[str, Value]:
    """Read what :func:`proxy_keys` wrote."""
    mode = _MODE[str(content["ProxyType"])]
    return {"mode": mode, **copied_back(content, _KEYS[mode])}


def encode_global_proxy(value: Value) -> list[Payload]:
    """Write the proxy of all networks; ``none`` is no payload. Supervised devices only."""
    keys = proxy_keys(value)
    return [] if keys["ProxyType"] == "None" else [Payload("proxy", PROXY, keys)]


def decode_global_proxy(payloads: list[Payload]) -> Value:
    """Read what :func:`encode_global_proxy` wrote."""
    return read_proxy(payloads[0].content)
