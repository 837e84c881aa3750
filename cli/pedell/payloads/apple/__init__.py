"""Apple's profiles and declarations: our specs in the tongue of iPads, and back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pedell.model import Spec
from pedell.payloads.apple.certificate import decode_certificate, encode_certificate
from pedell.payloads.apple.commands import (
    AppCommands,
    decode_app_commands,
    encode_app_commands,
    encode_app_question,
    encode_app_removal,
    expected_report,
    refusal_in,
    report_in,
)
from pedell.payloads.apple.configurations import (
    CONFIGURATIONS,
    CONFIGURED,
    decode_configuration,
    encode_configuration,
)
from pedell.payloads.apple.declarations import (
    Declaration,
    decode_activation,
    decode_app,
    encode_activation,
    encode_app,
)
from pedell.payloads.apple.exam import decode_exam, encode_exam
from pedell.payloads.apple.placing import (
    Lack,
    Spot,
    heeds_updates,
    place_preset,
    place_restriction,
)
from pedell.payloads.apple.presets import decode_presets, encode_presets
from pedell.payloads.apple.profile import Payload, SealedFile, compile_profile, profile_uuid
from pedell.payloads.apple.raw import (
    Clash,
    as_profile,
    decode_raw,
    encode_raw,
    find_clashes,
    only_alone,
)
from pedell.payloads.apple.restrictions import decode_restrictions, encode_restrictions
from pedell.payloads.apple.wifi import decode_wifi, encode_wifi

__all__ = [
    "COMMANDED",
    "CONFIGURATIONS",
    "CONFIGURED",
    "DECLARATIONS",
    "PROFILES",
    "AppCommands",
    "Clash",
    "DeclarationCodec",
    "Lack",
    "Payload",
    "ProfileCodec",
    "SealedFile",
    "Spot",
    "as_profile",
    "compile_profile",
    "decode_activation",
    "decode_app",
    "decode_app_commands",
    "encode_activation",
    "encode_app",
    "encode_app_commands",
    "encode_app_question",
    "encode_app_removal",
    "expected_report",
    "find_clashes",
    "heeds_updates",
    "only_alone",
    "place_preset",
    "place_restriction",
    "profile_uuid",
    "refusal_in",
    "report_in",
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
    "exam": ProfileCodec(encode_exam, decode_exam),
    "profile": ProfileCodec(encode_raw, decode_raw),
}
"""The kinds that reach a device as a profile."""


@dataclass(frozen=True, slots=True)
class DeclarationCodec:
    """How one kind is written as a declaration of some identifier, and read again.

    Law: ``decode(encode(name, spec)) == spec`` but for fields that are for people, lists that are
    sets in any order. Both raise ValueError for what is none.
    """

    encode: Callable[[str, Spec], Declaration]
    decode: Callable[[Mapping[str, Any]], Spec]


DECLARATIONS: Mapping[str, DeclarationCodec] = {
    "app": DeclarationCodec(encode_app, decode_app),
    "configuration": DeclarationCodec(encode_configuration, decode_configuration),
}
"""The kinds that reach a device as a declaration."""

COMMANDED = frozenset({"configured_app"})
"""The kinds that reach a device as commands of their own."""
