"""Timers, single lines, the clock and certificate authorities on a real Debian."""

import pytest

from tests.machines.inventory import write_inventory
from tests.playbooks.keys import make_authority

pytestmark = pytest.mark.tier3

ROLE = """\
  - package: systemd-timesyncd
  - package: ca-certificates
  - user: pflege
  - timer: backup
    calendar: Mon..Fri 06:30
    user: pflege
    persistent: true
    random_delay: 15min
    description: Sicherung, 100 % erfunden
    run: >-
      printf '%s|' "it's" "$HOME" \\\\ 100% "$(id -un)" $((1 + 2)) > /home/pflege/said
  - line_in_file: root-login
    path: /etc/ssh/sshd_config
    match: "^#?PermitRootLogin "
    line: PermitRootLogin prohibit-password
  - line_in_file: allowed
    path: /etc/new/list
    line: grün ist $HOME
    create: true
  - ntp: time
    servers: [ntp.example.org, 192.0.2.1]
    fallback: [ptbtime1.ptb.de]
    needs: [package/systemd-timesyncd]
  - certificate_authority: school-ca
    needs: [package/ca-certificates]
    pem: |
"""
BY_HAND = {
    "timer/backup": "systemctl disable --now pedell-backup.timer",
    "line_in_file/root-login": "sed -i s/^PermitRootLogin.*/#PermitRootLogin/ /etc/ssh/sshd_config",
    "line_in_file/allowed": "rm /etc/new/list",
    "ntp/time": "echo NTP=192.0.2.66 >>/etc/systemd/timesyncd.conf.d/60-pedell.conf",
    "certificate_authority/school-ca": "rm /etc/ssl/certs/pedell-school-ca.pem",
}


@pytest.fixture(name="school")
def _school(machine, tmp_path):
    found = write_inventory(tmp_path / "inventory", [machine])
    found.role(role(tmp_path / "ca"))
    return found


def role(folder):
    pem = make_authority(folder).pem.read_text()
    return ROLE + "".join(f"      {line}\n" for line in pem.splitlines())


def test_all_of_them_work_and_then_there_is_nothing_to_do(machine, school, tmp_path):
    school.apply()
    assert school.plan() == {}
    listed = machine.run("systemctl list-timers --no-legend pedell-backup.timer")
    assert listed.split()[0] in ("Mon", "Tue", "Wed", "Thu", "Fri")
    shown = machine.run("systemctl show -p RandomizedDelayUSec,Persistent pedell-backup.timer")
    assert shown == "RandomizedDelayUSec=15min\nPersistent=yes\n"
    machine.run("systemctl start pedell-backup.service")
    assert machine.run("cat /home/pflege/said") == "it's|/home/pflege|\\|100%|pflege|3|"
    about = machine.run("systemctl show -p Description --value pedell-backup.service")
    assert about == "Sicherung, 100 % erfunden\n"
    assert machine.run("sshd -T | grep -i ^permitrootlogin") == "permitrootlogin without-password\n"
    assert machine.run("cat /etc/new/list") == "grün ist $HOME\n"
    assert machine.run("systemctl is-enabled systemd-timesyncd") == "enabled\n"
    # In a container the clock is not ours, so the programme only says what it would ask.
    said = machine.run("systemd-analyze cat-config systemd/timesyncd.conf | grep NTP=")
    assert "NTP=192.0.2.1 ntp.example.org\nFallbackNTP=\nFallbackNTP=ptbtime1.ptb.de\n" in said
    assert machine.run("openssl verify /usr/local/share/ca-certificates/pedell-school-ca.crt")
    assert machine.run("systemctl is-system-running") == "running\n"


def test_what_somebody_changed_by_hand_is_found_and_put_right(machine, school):
    school.apply()
    machine.run("set -e\n" + "\n".join(BY_HAND.values()))
    assert school.plan().keys() == BY_HAND.keys()
    school.apply()
    assert school.plan() == {}


def test_everything_holds_after_a_start_and_goes_when_nobody_declares_it(machine, school):
    untouched = "cd /etc; find . ! -name '*-' ! -type d | sort; cat ssh/sshd_config"
    machine.run("apt-get -q -y install systemd-timesyncd ca-certificates; useradd pflege")
    machine.run("sed -i s/^#PermitRootLogin/PermitRootLogin/ /etc/ssh/sshd_config")
    before = machine.run(untouched)
    school.apply()
    machine.reboot()
    assert school.plan() == {}
    school.role("  - package: systemd-timesyncd\n  - package: ca-certificates\n")
    school.apply("--prune", "--confirm", "gs-1")
    assert school.plan("--prune") == {}
    machine.run("openssl verify /etc/ssl/certs/pedell-school-ca.pem", code=2)
    assert machine.run("ls /usr/local/share/ca-certificates") == ""
    left = machine.run(untouched)
    assert set(left.splitlines()) - set(before.splitlines()) == {"./new/list"}
    assert machine.run("systemctl is-system-running") == "running\n"


def test_chrony_takes_over(machine, school, tmp_path):
    whole = role(tmp_path / "other")
    school.role(
        whole.replace("package: systemd-timesyncd", "package: chrony")
        .replace("package/systemd-timesyncd", "package/chrony")
        .replace("  - ntp: time\n", "  - ntp: time\n    client: chrony\n")
    )
    school.apply()
    assert school.plan() == {}
    assert machine.run("chronyd -p | grep -c ' iburst prefer$'") == "2\n"
    machine.run("echo 'server 192.0.2.66' >>/etc/chrony/conf.d/pedell.conf")
    assert school.plan() == {"ntp/time": "update"}
