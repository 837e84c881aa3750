import plistlib
import re
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedell.model import Sealed
from pedell.payloads.apple import PROFILES, compile_profile
from pedell.payloads.apple.profile import SealedFile
from pedell.payloads.wpa import Bare, network_of_payload, network_of_spec, write_block

ANCHOR = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"
SPEC = {
    "ssid": "Schulnetz",
    "security": "wpa2-enterprise",
    "eap": ["peap"],
    "username": "tablets",
    "user_password": Sealed("gs-nord-radius", "a" * 32),
    "server_names": ["radius.gs-nord.example.org"],
    "certificate": "schul-ca",
    "anchor": ANCHOR,
}
TLS = {
    **SPEC,
    "eap": ["tls"],
    "identity": Sealed("gs-nord-p12", "b" * 32),
    "identity_password": Sealed("gs-nord-p12-password", "c" * 32),
}
ESCAPES = re.compile(rb"\\x([0-9a-f]{2})")


def mark(sealed):
    return f"⟦{sealed.name}⟧"


def read(block):
    """Read it as config_file.c of wpa_supplicant does: wpa_config_get_line, then parse_string."""
    first, *lines, last, end = block.split("\n")
    assert (first, last, end) == ("network={", "}", "")
    return dict(_line(line) for line in lines)


def _line(line):
    assert len(line.encode()) < 2000
    quote = line.find('"')
    start = max(line.rfind('"', quote + 1), 0) if quote >= 0 else 0
    key, _, value = line[: line.find("#", start) % (len(line) + 1)].strip().partition("=")
    if value.startswith('P"'):
        assert value.rfind('"') == len(value) - 1
        return key, ESCAPES.sub(lambda m: bytes([int(m[1], 16)]), value[2:-1].encode())
    return key, value


def test_a_network_becomes_a_block():
    network = network_of_spec(SPEC)
    assert read(write_block(network.fields, mark)) == {
        "ssid": b"Schulnetz".hex(),
        "key_mgmt": "WPA-EAP",
        "eap": "PEAP",
        "identity": b"tablets",
        "password": "⟦gs-nord-radius⟧",
        "domain_match": b"radius.gs-nord.example.org",
        "phase1": b"tls_disable_tlsv1_0=1 tls_disable_tlsv1_1=1",
        "phase2": b"auth=MSCHAPV2",
    }
    assert network.anchor == ANCHOR
    assert network.identity is None


def test_an_identity_comes_as_a_file_of_its_own():
    network = network_of_spec(TLS)
    assert network.identity == SealedFile(TLS["identity"])
    block = read(write_block(network.fields, mark))
    assert block["eap"] == "TLS"
    assert block["private_key_passwd"] == "⟦gs-nord-p12-password⟧"


@pytest.mark.parametrize("spec", [SPEC, TLS, {**SPEC, "eap": ["peap", "ttls"]}])
def test_the_profile_that_tablets_receive_says_the_same(spec):
    secrets = {
        "gs-nord-radius": "s3cret",
        "gs-nord-p12": b64encode(b"P12").decode(),
        "gs-nord-p12-password": "päss",
    }
    payloads = PROFILES["wifi"].encode(spec)
    written = plistlib.loads(compile_profile("org.example", "WLAN", payloads, secrets.__getitem__))
    parts = {part["PayloadUUID"]: part for part in written["PayloadContent"]}
    (wifi,) = (p for p in parts.values() if p["PayloadType"] == "com.apple.wifi.managed")
    received, ours = network_of_payload(wifi, parts), network_of_spec(spec)
    opened = {
        key: secrets[value.name] if isinstance(value, Sealed) else value
        for key, value in ours.fields.items()
    }
    assert received.fields == opened
    assert received.anchor == ours.anchor
    assert received.identity == (b"P12" if "identity" in spec else None)


HOSTILE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


@given(ssid=HOSTILE, username=HOSTILE, password=HOSTILE)
def test_no_text_of_a_person_ends_its_line_or_its_quotes(ssid, username, password):
    network = network_of_spec({**SPEC, "ssid": ssid, "username": username})
    block = read(write_block({**network.fields, "password": password}, mark))
    assert bytes.fromhex(block["ssid"]) == ssid.encode()
    assert block["identity"] == username.encode()
    assert block["password"] == password.encode()


def test_a_line_that_would_be_cut_off_is_refused():
    with pytest.raises(ValueError, match="identity is too long"):
        write_block({"identity": "ä" * 250}, mark)
    assert write_block({"eap": Bare("PEAP")}, mark) == "network={\n  eap=PEAP\n}\n"


@pytest.mark.parametrize(
    ("names", "field", "said"),
    [
        (["a.example.org", "b.example.org"], "domain_match", b"a.example.org;b.example.org"),
        (["*.example.org"], "domain_suffix_match", b"example.org"),
        (["a.example.org", "*.b.example.org"], "domain_suffix_match", b"a.example.org;b.example.org"),
        (["wpa.*.example.org"], "domain_suffix_match", b"example.org"),
    ],
)  # fmt: skip
def test_names_of_servers_with_and_without_a_star(names, field, said):
    network = network_of_spec({**SPEC, "server_names": names})
    assert read(write_block(network.fields, mark))[field] == said


@pytest.mark.parametrize("name", ["a;b", "a b", "", "a\nb", "a..b", "*", "a.*", "a\0.example.org"])
def test_what_is_no_name_of_a_server_is_refused(name):
    with pytest.raises(ValueError, match="is not the name of a server"):
        network_of_spec({**SPEC, "server_names": [name]})


@pytest.mark.parametrize(
    ("inner", "said"), [(None, "auth=MSCHAPV2"), ("PAP", "auth=PAP"), ("EAP", "autheap=MSCHAPV2")]
)
def test_what_stands_inside_ttls(inner, said):
    eap = {"AcceptEAPTypes": [21], **({"TTLSInnerAuthentication": inner} if inner else {})}
    network = network_of_payload({"SSID_STR": "N", "EAPClientConfiguration": eap}, {})
    assert network.fields["phase2"] == said


def test_the_oldest_and_the_newest_tls():
    eap = {"AcceptEAPTypes": [25], "TLSMinimumVersion": "1.2", "TLSMaximumVersion": "1.3"}
    network = network_of_payload({"SSID_STR": "N", "EAPClientConfiguration": eap}, {})
    said = "tls_disable_tlsv1_0=1 tls_disable_tlsv1_1=1 tls_disable_tlsv1_3=0"
    assert network.fields["phase1"] == said


def test_what_no_supplicant_can_join_is_refused():
    def translate(**keys):
        return network_of_payload({"SSID_STR": "N", **keys}, {})

    with pytest.raises(ValueError, match="no enterprise network"):
        translate(Password="x")
    with pytest.raises(ValueError, match="none of the EAP methods"):
        translate(EAPClientConfiguration={"AcceptEAPTypes": [18]})
    with pytest.raises(ValueError, match="an anchor of this network is not in its profile"):
        translate(
            EAPClientConfiguration={"AcceptEAPTypes": [25], "PayloadCertificateAnchorUUID": ["X"]}
        )
    with pytest.raises(ValueError, match="the identity of this network is not in its profile"):
        translate(EAPClientConfiguration={"AcceptEAPTypes": [13]}, PayloadCertificateUUID="X")
