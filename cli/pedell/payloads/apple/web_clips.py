"""Links on the home screen, as com.apple.webClip.managed."""

from pedell.model import Value
from pedell.payloads.apple.fields import copied, copied_back, fields_of
from pedell.payloads.apple.profile import Payload

WEB_CLIP = "com.apple.webClip.managed"

_KEYS = {"title": "Label", "url": "URL", "removable": "IsRemovable"}
_MARK = "clip."


def encode_web_clips(value: Value) -> list[Payload]:
    """Write one payload for each link, in the order of their names.

    Source: Apple's device management schema 18.3.
    """
    clips = fields_of(value)
    return [
        Payload(f"{_MARK}{name}", WEB_CLIP, copied(clips[name], _KEYS)) for name in sorted(clips)
    ]


def decode_web_clips(payloads: list[Payload]) -> Value:
    """Read what :func:`encode_web_clips` wrote."""
    return {part.name.removeprefix(_MARK): copied_back(part.content, _KEYS) for part in payloads}
