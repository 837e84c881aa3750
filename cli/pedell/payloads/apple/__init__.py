"""Apple's profiles and declarations: our specs in the tongue of iPads, and back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pedell.model import Spec
from pedell.payloads.apple.certificate import decode_certificate, encode_certificate
from pedell.payloads.apple.declarations import (
    decode_activation,
    decode_app,
    encode_activation,
    encode_app,
)
from pedell.payloads.apple.presets import decode_presets, encode_presets
from pedell.payloads.apple.profile import Payload, SealedFile, compile_profile, profile_uuid
from pedell.payloads.apple.raw import Clash, decode_raw, encode_raw, find_clashes
from pedell.payloads.apple.restrictions import decode_restrictions, encode_restrictions
from pedell.payloads.apple.wifi import decode_wifi, encode_wifi

__all__ = [
    "PROFILES",
    "Clash",
    "Payload",
    "ProfileCodec",
    "SealedFile",
    "compile_profile",
    "decode_activation",
    "decode_app",
    "encode_activation",
    "encode_app",
    "find_clashes",
    "profile_uuid",
]


@dataclass(frozen=True, slots=True)
class ProfileCodec:
    """How one kind is written as payloads of a profile, and read again.

    Law: ``decode(encode(spec)) == spec``, lists that are sets in any order. ``encode`` raises
    ValueError where the spec cannot be written.
    """

    encode: Callable[[Spec], Sequence[Payload]]
    decode: Callable[[Sequence[Payload]], Spec]


PROFILES: Mapping[str, ProfileCodec] = {
    "certificate": ProfileCodec(encode_certificate, decode_certificate),
    "wifi": ProfileCodec(encode_wifi, decode_wifi),
    "restrictions": ProfileCodec(encode_restrictions, decode_restrictions),
    "presets": ProfileCodec(encode_presets, decode_presets),
    "profile": ProfileCodec(encode_raw, decode_raw),
}
"""The kinds that reach a device as a profile."""
