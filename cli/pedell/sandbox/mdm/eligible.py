"""What Apple lets a tablet take: by its system, by supervision, and by channel where it is shared.

Source: Apple's device management schema, iOS 18.3 for payloads, 27.0 seed 1 for declarations. That
a device refuses what it does not take is ours: which error a real one gives nobody has seen, and
some payloads it may ignore instead.
"""

from dataclasses import dataclass

_CONFIGURATION = "com.apple.configuration."
_PAYLOAD = "com.apple."

SINCE = {
    "app.settings": "27.0",
    "audio-accessory.settings": "26.0",
    "external-intelligence.settings": "26.4",
    "intelligence.settings": "26.4",
    "keyboard.settings": "26.4",
    "math.settings": "18.0",
    "safari.settings": "26.0",
    "siri.settings": "26.4",
    "softwareupdate.settings": "18.0",
}
"""Configurations that came after the oldest iPadOS we support; all others are taken for known."""

SUPERVISED_CONFIGURATIONS = frozenset(
    {
        "app.settings", "audio-accessory.settings", "external-intelligence.settings",
        "intelligence.settings", "keyboard.settings", "math.settings",
        "safari.extensions.settings", "siri.settings", "watch.enrollment",
    }
)  # fmt: skip
UNSHARED_CONFIGURATIONS = frozenset(
    {
        "external-intelligence.settings", "intelligence.settings", "legacy.interactive",
        "passcode.settings", "security.passkey.attestation", "watch.enrollment",
    }
)  # fmt: skip
USERS_CONFIGURATIONS = frozenset(
    {
        "account.caldav", "account.carddav", "account.exchange", "account.google", "account.ldap",
        "account.mail", "account.subscribed-calendar", "app.settings", "extensible-sso",
        "keyboard.settings", "math.settings", "network.relay", "safari.bookmarks",
        "safari.extensions.settings", "safari.settings", "siri.settings",
    }
)  # fmt: skip
BOTH_CONFIGURATIONS = frozenset(
    {
        "legacy", "management.status-subscriptions", "management.test", "security.certificate",
        "security.identity",
    }
)  # fmt: skip
SUPERVISED_PAYLOADS = frozenset(
    {
        "SetupAssistant.managed", "app.lock", "homescreenlayout", "notificationsettings",
        "profileRemovalPassword", "proxy.http.global", "shareddeviceconfiguration", "tvremote",
    }
)  # fmt: skip
UNSHARED_PAYLOADS = frozenset(
    {
        "declarations", "mobiledevice.passwordpolicy", "osxserver.account",
        "profileRemovalPassword", "sso",
    }
)  # fmt: skip
USERS_PAYLOADS = frozenset(
    {
        "caldav.account", "carddav.account", "eas.account", "extensiblesso", "font",
        "google-oauth", "ldap.account", "mail.managed", "subscribedcalendar.account",
        "webClip.managed",
    }
)  # fmt: skip
BOTH_PAYLOADS = frozenset(
    {
        "applicationaccess", "domains", "globalethernet.managed", "homescreenlayout",
        "notificationsettings", "tvremote",
    }
)  # fmt: skip
"""Of a shared iPad: neither channel, the user's alone, and both. All else is the device's alone."""

DEVICES_COMMANDS = frozenset(
    {
        "InstallApplication", "InstalledApplicationList", "ManagedApplicationConfiguration",
        "ManagedApplicationList", "RemoveApplication", "SecurityInfo",
    }
)  # fmt: skip
"""Commands that the channel of a shared iPad's user does not take."""


@dataclass(frozen=True, slots=True)
class Nature:
    """What decides over what a tablet takes; ``is_user``: the user of a shared one speaks."""

    os: str
    supervised: bool
    shared: bool
    is_user: bool

    def refuses_payload(self, kind: str) -> str:
        """Say why it takes no payload of this type; nothing where it does, or is a stranger's."""
        if not kind.startswith(_PAYLOAD):
            return ""
        name = kind.removeprefix(_PAYLOAD)
        if name in SUPERVISED_PAYLOADS and not self.supervised:
            return "needs supervision"
        if not self.shared:
            return ""
        if name in UNSHARED_PAYLOADS:
            return "is not for a shared iPad"
        return self._in_wrong_channel(name in USERS_PAYLOADS, name in BOTH_PAYLOADS)

    def refuses_configuration(self, kind: str) -> str:
        """Say why it takes no configuration of this type; nothing where it does."""
        name = kind.removeprefix(_CONFIGURATION)
        if _numbers(SINCE.get(name, "0")) > _numbers(self.os):
            return f"came with iPadOS {SINCE[name]}"
        if name in SUPERVISED_CONFIGURATIONS and not self.supervised:
            return "needs supervision"
        if not self.shared:
            return ""
        if name in UNSHARED_CONFIGURATIONS:
            return "is not for a shared iPad"
        return self._in_wrong_channel(name in USERS_CONFIGURATIONS, name in BOTH_CONFIGURATIONS)

    def refuses_command(self, request: str) -> bool:
        """Tell whether its channel is the wrong one for this command."""
        return self.is_user and request in DEVICES_COMMANDS

    def _in_wrong_channel(self, is_for_users: bool, is_for_both: bool) -> str:
        if is_for_both or is_for_users is self.is_user:
            return ""
        return "belongs to the device" if self.is_user else "belongs to its user"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
