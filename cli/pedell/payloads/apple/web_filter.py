"""The web filter that is built in, as com.apple.webcontent-filter."""

from collections.abc import Mapping

from pedell.model import Value
from pedell.payloads.apple.fields import copied, copied_back, fields_of
from pedell.payloads.apple.profile import Item, Payload

WEB_FILTER = "com.apple.webcontent-filter"

_KEYS = {"auto": "AutoFilterEnabled", "permitted": "PermittedURLs", "denied": "DenyListURLs"}
_SITE = {"url": "URL", "title": "Title"}
_ONLY = "AllowListBookmarks"
_NAMES = "PayloadDescription"


def encode_web_filter(value: Value) -> list[Payload]:
    """Write the filter; the sites of ``only`` in the order of their names.

    Those names have no place of their own: they stand in PayloadDescription, for people. Source:
    Apple's device management schema 18.3 (DenyListURLs and AllowListBookmarks since iOS 14.5).
    """
    content: dict[str, Item] = {"FilterType": "BuiltIn", **copied(value, _KEYS)}
    fields = fields_of(value)
    if "only" in fields:
        sites = fields_of(fields["only"])
        content[_ONLY] = [copied(sites[name], _SITE) for name in sorted(sites)]
        content[_NAMES] = "\n".join(sorted(sites))
    return [Payload("web-filter", WEB_FILTER, content)]


def decode_web_filter(payloads: list[Payload]) -> Value:
    """Read what :func:`encode_web_filter` wrote."""
    content = payloads[0].content
    found = copied_back(content, _KEYS)
    sites = content.get(_ONLY)
    if isinstance(sites, list):
        names = str(content[_NAMES]).split("\n")
        read = [copied_back(site, _SITE) for site in sites if isinstance(site, Mapping)]
        found["only"] = dict(zip(names, read, strict=False))
    return found
