"""``pedell import profiles`` through the real command line."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.adoption.strangers import DER, payload, profile, wifi, written
from tests.commands.typed import Answer, pedell_says

PASSWORD = "streng-geheim-1 (erfunden)"
TYPES = "types: {grundschule: Grundschule}\n"
SCHOOL = """\
school: gs-nord
name: Grundschule Nord
type: grundschule
groups: [wlan-uebung, rechte]
cohorts: {pupil: {ownership: loan}}
"""
DEVICES = "serial;mac;asset;model;cohort\nDXXX00000001;02:d0:00:00:00:01;MU-0001;iPad;pupil\n"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    root = payload("com.apple.security.root", "Schul-CA", PayloadContent=DER)
    clip = payload("com.apple.webClip.managed", Label="Übung", URL="https://example.org")
    rights = payload("com.apple.applicationaccess", allowCamera=False, allowFindMyFriends=False)
    profiles = {
        "wlan.mobileconfig": profile("WLAN Übung", wifi(password=PASSWORD), root, clip),
        "rechte.mobileconfig": profile("Rechte", wifi(password=PASSWORD), rights, clip),
    }
    (tmp_path / "old").mkdir()
    for name, whole in profiles.items():
        (tmp_path / "old" / name).write_bytes(written(whole, binary=name.startswith("r")))
    return tmp_path


def take(folder: Path, *words: str) -> Answer:
    return pedell_says("import", "profiles", "old", "--out", "new", *words, cwd=folder)


def written_files(folder: Path) -> dict[str, bytes]:
    new = folder / "new"
    found = (path for path in new.rglob("*") if path.is_file())
    return {path.relative_to(new).as_posix(): path.read_bytes() for path in found}


def test_the_result_is_sound_and_says_what_became_of_each_payload(folder: Path) -> None:
    answer = take(folder)
    assert (answer.code, answer.err) == (0, "")
    assert "6 of 6 payloads compile to the same content. 6 files in new." in answer.out
    assert "pedell secret set schulnetz-password -i new" in answer.out
    assert "All files share wifi.schulnetz, presets.web_clips.uebung" in answer.out
    assert sorted(written_files(folder)) == [
        "authority.yml",
        "catalogue.yml",
        "certificates/schul-ca.pem",
        "groups/rechte.yml",
        "groups/wlan-uebung.yml",
        "profiles/rechte.mobileconfig",
    ]
    assert pedell_says("validate", "-i", "new", cwd=folder).code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["new", "old"]


def test_a_school_that_joins_the_groups_gets_a_plan_on_the_sandbox(folder: Path) -> None:
    take(folder)
    new = folder / "new"
    (new / "schools").mkdir()
    (new / "devices").mkdir()
    (new / "authority.yml").write_text((new / "authority.yml").read_text() + TYPES)
    (new / "schools/gs-nord.yml").write_text(SCHOOL)
    (new / "devices/gs-nord.csv").write_text(DEVICES)
    try:
        assert pedell_says("sandbox", "start", "-i", "new", cwd=folder).code == 0
        plan = pedell_says("plan", "-i", "new", "--output", "json", cwd=folder)
        done = pedell_says("apply", "-i", "new", "--yes", cwd=folder)
        again = pedell_says("plan", "-i", "new", "--detailed-exitcode", cwd=folder)
    finally:
        pedell_says("sandbox", "stop", "-i", "new", cwd=folder)
    kinds = {change["address"].split("/")[2] for change in json.loads(plan.out)["changes"]}
    assert kinds >= {"wifi", "certificate", "restrictions", "presets", "profile"}
    assert (done.code, again.code) == (0, 0), done


def test_no_value_of_a_secret_is_shown_or_written(folder: Path) -> None:
    for output in ("text", "json", "jsonl"):
        answer = pedell_says(
            "import", "profiles", "old", "--out", output, "--output", output, cwd=folder
        )
        assert PASSWORD not in answer.out + answer.err
        found = (path for path in (folder / output).rglob("*") if path.is_file())
        assert not any(PASSWORD.encode() in path.read_bytes() for path in found)


def test_a_machine_is_told_what_is_shared_and_which_secrets_to_set(folder: Path) -> None:
    rows = json.loads(take(folder, "--output", "json").out)["rows"]
    became = {(row["became"], row["name"]) for row in rows}
    assert became >= {
        ("shared", "wifi.schulnetz"),
        ("secret", "schulnetz-password"),
        ("restrictions, raw profile", "pupil, rechte"),
        ("certificate", "schul-ca"),
    }


def test_secrets_are_encrypted_for_whom_it_was_asked(folder: Path) -> None:
    keys = pedell_says("secret", "keygen", cwd=folder)
    identity = folder / "key.txt"
    identity.write_text(keys.out)
    identity.chmod(0o600)
    recipient = keys.err.removeprefix("recipient: ").strip()
    answer = take(folder, "--recipient", recipient)
    assert answer.code == 0, answer
    assert "1 secret encrypted in new/secrets" in answer.out
    known = {"PEDELL_IDENTITY": str(identity)}
    words = ("secret", "get", "schulnetz-password", "--force", "-i", "new")
    assert pedell_says(*words, cwd=folder, env=known).out == f"{PASSWORD}\n"
    assert take(folder, "--recipient", "age1nobody").code == 64  # new is not empty any more


def test_a_wrong_recipient_writes_nothing(folder: Path) -> None:
    answer = take(folder, "--recipient", "age1nobody")
    assert answer.code == 5
    assert not (folder / "new").exists()


@pytest.mark.parametrize("there", ["new/file.txt", "new"])
def test_nothing_is_ever_overwritten(folder: Path, there: str) -> None:
    (folder / there).parent.mkdir(exist_ok=True)
    (folder / there).write_text("mine")
    answer = take(folder)
    assert answer.code == 64
    assert "not empty" in answer.err
    assert (folder / there).read_text() == "mine"


def test_an_empty_folder_is_filled(folder: Path) -> None:
    (folder / "new").mkdir()
    assert take(folder).code == 0
    assert written_files(folder)


@pytest.mark.parametrize("words", [("--role", "Schüler"), ("--authority", "-x")])
def test_a_name_that_no_file_can_hold_is_refused(folder: Path, words: tuple[str, str]) -> None:
    assert take(folder, *words).code == 64


def test_all_that_is_wrong_in_any_file_is_told_at_once_and_nothing_written(folder: Path) -> None:
    old = folder / "old"
    one_line = written(profile("Alt", wifi(EncryptionType="WEP", password=PASSWORD)))
    broken = {
        "no-plist": b"x",
        "no-profile": written(["list"]),
        "entities": b'<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "a">]><plist><dict/></plist>',
        "encrypted": written(profile("X", EncryptedPayloadContent=b"x")),
        "huge": b"x" * 5_000_001,
        "no-type": written(profile("X", {"PayloadUUID": "x"})),
        "secret": one_line.replace(b"\n", b" "),
        "signed": b"0\x82\x01\x02xx",
        "deep": b"<plist>" + b"<array>" * 5000,
        "many": written(profile("X", *({"PayloadType": "x"} for _ in range(501)))),
    }
    for name, content in broken.items():
        (old / f"{name}.mobileconfig").write_bytes(content)
    os.mkfifo(old / "pipe")
    answer = take(folder, "old/pipe", "missing.mobileconfig")
    assert answer.code == 5
    assert "Traceback" not in answer.err
    for name in (*broken, "pipe", "missing"):
        assert f"{name}.mobileconfig" in answer.err or f"old/{name}" in answer.err
    assert PASSWORD not in answer.out + answer.err
    assert not (folder / "new").exists()


def test_payloads_with_a_secret_and_no_words_can_be_left_out(folder: Path) -> None:
    wep = wifi(EncryptionType="WEP", password=PASSWORD)
    (folder / "old/alt.mobileconfig").write_bytes(written(profile("Alt", wep)))
    refused = take(folder)
    assert refused.code == 5
    assert "--without-secrets" in refused.err
    answer = take(folder, "--without-secrets", "--output", "json")
    assert answer.code == 0
    told = json.loads(answer.out)
    rows = told["rows"]
    assert "6 of 7 payloads compile to the same content, 1 left out." in told["note"]
    assert [row["file"] for row in rows if row["became"] == "left out"] == ["old/alt.mobileconfig"]


@pytest.mark.tier2("openssl")
def test_a_signed_profile_is_taken_as_what_was_signed(folder: Path) -> None:
    subject = ["-subj", "/CN=Signatur (erfunden)", "-days", "2", "-nodes", "-newkey", "rsa:2048"]
    made = ["openssl", "req", "-x509", *subject, "-keyout", "k.pem", "-out", "c.pem"]
    subprocess.run(made, cwd=folder, check=True, capture_output=True)
    for name in ("wlan", "rechte"):
        path = folder / f"old/{name}.mobileconfig"
        path.rename(folder / "plain")
        sign = [
            "openssl",
            "cms",
            "-sign",
            "-nodetach",
            "-binary",
            "-outform",
            "DER",
            "-in",
            "plain",
        ]
        words = [*sign, "-signer", "c.pem", "-inkey", "k.pem", "-out", str(path)]
        subprocess.run(words, cwd=folder, check=True, capture_output=True)
    assert "6 of 6 payloads" in take(folder).out
