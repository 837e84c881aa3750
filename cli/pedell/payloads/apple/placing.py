"""Where an intent goes on devices of some platform: into a profile, or into a declaration.

Source: Apple's device management schema 18.3 with the restrictions that came up to iOS 27
(supervised, shared iPad, channels), and 27.0 seed 1 for declarations.
"""

from dataclasses import dataclass
from enum import StrEnum

from pedell.model import Platform, Version
from pedell.payloads.apple.configurations import CONFIGURATIONS, CONFIGURED
from pedell.payloads.apple.restrictions import KEYS


class Lack(StrEnum):
    """What devices would have to be, so that an intent holds on them."""

    SUPERVISED = "supervised"
    UNSHARED = "unshared"
    NEWER = "newer"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an intent goes: ``declaration`` is our name of one, empty for the profile.

    Where it would do nothing at all, ``lack`` says what devices lack, and ``since`` the iPadOS
    that a lack of a newer one is about.
    """

    declaration: str = ""
    lack: Lack | None = None
    since: Version = ()


_NAME = {each.type: name for name, each in CONFIGURATIONS.items()}

_ALSO_UNSUPERVISED = frozenset(
    {
        "airdrop_counts_as_unmanaged", "camera", "diagnostics", "encrypted_backup",
        "external_intelligence", "icloud_backup", "icloud_keychain", "icloud_photos",
        "in_app_purchases", "limit_ad_tracking", "max_app_rating", "on_device_dictation",
        "on_device_translation", "open_managed_in_unmanaged", "screen_capture", "siri",
        "siri_while_locked", "spotlight_internet",
    }
)  # fmt: skip
"""Restrictions that hold without supervision too, where they stand in a profile."""

_NOT_ON_SHARED = frozenset(
    {
        "external_intelligence", "external_sign_in", "genmoji", "handwriting_results",
        "icloud_documents", "image_playground", "image_wand", "intelligence_report",
        "mail_replies", "mail_summary", "notes_summary", "notes_transcription",
        "safari_summary", "visual_intelligence", "writing_tools",
    }
)  # fmt: skip
"""Restrictions that shared iPads do not take."""

_SUPERVISED_PRESETS = frozenset(
    {
        "dns.switch_off", "exam", "home_screen", "lock_screen", "managed_domains.passwords",
        "notifications", "proxy", "single_app", "update_deferral",
    }
)  # fmt: skip
"""That DNS cannot be switched off needs supervision by the words of Apple's schema alone."""
_UPDATES: Version = (26,)
_UNSHARED_PRESETS = frozenset({"calendar_subscriptions", "passcode", "web_clips"})
"""Presets that shared iPads refuse, or take for each user only, whom no MDM of ours reaches."""


def place_restriction(name: str, platform: Platform) -> Spot:
    """Say where a restriction goes. What a newer iPadOS alone knows does no harm on older ones.

    So a key that profiles have needs no version; one that only a declaration has does.
    """
    if spot := _declared(name, platform):
        return spot
    if name in _NOT_ON_SHARED and platform.shared:
        return Spot(lack=Lack.UNSHARED)
    if name not in _ALSO_UNSUPERVISED and not platform.supervised:
        return Spot(lack=Lack.SUPERVISED)
    if name not in KEYS:
        return _lacking(name, platform)
    return Spot()


def place_preset(name: str, platform: Platform) -> Spot:
    """Say where a preset goes; ``name`` may be that of a part, ``managed_domains.passwords``."""
    if name in _UNSHARED_PRESETS and platform.shared:
        return Spot(lack=Lack.UNSHARED)
    if name in _SUPERVISED_PRESETS and not platform.supervised:
        return Spot(lack=Lack.SUPERVISED)
    return _declared(name, platform) or Spot()


def heeds_updates(platform: Platform) -> bool:
    """Tell whether a declaration may say how an app is updated (``UpdateBehavior``, 26.0)."""
    return platform.os >= _UPDATES


def _declared(name: str, platform: Platform) -> Spot | None:
    one = CONFIGURED.get(name)
    if one is None or not platform.supervised or platform.os < one.since:
        return None
    return Spot(_NAME[one.type]) if one.on_shared or not platform.shared else None


def _lacking(name: str, platform: Platform) -> Spot:
    since = CONFIGURED[name].since
    return Spot(lack=Lack.NEWER, since=since) if platform.os < since else Spot(lack=Lack.UNSHARED)
