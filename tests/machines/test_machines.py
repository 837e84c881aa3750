"""Test machines come and go without a trace, however the tests end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.machines import groups, machines
from tests.machines.image import find_image

pytestmark = pytest.mark.tier3

HOME = Path(__file__).parents[2]
HOLDER = """\
import sys, time
from pathlib import Path
from tests.machines import machines
with machines(1, Path(sys.argv[1])) as (one,):
    print(one.name, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Run a machine in a process of its own; its name comes with it."""
    find_image()
    words = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(words, cwd=HOME, stdout=subprocess.PIPE, text=True) as process:
        yield process, process.stdout.readline().strip()
        process.kill()


def traces(name):
    """Return all that a machine leaves on this computer."""
    mounts = Path("/proc/self/mounts").read_text()
    running = [one.name for one in Path("/proc").glob("[0-9]*") if name in words_of(one)]
    found = [str(one) for one in groups.ROOT.rglob(name)]
    link = Path(f"/sys/class/net/{groups.LINK}{name}")
    return running + found + ["link"] * link.exists() + ["mount"] * ("/run/upper" in mounts)


def words_of(process):
    try:
        return (process / "cmdline").read_text().split("\0")
    except OSError:
        return []


def left_after(seconds, name):
    """Give the kernel time to end what it ends by itself, and sweep as the next start does."""
    end = time.monotonic() + seconds
    while traces(name) and time.monotonic() < end:
        groups.sweep()
        time.sleep(0.01)
    return traces(name)


def test_two_machines_have_names_addresses_and_host_keys_of_their_own(tmp_path):
    with machines(2, tmp_path) as (one, two):
        assert one.run("hostname") == f"{one.name}\n" != two.run("hostname")
        assert one.address != two.address
        keys = {machine.run("cat /etc/ssh/ssh_host_*.pub") for machine in (one, two)}
        assert len(keys) == 2
        pinned = one.known_hosts.read_text()
        assert pinned == two.known_hosts.read_text()
        assert all(key.strip() in pinned for key in keys)
        assert one.run("systemctl is-system-running") == "running\n"


def test_root_logs_in_and_an_ordinary_user_becomes_root_without_a_password(machine):
    assert machine.ssh("root", "id -un").stdout == "root\n"
    assert machine.ssh("pedell", "sudo -n id -un; id -un").stdout == "root\npedell\n"
    assert any("Accepted publickey for pedell" in line for line in machine.journal("ssh"))


def test_a_machine_starts_again_with_its_files_and_its_network(machine):
    machine.run("echo kept >/var/kept; echo gone >/run/gone")
    machine.reboot()
    assert machine.ssh("root", "cat /var/kept; ls /run/gone").stdout == "kept\n"


def test_packages_are_installed_without_any_network(machine):
    machine.run("! ip route | grep default; apt-get -q -y install nginx-light")
    assert machine.run("systemctl is-active nginx") == "active\n"


def test_nothing_is_left_of_a_machine(tmp_path):
    with machines(1, tmp_path) as (one,):
        assert traces(one.name)
    assert traces(one.name) == []


def test_nothing_is_left_where_the_test_fails(tmp_path):
    names = []

    def fails():
        with machines(1, tmp_path) as (one,):
            names.append(one.name)
            one.run("echo sorry; exit 3")

    with pytest.raises(AssertionError, match=r"echo sorry; exit 3\nexit 3\nsorry"):
        fails()
    assert traces(*names) == []


@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_where_the_tests_are_killed(holder, blow):
    process, name = holder
    assert traces(name)
    os.kill(process.pid, blow)
    process.wait(10)
    assert left_after(10, name) == []


def test_a_machine_that_does_not_start_says_why(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.machines.machine.find_image", lambda: tmp_path / "empty")
    with pytest.raises(RuntimeError, match="the machine has ended:\nmount: /run/root"):
        machines(1, tmp_path).__enter__()


def test_an_image_that_cannot_be_built_is_a_skip_with_its_reason(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(
        "tests.machines.image.BUILD", ["sh", "-c", "echo 'E: no suite' >&2; mkdir $0; exit 25"]
    )
    for _ in range(2):  # what the first try left does not stand in the way of the second
        with pytest.raises(pytest.skip.Exception, match=r"Debian bookworm: E: no suite \(all"):
            find_image()
