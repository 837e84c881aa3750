"""Ctrl-C in the middle: the first lets end what runs, the second ends at once; nothing is lost."""

import signal
import socket
import time
from pathlib import Path

import pytest

from tests.commands.typed import pedell_says
from tests.crash.fleets import running_fleet
from tests.transports.cutter import wire

FORKS = 2


@pytest.fixture(name="fleet", scope="module")
def _fleet(tmp_path_factory):
    with running_fleet(tmp_path_factory.mktemp("stop") / "f", 5) as fleet:
        yield fleet


def go_on(fleet, restarts):
    """Let the next run finish, and see that nothing was lost and nothing done twice."""
    answer = fleet.finish()
    assert answer.code == 0, answer
    assert fleet.faults(restarts) == []
    assert pedell_says("plan", "--detailed-exitcode", cwd=fleet.folder).code == 0


def has_run(fleet):
    return [school for school in fleet.schools if fleet.has_run(school)]


def await_first(fleet):
    until = time.monotonic() + 20
    while not any(map(fleet.is_at_work, fleet.schools)):
        assert time.monotonic() < until
        time.sleep(0.01)


def test_the_first_lets_end_what_runs_and_begins_nothing_more(fleet):
    fleet.write(fleet.version + 1, slow=1.0)
    restarts = fleet.restarts()
    process = fleet.begin("--forks", FORKS)
    await_first(fleet)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130, (out, err)
    assert "Pausing" in err
    assert 1 <= len(has_run(fleet)) <= FORKS, "what waited for a free fork was begun"
    assert fleet.journal("SELECT * FROM intended") == [], "what ran is not known to have ended"
    assert "skipped: the run was stopped before it began" in out
    go_on(fleet, restarts)


def test_the_second_ends_at_once_though_a_server_hangs(fleet, tmp_path):
    fleet.write(fleet.version + 1, slow=1.0)
    restarts = fleet.restarts()
    place = fleet.sandbox.servers["gs-02"]
    pins = Path(fleet.sandbox.known_hosts)
    with (
        wire(place["host"], place["port"], pins, tmp_path) as (line, pinned),
        fleet.moved(gs_02={"port": line.port, "known_hosts": str(pinned)}),
    ):
        process = fleet.begin()
        await_first(fleet)
        line.die()
        process.send_signal(signal.SIGINT)
        time.sleep(2.5)
        assert process.poll() is None, "it did not wait for what runs"
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        seconds = time.monotonic() - begun
    assert process.returncode == 130, (out, err)
    assert "Nothing is lost" in err
    assert "Traceback" not in err
    assert seconds < 2, seconds
    ended = {row[0][:5] for row in fleet.journal("SELECT address FROM journal WHERE word = 'done'")}
    assert ended >= set(fleet.schools) - {"gs-02"}
    go_on(fleet, restarts)


def test_one_is_enough_while_servers_are_only_looked_at(fleet):
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        fleet.moved(gs_02={"port": silent.getsockname()[1]}),
    ):
        process = fleet.begin()
        guest, _ = silent.accept()
        time.sleep(0.5)
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        seconds = time.monotonic() - begun
        guest.close()
    assert process.returncode == 130, (out, err)
    assert "Traceback" not in err
    assert seconds < 2, seconds


def test_a_polite_kill_ends_at_once_too(fleet):
    fleet.write(fleet.version + 1, slow=1.0)
    restarts = fleet.restarts()
    process = fleet.begin()
    await_first(fleet)
    begun = time.monotonic()
    process.terminate()
    out, err = process.communicate(timeout=60)
    seconds = time.monotonic() - begun
    assert process.returncode == 143, (out, err)
    assert seconds < 2, seconds
    go_on(fleet, restarts)
