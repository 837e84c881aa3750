"""Where things stand on the home screen, as com.apple.homescreenlayout."""

from collections.abc import Mapping, Sequence

from pedell.model import Value
from pedell.payloads.apple.fields import fields_of
from pedell.payloads.apple.profile import Item, Payload

HOME_SCREEN = "com.apple.homescreenlayout"

Icon = dict[str, Item]


def encode_home_screen(value: Value, clips: Value) -> list[Payload]:
    """Write the dock and the pages. ``clips`` are the web clips of the same spec, by name.

    A link is told from others by its URL alone, so ValueError where two that stand here share
    one, where one is unknown, and where an app has no bundle yet. Source: Apple's device
    management schema 18.3 (supervised devices; one such payload a device; URL since iOS 11.3).
    """
    fields, urls = fields_of(value), _urls(clips)
    pages = [[_icon(entry, urls) for entry in _list(page)] for page in _list(fields.get("pages"))]
    content: dict[str, Item] = {"Pages": pages}
    if "dock" in fields:
        content["Dock"] = [_icon(entry, urls) for entry in _list(fields["dock"])]
    return [Payload("home-screen", HOME_SCREEN, content)]


def decode_home_screen(payloads: list[Payload], clips: Value) -> Value:
    """Read what :func:`encode_home_screen` wrote."""
    content = payloads[0].content
    names = {url: name for name, url in _urls(clips).items()}
    pages = [[_entry(icon, names) for icon in _list(page)] for page in _list(content["Pages"])]
    dock = [_entry(icon, names) for icon in _list(content.get("Dock"))]
    return {"pages": pages, **({"dock": dock} if "Dock" in content else {})}


def _icon(entry: Value, urls: Mapping[str, str]) -> Icon:
    match entry:
        case {"bundle": str(bundle)}:
            return {"Type": "Application", "BundleID": bundle}
        case {"web_clip": str(name)}:
            url = urls.get(name, "")
            if list(urls.values()).count(url) != 1:
                raise ValueError(f"the web clip {name} is not there, or shares its URL")
            return {"Type": "WebClip", "URL": url}
        case {"folder": {"name": str(name), "items": items}}:
            page = [_icon(item, urls) for item in _list(items)]
            return {"Type": "Folder", "DisplayName": name, "Pages": [page]}
    raise ValueError("an entry of the home screen names neither bundle nor link nor folder")


def _entry(icon: object, names: Mapping[str, str]) -> Value:
    match icon:
        case {"Type": "Application", "BundleID": str(bundle)}:
            return {"bundle": bundle}
        case {"Type": "WebClip", "URL": str(url)} if url in names:
            return {"web_clip": names[url]}
        case {"Type": "Folder", "DisplayName": str(name), "Pages": [page]}:
            return {"folder": {"name": name, "items": [_entry(item, names) for item in page]}}
    raise ValueError("an icon that Pedell does not write")


def _urls(clips: Value) -> dict[str, str]:
    return {name: str(fields_of(clip).get("url")) for name, clip in fields_of(clips).items()}


def _list(value: object) -> Sequence[Value]:
    return value if isinstance(value, list | tuple) else ()
