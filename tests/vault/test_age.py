"""Encrypted entries: they open where they stand, for whom they are, whole, or not at all."""

import json
import subprocess

import pyrage
import pytest

from pedell.model import Rejected, SecretEntry, SecretFiles, Source
from pedell.vault import AgeVault, ChainedVault, EnvironmentVault, Keyring, read_keyring
from pedell.vault.age import encrypt_entry, new_identity, open_entry
from pedell.vault.envelope import open_envelope, seal_envelope

KEY = b"k" * 32
IDENTITY, RECIPIENT = new_identity()
RING = Keyring(f"# ours\n{IDENTITY}\n".encode())
SCHOOLS = [f"gs-{number:02}" for number in range(30)]


def entry(name, owner, armored):
    return SecretEntry(name, owner, armored, Source(f"secrets/{owner}.yml", 1, 1))


def sealed(value, owner="gs-nord", name="gs-nord-wlan", authority="musterstadt", to=RECIPIENT):
    return encrypt_entry(value, authority, owner, name, (to,))


def vault_of(*entries, ring=RING):
    return AgeVault(SecretFiles({one.name: one for one in entries}), "musterstadt", ring, KEY)


def code_of(armored):
    with pytest.raises(Rejected) as caught:
        open_entry(entry("gs-nord-wlan", "gs-nord", armored), "musterstadt", RING)
    assert "secrets/gs-nord.yml:1:1" in str(caught.value)
    return caught.value.problems[0].code


def test_what_was_encrypted_opens_where_it_stands():
    vault = vault_of(entry("gs-nord-wlan", "gs-nord", sealed("grün und\nlang")))
    assert vault.reveal("gs-nord-wlan").reveal() == "grün und\nlang"


def test_no_entry_of_a_school_opens_in_the_file_of_another():
    """30 schools, each with the ciphertext of every other: 870 transplants."""
    written = {s: sealed(f"value of {s}", s, f"{s}-wlan") for s in SCHOOLS}
    for school, armored in written.items():
        one = entry(f"{school}-wlan", school, armored)
        assert open_entry(one, "musterstadt", RING) == f"value of {school}"
    refused = 0
    for here in SCHOOLS:
        for there in SCHOOLS:
            if here != there:
                with pytest.raises(Rejected, match=f"secrets/{here}.yml.*another place"):
                    open_entry(entry(f"{here}-wlan", here, written[there]), "musterstadt", RING)
                refused += 1
    assert refused == 870


@pytest.mark.parametrize(
    "place",
    [
        {"owner": "authority"},
        {"name": "gs-nord-radius"},
        {"authority": "nachbarstadt"},
    ],
)
def test_owner_name_and_authority_are_each_bound(place):
    assert code_of(sealed("x", **place)) == "E0290"


def test_a_bare_value_is_no_envelope():
    key = pyrage.x25519.Recipient.from_str(RECIPIENT)
    place = {"v": 1, "authority": "musterstadt", "owner": "gs-nord", "name": "gs-nord-wlan"}
    for plain in (
        b"geheim",
        b"[" * 100_000,
        b"\xff",
        json.dumps({**place, "value": "geheim", "n": "1"}).encode(),  # not canonical
        json.dumps({**place, "value": 7, "n": "1"}, sort_keys=True, separators=(",", ":")).encode(),
    ):
        assert code_of(pyrage.encrypt(plain, [key], armored=True).decode()) == "E0290"


def test_a_key_that_stands_twice_is_refused():
    plain = seal_envelope("a", "b", "c", "x")
    assert open_envelope(plain, "a", "b", "c") == "x"
    assert open_envelope(plain.replace(b'"v":1', b'"v":1,"v":1'), "a", "b", "c") is None
    assert open_envelope(plain.replace(b'"v":1', b'"v":true'), "a", "b", "c") is None


def test_equal_values_do_not_show_as_equal():
    assert sealed("x") != sealed("x")
    assert seal_envelope("a", "b", "c", "x") != seal_envelope("a", "b", "c", "x")


def test_another_identity_opens_nothing():
    other, _ = new_identity()
    one = entry("gs-nord-wlan", "gs-nord", sealed("geheim"))
    vault = vault_of(one, ring=Keyring(other.encode()))
    assert vault.fingerprint("gs-nord-wlan") is None
    with pytest.raises(KeyError, match=r"secrets/gs-nord\.yml"):
        vault.reveal("gs-nord-wlan")


def test_without_identity_all_stays_closed():
    vault = vault_of(entry("gs-nord-wlan", "gs-nord", sealed("geheim")), ring=None)
    assert vault.fingerprint("gs-nord-wlan") is None
    with pytest.raises(KeyError):
        vault.reveal("gs-nord-wlan")


def test_a_name_without_entry_is_missing():
    assert vault_of().fingerprint("gs-nord-wlan") is None
    with pytest.raises(KeyError, match="gs-nord-wlan"):
        vault_of().reveal("gs-nord-wlan")


def test_every_changed_letter_is_noticed():
    armored = sealed("geheim" * 20)
    lines = armored.splitlines()
    for number, line in enumerate(lines[1:-1], start=1):
        letter = "A" if line[10] != "A" else "B"
        changed = [*lines]
        changed[number] = line[:10] + letter + line[11:]
        one = entry("gs-nord-wlan", "gs-nord", "\n".join(changed) + "\n")
        value = "closed"
        try:
            value = open_entry(one, "musterstadt", RING)
        except Rejected:
            value = None
        assert value is None


def test_a_block_that_was_cut_is_noticed():
    lines = sealed("geheim" * 100).splitlines()
    for kept in range(1, len(lines) - 2):
        cut = "\n".join([*lines[: kept + 1], lines[-1]]) + "\n"
        assert code_of(cut) == "E0291"


def test_a_refused_entry_is_a_rejection_to_a_plan_and_a_missing_secret_to_a_session():
    vault = vault_of(entry("gs-nord-wlan", "gs-nord", sealed("geheim", "gs-sued")))
    with pytest.raises(Rejected, match="E0290"):
        vault.fingerprint("gs-nord-wlan")
    with pytest.raises(KeyError, match="E0290") as caught:
        vault.reveal("gs-nord-wlan")
    assert "geheim" not in str(caught.value)


def test_a_fingerprint_covers_the_name():
    a = entry("gs-nord-a", "gs-nord", sealed("same", name="gs-nord-a"))
    b = entry("gs-nord-b", "gs-nord", sealed("same", name="gs-nord-b"))
    vault = vault_of(a, b)
    assert vault.fingerprint("gs-nord-a") != vault.fingerprint("gs-nord-b")
    again = entry("gs-nord-a", "gs-nord", sealed("same", name="gs-nord-a"))
    assert vault_of(again).fingerprint("gs-nord-a") == vault.fingerprint("gs-nord-a")
    environment = EnvironmentVault({"PEDELL_SECRET_GS_NORD_A": "same"}, KEY)
    assert environment.fingerprint("gs-nord-a") == vault.fingerprint("gs-nord-a")


def test_entries_come_first_and_the_environment_fills_in():
    one = entry("gs-nord-wlan", "gs-nord", sealed("from git"))
    given = EnvironmentVault({"PEDELL_SECRET_GS_NORD_WLAN": "given", "PEDELL_SECRET_API": "a"}, KEY)
    opened, closed = (
        ChainedVault(vault_of(one), given),
        ChainedVault(vault_of(one, ring=None), given),
    )
    assert opened.reveal("gs-nord-wlan").reveal() == "from git"
    assert closed.reveal("gs-nord-wlan").reveal() == "given"
    assert opened.reveal("api").reveal() == "a"
    assert closed.fingerprint("gs-nord-wlan") == given.fingerprint("gs-nord-wlan")
    assert opened.fingerprint("gs-nord-wlan") != given.fingerprint("gs-nord-wlan")
    with pytest.raises(KeyError, match="PEDELL_SECRET_NONE"):
        opened.reveal("none")
    assert opened.fingerprint("none") is None


def test_an_ssh_key_opens_too(tmp_path):
    path = tmp_path / "id"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    recipient = path.with_suffix(".pub").read_text().strip()
    one = entry("gs-nord-wlan", "gs-nord", sealed("geheim", to=recipient))
    assert vault_of(one, ring=read_keyring(path)).reveal("gs-nord-wlan").reveal() == "geheim"


def test_an_ssh_key_with_a_passphrase_is_told_at_once(tmp_path):
    path = tmp_path / "id"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "lang", "-f", path], check=True)
    recipient = path.with_suffix(".pub").read_text().strip()
    one = entry("gs-nord-wlan", "gs-nord", sealed("geheim", to=recipient))
    with pytest.raises((Rejected, KeyError)):
        vault_of(one, ring=read_keyring(path)).reveal("gs-nord-wlan")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_an_identity_that_others_can_read_is_refused(tmp_path, mode):
    path = tmp_path / "identity"
    path.write_text(IDENTITY)
    path.chmod(mode)
    with pytest.raises(Rejected, match="chmod 600") as caught:
        read_keyring(path)
    assert IDENTITY not in str(caught.value)


@pytest.mark.parametrize("content", ["", "# only this\n", "AGE-SECRET-KEY-1XYZ\n", "geheim\n"])
def test_what_is_no_identity_is_refused_without_being_shown(tmp_path, content):
    path = tmp_path / "identity"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(Rejected, match="PEDELL_IDENTITY") as caught:
        read_keyring(path)
    assert not content or content.strip() not in str(caught.value)


def test_a_recipient_with_a_wrong_letter_is_refused():
    wrong = RECIPIENT[:-1] + ("q" if RECIPIENT[-1] != "q" else "p")
    with pytest.raises(Rejected, match=r"recipients\.yml"):
        sealed("x", to=wrong)
