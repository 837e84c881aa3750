"""``pedell profile`` and ``pedell schema update`` through the real command line."""

import json
import plistlib
import shutil
import subprocess

import pytest
from jsonschema import Draft202012Validator

from pedell.payloads.apple import PROFILES, compile_profile
from tests.commands.typed import pedell_says

WIFI = {"ssid": "Schulnetz", "security": "open"}
SECRET = "tulpe-nebel-42"  # invented
HEAD = "payload:\n  {part}type: {type}\n  supportedOS:\n    iOS: {{introduced: '15.0'}}\npayloadkeys:\n"
FILES = {
    "mdm/profiles/TopLevel.yaml": ("payload", "TopLevel", "- {key: PayloadContent, type: <array>}\n"),
    "mdm/profiles/CommonPayloadKeys.yaml": ("payload", "CommonPayloadKeys", "- {key: PayloadType, type: <string>}\n"),
    "mdm/profiles/light.yaml": ("payload", "com.apple.light", "- {key: Colour, type: <string>, rangelist: [red]}\n"),
    "declarative/declarations/base.yaml": ("declaration", "any", "- {key: Type, type: <string>}\n"),
}  # fmt: skip


@pytest.fixture(name="folder")
def _folder(tmp_path):
    written = compile_profile("org.example.wifi", "WLAN", PROFILES["wifi"].encode(WIFI), str)
    (tmp_path / "wifi.mobileconfig").write_bytes(written)
    whole = plistlib.loads(written)
    (tmp_path / "binary.mobileconfig").write_bytes(plistlib.dumps(whole, fmt=plistlib.FMT_BINARY))
    part = whole["PayloadContent"][0]
    part |= {"EncryptionType": "WPA4", "Password": SECRET}
    (tmp_path / "wrong.mobileconfig").write_bytes(plistlib.dumps(whole))
    return tmp_path


@pytest.fixture(name="checkout")
def _checkout(tmp_path):
    for name, (part, kind, keys) in FILES.items():
        path = tmp_path / "apple" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD.format(part=part, type=kind) + keys)
    (tmp_path / "apple/README.md").write_text("| iOS | 42.1 |\n")
    (tmp_path / "apple/LICENSE.txt").write_text("Copyright © invented\n")
    return tmp_path / "apple"


def check(folder, *words, **env):
    return pedell_says("profile", "check", *words, cwd=folder, env=env)


@pytest.mark.parametrize("name", ["wifi.mobileconfig", "binary.mobileconfig"])
def test_a_profile_of_our_own_has_nothing_wrong(folder, name):
    answer = check(folder, name)
    assert (answer.code, answer.err) == (0, "")
    assert "Nothing to say in 1 file." in answer.out
    assert "profiles of iOS 18.3, declarations of iOS 27.0 Seed 1" in answer.out


def test_an_error_has_its_line_and_a_secret_is_never_printed(folder):
    for words in ((), ("--output", "json"), ("--output", "jsonl")):
        answer = check(folder, "wrong.mobileconfig", *words)
        assert answer.code == 5
        assert "it may be: WEP, WPA, WPA2, WPA3, Any, None" in answer.out
        assert "secret in clear text" in answer.out
        assert SECRET not in answer.out + answer.err
    line = (
        (folder / "wrong.mobileconfig")
        .read_text()
        .splitlines()
        .index("\t\t\t<key>EncryptionType</key>")
    )
    assert (
        f"error  line {line + 1}  com.apple.wifi.managed · EncryptionType"
        in check(folder, "wrong.mobileconfig").out
    )


def test_a_program_is_told_the_same(folder):
    found = json.loads(
        check(folder, "wrong.mobileconfig", "wifi.mobileconfig", "--output", "json").out
    )
    assert (found["format"], found["type"]) == (1, "profile-check")
    assert found["summary"] == {"errors": 1, "warnings": 1, "infos": 0, "files": 2}
    assert found["table"]["releases"] == {"profiles": "18.3", "declarations": "27.0 Seed 1"}
    first = found["files"][0]["findings"][0]
    assert (first["severity"], first["reason"]) == ("error", "value")
    assert first["path"] == ["PayloadContent", 0, "EncryptionType"]
    lines = check(folder, "wifi.mobileconfig", "--output", "jsonl").out.splitlines()
    assert [json.loads(line)["type"] for line in lines] == ["profile-check", "file"]


def test_people_are_told_in_german(folder):
    answer = check(folder, "wrong.mobileconfig", PEDELL_LANG="de")
    assert "Fehler  Zeile" in answer.out
    assert "„EncryptionType“ ist WPA4; möglich sind:" in answer.out


def test_a_signed_profile_is_unwrapped(folder):
    asked = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-keyout", "k", "-out", "c", "-subj", "/CN=invented.example.org"]  # fmt: skip
    if not shutil.which("openssl"):
        pytest.skip("openssl is not here")
    subprocess.run(asked, cwd=folder, check=True, capture_output=True)
    for form in (["-outform", "DER"], ["-outform", "PEM"], ["-outform", "DER", "-stream"]):
        signing = [
            "openssl",
            "cms",
            "-sign",
            "-signer",
            "c",
            "-inkey",
            "k",
            "-nodetach",
            "-binary",
            *form,
        ]
        subprocess.run(
            [*signing, "-in", "wrong.mobileconfig", "-out", "signed"],
            cwd=folder,
            check=True,
            capture_output=True,
        )
        answer = check(folder, "signed")
        assert answer.code == 5
        assert "signed (the signature was not checked)" in answer.out
        assert '"EncryptionType" is WPA4' in answer.out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no XML"),
        (b"hello", "no XML"),
        (bytes(range(256)), "no XML"),
        (b"0\x82\x01", "envelope (CMS) is broken"),
        (b"bplist00" + b"\xff" * 99, "no property list"),
        (b"<plist><array>" * 3000, "nested too deep"),
        (b"<plist><dict><key>a</key></dict></plist>", "no property list"),
        (b"<plist><string>a</string></plist>", "no profile and no declaration"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><plist><string>&a;</string></plist>', "entities"),
        (b"<plist>" + b" " * 2_000_000, "larger than 1,500,000 bytes"),
        (b"{", "no JSON"),
        (b"[" * 90_000, "nested too deep"),
        (b'{"Type": NaN}', "no JSON: NaN"),
        (b'{"Type": "a", "Type": "b"}', '"Type" stands twice'),
        (b"{\xff}", "no JSON"),
        (b'{"Type": "\\ud800"}', "no JSON"),
        (
            b"<plist><dict>" + b"<key>x</key><true/>" * 3 + b"</dict></plist>",
            '"PayloadUUID" is missing',
        ),
        (
            json.dumps(
                {
                    "Type": "com.apple.activation.simple",
                    "Payload": {f"x{n}": n for n in range(9000)},
                }
            ).encode(),
            "only the first 1,000",
        ),
        (b'{"a": 1}', "no profile and no declaration"),
        (b"[1, null]", "no profile and no declaration"),
        (b'{"Type": ["x"], "Identifier": 1, "Payload": []}', '"Type" must be text'),
    ],
)
def test_rubbish_ends_in_words(tmp_path, content, words):
    (tmp_path / "x").write_bytes(content)
    answer = check(tmp_path, "x", "--os", "18.3", "--supervised", "--shared")
    assert answer.code == 5
    assert words in answer.out
    assert answer.err == ""


def test_declarations_are_checked_one_by_one(tmp_path):
    listed = [{"Type": "com.apple.configuration.passcode.settings", "Identifier": f"a{n}", "Payload": {"MinimumLength": n}}
              for n in (6, 60)]  # fmt: skip
    (tmp_path / "x.json").write_text(json.dumps(listed, indent=1))
    found = json.loads(check(tmp_path, "x.json", "--not-shared", "--output", "json").out)
    (only,) = found["files"][0]["findings"]
    assert (only["path"], only["line"]) == ([1, "Payload", "MinimumLength"], 13)


def test_what_is_said_depends_on_the_devices(folder):
    rights = PROFILES["restrictions"].encode({"airdrop": False})
    (folder / "rights").write_bytes(compile_profile("org.example", "Rechte", rights, str))
    assert '"allowAirDrop" needs supervision' in check(folder, "rights").out
    assert "1 note in 1 file." in check(folder, "rights").out
    assert "1 warning in 1 file." in check(folder, "rights", "--unsupervised").out
    assert "Nothing to say" in check(folder, "rights", "--supervised", "--os", "18.3").out
    assert (
        "The table ends with iOS 18.3" in check(folder, "rights", "--supervised", "--os", "26").out
    )
    assert check(folder, "rights", "--os", "newest").code == 64


def test_a_file_that_is_not_there_does_not_hide_the_others(folder):
    answer = check(folder, "wrong.mobileconfig", "missing", folder)
    assert answer.code == 5
    assert "It cannot be read: No such file or directory." in answer.out
    assert "It cannot be read: Is a directory." in answer.out
    assert '"EncryptionType" is WPA4' in answer.out


def test_a_schema_is_exported_by_type(tmp_path):
    answer = pedell_says("profile", "schema", "com.apple.wifi.managed", cwd=tmp_path)
    assert answer.code == 0
    schema = json.loads(answer.out)
    Draft202012Validator.check_schema(schema)
    assert schema["properties"]["EncryptionType"]["enum"][0] == "WEP"
    assert "com.apple.wifi.managed" in pedell_says("profile", "schema", cwd=tmp_path).out
    wrong = pedell_says("profile", "schema", "com.apple.wifi.manged", cwd=tmp_path)
    assert wrong.code == 64
    assert 'Did you mean "com.apple.wifi.managed"?' in wrong.err


def test_a_table_is_derived_from_a_checkout_and_used(folder, checkout):
    words = ("schema", "update", "--from", checkout, "--out", "apple.json")
    answer = pedell_says(*words, cwd=folder)
    assert answer.code == 0
    assert "1 is new:\n  com.apple.light" in answer.out
    assert "CommonPayloadKeys/PayloadUUID" in answer.out.partition("gone")[2]
    assert "iOS 18.3 · 27.0 Seed 1 with iOS 42.1." in answer.err
    assert "Copyright © invented" in json.loads((folder / "apple.json").read_text())["licence"]
    assert "0 are new.\n0 are gone.\n0 are now outdated." in pedell_says(*words, cwd=folder).out
    light = {"PayloadContent": [{"PayloadType": "com.apple.light", "Colour": "blue"}]}
    (folder / "light").write_bytes(plistlib.dumps(light))
    for told in (check(folder, "light", "--facts", "apple.json"),
                 check(folder, "light", PEDELL_APPLE_FACTS="apple.json")):  # fmt: skip
        assert '"Colour" is blue; it may be: red.' in told.out
        assert "Apple's schema of iOS 42.1." in told.out


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("mdm/profiles/light.yaml", "a: [", "Not valid YAML"),
        (
            "mdm/profiles/light.yaml",
            HEAD.format(part="payload", type="lamp") + "- {key: a}\n",
            "lamp is not written",
        ),
        ("mdm/profiles/TopLevel.yaml", "", "the keys of every profile"),
        ("LICENSE.txt", "", "no LICENSE.txt"),
    ],
)
def test_of_a_checkout_that_cannot_be_read_nothing_is_written(
    checkout, tmp_path, name, text, words
):
    (checkout / name).write_text(text)
    (tmp_path / "out").mkdir()
    answer = pedell_says(
        "schema", "update", "--from", checkout, "--out", "out/apple.json", cwd=tmp_path
    )
    assert answer.code == 5
    assert words in answer.err
    assert list((tmp_path / "out").iterdir()) == []


def test_an_update_says_what_it_needs(tmp_path, checkout):
    for words in (
        ["update"],
        ["update", "--out", "x"],
        ["school", "--from", checkout],
        ["--out", "x"],
    ):
        assert pedell_says("schema", *words, cwd=tmp_path).code == 64
    (tmp_path / "empty").mkdir()
    answer = pedell_says("schema", "update", "--from", "empty", "--out", "x", cwd=tmp_path)
    assert answer.code == 5
    assert "github.com/apple/device-management" in answer.err


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 2}', '{"format": 1}', "[" * 99_999])
def test_what_is_no_table_is_refused(folder, text):
    (folder / "t.json").write_text(text)
    answer = check(folder, "wifi.mobileconfig", "--facts", "t.json")
    assert answer.code == 5
    assert "t.json is no table of Apple's facts" in answer.err
