from dataclasses import replace

import pytest

from pedell.model import Edge, Status, Step, Until
from tests.providers.debian.world import (
    change,
    configure,
    observe,
    school_server,
    steps,
    want,
)


def test_an_empty_server_holds_nothing_and_after_an_apply_exactly_what_is_wanted(world):
    resources = school_server(world)
    with world.session() as session:
        assert session.observe(resources, []) == []
        configure(session, resources)
    with world.session() as session:
        seen = observe(session, resources)
    assert {at: one.spec for at, one in seen.items()} == {
        one.address: one.spec for one in resources
    }
    assert world.path("/etc/freeradius/clients.conf").read_text() == (
        "client ap {\n  secret = s3cret\n}\n"
    )
    assert world.path("/etc/freeradius/clients.conf").stat().st_mode & 0o7777 == 0o640
    assert world.unit("freeradius", "active").exists()


def test_an_apply_leaves_nothing_of_itself_behind(world):
    with world.session() as session:
        configure(session, school_server(world))
    assert list(world.path("/tmp").iterdir()) == []
    assert list(world.root.rglob("*.pedell-part")) == []
    assert list(world.path("/var/lib/pedell").rglob("restart-due/*")) == []


def test_one_connection_one_command_to_look_and_one_to_do(world):
    resources = school_server(world)
    with world.session() as session:
        session.observe(resources, [])
        assert len(world.commands()) == 1
        list(session.perform(steps(resources)))
    assert len(world.commands()) == 2
    assert len(world.running.traffic(world.name, "connect")) == 1
    assert (world.traffic.ssh_connections, world.traffic.ssh_round_trips) == (1, 2)


def test_no_value_stands_in_a_command_line(world):
    resources = school_server(world)
    with world.session() as session:
        session.observe(resources, [])
        list(session.perform(steps(resources)))
    said = " ".join(world.commands())
    assert not [word for word in ("s3cret", "freeradius", "motd", "Willkommen") if word in said]


def test_a_second_apply_changes_nothing(world):
    resources = school_server(world)
    with world.session() as session:
        configure(session, resources)
        before = world.path("/etc/motd").stat().st_ino, world.restarts("freeradius")
        configure(session, resources)
    assert (world.path("/etc/motd").stat().st_ino, world.restarts("freeradius")) == before


def test_a_log_line_with_a_secret_is_masked_and_cut(world):
    secret = world.vault.values["radius"] = "pass word"
    noisy = want(
        "command",
        "noisy",
        run=f"echo '\033[31m'{secret!r}; seq 1 500; echo {secret!r}; false",
        unless="false",
        done=True,
    )
    clients = want(
        "template",
        "c",
        path="/etc/c",
        content="⟦secret:radius⟧",
        secrets=world.vault.seal("radius"),
    )
    with world.session() as session:
        outcome, _ = session.perform(steps([noisy, clients]))
    assert outcome.status is Status.FAILED
    assert outcome.detail.endswith("500 ⟦secret:radius⟧ exit status 1")
    assert len(outcome.detail) == 500
    assert secret not in outcome.detail


def test_a_step_waits_for_those_it_needs(world):
    resources = [
        want("command", "bad", run="false", unless="false", done=True),
        want("file", "/etc/after", content="x"),
        want("file", "/etc/after-that", content="x"),
        want("file", "/etc/other", content="x"),
    ]
    with world.session() as session:
        ends = list(session.perform(steps(resources, needs={1: [0], 2: [1]})))
    assert [one.status for one in ends] == [
        Status.FAILED,
        Status.SKIPPED,
        Status.SKIPPED,
        Status.DONE,
    ]
    assert ends[1].detail == "waits for step 1, which did not succeed"
    assert ends[2].detail == "waits for step 2, which did not succeed"
    assert not world.path("/etc/after").exists()


def test_a_command_runs_only_where_its_guard_does_not_hold(world):
    once = want("command", "once", run="echo x >> etc/log", unless="test -e etc/log", done=True)
    with world.session() as session:
        list(session.perform(steps([once])))
        list(session.perform(steps([once])))
        assert observe(session, [once])[once.address].spec == once.spec
    assert world.path("/etc/log").read_text() == "x\n"


def test_a_command_that_does_not_make_its_guard_hold_has_failed(world):
    vain = want("command", "vain", run="true", creates="/etc/never", done=True)
    with world.session() as session:
        (end,) = session.perform(steps([vain]))
    assert end.status is Status.FAILED
    assert "what should say that it is done does not say so" in end.detail


def test_become_works_through_sudo(world):
    resources = school_server(world)
    with world.session(become=True) as session:
        configure(session, resources)
    assert all(command.startswith("sudo -n sh -") for command in world.commands())


def test_a_missing_root_is_an_error_and_not_an_empty_server(world):
    with (
        world.session(root="/nowhere/at/all") as session,
        pytest.raises(OSError, match="the folder /nowhere/at/all is not there"),
    ):
        session.observe([want("file", "/etc/motd", content="x")], [])


def test_a_need_outside_the_batch_is_none_of_our_business(world):
    step = Step(
        7, change(want("file", "/etc/motd", content="x")), (Edge(3, "earlier", Until.DONE),)
    )
    with world.session() as session:
        (end,) = session.perform([step])
    assert end.status is Status.DONE


def test_a_server_that_refuses_sudo_is_an_error_with_its_own_words(world):
    world.path("/bin").mkdir()
    sudo = world.path("/bin/sudo")
    sudo.write_text("#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n")
    sudo.chmod(0o755)
    motd = want("file", "/etc/motd", content="x")
    with world.session(become=True) as session:
        session._place = replace(session._place, sudo=f"{sudo} -n ")
        with pytest.raises(PermissionError, match="sudo: a password is required"):
            session.observe([motd], [])
        (end,) = session.perform(steps([motd]))
    assert end.status is Status.FAILED
    assert "sudo: a password is required" in end.detail
