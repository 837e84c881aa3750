"""Specs become profiles and come back: for every kind, whatever its schema allows."""

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
from pedell.payloads.apple.restrictions import KEYS

SCHEMAS = Path(__file__).parents[3] / "schemas/kinds"
NAME = "de.pedell.musterstadt.gs-nord.pupil.wifi.schulnetz"
FIELDS = json.loads((SCHEMAS / "restrictions.json").read_text())["properties"]


def pem(der):
    lines = "\n".join(wrap(b64encode(der).decode(), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"


text = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=20)
pems = st.lists(st.binary(min_size=1, max_size=200).map(pem), min_size=1, max_size=3).map("".join)
sealed = st.builds(Sealed, text, st.just("3f9a") | st.none())
names = st.lists(text, unique=True)

plain = {"hidden": st.booleans(), "auto_join": st.booleans(), "private_mac": st.booleans()}
safe = st.sampled_from(["wpa2", "wpa3"])
opens = st.fixed_dictionaries({"ssid": text, "security": st.just("open")}, optional=plain)
personal = st.fixed_dictionaries(
    {"ssid": text, "security": safe.map("{}-personal".format), "password": sealed}, optional=plain
)
enterprise = st.fixed_dictionaries(
    {
        "ssid": text,
        "security": safe.map("{}-enterprise".format),
        "eap": st.lists(st.sampled_from(["peap", "ttls", "tls"]), min_size=1, unique=True),
    },
    optional={**plain, "username": text, "user_password": sealed, "server_names": names},
)
anchored = st.builds(lambda s, c, p: {**s, "certificate": c, "anchor": p}, enterprise, text, pems)
clip = st.fixed_dictionaries(
    {"title": text, "url": text.map("https://{}".format)}, optional={"removable": st.booleans()}
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
    "wifi": opens | personal | enterprise | anchored,
    "restrictions": st.fixed_dictionaries(
        {}, optional={name: restriction(field) for name, field in FIELDS.items()}
    ),
    "presets": st.fixed_dictionaries(
        {}, optional={"lock_screen": text, "web_clips": st.dictionaries(text, clip, min_size=1)}
    ),
}


def unordered(spec):
    """Lists of these kinds are sets."""
    return canonical({k: sorted(v) if isinstance(v, list) else v for k, v in spec.items()})


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
    assert KEYS.keys() == FIELDS.keys()
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
