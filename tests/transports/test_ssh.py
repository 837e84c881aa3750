import socket
import socketserver
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace

import paramiko
import pytest

from pedell.model import Secret, Traffic
from pedell.sandbox.servers import running
from pedell.transports import ssh as room
from pedell.transports.host_keys import HostKeyError, fingerprint
from pedell.transports.ssh import BrokenLineError, SshAddress, connect
from tests.transports.cutter import wire

NAME = "gs-nord"


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    with running([NAME], tmp_path_factory.mktemp("servers")) as found:
        yield found


@pytest.fixture
def address(servers):
    server = servers.servers[NAME]
    return SshAddress(server.host, server.port, "pedell", servers.known_hosts, servers.key)


def run(address, *command, **more):
    with connect(address, Traffic()) as ssh:
        return ssh.run(*command, **more)


def refusals(servers):
    return len(servers.traffic(NAME, "refuse"))


def test_a_command_says_what_it_says(address):
    answer = run(address, "cat; echo wrong >&2; exit 7", b"right\0\xff")
    assert (answer.code, answer.out, answer.err) == (7, b"right\0\xff", b"wrong\n")


def test_a_command_that_a_signal_ends_is_no_broken_line(address):
    answer = run(address, "kill -9 $$")
    assert answer.code == 137


def test_every_command_and_every_connection_is_counted(address, servers):
    traffic = Traffic()
    before = len(servers.traffic(NAME, "connect"))
    with connect(address, traffic) as ssh:
        for _ in range(3):
            ssh.run("true")
    assert (traffic.ssh_connections, traffic.ssh_round_trips) == (1, 3)
    assert len(servers.traffic(NAME, "connect")) == before + 1


def test_both_outputs_are_drained_while_input_goes_in(address):
    much = b"x" * 3_000_000
    answer = run(address, "tee /dev/stderr", much)
    assert answer.out == much
    assert answer.err == much


def test_a_command_that_reads_nothing_does_not_hold_us_up(address):
    assert run(address, "exec <&-; sleep 0.1; echo done", b"x" * 8_000_000).out == b"done\n"


def test_a_command_that_says_too_much_is_cut_off(address):
    with pytest.raises(BrokenLineError, match="said more than 16 MB"):
        run(address, "cat /dev/zero")


def test_a_command_that_does_not_end_is_left(address):
    began = time.monotonic()
    with pytest.raises(BrokenLineError, match=r"did not end within 1 s") as error:
        run(address, "echo early; sleep 30", deadline=1)
    assert time.monotonic() - began < 3
    assert error.value.said == b"early\n"


def test_a_round_trip_does_not_wait_for_nagle(address):
    def measure(ssh):
        began = time.monotonic()
        ssh.run("true")
        return time.monotonic() - began

    with connect(address, Traffic()) as ssh:
        best = min(measure(ssh) for _ in range(21))
    assert best < 0.03  # without TCP_NODELAY none of them is under 40 ms, however idle the machine


def test_a_stranger_is_refused_before_we_say_who_we_are(address, servers, tmp_path):
    before = refusals(servers)
    empty = tmp_path / "known_hosts"
    empty.write_text("# none\nother.example.org ssh-ed25519 AAAA\n")
    with pytest.raises(HostKeyError, match="no key is pinned") as error:
        run(replace(address, known_hosts=empty), "true")
    shown = paramiko.Ed25519Key.from_private_key_file(str(servers.folder / "host_ed25519"))
    assert fingerprint(shown.asbytes()) in str(error.value)
    assert f"[127.0.0.1]:{address.port} ssh-ed25519 {shown.get_base64()}" in str(error.value)
    assert refusals(servers) == before


def test_another_key_is_refused_before_we_say_who_we_are(address, servers, tmp_path):
    before = len(servers.traffic(NAME)), refusals(servers)
    other = paramiko.Ed25519Key.from_private_key_file(str(servers.key))
    changed = tmp_path / "known_hosts"
    changed.write_text(f"[127.0.0.1]:{address.port} ssh-ed25519 {other.get_base64()}\n")
    wrong_guest = replace(address, known_hosts=changed, user="nobody")
    with pytest.raises(HostKeyError, match="another key than the pinned one") as error:
        run(wrong_guest, "true")
    shown = paramiko.Ed25519Key.from_private_key_file(str(servers.folder / "host_ed25519"))
    assert fingerprint(other.asbytes()) in str(error.value)
    assert fingerprint(shown.asbytes()) in str(error.value)
    assert (len(servers.traffic(NAME)), refusals(servers)) == before


def test_a_missing_file_of_pinned_keys_is_said(address, tmp_path):
    with pytest.raises(PermissionError, match="pinned host keys cannot be read"):
        run(replace(address, known_hosts=tmp_path / "nowhere"), "true")


def test_a_key_that_is_not_let_in_is_a_denial(address, tmp_path):
    paramiko.ECDSAKey.generate().write_private_key_file(str(tmp_path / "key"))
    with pytest.raises(PermissionError, match="does not let pedell in with the key"):
        run(replace(address, key=tmp_path / "key"), "true")


def test_a_key_out_of_the_vault_opens_as_well(address, servers):
    held = replace(address, key=None, secret=Secret(servers.key.read_text()))
    assert run(held, "echo in").out == b"in\n"


def test_a_passphrase_out_of_the_vault_opens_the_key(address, tmp_path):
    key = paramiko.ECDSAKey.generate()
    key.write_private_key_file(str(tmp_path / "key"), password="open sesame")
    locked = replace(address, key=tmp_path / "key")
    with pytest.raises(PermissionError, match="cannot read a private key"):
        run(locked, "true")
    with pytest.raises(PermissionError, match="cannot read a private key"):
        run(replace(locked, secret=Secret("wrong")), "true")
    with pytest.raises(PermissionError, match="does not let pedell in"):
        run(replace(locked, secret=Secret("open sesame")), "true")


def test_a_secret_that_is_no_key_is_not_repeated(address):
    with pytest.raises(PermissionError) as error:
        run(replace(address, key=None, secret=Secret("hunter2")), "true")
    assert "hunter2" not in str(error.value)


def test_a_port_where_nobody_listens_says_so(address):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(OSError, match=f"127.0.0.1 port {port} refuses the connection"):
        run(replace(address, port=port), "true")


def test_a_port_that_never_speaks_gives_up_in_time(address):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        began = time.monotonic()
        silent = replace(address, port=mute.getsockname()[1])
        with (
            pytest.raises(OSError, match=r"not as an SSH server .*tried for 1 s"),
            connect(silent, Traffic(), patience=1.0),
        ):
            pass
    assert time.monotonic() - began < 4


def test_a_machine_that_does_not_answer_gives_up_in_time(address):
    # A listener whose queue is full drops what comes: as a firewall does, but on this machine.
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for one in fillers:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        began = time.monotonic()
        with (
            pytest.raises(TimeoutError, match=r"does not answer \(tried for 1 s\)"),
            connect(replace(address, port=full.getsockname()[1]), Traffic(), patience=1.0),
        ):
            pass
        for one in fillers:
            one.close()
    assert time.monotonic() - began < 4


def test_a_web_server_is_not_taken_for_ssh(address):
    class Web(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 3)

    with serving(Web) as port, pytest.raises(OSError, match="not as an SSH server"):
        run(replace(address, port=port), "true")


@contextmanager
def serving(handler):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_a_line_that_breaks_under_way_keeps_what_was_said(address, servers, tmp_path):
    with wire(address.host, address.port, servers.known_hosts, tmp_path) as (stretch, pinned):
        there = replace(address, port=stretch.port, known_hosts=pinned)
        with connect(there, Traffic()) as ssh:
            threading.Timer(0.5, stretch.cut).start()
            with pytest.raises(BrokenLineError, match="the connection broke") as error:
                ssh.run("echo one; sleep 5; echo two")
            assert not ssh.is_open
        assert error.value.said == b"one\n"


def test_paramiko_is_loaded_only_by_those_who_speak_ssh():
    code = (
        "import sys, pedell.transports, pedell.providers.debian; print('paramiko' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"


def test_nothing_of_the_user_is_read(address, monkeypatch, tmp_path):
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "known_hosts").write_text("@cert-authority * broken\n")
    (tmp_path / ".ssh" / "config").write_text("Host *\n  ProxyCommand false\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert run(address, "echo in").out == b"in\n"
    assert room.MOST_AGENT_KEYS < 6
