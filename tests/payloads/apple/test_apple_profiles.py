"""Specs become profiles and come back: for every kind, whatever its schema allows."""

import datetime
import json
import plistlib
from base64 import b64encode
from pathlib import Path
from textwrap import wrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedell.model import Sealed, canonical
from pedell.payloads.apple import PROFILES, compile_profile, profile_uuid
from pedell.payloads.apple.facts import check_profile
from pedell.payloads.apple.restrictions import KEYS

SCHEMAS = Path(__file__).parents[3] / "schemas/kinds"
NEVER_IN_PROFILES = {"math_notes", "scientific_calculator"}
NAME = "de.pedell.musterstadt.gs-nord.pupil.wifi.schulnetz"
FIELDS = json.loads((SCHEMAS / "restrictions.json").read_text())["properties"]
OFF = json.loads((SCHEMAS / "exam.json").read_text())["properties"]["off"]["items"]["enum"]


def pem(der):
    lines = "\n".join(wrap(b64encode(der).decode(), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"


text = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=20)
pems = st.lists(st.binary(min_size=1, max_size=200).map(pem), min_size=1, max_size=3).map("".join)
sealed = st.builds(Sealed, text, st.just("3f9a") | st.none())
names = st.lists(text, unique=True)

flags = st.booleans()
ports = st.integers(1, 65535)
urls = text.map("https://{}".format)
proxy = (
    st.just({"mode": "none"})
    | st.fixed_dictionaries({"mode": st.just("auto")}, optional={"pac": urls})
    | st.fixed_dictionaries(
        {"mode": st.just("manual"), "host": text, "port": ports},
        optional={"username": text, "password": sealed},
    )
)
plain = {"hidden": flags, "auto_join": flags, "private_mac": flags, "proxy": proxy}
safe = st.sampled_from(["wpa2", "wpa3"])
opens = st.fixed_dictionaries({"ssid": text, "security": st.just("open")}, optional=plain)
personal = st.fixed_dictionaries(
    {"ssid": text, "security": safe.map("{}-personal".format), "password": sealed}, optional=plain
)
enterprise = st.fixed_dictionaries(
    {
        "ssid": text,
        "security": safe.map("{}-enterprise".format),
        "eap": st.lists(st.sampled_from(["peap", "ttls"]), min_size=1, unique=True),
    },
    optional={
        **plain,
        "username": text,
        "user_password": sealed,
        "server_names": names,
        "tls_minimum": st.sampled_from(["1.0", "1.1", "1.3"]),  # 1.2 is what holds anyhow
    },
)
by_certificate = st.builds(
    lambda spec, file, password: {
        **spec,
        "eap": ["tls", *spec["eap"]],
        "identity": file,
        "identity_password": password,
    },
    enterprise,
    sealed,
    sealed,
)
anchored = st.builds(
    lambda s, c, p: {**s, "certificate": c, "anchor": p}, enterprise | by_certificate, text, pems
)
expanded = st.builds(
    lambda s, p: {**s, "certificate": sorted(p), "anchors": p},
    enterprise,
    st.dictionaries(text, pems, min_size=2, max_size=3),
)

clips = st.dictionaries(text, urls, min_size=1).map(
    lambda links: {name: {"title": name, "url": f"{url}/{name}"} for name, url in links.items()}
)
icon = st.builds(dict, bundle=text)
folder = st.builds(
    lambda name, items: {"folder": {"name": name, "items": items}},
    text,
    st.lists(icon, min_size=1, max_size=3),
)
icons = st.lists(icon | folder, max_size=4)
home_screen = st.fixed_dictionaries(
    {"pages": st.lists(icons, max_size=3)}, optional={"dock": icons}
)
passcode = st.fixed_dictionaries(
    {},
    optional={
        "required": flags,
        "min_length": st.integers(1, 16),
        "simple": flags,
        "alphanumeric": flags,
        "complex_characters": st.integers(0, 4),
        "max_inactivity": st.integers(1, 15),
        "max_grace": st.integers(0, 240),
        "max_failed_attempts": st.integers(2, 11),
        "max_age": st.integers(1, 730),
        "history": st.integers(1, 50),
    },
)
dns = st.fixed_dictionaries(
    {"protocol": st.sampled_from(["https", "tls"]), "server": text},
    optional={"addresses": names, "domains": names, "switch_off": flags},
)
site = st.builds(dict, title=text, url=urls)
web_filter = st.fixed_dictionaries(
    {},
    optional={
        "auto": flags,
        "permitted": names,
        "denied": names,
        "only": st.dictionaries(text, site),
    },
)
printer = st.fixed_dictionaries(
    {"address": text, "path": text}, optional={"port": ports, "tls": flags}
)
notification = st.fixed_dictionaries(
    {"bundle": text},
    optional={
        "allowed": flags,
        "sounds": flags,
        "style": st.sampled_from(["none", "banner", "staying_banner"]),
        "preview": st.sampled_from(["always", "when_unlocked", "never"]),
    },
)
presets = st.fixed_dictionaries(
    {},
    optional={
        "lock_screen": text,
        "web_clips": clips,
        "home_screen": home_screen,
        "passcode": passcode,
        "dns": dns,
        "web_filter": web_filter,
        "airprint": st.dictionaries(text, printer, min_size=1),
        "proxy": proxy.filter(lambda one: one["mode"] != "none"),
        "notifications": st.dictionaries(text, notification, min_size=1),
        "managed_domains": st.fixed_dictionaries(
            {}, optional=dict.fromkeys(("web", "mail", "passwords"), names)
        ),
        "calendar_subscriptions": st.dictionaries(text, site, min_size=1),
        "single_app": st.fixed_dictionaries(
            {"bundle": text}, optional=dict.fromkeys(("touch", "auto_lock", "zoom"), flags)
        ),
        "update_deferral": st.integers(1, 90),
    },
)
ends = st.datetimes(
    datetime.datetime(2026, 1, 1),
    datetime.datetime(2099, 1, 1),
).map("{:%Y-%m-%dT%H:%MZ}".format)

plist = st.recursive(
    flags | text | st.integers(-(2**63), 2**64 - 1) | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)
part = st.builds(
    lambda kind, rest: {**rest, "PayloadType": kind}, text, st.dictionaries(text, plist)
)
raw = st.builds(
    lambda parts, rest: {
        "content": plistlib.dumps({**rest, "PayloadContent": parts}, sort_keys=True).decode()
    },
    st.lists(part, max_size=3),
    st.dictionaries(text, plist, max_size=3),
)


def restriction(field):
    match field["type"]:
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(field["minimum"], field["maximum"])
        case _:
            return names


SPECS = {
    "certificate": st.builds(dict, pem=pems),
    "wifi": opens | personal | enterprise | by_certificate | anchored | expanded,
    "restrictions": st.fixed_dictionaries(
        {}, optional={name: restriction(FIELDS[name]) for name in KEYS}
    ),
    "exam": st.fixed_dictionaries(
        {"until": ends, "off": st.lists(st.sampled_from(sorted(OFF)), unique=True)},
        optional={"bundle": text},
    ),
    "presets": presets,
    "profile": raw,
}


def unordered(spec):
    """Lists of these kinds are sets, but for those of the home screen."""
    return canonical({k: v if k == "home_screen" else as_sets(v) for k, v in spec.items()})


def as_sets(value):
    match value:
        case dict():
            return {key: as_sets(child) for key, child in value.items()}
        case list():
            return sorted(value)
        case _:
            return value


@pytest.mark.parametrize("kind", PROFILES)
def test_what_is_encoded_is_decoded_again(kind):
    @given(SPECS[kind])
    def law(spec):
        codec = PROFILES[kind]
        assert unordered(codec.decode(codec.encode(spec))) == unordered(spec)

    law()


@given(anchored)
def test_the_same_set_in_another_order_is_the_same_content(spec):
    turned = {k: v[::-1] if isinstance(v, list) else v for k, v in reversed(spec.items())}
    uuids = {profile_uuid(NAME, "t", PROFILES["wifi"].encode(one)) for one in (spec, turned)}
    assert len(uuids) == 1


def test_every_restriction_of_the_schema_has_its_key_and_no_key_is_used_twice():
    assert {*KEYS, *NEVER_IN_PROFILES} == FIELDS.keys()
    assert len(set(KEYS.values())) == len(KEYS)


def compiled(kind, spec, reveal=lambda name: f"value of {name}"):
    payloads = PROFILES[kind].encode(spec)
    return compile_profile(NAME, "Title", payloads, reveal)


def test_a_profile_is_written_the_same_way_each_time_and_bears_the_name_of_its_content():
    spec = {"ssid": "Schulnetz", "security": "open"}
    written = plistlib.loads(compiled("wifi", spec))
    assert compiled("wifi", spec) == compiled("wifi", dict(reversed(spec.items())))
    assert written["PayloadUUID"] == profile_uuid(NAME, "Title", PROFILES["wifi"].encode(spec))
    assert written["PayloadIdentifier"] == NAME
    assert written["PayloadVersion"] == 1


def test_a_networks_anchor_is_a_payload_of_the_same_profile():
    spec = {
        "ssid": "Schulnetz",
        "security": "wpa2-enterprise",
        "eap": ["ttls", "peap"],
        "username": "tablets-gs-nord",
        "user_password": Sealed("radius", "3f9a"),
        "server_names": ["radius.example.org"],
        "certificate": "schul-ca",
        "anchor": pem(b"one") + pem(b"two"),
        "private_mac": False,
    }
    network, *anchors = plistlib.loads(compiled("wifi", spec))["PayloadContent"]
    eap = network["EAPClientConfiguration"]
    assert network["EncryptionType"] == "WPA2"
    assert network["DisableAssociationMACRandomization"] is True
    assert eap["AcceptEAPTypes"] == [21, 25]
    assert eap["UserPassword"] == "value of radius"
    assert eap["TLSTrustedServerNames"] == ["radius.example.org"]
    assert eap["PayloadCertificateAnchorUUID"] == [a["PayloadUUID"] for a in anchors]
    assert [a["PayloadContent"] for a in anchors] == [b"one", b"two"]
    assert {a["PayloadType"] for a in anchors} == {"com.apple.security.root"}


@pytest.mark.parametrize(
    ("said", "lowest", "highest"),
    [
        ({}, "1.2", None),
        ({"tls_minimum": "1.3"}, "1.3", "1.3"),
        ({"tls_minimum": "1.1"}, "1.1", None),
        ({"tls_minimum": "1.0"}, None, None),
    ],
)
def test_devices_go_no_lower_than_tls_1_2_unless_somebody_says_so(said, lowest, highest):
    spec = {"ssid": "S", "security": "wpa2-enterprise", "eap": ["peap"], **said}
    eap = plistlib.loads(compiled("wifi", spec))["PayloadContent"][0]["EAPClientConfiguration"]
    assert (eap.get("TLSMinimumVersion"), eap.get("TLSMaximumVersion")) == (lowest, highest)


def test_each_of_several_authorities_is_an_anchor_under_its_own_name():
    spec = {
        "ssid": "Schulnetz",
        "security": "wpa2-enterprise",
        "eap": ["peap"],
        "certificate": ["alt", "neu"],
        "anchors": {"neu": pem(b"new"), "alt": pem(b"old") + pem(b"root of old")},
    }
    network, *anchors = plistlib.loads(compiled("wifi", spec))["PayloadContent"]
    eap = network["EAPClientConfiguration"]
    assert eap["PayloadCertificateAnchorUUID"] == [a["PayloadUUID"] for a in anchors]
    told = [(a["PayloadDisplayName"], a["PayloadContent"]) for a in anchors]
    assert told == [("alt", b"old"), ("alt", b"root of old"), ("neu", b"new")]


def test_a_new_password_is_a_new_name_and_the_name_needs_no_password():
    def named(secret):
        spec = {"ssid": "S", "security": "wpa3-personal", "password": secret}
        return profile_uuid(NAME, "t", PROFILES["wifi"].encode(spec))

    assert named(Sealed("a", "1111")) != named(Sealed("a", "2222"))
    assert named(Sealed("a", "1111")) == named(Sealed("renamed", "1111"))


def test_parts_of_a_profile_have_names_of_their_own():
    clips = {name: {"title": name, "url": "https://example.org"} for name in ("a", "b")}
    parts = plistlib.loads(compiled("presets", {"lock_screen": "x", "web_clips": clips}))
    for key in ("PayloadUUID", "PayloadIdentifier"):
        assert len({part[key] for part in parts["PayloadContent"]}) == 3


@pytest.mark.parametrize("bad", ["", "no PEM", pem(b"x").replace("eA==", "!!!!")])
def test_a_text_without_a_certificate_is_refused(bad):
    with pytest.raises(ValueError, match="no readable certificate"):
        PROFILES["certificate"].encode({"pem": bad})


def test_a_link_on_the_home_screen_is_told_by_its_url():
    clips = {"a": {"title": "A", "url": "https://a.example.org"}}
    spec = {"web_clips": clips, "home_screen": {"pages": [[{"web_clip": "a"}]]}}
    codec = PROFILES["presets"]
    assert codec.decode(codec.encode(spec)) == spec
    layout = codec.encode(spec)[-1].content
    assert layout == {"Pages": [[{"Type": "WebClip", "URL": "https://a.example.org"}]]}
    twin = {**clips, "b": clips["a"]}
    for wrong in ({}, twin):
        with pytest.raises(ValueError, match="is not there, or shares its URL"):
            codec.encode({**spec, "web_clips": wrong})


def test_presets_are_written_in_apples_words():
    spec = {
        "passcode": {"required": True, "min_length": 6, "simple": False},
        "dns": {"protocol": "tls", "server": "dns.example.org", "switch_off": False},
        "web_filter": {"auto": True, "denied": ["https://b.example.org", "https://a.example.org"]},
        "airprint": {"raum-12": {"address": "192.0.2.40", "path": "ipp/print", "tls": True}},
        "proxy": {"mode": "manual", "host": "proxy.example.org", "port": 3128, "pac": "https://x"},
    }
    parts = {part.type: part.content for part in PROFILES["presets"].encode(spec)}
    assert parts == {
        "com.apple.mobiledevice.passwordpolicy": {
            "forcePIN": True,
            "minLength": 6,
            "allowSimple": False,
        },
        "com.apple.dnsSettings.managed": {
            "DNSSettings": {"DNSProtocol": "TLS", "ServerName": "dns.example.org"},
            "ProhibitDisablement": True,
        },
        "com.apple.webcontent-filter": {
            "FilterType": "BuiltIn",
            "AutoFilterEnabled": True,
            "DenyListURLs": ["https://a.example.org", "https://b.example.org"],
        },
        "com.apple.airprint": {
            "AirPrint": [{"IPAddress": "192.0.2.40", "ResourcePath": "ipp/print", "ForceTLS": True}]
        },
        "com.apple.proxy.http.global": {
            "ProxyType": "Manual",
            "ProxyServer": "proxy.example.org",
            "ProxyServerPort": 3128,
        },
    }


def test_no_proxy_for_all_networks_is_no_payload_and_for_one_network_a_word():
    assert PROFILES["presets"].encode({"proxy": {"mode": "none"}}) == []
    spec = {"ssid": "S", "security": "open", "proxy": {"mode": "none"}}
    assert PROFILES["wifi"].encode(spec)[0].content["ProxyType"] == "None"


TLS = {
    "ssid": "S",
    "security": "wpa3-enterprise",
    "eap": ["tls"],
    "identity": Sealed("p12", "3f9a"),
    "identity_password": Sealed("p12-password", "81c2"),
}


def test_with_eap_tls_the_network_names_the_identity_of_its_profile():
    secrets = {"p12": "aW52ZW50\nZWQ=\n", "p12-password": "geheim (erfunden)"}
    network, identity = plistlib.loads(compiled("wifi", TLS, secrets.get))["PayloadContent"]
    assert identity["PayloadType"] == "com.apple.security.pkcs12"
    assert identity["PayloadContent"] == b"invented"
    assert identity["Password"] == secrets["p12-password"]
    assert network["PayloadCertificateUUID"] == identity["PayloadUUID"]
    assert network["EAPClientConfiguration"]["AcceptEAPTypes"] == [13]


def test_an_identity_that_is_no_base64_or_missing_is_refused_and_never_shown():
    with pytest.raises(ValueError, match="the secret p12 is no file in base64") as caught:
        compiled("wifi", TLS, lambda _: "kein base64!")
    assert "kein" not in str(caught.value)
    with pytest.raises(ValueError, match="needs an identity"):
        compiled("wifi", {key: TLS[key] for key in ("ssid", "security", "eap")})


def test_what_pedell_writes_is_what_apple_lists():
    reveal = {"p12": "aW52ZW50ZWQ=", "wlan": "x"}.get
    specs = [
        ("wifi", {**TLS, "identity_password": Sealed("wlan"), "proxy": {"mode": "auto"}}),
        ("restrictions", {name: FIELDS[name]["examples"][0] for name in KEYS}),
        ("presets", _example_of_each_preset()),
    ]
    for kind, spec in specs:
        found = check_profile(plistlib.loads(compiled(kind, spec, reveal)))
        # what Apple took out of profiles goes elsewhere on devices that are new enough for that
        moved = ("deprecated", "removed")
        assert [each for each in found if each.reason not in moved] == []


def _example_of_each_preset():
    fields = json.loads((SCHEMAS / "presets.json").read_text())["properties"]
    spec = {name: field["examples"][0] for name, field in fields.items()}
    clips = {"lernplattform": {"title": "Lernplattform", "url": "https://gs-nord.example.org"}}
    pages = [[{"bundle": "org.example.anton"}, {"web_clip": "lernplattform"}]]
    del spec["exam"]  # it is a profile of its own
    bundle = {"bundle": "org.example.anton"}
    spec |= {"single_app": bundle, "notifications": {"anton": {**bundle, "allowed": False}}}
    return {**spec, "web_clips": clips, "home_screen": {**spec["home_screen"], "pages": pages}}


def test_a_raw_profile_gets_our_name_outside_and_keeps_its_own_inside():
    inside = {
        "PayloadType": "com.apple.domains",
        "PayloadIdentifier": "org.example.exam.1",
        "PayloadUUID": "4F0C7A52-0000-4000-8000-000000000002",
        "PayloadVersion": 1,
        "WebDomains": ["exam.example.org"],
    }
    outside = {
        "PayloadType": "Configuration",
        "PayloadIdentifier": "org.example.exam",
        "PayloadUUID": "4F0C7A52-0000-4000-8000-000000000001",
        "PayloadVersion": 1,
        "PayloadDisplayName": "Theirs",
        "DurationUntilRemoval": 3600.5,
        "RemovalDate": datetime.datetime(2027, 7, 31, 12, 0),
    }

    def written(**more):
        whole = {**outside, **more, "PayloadContent": [inside]}
        spec = {"content": plistlib.dumps(whole).decode()}
        return plistlib.loads(compiled("profile", spec))

    first = written()
    assert first["PayloadContent"] == [inside]
    assert first["PayloadIdentifier"] == NAME
    assert first["PayloadDisplayName"] == "Title"
    assert first["DurationUntilRemoval"] == outside["DurationUntilRemoval"]
    assert first["RemovalDate"] == outside["RemovalDate"]
    assert first["PayloadUUID"] != outside["PayloadUUID"]
    assert written() == first
    assert written(DurationUntilRemoval=60.0)["PayloadUUID"] != first["PayloadUUID"]
