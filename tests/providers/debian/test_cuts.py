"""What a broken line leaves behind: the old or the new, never a part, and the next run sees it."""

import threading
import time
from contextlib import contextmanager

import pytest

from pedell.model import Status
from tests.providers.debian.world import at, steps, want
from tests.transports.cutter import wire

OLD, NEW = "old\n" * 20_000, "new\n" * 50_000
HANDSHAKE = 2_500  # bytes that a login takes, about


@contextmanager
def fragile(world, folder, after=None):
    """Yield a session over a wire that breaks, and the wire."""
    server = world.running.servers[world.name]
    with (
        wire(server.host, server.port, world.running.known_hosts, folder, after) as (line, pinned),
        world.session(port=line.port, known_hosts=str(pinned)) as session,
    ):
        yield session, line


def settle(world):
    """Wait until the server has ended what it was told before the line broke."""
    until = time.monotonic() + 10
    while len(world.running.traffic(world.name)) > len(world.running.traffic(world.name, "exit")):
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.parametrize("share", [0.0, 0.03, 0.2, 0.5, 0.8, 0.97, 0.99, 1.0])
def test_a_line_cut_during_the_upload_leaves_the_old_file_whole(world, tmp_path, share):
    old, new = (want("file", "/etc/big", content=text, mode="0644") for text in (OLD, NEW))
    with world.session() as session:
        list(session.perform(steps([old])))
    with fragile(world, tmp_path, HANDSHAKE + int(len(NEW) * share)) as (session, _):
        (end,) = session.perform(steps([new]))
    settle(world)
    assert end.status is Status.FAILED
    assert "the connection broke" in end.detail
    assert end.detail.endswith("the next run looks what was done")
    assert world.path("/etc/big").read_text() == OLD
    assert list(world.path("/tmp").iterdir()) == []
    assert list(world.root.rglob("*.pedell-part")) == []
    with world.session() as session:
        assert [end.status for end in session.perform(steps([new]))] == [Status.DONE]
    assert world.path("/etc/big").read_text() == NEW


def slow(name):
    return want(
        "command", name, run=f"sleep 1; echo x >> etc/{name}", creates=f"/etc/{name}", done=True
    )


def test_steps_before_the_cut_are_done_and_the_rest_is_looked_at_again(world, tmp_path):
    resources = [want("file", "/etc/motd", content="x"), slow("one"), slow("two")]
    with fragile(world, tmp_path) as (session, line):
        threading.Timer(0.5, line.cut).start()
        ends = list(session.perform(steps(resources)))
    settle(world)
    assert [end.status for end in ends] == [Status.DONE, Status.FAILED, Status.FAILED]
    with world.session() as session:
        seen = [one.address.name for one in session.observe(resources, [])]
        assert seen == ["/etc/motd", "one"]
        list(session.perform(steps(resources)))
    assert [world.path(f"/etc/{n}").read_text() for n in ("one", "two")] == ["x\n", "x\n"]


def test_a_restart_that_a_cut_prevented_is_made_up_for(world, tmp_path):
    service = [
        want("package", "squid", installed=True),
        want("service", "squid", running=True, restart_on=["file/conf", "command/one"]),
    ]
    conf = want("file", "conf", path="/etc/squid.conf", content="new")
    everything = [*service, conf, slow("one")]
    with world.session() as session:
        list(session.perform(steps(service)))
    with fragile(world, tmp_path) as (session, line):
        session.observe(everything, [])
        threading.Timer(0.5, line.cut).start()
        changed, _ = session.perform(steps([conf, slow("one")]))
    settle(world)
    assert changed.status is Status.FAILED
    assert "squid may not have been restarted" in changed.detail
    assert world.restarts("squid") == 0
    with world.session() as session:
        seen = {one.address: one for one in session.observe(everything, [])}
        assert seen[conf.address].spec == conf.spec
        assert seen[at("service", "squid")].spec != service[1].spec
        list(session.perform(steps(service[1:], seen.values())))
    assert world.restarts("squid") == 1


def test_a_line_that_broke_before_anything_began_is_unreachable(world, tmp_path):
    motd = want("file", "/etc/motd", content="x")
    with fragile(world, tmp_path) as (session, line):
        session.observe([motd], [])
        line.cut()
        time.sleep(0.3)
        (end,) = session.perform(steps([motd]))
    assert end.status is Status.UNREACHABLE
    assert not world.path("/etc/motd").exists()


def test_a_look_over_a_broken_line_is_an_error(world, tmp_path):
    with fragile(world, tmp_path, HANDSHAKE) as (session, _), pytest.raises(OSError, match="broke"):
        session.observe([want("file", f"/etc/{n}", content="x") for n in range(200)], [])
