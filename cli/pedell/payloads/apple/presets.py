"""What devices show from the start: lock-screen text and web clips."""

from collections.abc import Mapping, Sequence

from pedell.model import Spec, Value
from pedell.payloads.apple.profile import Item, Payload

LOCK_SCREEN = "com.apple.shareddeviceconfiguration"
WEB_CLIP = "com.apple.webClip.managed"

_CLIP = {"title": "Label", "url": "URL", "removable": "IsRemovable"}


def encode_presets(spec: Spec) -> list[Payload]:
    """Write one payload for the text and one for each clip, in the order of their names.

    Source: Apple's device management schema 18.3 (the text needs a supervised device).
    """
    payloads: list[Payload] = []
    if isinstance(text := spec.get("lock_screen"), str):
        payloads.append(Payload("lock-screen", LOCK_SCREEN, {"LockScreenFootnote": text}))
    clips = spec.get("web_clips")
    if isinstance(clips, Mapping):
        payloads += [_clip(name, clips[name]) for name in sorted(clips)]
    return payloads


def decode_presets(payloads: Sequence[Payload]) -> Spec:
    """Read what :func:`encode_presets` wrote."""
    spec: dict[str, Value] = {}
    clips: dict[str, Value] = {}
    for part in payloads:
        if part.type == LOCK_SCREEN:
            spec["lock_screen"] = str(part.content["LockScreenFootnote"])
        else:
            clips[part.name.removeprefix("clip.")] = _read_clip(part.content)
    return {**spec, "web_clips": clips} if clips else spec


def _clip(name: str, clip: Value) -> Payload:
    fields = clip if isinstance(clip, Mapping) else {}
    found = {key: fields.get(field) for field, key in _CLIP.items()}
    content: dict[str, Item] = {k: v for k, v in found.items() if isinstance(v, str | bool)}
    return Payload(f"clip.{name}", WEB_CLIP, content)


def _read_clip(content: Mapping[str, Item]) -> dict[str, Value]:
    found = {field: content.get(key) for field, key in _CLIP.items()}
    return {field: item for field, item in found.items() if isinstance(item, str | bool)}
