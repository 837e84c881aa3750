"""Servers behind a jump host: one connection to it, and no less care on either stretch."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from threading import Barrier

import pytest

from pedell.model import Traffic
from pedell.sandbox.servers import running
from pedell.sandbox.servers.keys import own_key
from pedell.transports import jump as room
from pedell.transports.ssh import BrokenLineError, HostKeyError, SshAddress, connect
from tests.transports.openssh import running_sshd
from tests.transports.strangers import beyond_keys, stranger

NAMES = [f"gs-{number}" for number in range(6)]
INSIDE = "inside.example.org"


@pytest.fixture(scope="module", name="servers")
def _servers(tmp_path_factory):
    with running(NAMES, tmp_path_factory.mktemp("servers")) as found:
        yield found


@pytest.fixture(name="outer_key")
def _outer_key(tmp_path):
    return own_key(tmp_path / "outer")


@pytest.fixture(name="outer")
def _outer(servers, outer_key):
    """A jump host that alone knows where the names of the inner servers are."""
    doors = {(INSIDE, s.port): (s.host, s.port) for s in servers.servers.values()}
    with stranger(outer_key, doors) as found:
        yield found


def behind(servers, outer, outer_key, tmp_path):
    """Return the addresses of all inner servers, which no name server knows."""
    host_key = servers.known_hosts.read_text().splitlines()[0].split(" ", 1)[1]
    file = tmp_path / "known_hosts"
    lines = [f"[{INSIDE}]:{s.port} {host_key}\n" for s in servers.servers.values()]
    lines.append(f"[127.0.0.1]:{outer.port} ssh-ed25519 {outer_key.get_base64()}\n")
    file.write_text("".join(lines))
    gate = SshAddress("127.0.0.1", outer.port, "gate", file, servers.key)
    return [
        SshAddress(INSIDE, s.port, "pedell", file, servers.key, jump=gate)
        for s in servers.servers.values()
    ]


@pytest.fixture(name="places")
def _places(servers, outer, outer_key, tmp_path):
    return behind(servers, outer, outer_key, tmp_path)


def refused(address, expected):
    with pytest.raises(expected) as error, connect(address, Traffic(), patience=3.0):
        pass
    return str(error.value)


def test_a_server_is_reached_only_through_its_jump_host(places):
    refused(replace(places[0], jump=None), OSError)
    with connect(places[0], Traffic()) as ssh:
        assert ssh.run("cat", b"x" * 3_000_000).out == b"x" * 3_000_000
        assert ssh.run("exit 7").code == 7


def test_all_servers_behind_it_share_one_connection(places, outer):
    traffic, met = Traffic(), Barrier(len(places))

    def work(place):
        with connect(place, traffic) as ssh:
            met.wait(20)
            said = ssh.run("echo in").out
            met.wait(20)
            return said

    with ThreadPoolExecutor(len(places)) as crew:
        assert list(crew.map(work, places)) == [b"in\n"] * len(places)
    assert outer.guests == 1
    assert traffic.ssh_connections == 1 + len(places)
    assert room._outers == {}


def test_a_jump_host_with_another_key_hears_nothing(places, outer, tmp_path):
    gate = places[0].jump
    wrong = tmp_path / "wrong"
    other = own_key(tmp_path / "other").get_base64()
    wrong.write_text(f"[127.0.0.1]:{outer.port} ssh-ed25519 {other}\n")
    said = refused(replace(places[0], jump=replace(gate, known_hosts=wrong)), HostKeyError)
    assert f"[127.0.0.1]:{outer.port}" in said
    assert (outer.heard, beyond_keys(outer.packets)) == ([], [])


def test_a_jump_host_cannot_pass_off_another_server(places, servers, tmp_path):
    wrong = tmp_path / "wrong"
    other = own_key(tmp_path / "other").get_base64()
    wrong.write_text(f"[{INSIDE}]:{places[0].port} ssh-ed25519 {other}\n")
    before = len(servers.traffic(NAMES[0], "exec")), len(servers.traffic(NAMES[0], "refuse"))
    # whoever it refuses it writes down: a login that is tried at all would be seen
    unwelcome = replace(places[0], known_hosts=wrong, user="nobody")
    said = refused(unwelcome, HostKeyError)
    assert INSIDE in said
    assert (
        len(servers.traffic(NAMES[0], "exec")),
        len(servers.traffic(NAMES[0], "refuse")),
    ) == before


def test_a_server_that_is_not_there_is_told_with_the_way_to_it(places, outer):
    said = refused(replace(places[0], host="nowhere.example.org"), ConnectionError)
    assert said.startswith("nowhere.example.org port")
    assert f"through the jump host 127.0.0.1 port {outer.port}: nobody answers it there" in said


def test_a_jump_host_that_is_silent_is_given_up_in_time_for_all(places):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        began = time.monotonic()
        port = mute.getsockname()[1]
        silent = [replace(p, jump=replace(p.jump, port=port)) for p in places]
        with ThreadPoolExecutor(len(places)) as crew:
            said = list(crew.map(lambda place: refused(place, OSError), silent))
    assert time.monotonic() - began < 8
    assert all("not as an SSH server" in each for each in said)
    assert room._outers == {}


def test_a_jump_host_that_breaks_takes_no_command_for_done_and_is_opened_again(places, outer):
    with connect(places[0], Traffic()) as ssh:
        outer.hang_up()
        with pytest.raises(BrokenLineError):
            ssh.run("echo in")
        with connect(places[1], Traffic()) as other:
            assert other.run("echo in").out == b"in\n"
    assert outer.guests == 2


def test_a_command_that_does_not_end_leaves_the_others_alone(places):
    with connect(places[0], Traffic()) as one, connect(places[1], Traffic()) as other:
        with pytest.raises(BrokenLineError, match="did not end within 1 s"):
            one.run("sleep 30", deadline=1)
        assert other.run("echo in").out == b"in\n"


@pytest.fixture(name="openssh")
def _openssh(servers, tmp_path):
    """Debian's own sshd, which leads to all servers but the last."""
    allowed = " ".join(f"127.0.0.1:{servers.servers[name].port}" for name in NAMES[:-1])
    settings = ("LogLevel VERBOSE", f"PermitOpen {allowed}")
    with running_sshd(tmp_path, *settings, key=servers.key) as sshd:
        with sshd.address.known_hosts.open("a") as pins:
            pins.write(servers.known_hosts.read_text())
        yield sshd.address


@pytest.mark.tier2("sshd")
def test_openssh_is_a_jump_host_for_many_servers(openssh, servers, tmp_path):
    def address(name):
        place = servers.servers[name]
        return SshAddress(
            place.host, place.port, "pedell", openssh.known_hosts, servers.key, jump=openssh
        )

    with ExitStack() as stack:
        lines = [stack.enter_context(connect(address(n), Traffic())) for n in NAMES[:-1]]
        # No packet waits for Nagle on either stretch: that would be 40 ms, however idle the machine.
        assert min(_timed(line) for line in lines * 10) < 0.035
    said = refused(address(NAMES[-1]), ConnectionError)
    assert "forbids forwarding" in said
    assert (tmp_path / "log").read_text().count("Accepted publickey") == 2


def _timed(ssh):
    began = time.monotonic()
    assert ssh.run("echo in").out == b"in\n"
    return time.monotonic() - began
