"""Real services: a change they refuse never reaches them, and one that breaks them goes back."""

import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest

from pedell.model import Status, Target, Traffic
from pedell.ports import Means
from pedell.providers.debian import Debian
from tests.providers.debian.world import HERE, SCHOOL, Drawer, configure, steps, want

pytestmark = pytest.mark.tier3

SITE = "/etc/nginx/conf.d/schule.conf"
WORDS = "/etc/nginx/schule.inc"
UNIT = "/etc/systemd/system/glocke.service"
TIMES = "/etc/glocke"


@contextmanager
def session_of(machine, user):
    target = Target(f"server/{SCHOOL}", "server", "debian", SCHOOL, machine.settings(user), HERE)
    with Debian().connect(target, Means(Drawer(), None, Traffic(), "test")) as session:
        yield session


def perform(machine, wanted, user="pedell"):
    """Do what differs, as a run does: files first, what stands already has no step."""
    with session_of(machine, user) as session:
        seen = {one.address: one for one in session.observe(wanted, [])}
        todo = [
            one for one in wanted if one.address not in seen or seen[one.address].spec != one.spec
        ]
        return list(session.perform(steps(todo, seen.values())))


def site(words="return 200 eins;", server="listen 8080; include schule.inc;"):
    on = {"check": "nginx -t", "reload_on": [f"file/{SITE}", f"file/{WORDS}"]}
    return [
        want("package", "nginx-light", installed=True),
        want("file", WORDS, content=f"{words}\n"),
        want("file", SITE, content=f"server {{\n  {server}\n}}\n"),
        want("service", "nginx", running=True, enabled=True, **on),
    ]


def answer(machine):
    until = time.monotonic() + 10  # a reload returns before nginx listens anew
    while True:
        try:
            with urllib.request.urlopen(f"http://{machine.address}:8080/", timeout=5) as page:
                return page.read().decode()
        except urllib.error.URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def pid(machine, unit):
    return machine.run(f"systemctl show -P MainPID {unit}").strip()


def leftovers(machine):
    return machine.run(
        "find / -xdev -name '*.pedell-part' -o -xdev -name 'pedell-stage.*'; "
        "find /var/lib/pedell/restart-due /var/lib/pedell/way-back -mindepth 1"
    )


@pytest.fixture(name="web")
def _web(machine):
    with session_of(machine, "root") as session:
        configure(session, site())
    assert answer(machine) == "eins"
    return machine


def test_what_nginx_refuses_never_reaches_it(web):
    before = pid(web, "nginx"), web.journal("nginx"), web.run(f"ls -li {SITE} {WORDS}")
    ends = perform(web, site("return 200 zwei", "listen 8080; include schule.inc; # neu"))
    assert [one.status for one in ends] == [Status.FAILED] * 2
    assert all("nginx refuses it, so nothing was changed (nginx -t)" in one.detail for one in ends)
    assert all(
        f'unexpected end of file, expecting ";" or "}}" in {WORDS}:2' in one.detail for one in ends
    )
    assert (pid(web, "nginx"), web.journal("nginx"), web.run(f"ls -li {SITE} {WORDS}")) == before
    assert answer(web) == "eins"
    assert leftovers(web) == ""


def test_what_nginx_takes_is_there_without_a_restart(web):
    before, said = pid(web, "nginx"), len(web.journal("nginx"))
    ends = perform(web, site("return 200 zwei;", "listen 8080; include schule.inc; # neu"))
    assert [(one.status, one.detail) for one in ends] == [(Status.DONE, "")] * 2
    for _ in range(100):  # nginx says that it reloads, and old workers end behind that
        if answer(web) == "zwei":
            break
        time.sleep(0.05)
    assert answer(web) == "zwei"
    assert pid(web, "nginx") == before
    assert sum("Reloaded nginx" in line for line in web.journal("nginx")[said:]) == 1
    assert perform(web, site("return 200 zwei;", "listen 8080; include schule.inc; # neu")) == []
    assert leftovers(web) == ""


def test_two_services_that_cannot_have_the_same_port_end_as_they_were(web):
    """``nginx -t`` is content, and only the start shows that sshd has this port already."""
    taken = site(server="listen 22; include schule.inc;")
    before = web.run(f"cat {SITE}")
    service = taken[-1]
    spec = {**service.spec, "restart_on": service.spec["reload_on"], "reload_on": []}
    taken[-1] = want("service", "nginx", **{**spec, "check": "true"})
    first, *_ = perform(web, taken)
    assert first.status is Status.FAILED
    assert "the files of before are back, and it runs with them" in first.detail
    assert "bind() to 0.0.0.0:22 failed" in first.detail
    assert web.run(f"cat {SITE}") == before
    assert answer(web) == "eins"
    assert leftovers(web) == ""


def bell(times, unit="ExecStart=/bin/sh -c 'grep -v kaputt /etc/glocke && exec sleep infinity'"):
    on = [f"file/{TIMES}", f"file/{UNIT}"]
    return [
        want("file", TIMES, content=f"{times}\n"),
        want("file", UNIT, content=f"[Service]\n{unit}\n"),
        want("service", "glocke", running=True, restart_on=on),
    ]


def test_a_unit_that_dies_behind_its_start_gets_its_files_back(machine):
    assert [one.status for one in perform(machine, bell("zehn"))] == [Status.DONE] * 3
    (end,) = perform(machine, bell("kaputt"))
    assert end.status is Status.FAILED
    assert "it does not run after its restart" in end.detail
    assert "the files of before are back, and it runs with them" in end.detail
    assert machine.run(f"cat {TIMES}; systemctl is-active glocke") == "zehn\nactive\n"
    assert leftovers(machine) == ""


def test_a_unit_file_goes_back_too(machine):
    perform(machine, bell("zehn"))
    (end,) = perform(machine, bell("zehn", "ExecStart=/usr/bin/kein-programm"))
    assert end.status is Status.FAILED
    assert "the files of before are back, and it runs with them" in end.detail
    assert "grep -v kaputt" in machine.run("systemctl show -P ExecStart glocke")
    assert machine.run("systemctl is-active glocke; systemctl is-system-running") == (
        "active\nrunning\n"
    )
    assert leftovers(machine) == ""
