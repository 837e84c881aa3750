"""What runs that were cut off leave on a server goes with the next look; what is at work stays."""

import hashlib
import os
import signal
import subprocess
import time

import pytest

from pedell.model import Secret
from pedell.providers.debian.probe import Questions
from pedell.providers.debian.rounds import Place
from pedell.transports.ssh import Answer
from tests.providers.debian.world import steps, want


@pytest.fixture
def motd(world):
    """A server on which something was done already, and the file that is wanted there."""
    wanted = want("file", "/etc/motd", content="x")
    with world.session() as session:
        list(session.perform(steps([wanted])))
    return wanted


def look(world, wanted):
    with world.session() as session:
        session.observe([wanted], [])


def test_parts_of_runs_that_are_over_are_swept(world, motd):
    part, link, foreign = (
        world.path(f"/etc/{name}")
        for name in (".abcdefghij.pedell-part", ".klmnopqrst.pedell-part", ".abc.part")
    )
    part.write_text("half")
    link.symlink_to("motd")
    foreign.write_text("x")
    look(world, motd)
    assert not part.exists()
    assert not link.is_symlink()
    assert foreign.exists()


def test_what_a_shell_unpacked_is_swept_when_it_has_ended(world, motd):
    with subprocess.Popen(["true"]) as ended:
        pass
    words = ["sh", "-c", "sleep 30; : pedell-stage"]
    with subprocess.Popen(words) as alive:
        left, used = (world.path(f"/tmp/pedell-stage.{p.pid}.abcdefghij") for p in (ended, alive))
        for stage in (left, used):
            stage.mkdir()
            (stage / "1").write_text("x")
        stranger = world.path(f"/tmp/pedell-stage.{os.getppid()}.abcdefghij")
        stranger.mkdir()  # its number belongs to somebody else by now
        look(world, motd)
        alive.kill()
    assert not left.exists()
    assert not stranger.exists()
    assert (used / "1").exists()


def test_a_look_waits_until_an_earlier_run_has_ended_its_step(world, motd):
    slow = want("command", "slow", run="sleep 1; : > etc/slow", creates="/etc/slow", done=True)
    with world.session() as session:
        session._door.line.run = impatient(session._door.line)
        list(session.perform(steps([slow])))
    assert not world.path("/etc/slow").exists()
    with world.session() as session:
        assert [one.address.name for one in session.observe([slow], [])] == ["slow"]


def impatient(line):
    """Leave while the command is at work, as somebody does who is killed."""
    run = type(line).run

    def leave(command, stdin=b"", deadline=60.0):
        return run(line, command, stdin, 0.5)

    return leave


def test_a_command_that_is_at_work_is_not_begun_a_second_time(world, motd):
    slow = want(
        "command", "slow", run="sleep 1; echo x >> etc/slow", creates="/etc/slow", done=True
    )
    for _ in range(3):
        with world.session() as session:
            session._door.line.run = impatient(session._door.line)
            list(session.perform(steps([slow])))
    until = time.monotonic() + 10
    while not world.path("/etc/slow").exists():
        assert time.monotonic() < until
        time.sleep(0.1)
    look(world, motd)
    assert world.path("/etc/slow").read_text() == "x\n"


def test_a_program_that_a_step_leaves_running_holds_up_nobody(world, motd):
    # its outputs are closed, else ssh itself would wait for it
    run = "sleep 20 >/dev/null 2>&1 & echo $! > etc/pid"
    daemon = want("command", "daemon", run=run, creates="/etc/pid", done=True)
    began = time.monotonic()
    with world.session() as session:
        list(session.perform(steps([daemon])))
        list(session.perform(steps([want("file", "/etc/two", content="2")])))
    os.kill(int(world.path("/etc/pid").read_text()), signal.SIGKILL)
    assert world.path("/etc/two").exists()
    assert time.monotonic() - began < 15


def test_who_comes_too_early_is_told_why():
    said = Place("/srv", "").complaint(Answer(95, b"", b""), {"x": Secret("y")})
    assert said == "an earlier run is still at work on the server: try again when it is over"


def test_a_look_does_not_fetch_what_is_known(world, motd):
    other = want("file", "/etc/other", content="y")
    with world.session() as session:
        list(session.perform(steps([other])))
        known = {"/etc/motd": b"x", "/etc/other": b"y"}
        sums = {path: frozenset({hashlib.sha256(c).hexdigest()}) for path, c in known.items()}
        facts = session._look(Questions(root=str(world.root), files=sums))
        assert [fact.content for fact in facts.files.values()] == [None, None]
        facts = session._look(
            Questions(root=str(world.root), files=dict.fromkeys(known, frozenset()))
        )
        assert [fact.content for fact in facts.files.values()] == [b"x", b"y"]
