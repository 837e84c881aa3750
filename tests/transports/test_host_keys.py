import hmac
from base64 import b64decode, b64encode

import pytest

from pedell.transports.host_keys import (
    HostKeyError,
    check_key,
    entry_name,
    fingerprint,
    read_pinned,
)

KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIJ0LRbLfDDZgYDVLHlHyaXGmHmLbd8kUuA3oSzo9Y0Qx"  # invented


def hashed(name):
    salt = b"0123456789abcdefghij"
    digest = hmac.digest(salt, name.encode(), "sha1")
    return f"|1|{b64encode(salt).decode()}|{b64encode(digest).decode()}"


@pytest.mark.parametrize(
    ("line", "host", "port", "is_found"),
    [
        (f"server.example.org ssh-ed25519 {KEY}", "server.example.org", 22, True),
        (f"server.example.org ssh-ed25519 {KEY} a comment", "server.example.org", 22, True),
        (f"server.example.org ssh-ed25519 {KEY}", "server.example.org", 2222, False),
        (f"[192.0.2.1]:2222 ssh-ed25519 {KEY}", "192.0.2.1", 2222, True),
        (f"[192.0.2.1]:2222 ssh-ed25519 {KEY}", "192.0.2.1", 22, False),
        (f"a,[192.0.2.1]:22,b ssh-ed25519 {KEY}", "192.0.2.1", 22, True),
        (f"*.example.org ssh-ed25519 {KEY}", "server.example.org", 22, False),
        (f"@cert-authority * ssh-ed25519 {KEY}", "*", 22, False),
        (f"@revoked server.example.org ssh-ed25519 {KEY}", "server.example.org", 22, False),
        (f"# server.example.org ssh-ed25519 {KEY}", "server.example.org", 22, False),
        ("server.example.org ssh-ed25519 not-base64!", "server.example.org", 22, False),
        ("server.example.org", "server.example.org", 22, False),
        (f"{hashed('server.example.org')} ssh-ed25519 {KEY}", "server.example.org", 22, True),
        (f"{hashed('[192.0.2.1]:2222')} ssh-ed25519 {KEY}", "192.0.2.1", 2222, True),
        (f"{hashed('other')} ssh-ed25519 {KEY}", "server.example.org", 22, False),
        (f"|1|broken ssh-ed25519 {KEY}", "server.example.org", 22, False),
    ],
)
def test_only_the_lines_of_this_server_are_read(tmp_path, line, host, port, is_found):
    file = tmp_path / "known_hosts"
    file.write_text(f"nonsense\n\n{line}\n")
    assert read_pinned(file, host, port) == ({"ssh-ed25519": b64decode(KEY)} if is_found else {})


def test_a_fingerprint_is_that_of_openssh():
    # echo "ssh-ed25519 AAAA…" | ssh-keygen -lf -
    assert fingerprint(b"") == "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"


def test_the_pinned_key_passes_and_no_other(tmp_path):
    pinned = {"ssh-ed25519": b"one"}
    check_key(pinned, "host", 22, tmp_path, ("ssh-ed25519", b"one"))
    with pytest.raises(HostKeyError):
        check_key(pinned, "host", 22, tmp_path, ("ssh-ed25519", b"two"))
    with pytest.raises(HostKeyError):
        check_key({}, "host", 22, tmp_path, ("ssh-ed25519", b"one"))


def test_the_usual_port_is_not_written():
    assert (entry_name("a", 22), entry_name("a", 2222)) == ("a", "[a]:2222")
