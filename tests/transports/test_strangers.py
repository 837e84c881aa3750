"""Whoever stands in between hears nothing: the fake server's own log says so."""

from base64 import b64encode

import paramiko
import pytest

from pedell.model import Secret, Traffic
from pedell.sandbox.servers.keys import own_key
from pedell.transports.asking import ask_host_key
from pedell.transports.host_keys import HostKeyError, fingerprint
from pedell.transports.ssh import SshAddress, connect
from tests.transports.strangers import Weakling, beyond_keys, stranger

ECDSA = paramiko.ECDSAKey.generate()
RSA = paramiko.RSAKey.generate(2048)


@pytest.fixture(name="shown")
def _shown(tmp_path):
    return own_key(tmp_path / "shown")


@pytest.fixture(name="pinned")
def _pinned(tmp_path):
    return own_key(tmp_path / "pinned")


def pin(tmp_path, port, *keys):
    file = tmp_path / "known_hosts"
    file.write_text("".join(f"[127.0.0.1]:{port} {k.get_name()} {k.get_base64()}\n" for k in keys))
    guest = own_key(tmp_path / "guest")
    assert guest.can_sign()
    return SshAddress("127.0.0.1", port, "pedell", file, tmp_path / "guest")


def refused(address, expected=HostKeyError):
    with pytest.raises(expected) as error, connect(address, Traffic()) as ssh:
        ssh.run("true")
    return str(error.value)


def test_the_fake_would_write_down_what_it_is_told(shown, tmp_path):
    with stranger(shown) as fake:
        with connect(pin(tmp_path, fake.port, shown), Traffic()) as ssh:
            ssh.run("true")
        assert [said[0] for said in fake.heard][-2:] == ["channel", "exec"]
        assert "key" in {said[0] for said in fake.heard}
        assert beyond_keys(fake.packets)


def test_a_changed_key_is_told_with_both_fingerprints(shown, pinned, tmp_path):
    with stranger(shown) as fake:
        said = refused(pin(tmp_path, fake.port, pinned))
    assert fingerprint(pinned.asbytes()) in said
    assert fingerprint(shown.asbytes()) in said
    assert "pedell server enrol --replace" in said
    assert (fake.heard, beyond_keys(fake.packets), fake.guests) == ([], [], 1)


def test_a_key_that_nobody_pinned_is_told_with_the_way_out(shown, tmp_path):
    with stranger(shown) as fake:
        said = refused(pin(tmp_path, fake.port))
    assert fingerprint(shown.asbytes()) in said
    assert "pedell server enrol" in said
    assert (fake.heard, beyond_keys(fake.packets)) == ([], [])


@pytest.mark.parametrize("kind", [ECDSA, RSA], ids=["ecdsa", "rsa"])
def test_a_key_of_another_type_is_no_way_in(kind, pinned, tmp_path):
    with stranger(kind) as fake:
        said = refused(pin(tmp_path, fake.port, pinned))
    assert fingerprint(pinned.asbytes()) in said
    assert fingerprint(kind.asbytes()) in said
    assert (fake.heard, beyond_keys(fake.packets)) == ([], [])


def test_the_right_bytes_under_the_name_of_another_type_are_no_way_in(shown, tmp_path):
    with stranger(ECDSA) as fake:
        address = pin(tmp_path, fake.port)
        line = f"[127.0.0.1]:{fake.port} {ECDSA.get_name()} {b64encode(shown.asbytes()).decode()}"
        address.known_hosts.write_text(line + "\n")
        refused(address)
    assert (fake.heard, beyond_keys(fake.packets)) == ([], [])


def test_a_key_out_of_the_vault_signs_nothing_for_a_stranger(shown, pinned, tmp_path):
    with stranger(shown) as fake:
        there = pin(tmp_path, fake.port, pinned)
        secret = Secret((tmp_path / "guest").read_text())
        refused(SshAddress("127.0.0.1", fake.port, "pedell", there.known_hosts, None, secret))
    assert (fake.heard, beyond_keys(fake.packets)) == ([], [])


def test_asking_for_a_key_says_nothing_else(shown, tmp_path):
    with stranger(shown) as fake:
        found = ask_host_key(pin(tmp_path, fake.port), {}, Traffic())
    assert found == ("ssh-ed25519", shown.asbytes())
    assert (fake.heard, beyond_keys(fake.packets)) == ([], [])


@pytest.mark.parametrize(
    "offer",
    [
        {"kex": b"diffie-hellman-group1-sha1"},
        {"kex": b"diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1"},
        {"key": b"ssh-rsa"},
        {"key": b"ssh-dss"},
        {"cipher": b"3des-cbc,aes128-cbc,aes256-cbc"},
        {"cipher": b"arcfour,arcfour256"},
        {"cipher": b"none"},
        {"mac": b"hmac-md5,hmac-md5-96"},
        {"mac": b"hmac-sha1,hmac-sha1-96"},
        {"mac": b"none"},
    ],
    ids=lambda offer: "-".join([*offer, *(value.decode() for value in offer.values())]),
)
def test_a_server_that_offers_only_what_is_weak_hears_nothing(offer, pinned, tmp_path):
    fake = Weakling(offer)
    said = refused(pin(tmp_path, fake.port, pinned), ConnectionError)
    assert "offers only methods that are too weak" in said
    assert "nothing was sent" in said
    assert set(fake.packets()) <= {1, 20}  # the lists of methods, and a goodbye
    assert b"pedell" not in fake.received
