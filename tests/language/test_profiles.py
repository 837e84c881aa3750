"""Raw profiles are read within bounds; whatever is wrong with one is told with file and line."""

import plistlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedell.language.plists import Unreadable, read_plist
from pedell.language.profiles import read_profiles
from pedell.model import Asset, Document, Severity

FILE = "profiles/exam.mobileconfig"
GOOD = {
    "PayloadType": "Configuration",
    "PayloadVersion": 1,
    "PayloadIdentifier": "org.example.exam",
    "PayloadUUID": "4F0C7A52-0000-4000-8000-000000000001",
    "PayloadContent": [
        {
            "PayloadType": "com.apple.applicationaccess",
            "PayloadVersion": 1,
            "PayloadIdentifier": "org.example.exam.1",
            "PayloadUUID": "4F0C7A52-0000-4000-8000-000000000002",
            "allowCamera": False,
        }
    ],
}
XML = plistlib.dumps(GOOD, sort_keys=False)


def reading(content):
    """Read one profile of a catalogue; return it, or nothing, and what is wrong."""
    value = {"profiles": {"exam": {"file": FILE}}}
    document = Document("catalogue.yml", "catalogue.yml", "", value, {}, {})
    assets = {} if content is None else {FILE: Asset(f"inv/{FILE}", FILE, content)}
    found, problems = read_profiles(document, assets)
    return found.get("exam"), problems


def told(content):
    profile, problems = reading(content)
    assert profile is None
    return [(one.code, one.source.line, one.detail) for one in problems]


def test_a_profile_is_kept_in_one_form_however_it_was_written():
    profile, problems = reading(XML)
    assert (problems, profile.doubts) == ((), ())
    assert profile.path == f"inv/{FILE}"
    for fmt in (plistlib.FMT_XML, plistlib.FMT_BINARY):
        turned = dict(reversed(GOOD.items()))
        assert reading(plistlib.dumps(turned, fmt=fmt, sort_keys=False))[0] == profile


def test_a_file_that_is_not_there_is_told_where_it_is_named():
    ((code, line, detail),) = told(None)
    assert (code, line) == ("E0108", 1)
    assert FILE in detail


def test_a_wrong_value_is_told_in_its_line():
    wrong = XML.replace(b"<false/>", b"<string>no</string>")
    line = 1 + XML[: XML.index(b"allowCamera")].count(b"\n")
    assert told(wrong) == [("E0237", line, '"allowCamera" must be true or false.')]


def test_the_line_is_the_right_one_of_several_alike():
    twice = {**GOOD, "PayloadContent": GOOD["PayloadContent"] * 2}
    xml = plistlib.dumps(twice, sort_keys=False)
    assert xml.count(b"PayloadUUID") == 3
    lines = [n for n, text in enumerate(xml.split(b"\n"), 1) if b"PayloadUUID" in text]
    assert [line for _, line, detail in told(xml) if "PayloadUUID" in detail] == [lines[2]]


def test_a_doubt_travels_with_the_profile():
    profile, problems = reading(XML.replace(b"allowCamera", b"allowCamara"))
    (doubt,) = profile.doubts
    assert problems == ()
    assert (doubt.code, doubt.severity) == ("W0305", Severity.WARNING)
    assert doubt.source.line == 1 + XML[: XML.index(b"allowCamera")].count(b"\n")
    assert 'Did you mean "allowCamera"?' in doubt.detail


def test_a_secret_in_clear_text_is_refused_and_not_repeated():
    wifi = {
        **GOOD["PayloadContent"][0],
        "PayloadType": "com.apple.wifi.managed",
        "SSID_STR": "S",
        "Password": "Geheim-erfunden",
    }
    del wifi["allowCamera"]
    ((code, line, detail),) = told(plistlib.dumps({**GOOD, "PayloadContent": [wifi]}))
    assert code == "E0114"
    assert line > 1
    assert "Password" in detail
    assert "Geheim" not in detail


def _bomb(levels):
    entities = '<!ENTITY e0 "lol">'
    for n in range(1, levels):
        entities += f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">'
    text = f"<plist><string>&e{levels - 1};</string></plist>"
    return f'<?xml version="1.0"?><!DOCTYPE plist [{entities}]>{text}'.encode()


def _shared(levels):
    value = ["x"]
    for _ in range(levels):
        value = [value] * 10
    return plistlib.dumps({"a": value}, fmt=plistlib.FMT_BINARY)


def _circle():
    """An array whose only entry is itself: one object at byte 8, the table of offsets at 10."""
    trailer = bytes(6) + bytes([1, 1]) + b"".join(n.to_bytes(8, "big") for n in (1, 0, 10))
    return b"bplist00" + b"\xa1\x00" + b"\x08" + trailer


HOSTILE = {
    "signed, DER": (b"0\x82\x10\x00rest", "It is signed"),
    "signed, PEM": (b"-----BEGIN PKCS7-----\nMII=", "It is signed"),
    "too large": (b"<plist>" + b" " * 1_000_001, "1,000,000 are read"),
    "empty": (b"", "It is no XML"),
    "no list": (b"Hallo", "It is no XML"),
    "cut off": (XML[:300], "It is no XML from here on"),
    "entities": (_bomb(9), "It declares entities"),
    "deep": (b"<plist>" + b"<array>" * 50_000, "nested too deep"),
    "deep and closed": (
        b"<plist>" + b"<array>" * 60 + b"</array>" * 60 + b"</plist>",
        "nested too deep",
    ),
    "shared": (_shared(7), "holds too much"),
    "in a circle": (_circle(), "holds too much"),
    "binary, cut off": (plistlib.dumps(GOOD, fmt=plistlib.FMT_BINARY)[:-3], "no property list"),
    "another encoding": (b'<?xml version="1.0" encoding="x-unknown"?><plist/>', "It is no XML"),
    "a UID": (plistlib.dumps({"a": plistlib.UID(1)}, fmt=plistlib.FMT_BINARY), "no profile can"),
    "a list": (plistlib.dumps([1]), "no profile"),
    "a key without value": (b"<plist><dict><key>a</key></dict></plist>", "no property list"),
    "a value without key": (b"<plist><dict><true/></dict></plist>", "no property list"),
    "a bad date": (b"<plist><dict><key>a</key><date>x</date></dict></plist>", "no property list"),
    "a bad number": (
        b"<plist><dict><key>a</key><integer>x</integer></dict></plist>",
        "no property",
    ),
    "encrypted": (plistlib.dumps({**GOOD, "IsEncrypted": True}), "It is encrypted"),
    "what XML cannot hold": (
        plistlib.dumps({**GOOD, "PayloadDescription": "a\x01b"}, fmt=plistlib.FMT_BINARY),
        "cannot be written as XML",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_strange_file_is_told_in_words_and_at_once(name):
    content, words = HOSTILE[name]
    start = time.monotonic()
    problems = told(content)
    assert {code for code, _, _ in problems} == {"E0237"}
    assert any(words in detail for _, _, detail in problems)
    assert time.monotonic() - start < 2


@given(
    st.binary(max_size=200) | st.binary(max_size=60).map(lambda rest: XML[:700] + rest + XML[700:])
)
def test_whatever_stands_in_a_file_it_is_a_profile_or_told(content):
    profile, problems = reading(content)
    assert (profile is None) == bool(problems)


def test_more_findings_than_anybody_reads_are_not_collected():
    many = {**GOOD, **{f"unheard-{n}": n for n in range(500)}}
    profile, _ = reading(plistlib.dumps(many))
    assert len(profile.doubts) == 100


def test_a_line_is_that_of_the_key_or_of_what_holds_it():
    xml = b"<plist>\n<dict>\n<key>a</key>\n<array>\n<string>x</string>\n<dict>\n<key>b</key><true/>\n</dict>\n</array>\n</dict></plist>"
    found = read_plist(xml)
    lines = {(): 1, ("a",): 3, ("a", 0): 5, ("a", 1): 6, ("a", 1, "b"): 7, ("a", 1, "c"): 6}
    assert {at: found.line_of(at) for at in lines} == lines


def test_a_reader_says_where_it_stopped():
    with pytest.raises(Unreadable) as caught:
        read_plist(b"<plist>\n<dict>\n</plist>")
    assert caught.value.line == 3
