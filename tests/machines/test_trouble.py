"""What Debian's own tools refuse, and servers that go away, harm nothing and say why."""

import subprocess
import sys
import time

import pytest

from tests.commands.typed import SOURCE
from tests.machines import machines
from tests.machines.inventory import write_inventory

pytestmark = pytest.mark.tier3

RULE = """\
  - user: pflege
  - sudo_rule: pflege
    user: pflege
    commands: ["{command}"]
"""


@pytest.fixture(name="school")
def _school(machine, tmp_path):
    return write_inventory(tmp_path / "inventory", [machine])


def wait_for(machine, path):
    machine.run(f"for _ in $(seq 600); do [ ! -e {path} ] || exit 0; sleep 0.05; done; exit 1")


def leftovers(machine):
    found = "find / -xdev ( -name '*.pedell-part' -o -name 'pedell-stage.*' ) ! -path '/proc/*'"
    return machine.run(found.replace("(", "\\(").replace(")", "\\)"))


def test_a_rule_that_visudo_refuses_leaves_sudo_as_it_was(machine, school):
    school.role(RULE.format(command="/usr/bin/id"))
    school.apply()
    allowed = machine.run("cat /etc/sudoers.d/pedell-pflege")
    school.role(RULE.format(command="/usr/bin/rsync a:/b /c"))  # sudoers wants "\\:"
    answer = school.says("apply", "-y")
    assert answer.code == 3
    assert "visudo refuses it" in answer.out
    assert "syntax error" in answer.out
    assert machine.run("cat /etc/sudoers.d/pedell-pflege") == allowed
    assert machine.ssh("pedell", "sudo -n id -un").stdout == "root\n"
    assert machine.run("visudo -c").splitlines()[0] == "/etc/sudoers: parsed OK"
    school.role(RULE.format(command="/usr/bin/rsync a\\\\:/b /c"))
    school.apply()
    assert machine.run("sudo -l -U pflege").endswith("NOPASSWD: /usr/bin/rsync a\\:/b /c\n")


def test_a_package_that_is_not_there_takes_no_other_along(machine, school):
    school.role("  - package: nftables\n  - package: kein-solches-paket\n")
    answer = school.says("apply", "-y")
    assert answer.code == 3
    assert "Unable to locate package kein-solches-paket" in answer.out
    assert school.plan() == {"package/kein-solches-paket": "create"}


def test_a_package_that_another_needs_is_not_taken_away(machine, school):
    school.role("  - package: dnsmasq-base\n")
    school.apply()
    machine.run("apt-get -q -y install --no-install-recommends dnsmasq")
    school.role("  - package: nftables\n")
    answer = school.says("apply", "-y", "--prune")
    assert answer.code == 3
    assert "dnsmasq depends on dnsmasq-base" in answer.out
    assert school.plan("--prune") == {"package/dnsmasq-base": "delete"}
    assert machine.run("systemctl is-active dnsmasq") == "active\n"


def test_a_user_who_is_at_work_stays(machine, school):
    school.role("  - user: pflege\n")
    school.apply()
    school.role("  - group: netz\n")
    machine.run("systemd-run --uid=pflege --unit=arbeit sleep infinity")
    answer = school.says("apply", "-y", "--prune", "--confirm", "gs-1")
    assert answer.code == 3
    assert "user pflege is currently used by process" in answer.out
    machine.run("systemctl stop arbeit")
    school.apply("--prune", "--confirm", "gs-1")
    assert machine.run("id pflege", code=1) == ""


def test_a_unit_that_does_not_start_says_what_its_log_says(machine, school):
    unit = "/etc/systemd/system/glocke.service"
    role = f"  - file: {unit}\n    content: |\n      [Service]\n      Type=oneshot\n      RemainAfterExit=yes\n      ExecStart=/bin/sh -c '%s'\n  - service: glocke\n    running: true\n    needs: [file/{unit}]\n"
    school.role(role % "echo kein Kloeppel; exit 4")
    answer = school.says("apply", "-y")
    assert answer.code == 3
    assert "kein Kloeppel" in answer.out
    school.role(role % "echo da")
    school.apply()
    assert school.plan() == {}
    assert machine.run("systemctl is-active glocke") == "active\n"


def test_a_full_disk_leaves_what_was_there(machine, school):
    machine.run("mount -t tmpfs -o size=8k tmpfs /srv; echo alt >/srv/a; chmod 0600 /srv/a")
    school.role(f"  - file: /srv/a\n    content: {'x' * 9000}\n")
    answer = school.says("apply", "-y")
    assert answer.code == 3
    assert "No space left on device" in answer.out
    assert machine.run("cat /srv/a; stat -c %a /srv/a; ls -A /srv") == "alt\n600\na\n"


def test_a_chatty_shell_garbles_nothing(machine, school):
    machine.run("printf 'echo Achtung\\necho Achtung >&2\\n' >/home/pedell/.bashrc")
    assert machine.ssh("pedell", "true").stdout == "Achtung\n"
    school.role("  - file: /srv/a\n    content: eins\n")
    school.apply()
    assert school.plan() == {}


def test_a_user_who_may_not_become_root_is_told_what_sudo_says(machine, school):
    school.role("  - file: /srv/a\n    content: eins\n")
    machine.run("echo 'pedell ALL=(ALL) ALL' >/etc/sudoers.d/login")
    answer = school.says("apply", "-y")
    assert answer.code == 10
    assert "sudo: a password is required" in " ".join(answer.out.split())


def test_root_needs_no_sudo(machine, school):
    authority = (school.folder / "authority.yml").read_text()
    as_root = authority.replace("user: pedell\n    become: true", "user: root")
    school.write("authority.yml", as_root)
    machine.run("SUDO_FORCE_REMOVE=yes dpkg --remove sudo")
    school.role("  - file: /srv/a\n    content: eins\n  - group: netz\n")
    school.apply()
    assert machine.run("cat /srv/a; stat -c %U /srv/a; getent group netz | cut -d: -f1") == (
        "einsroot\nnetz\n"
    )
    assert school.plan() == {}


def test_a_timer_that_systemd_does_not_understand_is_refused(machine, school):
    school.role("  - timer: sicherung\n    run: 'true'\n    calendar: Mon..Foo 25:00\n")
    answer = school.says("apply", "-y")
    assert answer.code == 3
    assert "Failed to parse calendar specification" in answer.out
    assert machine.run("ls /etc/systemd/system/pedell-*", code=2) == ""


def test_a_server_that_starts_again_in_the_middle_is_finished_by_the_next_run(machine, school):
    school.role(
        "  - file: /srv/a\n    content: eins\n"
        "  - command: lang\n    run: touch var/begun; sleep 60\n    creates: /var/done\n"
        "    needs: [file//srv/a]\n"
        "  - file: /srv/z\n    content: zwei\n    needs: [command/lang]\n"
    )
    words = [sys.executable, "-m", "pedell", "apply", "-y"]
    env = {"PYTHONPATH": str(SOURCE), "PEDELL_SECRET_SERVER_KEY": school.key.read_text()}
    with subprocess.Popen(
        words, cwd=school.folder, env=env, stdout=subprocess.PIPE, text=True
    ) as running:
        wait_for(machine, "/var/begun")
        machine.reboot()
        said, _ = running.communicate(timeout=60)
    assert running.returncode == 3, said
    assert "the next run looks what was done" in " ".join(said.split())
    assert school.plan() == {"command/lang": "create", "file//srv/z": "create"}
    machine.run("touch /var/done")
    school.apply()
    assert machine.run("cat /srv/a /srv/z") == "einszwei"
    assert school.plan() == {}
    assert leftovers(machine) == ""


def test_a_server_that_hangs_stops_no_other(tmp_path):
    with machines(2, tmp_path) as (first, second):
        schools = write_inventory(tmp_path / "inventory", [first, second])
        schools.role("  - file: /srv/a\n    content: eins\n")
        second.run("kill -STOP $(systemctl show -P MainPID ssh)")
        began = time.monotonic()
        answer = schools.says("apply", "-y")
        assert answer.code == 4, answer
        assert first.run("cat /srv/a") == "eins"
        assert time.monotonic() - began < 45
        assert second.address in answer.out + answer.err
        second.run("kill -CONT $(systemctl show -P MainPID ssh)")
        schools.apply()
        assert second.run("cat /srv/a") == "eins"
