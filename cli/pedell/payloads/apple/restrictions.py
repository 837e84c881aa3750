"""What devices may and may not do, as com.apple.applicationaccess."""

from collections.abc import Mapping, Sequence

from pedell.model import Spec, Value
from pedell.payloads.apple.profile import Item, Payload

RESTRICTIONS = "com.apple.applicationaccess"

KEYS: Mapping[str, str] = {
    "airdrop": "allowAirDrop",
    "app_store": "allowUIAppInstallation",
    "app_removal": "allowAppRemoval",
    "in_app_purchases": "allowInAppPurchases",
    "account_changes": "allowAccountModification",
    "camera": "allowCamera",
    "screen_capture": "allowScreenShot",
    "siri": "allowAssistant",
    "siri_while_locked": "allowAssistantWhileLocked",
    "siri_user_content": "allowAssistantUserGeneratedContent",
    "siri_profanity_filter": "forceAssistantProfanityFilter",
    "facetime": "allowVideoConferencing",
    "messages": "allowChat",
    "game_center": "allowGameCenter",
    "multiplayer_games": "allowMultiplayerGaming",
    "explicit_content": "allowExplicitContent",
    "itunes_store": "allowiTunes",
    "book_store": "allowBookstore",
    "news": "allowNews",
    "podcasts": "allowPodcasts",
    "icloud_backup": "allowCloudBackup",
    "icloud_documents": "allowCloudDocumentSync",
    "icloud_photos": "allowCloudPhotoLibrary",
    "icloud_keychain": "allowCloudKeychainSync",
    "private_relay": "allowCloudPrivateRelay",
    "vpn_creation": "allowVPNCreation",
    "profile_installation": "allowUIConfigurationProfileInstallation",
    "erase": "allowEraseContentAndSettings",
    "passcode_changes": "allowPasscodeModification",
    "device_name_changes": "allowDeviceNameModification",
    "wallpaper_changes": "allowWallpaperModification",
    "notification_changes": "allowNotificationsModification",
    "bluetooth_changes": "allowBluetoothModification",
    "safari": "allowSafari",
    "safari_autofill": "safariAllowAutoFill",
    "host_pairing": "allowHostPairing",
    "usb_drives": "allowFilesUSBDriveAccess",
    "personal_hotspot_changes": "allowPersonalHotspotModification",
    "spotlight_internet": "allowSpotlightInternetResults",
    "spell_check": "allowSpellCheck",
    "auto_correction": "allowAutoCorrection",
    "predictive_text": "allowPredictiveKeyboard",
    "dictation": "allowDictation",
    "definition_lookup": "allowDefinitionLookup",
    "slide_to_type": "allowContinuousPathKeyboard",
    "text_replacement": "allowKeyboardShortcuts",
    "writing_tools": "allowWritingTools",
    "genmoji": "allowGenmoji",
    "image_playground": "allowImagePlayground",
    "image_wand": "allowImageWand",
    "handwriting_results": "allowPersonalizedHandwritingResults",
    "visual_intelligence": "allowVisualIntelligenceSummary",
    "intelligence_report": "allowAppleIntelligenceReport",
    "mail_replies": "allowMailSmartReplies",
    "mail_summary": "allowMailSummary",
    "notes_transcription": "allowNotesTranscription",
    "notes_summary": "allowNotesTranscriptionSummary",
    "safari_summary": "allowSafariSummary",
    "on_device_dictation": "forceOnDeviceOnlyDictation",
    "on_device_translation": "forceOnDeviceOnlyTranslation",
    "external_intelligence": "allowExternalIntelligenceIntegrations",
    "external_sign_in": "allowExternalIntelligenceIntegrationsSignIn",
    "open_managed_in_unmanaged": "allowOpenFromManagedToUnmanaged",
    "diagnostics": "allowDiagnosticSubmission",
    "app_clips": "allowAppClips",
    "airdrop_counts_as_unmanaged": "forceAirDropUnmanaged",
    "limit_ad_tracking": "forceLimitAdTracking",
    "encrypted_backup": "forceEncryptedBackup",
    "automatic_time": "forceAutomaticDateAndTime",
    "wifi_always_on": "forceWiFiPowerOn",
    "only_managed_wifi": "forceWiFiToAllowedNetworksOnly",
    "classroom_join_automatically": "forceClassroomAutomaticallyJoinClasses",
    "classroom_lock_without_asking": "forceClassroomUnpromptedAppAndDeviceLock",
    "classroom_observe_without_asking": "forceClassroomUnpromptedScreenObservation",
    "max_app_rating": "ratingApps",
    "allowed_apps": "allowListedAppBundleIDs",
    "blocked_apps": "blockedAppBundleIDs",
    "self_locking_apps": "autonomousSingleAppModePermittedAppIDs",
}
"""Intent → Apple's key. All keep their sense: true stays true, Apple's names differ only in words.

Source: Apple's device management schema, iOS 18.3. ``app_store`` is the user's App Store alone;
the MDM may still install apps (``allowAppInstallation`` would take that away from hosts too). What
only a declaration can say is not here; which of the two an intent goes into: :mod:`.placing`.
"""

_INTENT = {key: intent for intent, key in KEYS.items()}


def encode_restrictions(spec: Spec) -> list[Payload]:
    """Write what is declared and nothing else; lists are sets, so they are sorted.

    ValueError for what only a declaration can say.
    """
    said = {name: value for name, value in spec.items() if value is not None}
    if unknown := sorted(said.keys() - KEYS.keys()):
        raise ValueError(f"profiles have no key for {', '.join(unknown)}")
    content = {KEYS[name]: _item(value) for name, value in said.items()}
    return [Payload("restrictions", RESTRICTIONS, content)]


def decode_restrictions(payloads: Sequence[Payload]) -> Spec:
    """Read what :func:`encode_restrictions` wrote."""
    spec: dict[str, Value] = {}
    for part in payloads:
        for key, item in part.content.items():
            if key in _INTENT and isinstance(item, bool | int | list):
                spec[_INTENT[key]] = item
    return spec


def _item(value: Value) -> Item:
    if isinstance(value, bool | int):
        return value
    return sorted(str(name) for name in value) if isinstance(value, list | tuple) else str(value)
