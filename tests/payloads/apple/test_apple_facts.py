"""What a raw profile says is held against what Apple lists, and against what Pedell says."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedell.payloads.apple import PROFILES, Clash, Payload, find_clashes
from pedell.payloads.apple.facts import check_profile, facts, find_secrets
from pedell.payloads.apple.facts.derive import derive_facts

UUID = "4F0C7A52-0000-4000-8000-00000000000{}"


def wrapped(*parts, **top):
    """A profile with these payloads, each with all that every payload needs."""
    return {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": "org.example.exam",
        "PayloadUUID": UUID.format(0),
        "PayloadContent": [
            {
                "PayloadVersion": 1,
                "PayloadIdentifier": f"org.example.exam.{number}",
                "PayloadUUID": UUID.format(number),
                **part,
            }
            for number, part in enumerate(parts, 1)
        ],
        **top,
    }


def part(kind, **content):
    return {"PayloadType": f"com.apple.{kind}", **content}


def found(*parts, **top):
    """Errors and doubts in words, each with the last step of the way to it."""
    findings = list(check_profile(wrapped(*parts, **top)))
    return (
        [(one.at[-1], one.detail) for one in findings if not one.is_doubt],
        [(one.at[-1], one.detail) for one in findings if one.is_doubt],
    )


RIGHTS = {"allowCamera": False, "blockedAppBundleIDs": ["a"], "ratingApps": 300}


def test_what_apple_lists_is_fine():
    profile = (
        part("applicationaccess", allowCamera=False, ratingApps=300),
        part("dnsProxy.managed", AppBundleIdentifier="x", ProviderConfiguration={"any": [1]}),
        part("domains", WebDomains=["example.org"], PayloadEnabled=True),
    )
    more = {"ConsentText": {"de": "Ja"}, "RemovalDate": datetime.datetime(2027, 7, 31, 12, 0)}
    assert found(*profile, **more) == ([], [])


@pytest.mark.parametrize(
    ("payload", "key", "words"),
    [
        (part("applicationaccess", allowCamera="no"), "allowCamera", "must be true or false"),
        (part("applicationaccess", ratingApps=True), "ratingApps", "must be a whole number"),
        (part("applicationaccess", ratingApps=2000), "ratingApps", "goes from 0 to 1000"),
        (part("applicationaccess", ratingRegion="at"), "ratingRegion", "it may be: us, au, ca, de"),
        (part("domains", WebDomains="example.org"), "WebDomains", "must be a list"),
        (part("domains", WebDomains=[b"x"]), 0, '"WebDomains" must be text'),
        (part("airprint"), 0, '"AirPrint" is missing'),
        (part("airprint", AirPrint=[{"IPAddress": "192.0.2.1"}]), 0, '"ResourcePath" is missing'),
        (part("webcontent-filter", PayloadCertificateUUID="x"), "PayloadCertificateUUID", "form"),
        (part("font", Font=b"x", PayloadVersion=2), "PayloadVersion", "it may be: 1"),
        (part("font", Font=b"x", PayloadUUID=None), "PayloadUUID", "must be text"),
    ],
)
def test_what_apple_would_refuse_is_an_error(payload, key, words):
    ((at, detail),), doubts = found(payload)
    assert at == key
    assert words in detail
    assert doubts == []


@pytest.mark.parametrize(
    ("payload", "key", "words"),
    [
        (part("applicationacess"), "PayloadType", 'Did you mean "com.apple.applicationaccess"?'),
        (part("dock"), "PayloadType", "is for other systems"),
        (part("applicationaccess", allowCamara=False), "allowCamara", 'Did you mean "allowCamera"'),
        (part("applicationaccess", allowCamera=0), "allowCamera", "is 0; Apple lists true or false"),
        (part("applicationaccess", ratingApps=300.0), "ratingApps", "Apple lists a whole number"),
        (part("applicationaccess", allowAirPlayIncomingRequests=True), "allowAirPlayIncomingRequests", "other systems"),
    ],
)  # fmt: skip
def test_what_apple_does_not_list_is_a_doubt(payload, key, words):
    errors, ((at, detail),) = found(payload)
    assert errors == []
    assert at == key
    assert words in detail


def test_keys_of_the_profile_itself_are_looked_at_too():
    errors, doubts = found(PayloadScope="Room", PayloadRemovalDisalowed=True)
    assert [key for key, _ in errors] == ["PayloadScope"]
    assert "PayloadRemovalDisallowed" in doubts[0][1]
    assert [f.detail for f in check_profile({})] == [
        f'"{key}" is missing.'
        for key in ("PayloadIdentifier", "PayloadUUID", "PayloadType", "PayloadVersion", "PayloadContent")
    ]  # fmt: skip


def test_two_payloads_of_one_name_are_an_error():
    errors, _ = found(part("domains"), part("domains", PayloadUUID=UUID.format(1)))
    assert errors == [("PayloadUUID", f'The PayloadUUID "{UUID.format(1)}" stands twice.')]


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text() | st.binary(),
                    lambda v: st.lists(v) | st.dictionaries(st.text(), v)))  # fmt: skip
def test_nothing_that_a_list_can_hold_breaks_the_check(value):
    for name in ("com.apple.applicationaccess", "com.apple.homescreenlayout", "x"):
        strange = {"PayloadType": name, "Pages": value, "allowCamera": value, "PayloadUUID": value}
        list(check_profile({"PayloadContent": [strange, value], "ConsentText": value}))
        list(find_secrets(strange))


@pytest.mark.parametrize(
    "payload",
    [
        part("wifi.managed", Password="x"),
        part("wifi.managed", EAPClientConfiguration={"UserPassword": "x"}),
        part("vpn.managed", IPSec={"SharedSecret": b"x"}),
        part("vpn.managed", VendorConfig={"api_token": "x"}),
        part("security.scep", PayloadContent={"Challenge": "x"}),
        part("security.pkcs12", PayloadContent=b"x"),
        part("airplay", Passwords=[{"DeviceName": "x", "Password": "x"}]),
    ],
)
def test_a_secret_in_clear_text_is_found(payload):
    assert len(list(find_secrets(wrapped(payload)))) == 1


def test_what_only_sounds_like_a_secret_is_none():
    flags = {"allowPasswordSharing": False, "forcePIN": True, "Password": ""}
    assert list(find_secrets(wrapped(part("applicationaccess", **flags)))) == []


def clashes(kind, spec, *raw):
    parts = [Payload("1", one["PayloadType"], one) for one in raw]
    return list(find_clashes(parts, PROFILES[kind].encode(spec)))


def test_restrictions_clash_key_by_key():
    mine = part(
        "applicationaccess", allowCamera=True, allowListedAppBundleIDs=["a"], PayloadUUID=""
    )
    clash = Clash("com.apple.applicationaccess", "allowCamera")
    assert clashes("restrictions", {"camera": False, "siri": False}, mine) == [clash]
    assert clashes("restrictions", {"siri": False}, mine) == []


def test_a_second_home_screen_clashes_and_a_second_link_does_not():
    spec = {"home_screen": {"pages": []}, "web_clips": {"a": {"title": "A", "url": "https://a"}}}
    raw = (part("homescreenlayout", Pages=[]), part("webClip.managed", URL="https://a", Label="A"))
    assert clashes("presets", spec, *raw) == [Clash("com.apple.homescreenlayout", "")]


def test_networks_clash_by_name():
    spec = {"ssid": "Schulnetz", "security": "open"}
    same, other = (part("wifi.managed", SSID_STR=name) for name in ("Schulnetz", "Gast"))
    assert clashes("wifi", spec, other) == []
    assert clashes("wifi", spec, same) == [Clash("com.apple.wifi.managed", "SSID_STR")]


def test_the_table_names_its_release_and_its_licence():
    assert any("iOS 18.3" in line for line in facts()["source"])
    assert any("27.0 Seed 1" in line for line in facts()["source"])
    assert facts()["releases"] == {"profiles": "18.3", "declarations": "27.0 Seed 1"}
    assert "Copyright © 2022-2025 Apple Inc." in facts()["licence"]
    assert "Copyright © 2022-2026 Apple Inc." in facts()["licence"]
    assert facts()["types"]["com.apple.wifi.managed"]["k"]["SSID_STR"]["t"] == "s"


def test_a_table_is_derived_with_what_is_inherited_and_what_is_not_there():
    schema = {
        "os": [
            {"iOS": {"i": "9.0", "s": 1, "m": 0, "sp": ["allowed", {"devicechannel": 1, "userchannel": 0}]}},
            {"iOS": 0},
            {"iOS": {"i": "14.0", "x": "16.0", "sp": "forbidden"}},
            {"iOS": {"s": 0}},
        ],
        "shared": [{"In": {"t": "i", "r": [0, 9]}}],
        "profiles": {
            "CommonPayloadKeys": [{"o": 0, "k": {}}],
            "TopLevel": [{"o": 0, "k": {}}],
            "com.apple.applicationaccess": [{"o": 0, "k": {"old": {"t": "b"}}}],
            "mac": [{"o": 1, "k": {"a": {"t": "s"}}}],
            "two": [
                {"o": 0, "k": {"a": {"t": "s", "q": 1, "d": "x"}, "b": {"t": "s", "o": 1}}},
                {"o": 0, "k": {"c": {"t": "o", "@": 0, "o": 2}, "d": {"t": "s", "o": 3}}},
            ],
        },
        "declarations": {
            "any": [{"o": 0, "k": {}}],
            "one": [{"o": {"iOS": {"i": "15.0", "sp": [None, {"allowed-scopes": ["user"]}]}},
                     "ap": "combined", "k": {"l": {"t": "a", "c": "set-union", "i": {"t": "s"}}}}],
            "none": [{"o": {"iOS": {"i": "15.0", "sp": [None, {"allowed-scopes": []}]}}}],
        },
    }  # fmt: skip
    newer = {
        "new": {"new": 1, "type": "[string]", "introduced": {"iOS": "26"}, "supervised": True},
        "mac": {"new": 1, "type": "boolean", "introduced": {"macOS": "26"}},
        "old": {"deprecated_ios": "26.4"},
        "unheard": {"deprecated_ios": "26.4"},
    }
    table = derive_facts(schema, newer, ["invented"], {"profiles": "18.3"}, "none")
    assert (table["source"], table["releases"]) == (["invented"], {"profiles": "18.3"})
    assert table["types"]["mac"] == 0
    assert table["types"]["two"] == {
        "a": "9.0",
        "s": 1,
        "m": 0,
        "uc": 0,
        "k": {
            "a": {"t": "s", "q": 1, "d": "x"},
            "b": {"t": "s", "no": 1},
            "c": {"t": "o", "a": "14.0", "x": "16.0", "sp": "forbidden",
                  "k": {"In": {"t": "i", "r": [0, 9]}}},
            "d": {"t": "s", "s": 0},
        },
    }  # fmt: skip
    assert table["types"]["com.apple.applicationaccess"]["k"] == {
        "old": {"t": "b", "x": "26.4"},
        "new": {"t": "a", "i": {"t": "s"}, "a": "26", "s": 1},
        "mac": {"t": "b", "no": 1},
    }
    assert table["declarations"]["one"] == {
        "a": "15.0", "dc": 0, "ap": "combined",
        "k": {"l": {"t": "a", "c": "set-union", "i": {"t": "s"}}},
    }  # fmt: skip
    assert table["declarations"]["none"] == {"a": "15.0", "sp": "forbidden", "k": {}}


def test_a_schema_without_the_keys_of_every_profile_makes_no_table():
    with pytest.raises(ValueError, match="every profile"):
        derive_facts({"profiles": {}, "declarations": {}}, {}, [], {}, "")
