"""A change that its service refuses: nothing moves, or everything goes back."""

import shlex

import pytest

from pedell.model import Status
from tests.providers.debian.world import (
    at,
    configure,
    observe,
    removal,
    steps,
    want,
)

CHECK = (
    'grep -qr good "$PEDELL_ROOT/etc/freeradius" && ! grep -r WRONG "$PEDELL_ROOT/etc/freeradius"'
)
TRIGGERS = ["template/clients", "template/eap"]


def radius(**spec):
    return [
        want("package", "freeradius", installed=True),
        want("service", "freeradius", running=True, **spec),
    ]


def templates(clients, eap="good"):
    return [
        want("template", "clients", path="/etc/freeradius/clients.conf", content=clients),
        want("template", "eap", path="/etc/freeradius/mods/eap", content=eap),
    ]


@pytest.fixture
def checked(world):
    """Return a server on which two templates and their checked service stand."""
    service = radius(check=CHECK, restart_on=TRIGGERS)
    with world.session() as session:
        configure(session, [service[0], *templates("one"), service[1]])
    return service


def files(world):
    folder = world.path("/etc/freeradius")
    return {str(p.relative_to(folder)): p.read_text() for p in folder.rglob("*") if p.is_file()}


def perform(world, service, changed, needs=None):
    with world.session() as session:
        seen = session.observe([*service, *changed], [])
        return list(session.perform(steps(changed, seen, needs=needs)))


def test_a_check_that_refuses_leaves_every_file_and_the_service_alone(world, checked):
    before, restarts = files(world), world.restarts("freeradius")
    motd = want("file", "/etc/motd", content="x")
    ends = perform(world, checked, [*templates("WRONG", "good two"), motd])
    assert [one.status for one in ends] == [Status.FAILED, Status.FAILED, Status.DONE]
    assert all("freeradius refuses it" in one.detail for one in ends[:2])
    assert "WRONG" in ends[0].detail
    assert files(world) == before
    assert world.restarts("freeradius") == restarts
    assert not world.path("/var/lib/pedell/restart-due/freeradius").exists()
    assert list(world.path("/tmp").iterdir()) == []


def test_a_check_that_agrees_lets_all_of_them_move_and_the_service_restart_once(world, checked):
    before = world.restarts("freeradius")
    ends = perform(world, checked, templates("two", "good two"))
    assert [one.status for one in ends] == [Status.DONE] * 2
    assert files(world) == {"clients.conf": "two", "mods/eap": "good two"}
    assert world.restarts("freeradius") == before + 1


def test_what_waits_for_a_refused_file_is_skipped(world, checked):
    motd = want("file", "/etc/motd", content="x")
    ends = perform(world, checked, [*templates("WRONG"), motd], needs={2: [0]})
    assert ends[-1].status is Status.SKIPPED
    assert not world.path("/etc/motd").exists()


def test_a_file_that_goes_away_is_checked_too(world, checked):
    lost = templates("one")[1]
    with world.session() as session:
        session.observe([*checked, templates("one")[0]], [])
        (end,) = session.perform([removal(1, lost)])
    assert end.status is Status.FAILED
    assert "refuses it" in end.detail
    assert "mods/eap" in files(world)


def test_a_service_that_does_not_come_back_runs_with_the_files_of_before(world):
    service = radius(restart_on=TRIGGERS)
    world.path("/etc/freeradius").mkdir()
    with world.session() as session:
        configure(session, [service[0], *templates("one"), service[1]])
    before = files(world)
    changed = [
        *templates("two"),
        want("file", "broken", path="/etc/freeradius/BROKEN", content="new"),
    ]
    service = radius(restart_on=[*TRIGGERS, "file/broken"])
    ends = perform(world, service, changed)
    assert [one.status for one in ends] == [Status.FAILED, Status.DONE, Status.FAILED]
    assert "the configuration is broken" in ends[0].detail
    assert "the files of before are back, and it runs with them" in ends[0].detail
    assert files(world) == before
    assert world.unit("freeradius", "active").exists()
    assert not world.path("/var/lib/pedell/way-back/freeradius").exists()
    with world.session() as session:
        seen = observe(session, [*service, *changed])
    assert at("service", "freeradius") in seen
    assert seen[at("service", "freeradius")].note == ""


def test_the_way_back_keeps_mode_and_content_of_the_first_change_only(world):
    service = radius(restart_on=TRIGGERS)
    with world.session() as session:
        configure(session, [service[0], *templates("one"), service[1]])
    world.path("/etc/freeradius/clients.conf").chmod(0o640)
    world.path("/etc/freeradius/BROKEN").touch()
    for text in ("two", "three"):
        ends = perform(world, service, templates(text)[:1])
        assert ends[0].status is Status.FAILED
        assert "does not run with them either" in ends[0].detail
        world.path("/etc/freeradius/clients.conf").write_text("somebody's")
        world.path("/etc/freeradius/clients.conf").chmod(0o600)
    world.path("/etc/freeradius/BROKEN").unlink()
    assert perform(world, service, templates("four")[:1])[0].status is Status.DONE
    assert world.path("/etc/freeradius/clients.conf").read_text() == "four"
    assert not world.path("/var/lib/pedell/way-back/freeradius").exists()


def test_what_waits_for_a_service_that_did_not_come_back_is_skipped(world):
    service = radius(restart_on=TRIGGERS)
    with world.session() as session:
        configure(session, [service[0], *templates("one"), service[1]])
    world.path("/etc/freeradius/BROKEN").touch()
    motd = want("file", "/etc/motd", content="x")
    ends = perform(world, service, [*templates("two"), motd], needs={2: [0]})
    assert [one.status for one in ends] == [Status.FAILED, Status.DONE, Status.SKIPPED]
    assert ends[-1].detail == "waits for step 1, which did not succeed"


def test_a_reload_is_enough_where_the_role_says_so(world):
    service = radius(restart_on=TRIGGERS[:1], reload_on=TRIGGERS[1:])
    with world.session() as session:
        configure(session, [service[0], *templates("one"), service[1]])
    before = world.restarts("freeradius")
    perform(world, service, templates("one", "good two")[1:])
    reloads = world.unit("freeradius", "reloads")
    assert reloads.read_text() == "reload\n"
    assert world.restarts("freeradius") == before
    perform(world, service, templates("two", "good three"))
    assert reloads.read_text() == "reload\n"
    assert world.restarts("freeradius") == before + 1


def test_a_service_is_restarted_before_what_waits_for_it(world):
    service = radius(restart_on=TRIGGERS)
    count = 'cat "$PEDELL_ROOT/var/lib/pedell-sandbox/units/freeradius/restarts" >etc/seen'
    look = want("command", "look", run=count, creates="/etc/seen", done=True)
    with world.session() as session:
        configure(session, [service[0], *templates("one"), service[1]])
    before = world.restarts("freeradius")
    perform(world, service, [*templates("two", "good two"), look], needs={2: [0, 1]})
    assert world.path("/etc/seen").read_text().strip() == str(before + 1)


@pytest.mark.parametrize("name", ["a b", "quote'd", "$(touch pwned)", "ümlaut", "-rf"])
def test_names_of_files_stay_names(name, world):
    path = f"/etc/freeradius/{name}"
    check = f"grep -q new -- {shlex.quote(path.lstrip('/'))} || true"
    service = radius(check=check, restart_on=["file/odd"])
    with world.session() as session:
        configure(session, [service[0], want("file", "odd", path=path, content="old"), service[1]])
    (end,) = perform(world, service, [want("file", "odd", path=path, content="new")])
    assert (end.status, end.detail) == (Status.DONE, "")
    assert world.path(path).read_text() == "new"


def test_a_reboot_that_a_change_makes_due_comes_before_what_waits_for_it(world):
    boot = world.path("/proc/sys/kernel/random/boot_id")
    kernel = want("file", "kernel", path="/etc/kernel", content="1")
    reboot = want("reboot", "server", restart_on=["file/kernel"])
    after = want("command", "after", run=f"cp {boot} etc/after", creates="/etc/after", done=True)
    with world.session() as session:
        ends = list(session.perform(steps([kernel, reboot, after], needs={1: [0], 2: [1]})))
        assert [(one.status, one.detail) for one in ends] == [(Status.DONE, "")] * 3
    assert world.path("/etc/after").read_text() == "2\n"
    with world.session() as session:
        assert at("reboot", "server") in observe(session, [kernel, reboot])
        (end,) = session.perform(steps([want("file", "kernel", path="/etc/kernel", content="2")]))
        assert end.status is Status.DONE
    with world.session() as session:
        assert at("reboot", "server") not in observe(session, [reboot])
