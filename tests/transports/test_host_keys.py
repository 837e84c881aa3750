import hmac
from base64 import b64decode, b64encode

import pytest

from pedell.transports.host_keys import (
    HostKeyError,
    check_key,
    entry_name,
    fingerprint,
    pinned_in,
    put_key,
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


@pytest.mark.parametrize("marked", ["server.example.org", "*", "other.example.org"])
def test_a_pinned_key_that_is_revoked_is_refused_before_anybody_is_asked(tmp_path, marked):
    file = tmp_path / "known_hosts"
    file.write_text(
        f"@revoked {marked} ssh-ed25519 {KEY}\nserver.example.org ssh-ed25519 {KEY}\n"
        "@revoked x ssh-ed25519 not-base64!\n@revoked\n"
    )
    with pytest.raises(HostKeyError, match=r"stands in .* as revoked, so nothing was sent"):
        read_pinned(file, "server.example.org", 22)
    assert read_pinned(file, "strange.example.org", 22) == {}


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


OLD = f"ssh-ed25519 {KEY}"
NEW = ("ssh-ed25519", b"new")
NEW_LINE = f"host.example.org ssh-ed25519 {b64encode(b'new').decode()}"


@pytest.mark.parametrize(
    ("before", "kept"),
    [
        ("", []),
        (f"host.example.org {OLD}", []),
        (f"host.example.org {OLD}\nhost.example.org ecdsa-sha2-nistp256 AAAA\n", []),
        (f"a,host.example.org,[b]:2222 {OLD} comment\n", [f"a,[b]:2222 {OLD} comment"]),
        (f"{hashed('host.example.org')} {OLD}\n", []),
        (f"{hashed('other')} {OLD}\n", [f"{hashed('other')} {OLD}"]),
        (f"[host.example.org]:2222 {OLD}\n", [f"[host.example.org]:2222 {OLD}"]),
        (f"*.example.org {OLD}\n", [f"*.example.org {OLD}"]),
        (f"# host.example.org {OLD}\n\n", [f"# host.example.org {OLD}", ""]),
        (f"@revoked host.example.org {OLD}\n", [f"@revoked host.example.org {OLD}"]),
        (f"other {OLD}\r\nnonsense\n", [f"other {OLD}\r", "nonsense"]),
    ],
)
def test_a_new_key_is_the_only_one_and_all_else_stays(before, kept):
    after = put_key(before, "host.example.org", 22, NEW)
    assert after == "".join(f"{line}\n" for line in [*kept, NEW_LINE])
    assert pinned_in(after, "host.example.org", 22) == dict([NEW])
    assert put_key(after, "host.example.org", 22, NEW) == after


@pytest.mark.parametrize("host", ["two words", "a,b", "#a", "@a", "a\nb", ""])
def test_a_name_that_would_say_something_else_is_not_written(host):
    with pytest.raises(ValueError, match="cannot stand"):
        put_key("", host, 22, NEW)
