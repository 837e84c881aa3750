"""What a school authority means, as it writes it, and what an iPad is sent for it."""

import datetime
import plistlib

import pytest

from pedell.payloads.apple import CONFIGURATIONS, DECLARATIONS, PROFILES, compile_profile
from pedell.payloads.apple.facts import shipped_table
from tests.inventory_builder import (
    AUTHORITY,
    CATALOGUE,
    SCHOOL,
    build,
    compiled,
    problem,
    schemas,
)
from tests.payloads.apple.test_apple_profiles import pem

BUNDLED = CATALOGUE.replace("title: ANTON,", "title: ANTON, bundle: org.example.anton,")
TRUSTED = "certificates: {ca: {file: certificates/ca.pem}}\n"
RADIUS = """\
  radius: {ssid: Schulnetz, security: wpa2-enterprise, eap: [peap], username: tablets,
    user_password: !secret gs-nord-radius, server_names: [radius.example.org], certificate: ca}
"""
RIGHTS = "com.apple.applicationaccess"


def sent(root, about="", school=""):
    """Return type → content of all that the pupils' tablets are sent."""
    text = SCHOOL.replace("{ownership: loan}", f"{{{about}}}") + school
    catalogue = BUNDLED.replace("wifi:\n", f"wifi:\n{RADIUS}") + TRUSTED
    files = {"catalogue.yml": catalogue, "certificates/ca.pem": pem(b"invented")}
    found = {}
    for address, resource in compiled(build(root, {**files, "schools/gs-nord.yml": text})).items():
        _, cohort, kind, _ = address.split("/")
        if cohort == "pupil" and kind in PROFILES:
            payloads = PROFILES[kind].encode(resource.spec)
            whole = plistlib.loads(compile_profile("x", "X", payloads, lambda secret: secret))
            found |= {part["PayloadType"]: part for part in whole.pop("PayloadContent")}
            found |= {"profile": whole} if kind == "exam" else {}
        elif cohort == "pupil" and kind in DECLARATIONS:
            declaration = DECLARATIONS[kind].encode("x", resource.spec)
            found[declaration["Type"]] = declaration["Payload"]
    return found


APP = "com.apple.configuration.app.managed"
HOME = {
    "Dock": [{"Type": "Application", "BundleID": "org.example.anton"}],
    "Pages": [[{"Type": "WebClip", "URL": "https://lernen.example.org"}]],
}
INTENTS = {
    "AirDrop off": ("restrictions: {pupil: {airdrop: false}}", RIGHTS, {"allowAirDrop": False}),
    "web filter": (
        'presets: {web_filter: {auto: true, denied: ["https://spiele.example.org"]}}',
        "com.apple.webcontent-filter",
        {"FilterType": "BuiltIn", "AutoFilterEnabled": True, "DenyListURLs": ["https://spiele.example.org"]},
    ),
    "home screen": (
        "presets: {web_clips: {lernen: {title: Lernen, url: 'https://lernen.example.org'}},"
        " home_screen: {dock: [{app: anton}], pages: [[{web_clip: lernen}]]}}",
        "com.apple.homescreenlayout",
        HOME,
    ),
    "passcode": (
        "presets: {passcode: {required: true, min_length: 6, simple: false}}",
        "com.apple.mobiledevice.passwordpolicy",
        {"forcePIN": True, "minLength": 6, "allowSimple": False},
    ),
    "certificate": ("certificates: [ca]", "com.apple.security.root", {"PayloadContent": b"invented"}),
    "AirPrint": (
        "presets: {airprint: {raum-12: {address: 192.0.2.40, path: ipp/print}}}",
        "com.apple.airprint",
        {"AirPrint": [{"IPAddress": "192.0.2.40", "ResourcePath": "ipp/print"}]},
    ),
    "web clip": (
        "presets: {web_clips: {lernen: {title: Lernen, url: 'https://lernen.example.org', removable: false}}}",
        "com.apple.webClip.managed",
        {"Label": "Lernen", "URL": "https://lernen.example.org", "IsRemovable": False},
    ),
    "DNS": (
        "presets: {dns: {protocol: https, server: 'https://dns.example.org/q', addresses: [192.0.2.53]}}",
        "com.apple.dnsSettings.managed",
        {"DNSSettings": {"DNSProtocol": "HTTPS", "ServerURL": "https://dns.example.org/q", "ServerAddresses": ["192.0.2.53"]}},
    ),
    "global proxy": (
        "presets: {proxy: {mode: manual, host: proxy.example.org, port: 3128, password: !secret gs-nord-proxy}}",
        "com.apple.proxy.http.global",
        {"ProxyType": "Manual", "ProxyServer": "proxy.example.org", "ProxyServerPort": 3128, "ProxyPassword": "gs-nord-proxy"},
    ),
    "lock-screen text": (
        'presets: {lock_screen: "${school.name}"}',
        "com.apple.shareddeviceconfiguration",
        {"LockScreenFootnote": "Grundschule Nord"},
    ),
    "notification settings": (
        "presets: {notifications: {anton: {app: anton, allowed: false, style: none}}}",
        "com.apple.notificationsettings",
        {"NotificationSettings": [{"BundleIdentifier": "org.example.anton", "NotificationsEnabled": False, "AlertType": 0}]},
    ),
    "managed domains": (
        "presets: {managed_domains: {web: [gs-nord.example.org], mail: [example.org]}}",
        "com.apple.domains",
        {"WebDomains": ["gs-nord.example.org"], "EmailDomains": ["example.org"]},
    ),
    "calendar": (
        "presets: {calendar_subscriptions: {termine: {title: Termine, url: 'https://example.org/a.ics'}}}",
        "com.apple.subscribedcalendar.account",
        {"SubCalAccountDescription": "Termine", "SubCalAccountHostName": "https://example.org/a.ics"},
    ),
    "single app": (
        "presets: {single_app: {app: anton, volume_buttons: false}}",
        "com.apple.app.lock",
        {"App": {"Identifier": "org.example.anton", "Options": {"DisableVolumeButtons": True}}},
    ),
    "app": (
        "apps: [anton]",
        APP,
        {"AppStoreID": "1180554775", "InstallBehavior": {"Install": "Required", "License": {"Assignment": "Device"}}},
    ),
    "update deferral": (
        "presets: {update_deferral: 30}",
        RIGHTS,
        {"forceDelayedSoftwareUpdates": True, "enforcedSoftwareUpdateDelay": 30},
    ),
}  # fmt: skip


@pytest.mark.parametrize("intent", INTENTS)
def test_an_intent_becomes_the_payload_that_apple_has_for_it(intent, tmp_path):
    lines, kind, content = INTENTS[intent]
    found = sent(tmp_path, school=f"{lines}\n")[kind]
    assert {key: found.get(key) for key in content} == content


@pytest.mark.parametrize(
    ("lines", "os", "kind", "content"),
    [
        ("presets: {update_deferral: 30}", "18.0", "software-update", {"Deferrals": {"CombinedPeriodInDays": 30}}),
        ("restrictions: {pupil: {siri: false}}", "26.4", "siri", {"Enabled": False}),
        ("restrictions: {pupil: {math_notes: false}}", "18.0", "math", {
            "Calculator": {"MathNotesMode": {"Enabled": False}},
            "SystemBehavior": {"MathNotes": False, "KeyboardSuggestions": False},
        }),
        ("restrictions: {pupil: {allowed_apps: [org.example.anton]}}", "27.0", "apps", {"Allowed": {"AllowedApps": ["org.example.anton"]}}),
    ],
)  # fmt: skip
def test_the_same_intent_is_a_declaration_where_apple_moved_it(lines, os, kind, content, tmp_path):
    found = sent(tmp_path, f'os: "{os}"', f"{lines}\n")
    assert found == {CONFIGURATIONS[kind].type: content}


def test_a_network_by_account_brings_its_anchor_along_and_names_the_server(tmp_path):
    found = sent(tmp_path, school="wifi: [radius]\n")
    network, anchor = found["com.apple.wifi.managed"], found["com.apple.security.root"]
    assert network["EAPClientConfiguration"] == {
        "AcceptEAPTypes": [25],
        "UserName": "tablets",
        "UserPassword": "gs-nord-radius",
        "TLSTrustedServerNames": ["radius.example.org"],
        "TLSMinimumVersion": "1.2",
        "PayloadCertificateAnchorUUID": [anchor["PayloadUUID"]],
    }
    assert anchor["PayloadContent"] == b"invented"


def test_an_exam_of_two_hours_takes_answers_away_and_then_itself(tmp_path):
    lines = 'presets: {exam: {until: "2027-07-01 12:00", app: anton, allow: [dictation]}}\n'
    found = sent(tmp_path, school=lines)
    assert found["profile"]["RemovalDate"] == datetime.datetime(2027, 7, 1, 10)  # in UTC
    assert found["com.apple.app.lock"]["App"] == {"Identifier": "org.example.anton"}
    rights = found[RIGHTS]
    assert rights["allowAirDrop"] is rights["allowAssistant"] is rights["allowScreenShot"] is False
    assert "allowDictation" not in rights


# What two say of the same thing

RULES = {"boolean-and": False, "boolean-or": True, "number-min": "min", "number-max": "max"}
"""Apple's rule for two declarations that say the same key → the value that is strict for us."""
PASSCODES = {
    "required": "RequirePasscode",
    "min_length": "MinimumLength",
    "alphanumeric": "RequireAlphanumericPasscode",
    "complex_characters": "MinimumComplexCharacters",
    "max_inactivity": "MaximumInactivityInMinutes",
    "max_grace": "MaximumGracePeriodInMinutes",
    "max_failed_attempts": "MaximumFailedAttempts",
    "max_age": "MaximumPasscodeAgeInDays",
}


def marks(kind, *way):
    field = schemas().kinds[kind].schema
    for name in way:
        field = field["properties"][name]
    return field


def rule(kind, path):
    fact = shipped_table().declarations[kind]
    for key in path:
        fact = fact["k"][key]
    return fact.get("c")


def test_what_is_strict_for_us_is_what_apple_lets_win():
    for one in CONFIGURATIONS.values():
        for name, path in ((n, p) for n, paths in one.keys.items() for p in paths):
            own = "presets" if name == "update_deferral" else "restrictions"
            ours, apples = marks(own, name).get("x-strict"), rule(one.type, path)
            assert ours == RULES.get(apples), name
            if ours is None:
                assert (
                    apples
                    == {"allowed_apps": "set-intersection", "blocked_apps": "set-union"}[name]
                )
    passcode = "com.apple.configuration.passcode.settings"
    for name, key in PASSCODES.items():
        assert marks("presets", "passcode", name)["x-strict"] == RULES[rule(passcode, (key,))], name


def test_only_of_used_passcodes_our_rule_is_stricter_than_apples():
    passcode = "com.apple.configuration.passcode.settings"
    assert rule(passcode, ("PasscodeReuseLimit",)) == "number-min"
    assert marks("presets", "passcode", "history")["x-strict"] == "max"


@pytest.mark.parametrize(
    ("name", "values", "won"),
    [("min_length", (6, 8), 8), ("max_inactivity", (5, 2), 2), ("simple", ("true", "false"), False),
     ("required", ("true", "false"), True), ("history", (3, 9), 9)],
)  # fmt: skip
def test_of_a_passcode_the_strictest_layer_wins_wherever_it_stands(name, values, won, tmp_path):
    for number, (lower, upper) in enumerate((values, values[::-1])):
        authority = {"authority.yml": with_defaults(f"presets: {{passcode: {{{name}: {lower}}}}}")}
        text = SCHOOL + f"presets: {{passcode: {{{name}: {upper}}}}}\n"
        root = build(tmp_path / str(number), {**authority, "schools/gs-nord.yml": text})
        spec = compiled(root)["gs-nord/pupil/presets/presets"].spec
        assert spec["passcode"] == {name: won}


def with_defaults(line):
    return f"{AUTHORITY}defaults:\n  {line}\n"


RAW_FILE = "profiles/fremd.mobileconfig"


def with_raw(kind, content, school):
    part = {"PayloadType": kind, "PayloadVersion": 1, "PayloadIdentifier": "org.example.1",
            "PayloadUUID": "4F0C7A52-0000-4000-8000-000000000002", **content}  # fmt: skip
    whole = {"PayloadType": "Configuration", "PayloadVersion": 1, "PayloadIdentifier": "org.example",
             "PayloadUUID": "4F0C7A52-0000-4000-8000-000000000001", "PayloadContent": [part]}  # fmt: skip
    return {
        RAW_FILE: plistlib.dumps(whole),
        "catalogue.yml": f"{BUNDLED}profiles: {{fremd: {{file: {RAW_FILE}}}}}\n",
        "schools/gs-nord.yml": SCHOOL + f"profiles: [fremd]\n{school}\n",
    }


LOCK = ("com.apple.app.lock", {"App": {"Identifier": "org.example.other"}})
DEFERRED = {"enforcedSoftwareUpdateDelay": 7}


@pytest.mark.parametrize("os", ["17.2", "26.4"])
@pytest.mark.parametrize(
    ("raw", "school"),
    [
        ((RIGHTS, {"allowAssistant": True}), "restrictions: {pupil: {siri: false}}"),
        ((RIGHTS, DEFERRED), "presets: {update_deferral: 30}"),
        (LOCK, 'presets: {exam: {until: "2099-07-01 12:00", app: anton}}'),
        (LOCK, "presets: {single_app: {app: anton}}"),
    ],
)
def test_a_raw_profile_cannot_say_what_we_say_wherever_that_goes(raw, school, os, tmp_path):
    root = build(tmp_path, with_raw(*raw, f'{school}\nos: "{os}"'))
    code, _, detail = problem(root)
    assert code == "E0237"
    assert raw[0] in detail


def test_a_raw_profile_may_allow_what_an_exam_takes_away_for_a_while(tmp_path):
    school = 'presets: {exam: {until: "2099-07-01 12:00"}}'
    root = build(tmp_path, with_raw(RIGHTS, {"allowAssistant": True}, school))
    assert "gs-nord/pupil/exam/exam" in compiled(root)


# What no profile can hold


@pytest.mark.parametrize(
    "presets",
    [
        '{lock_screen: "a\\x01b"}',
        '{web_clips: {a: {title: "\\x1b", url: "https://a.example.org"}}}',
        '{notifications: {"a\\nb": {bundle: x}}}',
        '{managed_domains: {web: ["\\ufffe"]}}',
    ],
)
def test_control_characters_are_told_before_anything_is_sent(presets, tmp_path):
    root = build(tmp_path, {"schools/gs-nord.yml": SCHOOL + f"presets: {presets}\n"})
    code, where, detail = problem(root)
    assert (code, "control character (U+" in detail) == ("E0113", True)
    assert where.startswith("schools/gs-nord.yml:7:")


def test_a_text_of_several_lines_is_none_of_them(tmp_path):
    text = SCHOOL + 'presets: {lock_screen: "Schule\\nMusterstadt"}\n'
    assert compiled(build(tmp_path, {"schools/gs-nord.yml": text}))


def test_dns_that_cannot_be_switched_off_needs_supervision(tmp_path):
    # Apple's schema says so in words alone, so the table cannot
    dns = "presets: {dns: {protocol: tls, server: dns.example.org, switch_off: %s}}\n"
    text = SCHOOL.replace("{ownership: loan}", "{supervised: false}")
    for said, is_fine in (("true", True), ("false", False)):
        root = build(tmp_path / said, {"schools/gs-nord.yml": text + dns % said})
        if is_fine:
            assert compiled(root)
        else:
            code, _, detail = problem(root)
            assert (code, '"dns.switch_off" holds on supervised' in detail) == ("E0265", True)
