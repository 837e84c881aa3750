"""All that a role can declare, on a real Debian, by the real command line as an ordinary user."""

import json

import pytest

from tests.machines import machines
from tests.machines.inventory import write_inventory

pytestmark = pytest.mark.tier3

UNIT = "/etc/systemd/system/glocke.service"
ROLE = f"""\
  - package: nftables
  - group: gaeste
  - group: netz
    system: true
  - user: pflege
    comment: Pflege (erfunden)
    group: netz
    groups: [gaeste]
    shell: /bin/sh
  - ssh_key: notebook
    user: pflege
    key: KEY
  - sudo_rule: pflege
    user: pflege
    commands: [/usr/bin/systemctl restart glocke]
  - directory: /srv/schule
    owner: pflege
    group: netz
    mode: "0750"
  - file: /srv/schule/pause
    content: "Pause um zehn\\n"
    owner: pflege
    mode: "0640"
  - template: schule
    path: /etc/schule.conf
    source: schule.j2
  - symlink: /srv/schule/aktuell
    target: pause
  - block: namen
    path: /etc/hosts
    content: "192.0.2.10 radius.example.org\\n"
  - sysctl: net.ipv4.ip_forward
    value: "1"
  - file: {UNIT}
    content: |
      [Service]
      ExecStart=/bin/sh -c 'cat /srv/schule/pause /srv/schule/hof; exec sleep infinity'
      [Install]
      WantedBy=multi-user.target
  - file: /srv/schule/hof
    content: "Der Hof ist offen\\n"
  - service: glocke
    running: true
    enabled: true
    restart_on: [file//srv/schule/pause, file//srv/schule/hof, file/{UNIT}]
  - command: index
    run: ls srv/schule >var/lib/index
    creates: /var/lib/index
    needs: [directory//srv/schule]
"""
SHOWN = {
    "dpkg-query -W -f '${db:Status-Status}' nftables": "installed",
    "getent passwd pflege | cut -d: -f 5-": "Pflege (erfunden):/home/pflege:/bin/sh",
    "id -Gn pflege": "netz gaeste",
    "stat -c '%U %G %a' /srv/schule": "pflege netz 750",
    "stat -c '%U %a' /srv/schule/pause": "pflege 640",
    "cat /srv/schule/aktuell": "Pause um zehn",
    "cat /etc/schule.conf": "Willkommen an der Schule 1",
    "getent hosts radius.example.org": "192.0.2.10      radius.example.org",
    "cat /proc/sys/net/ipv4/ip_forward": "1",
    "systemctl is-enabled glocke": "enabled",
    "systemctl is-active glocke": "active",
    "test -e /var/lib/index; echo $?": "0",
    "systemctl is-system-running": "running",
}
CHANGED = {
    "comment: Pflege (erfunden)": "comment: Neue Pflege (erfunden)",
    "restart glocke]": "restart glocke, /usr/bin/id]",
    "0750": "0755",
    "Pause um zehn": "Pause um elf",
    "Der Hof ist offen": "Der Hof ist zu",
    "target: pause": "target: hof",
    "192.0.2.10 radius": "192.0.2.12 radius",
    'value: "1"': 'value: "0"',
    "enabled: true": "enabled: false",
}
BY_HAND = {
    "package/nftables": "apt-get -q -y remove nftables",
    "group/gaeste": "groupdel gaeste",
    "user/pflege": "usermod --comment Fremd pflege",
    "ssh_key/notebook": ": >/home/pflege/.ssh/authorized_keys",
    "sudo_rule/pflege": "echo 'pflege ALL=(root) NOPASSWD: ALL' >/etc/sudoers.d/pedell-pflege",
    "directory//srv/schule": "chmod 0777 /srv/schule",
    "file//srv/schule/pause": "echo nie >/srv/schule/pause",
    f"file/{UNIT}": f"echo '# von Hand' >>{UNIT}",
    "file//srv/schule/hof": "chown nobody /srv/schule/hof; rm /srv/schule/hof",
    "template/schule": "sed -i s/Willkommen/Hallo/ /etc/schule.conf",
    "symlink//srv/schule/aktuell": "ln -sfn hof /srv/schule/aktuell",
    "block/namen": "sed -i s/192.0.2.10/192.0.2.11/ /etc/hosts",
    "sysctl/net.ipv4.ip_forward": "sysctl -w net.ipv4.ip_forward=0",
    "service/glocke": "systemctl disable --now glocke",
    "command/index": "rm /var/lib/index",
}


def furnish(machine, folder):
    found = write_inventory(folder / "inventory", [machine])
    found.write("playbooks/roles/test/templates/schule.j2", "Willkommen an der {{ school.name }}\n")
    found.role(role(machine))
    return found


@pytest.fixture(name="school")
def _school(machine, tmp_path):
    return furnish(machine, tmp_path)


@pytest.fixture(name="done", scope="module")
def _done(tmp_path_factory):
    """Return a machine and its inventory after an apply, for tests that change nothing."""
    folder = tmp_path_factory.mktemp("done")
    with machines(1, folder) as (machine,):
        school = furnish(machine, folder)
        school.apply()
        yield machine, school


def role(machine, changed=()):
    text = ROLE.replace("KEY", machine.key.with_suffix(".pub").read_text().strip())
    for old, new in dict(changed).items():
        assert old in text
        text = text.replace(old, new)
    return text


def shown(machine):
    return {command: machine.run(command).strip() for command in SHOWN}


def rung(machine):
    """Return what the service itself said; systemd's words may come between or behind."""
    return [line for line in machine.journal("glocke") if "Pause" in line or "Hof" in line]


def test_everything_is_made_from_nothing_and_then_there_is_nothing_to_do(done):
    machine, school = done
    assert shown(machine) == SHOWN
    assert machine.journal("glocke")[-2:] == ["Pause um zehn", "Der Hof ist offen"]
    assert school.plan() == {}


def test_what_somebody_changed_by_hand_is_found_and_put_right(machine, school):
    school.apply()
    machine.run("set -e\n" + "\n".join(BY_HAND.values()))
    assert school.plan().keys() == BY_HAND.keys()
    school.apply()
    assert shown(machine) == SHOWN
    assert school.plan() == {}


def test_everything_holds_after_a_start(machine, school):
    school.apply()
    machine.run("sysctl -w net.ipv4.ip_forward=0")  # the network outlives a start of a container
    machine.reboot()
    assert shown(machine) == SHOWN
    assert school.plan() == {}


def test_what_nobody_declares_any_more_goes_and_all_else_stays(machine, school):
    everything = "cd /etc; find . ! -name '*-' ! -type d | sort; cat group hosts passwd"
    machine.run("apt-get -q -y install nftables && dpkg --remove nftables")  # dpkg leaves something
    before = machine.run(everything)
    school.apply()
    machine.run("touch /home/pflege/mein-heft")
    school.role("  []\n")
    assert school.plan() == {}
    school.apply("--prune", "--confirm", "gs-1")
    assert school.plan("--prune") == {}
    assert machine.run("ls /srv") == ""
    assert machine.run("ls /home/pflege") == "mein-heft\n"
    assert machine.run("id pflege; getent group gaeste netz", code=2) == ""
    assert machine.run("systemctl is-system-running; systemctl cat glocke", code=1) == "running\n"
    assert machine.run(everything) == before


def test_a_key_opens_the_door_and_only_what_the_rule_names_is_done_as_root(done):
    machine, _ = done
    started = machine.journal("glocke").count("Pause um zehn")
    assert machine.ssh("pflege", "sudo -n systemctl restart glocke && id -un").stdout == "pflege\n"
    assert machine.journal("glocke").count("Pause um zehn") == started + 1
    refused = machine.ssh("pflege", "sudo -n systemctl stop glocke")
    assert refused.returncode == 1
    assert "a password is required" in refused.stderr


def test_what_the_files_change_is_nobodys_drift_and_restarts_a_service_once(machine, school):
    school.apply()
    assert machine.journal("glocke").count("Pause um zehn") == 1
    school.role(role(machine, CHANGED))
    planned = json.loads(school.says("plan", "--output", "json").out)["changes"]
    causes = {one["address"]: field["cause"] for one in planned for field in one["fields"]}
    assert len(causes) == len(CHANGED)
    assert set(causes.values()) == {"ours"}
    school.apply()
    assert rung(machine)[2:] == ["Pause um elf", "Der Hof ist zu"]
    assert school.plan() == {}


def test_a_plan_of_an_unchanged_server_is_one_connection_and_one_command(done):
    machine, school = done
    before = len(machine.journal("ssh"))
    assert school.plan() == {}
    words = ("Connection from", "Accepted publickey for pedell", "Starting session: command")
    said = machine.journal("ssh")[before:]
    assert [sum(word in line for line in said) for word in words] == [1, 1, 1]
    assert sum("Starting session" in line for line in said) == 1
