"""A restart of the whole server in the middle of a run."""

import pytest

from tests.machines.inventory import write_inventory

pytestmark = pytest.mark.tier3

REBOOT = """\
  - file: /etc/neu
    content: eins
  - reboot: now
    restart_on: [file//etc/neu]
"""


@pytest.fixture(name="school")
def _school(machine, tmp_path):
    return write_inventory(tmp_path / "inventory", [machine])


def starts(machine):
    return int(machine.run("journalctl --list-boots | grep -c UTC"))


def test_a_run_goes_on_behind_a_restart_of_the_server(machine, school):
    school.role(
        f"{REBOOT}"
        "  - command: danach\n    run: touch var/danach run/danach\n"
        "    creates: /var/danach\n    needs: [reboot/now]\n"
    )
    school.apply()
    assert starts(machine) == 2
    assert machine.run("ls /run/danach /etc/neu") == "/etc/neu\n/run/danach\n"
    assert school.plan() == {}
    school.apply()
    assert starts(machine) == 2


def test_a_firewall_that_comes_with_a_restart_is_there_behind_it(machine, school):
    school.role(
        f"{REBOOT}  - package: nftables\n"
        "  - firewall: schule\n    rules: []\n    needs: [package/nftables]\n"
    )
    school.apply()
    assert starts(machine) == 2
    assert school.plan() == {}
    assert "policy drop" in machine.run("nft list table inet pedell_schule")
