"""The firewall of a real Debian: what it lets in, what outlives what, and that nobody is shut out."""

import socket
import time

import pytest

from tests.machines.inventory import write_inventory

pytestmark = pytest.mark.tier3

ROLE = """\
  - package: nftables
  - firewall: school
    confirm_within: 10
    needs: [package/nftables]
    rules:
      - {action: allow, protocol: tcp, ports: [80, "8000-8010"], comment: für alle}
      - {action: deny, from: [203.0.113.0/24, "2001:db8::/32"]}
      - {action: allow, ports: [53], from: [203.0.113.0/24, 198.18.0.0/15, 198.19.0.0/16]}
"""
LIST = "nft -s list table inet pedell_school"
# Whoever has come once comes in no more: as a firewall of somebody else that we know nothing of.
STRANGE = """
nft add table inet strange
nft add chain inet strange input '{ type filter hook input priority -10; }'
nft add rule inet strange input tcp dport 22 ct state new limit rate over 1/hour burst 1 packets drop
"""


@pytest.fixture(name="school")
def _school(machine, tmp_path):
    found = write_inventory(tmp_path / "inventory", [machine])
    found.role(ROLE)
    return found


def is_let_in(machine, port):
    """Nothing listens there: who is let in is told so, who is not hears nothing."""
    try:
        socket.create_connection((machine.address, port), timeout=1).close()
    except ConnectionRefusedError:
        return True
    except TimeoutError:
        return False
    raise AssertionError("somebody listens")


def wait_until(machine, table):
    end = time.monotonic() + 30
    while machine.run(f"{LIST} || true") != table:
        assert time.monotonic() < end
        time.sleep(0.5)


def test_it_lets_in_what_the_rules_say_and_nothing_else(machine, school):
    assert is_let_in(machine, 4711)
    school.apply()
    ports = (53, 80, 8005, 81, 8011, 4711)
    assert [is_let_in(machine, port) for port in ports] == [True] * 3 + [False] * 3
    machine.run("ping -c 1 -W 2 127.0.0.1 >/dev/null; getent hosts localhost")
    assert school.plan() == {}


def test_it_outlives_a_start_and_a_restart_of_nftables(machine, school):
    machine.run("apt-get -q -y install nftables && systemctl enable --now nftables")
    school.apply()
    assert school.plan() == {}
    before = machine.run(LIST)
    for upset in ("systemctl restart nftables", "systemctl reload nftables"):
        machine.run(upset)
        wait_until(machine, before)
    machine.reboot()
    assert machine.run(LIST) == before
    assert school.plan() == {}
    assert machine.run("systemctl is-system-running") == "running\n"


def test_drift_is_found_and_other_tables_stay(machine, school):
    school.apply()
    assert school.plan() == {}
    before = machine.run(LIST)
    machine.run("nft add table inet f2b-table; nft add chain inet f2b-table drops")
    for upset in (
        "nft add rule inet pedell_school input tcp dport 99 accept",
        "nft delete table inet pedell_school",
        "sed -i s/8010/8020/ /etc/nftables.d/pedell-school.nft",
        "systemctl disable pedell-firewall-school",
    ):
        machine.run(upset)
        assert school.plan() == {"firewall/school": "update"}
        school.apply()
        assert school.plan() == {}
        assert machine.run(LIST) == before
    assert machine.run("nft list tables") == "table inet f2b-table\ntable inet pedell_school\n"


def test_taken_away_all_is_open_again(machine, school):
    school.apply()
    school.role("  - package: nftables\n")
    school.apply("--prune")
    assert is_let_in(machine, 4711)
    assert machine.run("nft list tables") == ""
    assert machine.run("ls /etc/nftables.d /etc/systemd/system | grep pedell; true") == ""
    assert machine.run("systemctl is-system-running") == "running\n"


def test_rules_that_shut_us_out_are_refused(machine, school):
    school.role(ROLE.replace("rules:", "ssh: false\n    rules:"))
    answer = school.says("apply", "-y")
    assert answer.code != 0
    assert f"no rule lets {machine.address.rpartition('.')[0]}.1 in on TCP port 22" in answer.err
    assert machine.run("nft list tables") == ""
    network = f"{machine.address}/29"
    rule = f"rules:\n      - {{action: allow, ports: [22], from: [{network}]}}"
    school.role(ROLE.replace("rules:", f"ssh: false\n    {rule}"))
    school.apply()
    assert school.plan() == {}


def test_where_nobody_can_log_in_any_more_it_goes_back_by_itself(machine, school):
    school.apply()
    assert school.plan() == {}
    before = machine.run(LIST)
    school.role(ROLE.replace("8010", "8020"))
    machine.run(STRANGE)
    answer = school.says("apply", "-y")
    assert answer.code != 0
    assert "nobody can log in any more, so the server takes it back" in answer.out
    wait_until(machine, before)
    machine.run("nft delete table inet strange")
    machine.reboot()
    assert machine.run(LIST) == before
    assert school.plan() == {"firewall/school": "update"}
    school.apply()
    assert school.plan() == {}
    assert "8000-8020" in machine.run(LIST)
