"""The transport and the Debian provider against Debian's own OpenSSH server."""

import os
import pwd
from dataclasses import replace

import paramiko
import pytest

from pedell.model import Sealed, Status, Target, Traffic
from pedell.ports import Means
from pedell.providers.debian import Debian
from pedell.sandbox.servers.keys import own_key
from pedell.transports.ssh import HostKeyError, connect
from tests.providers.debian.world import HERE, Drawer, at, steps, want
from tests.transports.openssh import running_sshd

pytestmark = pytest.mark.tier2("sshd")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with running_sshd(tmp_path_factory.mktemp("sshd")) as sshd:
        yield sshd.address


def test_openssh_and_we_understand_each_other(address):
    much = b"\0x\n" * 1_000_000
    traffic = Traffic()
    with connect(address, traffic) as ssh:
        answer = ssh.run("tee /dev/stderr; exit 7", much)
        assert (answer.code, answer.out == much, answer.err == much) == (7, True, True)
        assert ssh.run("kill -9 $$").code in (-1, 137)
        assert ssh.run("exec <&-; echo done", much).out == b"done\n"
        assert [ssh.run("echo again").out for _ in range(20)] == [b"again\n"] * 20
    assert traffic.ssh_connections == 1


def test_openssh_with_another_key_is_refused(address, tmp_path):
    other = paramiko.ECDSAKey.generate()
    pinned = tmp_path / "known_hosts"
    pinned.write_text(
        f"[127.0.0.1]:{address.port} ssh-ed25519 {own_key(tmp_path / 'k').get_base64()}\n"
    )
    with pytest.raises(HostKeyError), connect(replace(address, known_hosts=pinned), Traffic()):
        pass
    pinned.write_text(f"[127.0.0.1]:{address.port} {other.get_name()} {other.get_base64()}\n")
    with pytest.raises(HostKeyError), connect(replace(address, known_hosts=pinned), Traffic()):
        pass


def test_openssh_lets_no_stranger_in(address, tmp_path):
    own_key(tmp_path / "stranger")
    with (
        pytest.raises(PermissionError, match="does not let"),
        connect(replace(address, key=tmp_path / "stranger"), Traffic()),
    ):
        pass


def test_files_are_put_and_seen_with_real_tools(address, tmp_path):
    me = pwd.getpwuid(os.getuid()).pw_name
    secrets = {"radius": Sealed("radius", "1" * 32)}
    resources = [
        want("directory", "/etc/x", owner=me, mode="0750"),
        want("file", "/etc/x/it's $(here)", content="ä\n", mode="0600"),
        want(
            "template", "t", path="/etc/y/t", content="⟦secret:radius⟧", secrets=secrets, owner=me
        ),
        want("command", "c", run="echo x > etc/z", creates="/etc/z", done=True),
    ]
    settings = {
        "host": address.host,
        "port": address.port,
        "user": address.user,
        "known_hosts": str(address.known_hosts),
        "key": str(address.key),
        "root": str(tmp_path),
    }
    target = Target("server/gs-nord", "server", "debian", "gs-nord", settings, HERE)
    means = Means(Drawer(radius="s3cret"), None, Traffic(), "test")
    with Debian().connect(target, means) as session:
        assert session.observe(resources, []) == []
        ends = list(session.perform(steps(resources)))
        assert [(end.status, end.detail) for end in ends] == [(Status.DONE, "")] * 4
        seen = {one.address: one.spec for one in session.observe(resources, [])}
    assert seen == {one.address: one.spec for one in resources}
    assert (tmp_path / "etc/y/t").read_text() == "s3cret"
    assert (tmp_path / "etc/y/t").stat().st_mode & 0o777 == 0o600
    assert seen[at("directory", "/etc/x")]["mode"] == "0750"
