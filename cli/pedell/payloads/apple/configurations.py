"""Declarations that took keys of profiles over, or have what no profile ever had."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pedell.model import Spec, Value, Version
from pedell.payloads.apple.declarations import Declaration

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Configuration:
    """One type of declaration: ``keys`` maps our names to every place where each must stand.

    Devices know it ``since`` an iPadOS, and only where they are supervised. On shared iPads it
    reaches the device itself (``on_shared``) or, what no MDM of ours can address, each user.
    ``former`` says in words what became of the keys of profiles.
    """

    type: str
    since: Version
    keys: Mapping[str, tuple[Path, ...]]
    former: str
    on_shared: bool = False


def _same(keys: Mapping[str, str]) -> dict[str, tuple[Path, ...]]:
    return {name: (tuple(path.split(".")),) for name, path in keys.items()}


_OUTDATED = "since iPadOS {} Apple calls that outdated in profiles"

CONFIGURATIONS: Mapping[str, Configuration] = {
    "siri": Configuration(
        "com.apple.configuration.siri.settings",
        (26, 4),
        _same(
            {
                "siri": "Enabled",
                "siri_user_content": "AllowUserGeneratedContent",
                "siri_while_locked": "AllowWhileLocked",
                "siri_profanity_filter": "ForceProfanityFilter",
            }
        ),
        _OUTDATED.format("26.4"),
    ),
    "keyboard": Configuration(
        "com.apple.configuration.keyboard.settings",
        (26, 4),
        _same(
            {
                "auto_correction": "AllowAutoCorrection",
                "definition_lookup": "AllowDefinitionLookup",
                "dictation": "AllowDictation",
                "predictive_text": "AllowPredictiveText",
                "slide_to_type": "AllowSlideToType",
                "spell_check": "AllowSpellCheck",
                "text_replacement": "AllowTextReplacement",
            }
        ),
        _OUTDATED.format("26.4"),
    ),
    "intelligence": Configuration(
        "com.apple.configuration.intelligence.settings",
        (26, 4),
        _same(
            {
                "genmoji": "AllowGenmoji",
                "handwriting_results": "AllowPersonalizedHandwritingResults",
                "image_playground": "AllowImagePlayground",
                "image_wand": "AllowImageWand",
                "intelligence_report": "AllowAppleIntelligenceReport",
                "mail_replies": "Apps.Mail.AllowSmartReplies",
                "mail_summary": "Apps.Mail.AllowSummary",
                "notes_summary": "Apps.Notes.AllowTranscriptionSummary",
                "notes_transcription": "Apps.Notes.AllowTranscription",
                "on_device_dictation": "ForceOnDeviceOnlyDictation",
                "on_device_translation": "ForceOnDeviceOnlyTranslation",
                "safari_summary": "Apps.Safari.AllowSummary",
                "visual_intelligence": "AllowVisualIntelligenceSummary",
                "writing_tools": "AllowWritingTools",
            }
        ),
        _OUTDATED.format("26.4"),
    ),
    "external-intelligence": Configuration(
        "com.apple.configuration.external-intelligence.settings",
        (26, 4),
        _same({"external_intelligence": "Enabled", "external_sign_in": "AllowSignIn"}),
        _OUTDATED.format("26.4"),
    ),
    "apps": Configuration(
        "com.apple.configuration.app.settings",
        (27, 0),
        _same({"allowed_apps": "Allowed.AllowedApps", "blocked_apps": "Allowed.DeniedApps"}),
        _OUTDATED.format("27.0"),
    ),
    "software-update": Configuration(
        "com.apple.configuration.softwareupdate.settings",
        (18, 0),
        _same({"update_deferral": "Deferrals.CombinedPeriodInDays"}),
        "iPadOS 27.0 does not take that from profiles any more",
        on_shared=True,
    ),
    "math": Configuration(
        "com.apple.configuration.math.settings",
        (18, 0),
        {
            "math_notes": (
                ("Calculator", "MathNotesMode", "Enabled"),
                ("SystemBehavior", "MathNotes"),
                ("SystemBehavior", "KeyboardSuggestions"),
            ),
            "scientific_calculator": (("Calculator", "ScientificMode", "Enabled"),),
        },
        "no profile can say that",
    ),
}
"""Our name of a declaration → what it is. No key is in two of them.

Source: Apple's device management schema, 27.0 seed 1; which key of a profile became which key is
by their names, and Apple's list of what replaces what for their types.
"""

CONFIGURED: Mapping[str, Configuration] = {
    key: each for each in CONFIGURATIONS.values() for key in each.keys
}
"""Our name of a key → the declaration that may hold it."""

_NAME = {each.type: name for name, each in CONFIGURATIONS.items()}


def encode_configuration(identifier: str, spec: Spec) -> Declaration:
    """Write what is declared and nothing else; lists are sets, so they are sorted.

    ValueError where the keys are none, or of more than one declaration.
    """
    said = {name: value for name, value in spec.items() if value is not None}
    types = {CONFIGURED[name].type for name in said if name in CONFIGURED}
    if len(types) != 1 or not said.keys() <= CONFIGURED.keys():
        raise ValueError("not the keys of one configuration")
    payload: dict[str, Any] = {}
    for name, value in sorted(said.items()):
        for path in CONFIGURED[name].keys[name]:
            _put(payload, path, _item(value))
    return {"Type": types.pop(), "Identifier": identifier, "Payload": payload}


def decode_configuration(declaration: Mapping[str, Any]) -> Spec:
    """Read what :func:`encode_configuration` wrote; ValueError where it is nothing of ours.

    What stands in several places and is not the same in all of them is left out.
    """
    payload, kind = declaration.get("Payload"), declaration.get("Type")
    if kind not in _NAME or not isinstance(payload, dict):
        raise ValueError("not a configuration")
    return dict(_read(CONFIGURATIONS[_NAME[kind]], payload))


def _read(one: Configuration, payload: Mapping[str, Any]) -> Iterator[tuple[str, Value]]:
    for name, paths in one.keys.items():
        first, *others = (_at(payload, path) for path in paths)
        if isinstance(first, bool | int | list) and all(other == first for other in others):
            yield name, first


def _put(payload: dict[str, Any], path: Path, value: Any) -> None:
    for part in path[:-1]:
        payload = payload.setdefault(part, {})
    payload[path[-1]] = value


def _at(payload: Any, path: Path) -> Any:
    for part in path:
        payload = payload.get(part) if isinstance(payload, dict) else None
    return payload


def _item(value: Value) -> Any:
    return sorted(map(str, value)) if isinstance(value, list | tuple) else value
