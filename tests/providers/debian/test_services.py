import pytest

from pedell.model import Status
from tests.providers.debian.world import (
    at,
    configure,
    observe,
    remember,
    steps,
    want,
)


def two_templates(world, first, second):
    return [
        want("template", "clients", path="/etc/freeradius/clients.conf", content=first),
        want("template", "eap", path="/etc/freeradius/eap", content=second),
    ]


def radius(*triggers):
    return want("service", "freeradius", running=True, enabled=True, restart_on=list(triggers))


TRIGGERS = ("template/clients", "template/eap")


def test_two_changed_templates_restart_their_service_once_without_a_step_of_its_own(world):
    service = [want("package", "freeradius", installed=True), radius(*TRIGGERS)]
    with world.session() as session:
        configure(session, [*service, *two_templates(world, "1", "1")])
        before = world.restarts("freeradius")
        changed = two_templates(world, "2", "2")
        seen = session.observe([*service, *changed], [])
        assert [one.status for one in session.perform(steps(changed, seen))] == [Status.DONE] * 2
        assert world.restarts("freeradius") == before + 1
        list(session.perform(steps(changed, seen)))
    assert world.restarts("freeradius") == before + 1


def test_a_service_that_is_remembered_is_restarted_as_well(world):
    service = [want("package", "freeradius", installed=True), radius(*TRIGGERS)]
    with world.session() as session:
        configure(session, service)
    with world.session() as session:
        changed = two_templates(world, "2", "2")
        session.observe(changed, [remember(service[1])])
        list(session.perform(steps(changed)))
    assert world.restarts("freeradius") == 1


def test_a_service_that_does_not_come_back_fails_the_steps_that_caused_it(world):
    service = [want("package", "freeradius", installed=True), radius(*TRIGGERS)]
    motd = want("file", "/etc/motd", content="x")
    world.vault.values["radius"] = "s3cret"
    with world.session() as session:
        configure(session, [*service, *two_templates(world, "1", "1")])
        world.path("/etc/freeradius/BROKEN").touch()
        changed = [*two_templates(world, "2", "1"), motd]
        session.observe([*service, *changed], [])
        first, same, other = session.perform(steps(changed))
    assert first.status is Status.FAILED
    assert "freeradius did not restart" in first.detail
    assert "BROKEN" in first.detail
    assert len(first.detail) < 400
    assert (same.status, other.status) == (Status.DONE, Status.DONE)


def test_a_restart_that_is_due_is_seen_by_the_next_run_and_made_up_for(world):
    service = [want("package", "freeradius", installed=True), radius(*TRIGGERS)]
    everything = [*service, *two_templates(world, "2", "1")]
    with world.session() as session:
        configure(session, [*service, *two_templates(world, "1", "1")])
        world.path("/etc/freeradius/BROKEN").touch()
        session.observe(everything, [])
        list(session.perform(steps(everything[2:3])))
    with world.session() as session:
        seen = observe(session, everything)
        held = seen[at("service", "freeradius")]
        assert held.spec != service[1].spec
        assert held.note == "a restart is still due"
        world.path("/etc/freeradius/BROKEN").unlink()
        (outcome,) = session.perform(steps([service[1]], [held]))
        assert outcome.status is Status.DONE
        assert observe(session, everything)[held.address].spec == service[1].spec


def test_a_failed_start_says_what_the_unit_said(world):
    resources = [
        want("package", "dnsmasq", installed=True),
        want("service", "dnsmasq", running=True),
    ]
    with world.session() as session:
        configure(session, resources)
        world.unit("dnsmasq", "active").unlink()
        world.path("/etc/dnsmasq").mkdir()
        world.path("/etc/dnsmasq/BROKEN").touch()
        (outcome,) = session.perform(steps(resources[1:]))
    assert outcome.status is Status.FAILED
    assert "the configuration is broken" in outcome.detail


def test_all_packages_come_in_one_call(world):
    names = ("freeradius", "dnsmasq", "eapoltest")
    resources = [
        want("package", "freeradius", installed=True),
        want("file", "/etc/motd", content="x"),
        want("package", "dnsmasq", installed=True),
        want("package", "eapoltest", installed=True),
    ]
    with world.session() as session:
        configure(session, resources)
    log = world.path("/var/lib/pedell-sandbox/apt.log").read_text()
    assert log == f"install {' '.join(names)}\n"


def test_a_package_that_waits_for_a_file_comes_after_it(world):
    resources = [
        want("package", "curl", installed=True),
        want("file", "/etc/apt/sources", content="x"),
        want("package", "special", installed=True),
    ]
    with world.session() as session:
        ends = list(session.perform(steps(resources, needs={2: [1]})))
    assert [one.status for one in ends] == [Status.DONE] * 3
    log = world.path("/var/lib/pedell-sandbox/apt.log").read_text()
    assert log == "install curl\ninstall special\n"


def test_a_package_whose_need_failed_is_not_installed(world):
    resources = [
        want("command", "bad", run="false", unless="false", done=True),
        want("package", "special", installed=True),
    ]
    with world.session() as session:
        ends = list(session.perform(steps(resources, needs={1: [0]})))
    assert ends[1].status is Status.SKIPPED
    assert not world.path("/var/lib/pedell-sandbox/apt.log").exists()


def test_a_wrong_package_does_not_take_the_others_along(world):
    world.path("/var/lib/pedell-sandbox/missing-packages").write_text("freeradios\n")
    resources = [
        want("package", name, installed=True) for name in ("dnsmasq", "freeradios", "squid")
    ]
    with world.session() as session:
        ends = list(session.perform(steps(resources)))
    assert [one.status for one in ends] == [Status.DONE, Status.FAILED, Status.DONE]
    assert "Unable to locate package freeradios" in ends[1].detail


@pytest.mark.parametrize("name", ["-o=x", "nginx-", "a b", "$(id)", "lib*"])
def test_what_is_no_package_never_reaches_apt(world, name):
    with world.session() as session:
        assert session.observe([want("package", name, installed=True)], []) == []
        (end,) = session.perform(steps([want("package", name, installed=True)]))
    assert end.status is Status.FAILED
    assert "is not the name of a Debian package" in end.detail
    assert len(world.commands()) == 1
