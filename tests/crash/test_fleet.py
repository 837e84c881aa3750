"""Twenty servers of which some are in trouble: nobody else is held up, each is named once."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from pedell.sandbox.servers.keys import own_key
from tests.commands.typed import SOURCE, pedell_says
from tests.crash.fleets import running_fleet
from tests.transports.cutter import wire

SERVERS = 20
WEIGHT = 100_000
SILENT, VANISHING, STRICT, FULL = "gs-03", "gs-07", "gs-11", "gs-13"


@pytest.fixture(name="fleet", scope="module")
def _fleet(tmp_path_factory):
    with running_fleet(tmp_path_factory.mktemp("fleet") / "f", SERVERS, weight=WEIGHT) as fleet:
        yield fleet


@pytest.fixture(name="full")
def _full(fleet):
    """One server whose disk has room for a tenth of what comes; empty where nobody may mount."""
    root = fleet.root(FULL)
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", root]
    if os.getuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        yield ""
        return
    for folder in ("etc", "tmp", "var/lib/pedell-sandbox/packages", "var/lib/pedell-sandbox/units"):
        (root / folder).mkdir(parents=True)
    filler = root / "filler"
    room = os.statvfs(root)
    filler.write_bytes(bytes(room.f_bavail * room.f_bsize - WEIGHT // 10))
    yield FULL
    subprocess.run(["umount", "--lazy", root], check=True)


def lines_of(answer, school):
    return [line for line in answer.out.splitlines() if re.search(rf"\b{school}\b", line)]


def test_four_servers_in_trouble_hold_up_none_of_the_other_sixteen(fleet, full, tmp_path):
    fleet.write(fleet.version + 1)
    before = fleet.restarts()
    place = fleet.sandbox.servers[VANISHING]
    pins = Path(fleet.sandbox.known_hosts)
    stranger = tmp_path / "stranger"
    own_key(stranger)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,  # it takes TCP and never says a word
        wire(place["host"], place["port"], pins, tmp_path, up=WEIGHT // 2) as (line, pinned),
        fleet.moved(
            gs_03={"port": silent.getsockname()[1]},
            gs_07={"port": line.port, "known_hosts": str(pinned)},
            gs_11={"key": str(stranger)},
        ),
    ):
        answer = fleet.finish()
    trouble = {SILENT, VANISHING, STRICT, *filter(None, [full])}
    assert answer.code == 3, answer
    well = [school for school in fleet.schools if school not in trouble]
    assert fleet.faults(before, well) == []
    for school in trouble:
        assert lines_of(answer, school), school
    assert "Traceback" not in answer.err
    (fleet.root(FULL) / "filler").unlink(missing_ok=True)
    again = fleet.finish()
    assert again.code == 0, again
    assert pedell_says("plan", "--detailed-exitcode", cwd=fleet.folder).code == 0


def test_no_more_servers_are_at_work_at_a_time_than_asked_for(fleet):
    fleet.write(fleet.version + 1, slow=0.05)
    before = len(fleet.traffic())
    assert fleet.finish("--forks", 3).code == 0
    at_work = most = 0
    for line in fleet.traffic()[before:]:
        at_work += {"exec": 1, "exit": -1}.get(line["event"], 0)
        most = max(most, at_work)
    assert most == 3


def test_more_servers_than_files_that_may_be_open_are_no_trouble(fleet):
    plan = [sys.executable, "-m", "pedell", "plan", "--forks", "20", "--detailed-exitcode"]
    answer = subprocess.run(
        ["prlimit", "--nofile=24:4096", *plan],
        cwd=fleet.folder,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, (answer.stdout, answer.stderr)
