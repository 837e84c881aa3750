"""Versions and holds with the real apt and dpkg."""

import pytest

from tests.machines.inventory import write_inventory

pytestmark = pytest.mark.tier3

# An archive of its own, with several versions of two invented packages.
ARCHIVE = r"""
set -e
mkdir -p /srv/archive
cd /srv/archive
for one in glocke_1.0-1 glocke_1.1-1 glocke_1.1-2 glocke_2.0-1 hof_1:3.0-1 hof_1:3.1-1; do
  name=${one%_*} version=${one#*_} file=$(printf %s "$one" | tr : -).deb
  mkdir -p build/DEBIAN
  printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: invented\n' \
    "$name" "$version" >build/DEBIAN/control
  dpkg-deb --build build "$file" >/dev/null
  {
    cat build/DEBIAN/control
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$file" "$(stat -c %s "$file")" \
      "$(sha256sum "$file" | cut -c 1-64)"
  } >>Packages
done
echo 'deb [trusted=yes] file:/srv/archive ./' >/etc/apt/sources.list.d/archive.list
rm -f /etc/apt/sources.list
apt-get -q update
"""
SHOW = "dpkg-query -W -f '${Package} ${Version} ${db:Status-Want} ' glocke hof"


@pytest.fixture(name="school")
def _school(machine, tmp_path):
    machine.run(ARCHIVE)
    return write_inventory(tmp_path / "inventory", [machine])


def test_versions_go_up_and_down_and_holds_hold(machine, school):
    for glocke, hof, said in (
        ('"1.1*"', '"3.0-1"', "glocke 1.1-2 install hof 1:3.0-1 install "),
        ('"1.0-1", hold: true', '"1:3.1*"', "glocke 1.0-1 hold hof 1:3.1-1 install "),
        ('"2.*", hold: true', '"3.0*", hold: true', "glocke 2.0-1 hold hof 1:3.0-1 hold "),
        ('"1.1-1", hold: true', '"3.0*", hold: false', "glocke 1.1-1 hold hof 1:3.0-1 install "),
    ):
        school.role(
            f"  - {{package: glocke, version: {glocke}}}\n  - {{package: hof, version: {hof}}}\n"
        )
        school.apply()
        assert machine.run(SHOW) == said
        assert school.plan() == {}
    machine.run("apt-get -q -y dist-upgrade")
    assert machine.run(SHOW) == "glocke 1.1-1 hold hof 1:3.1-1 install "
    assert school.plan() == {"package/hof": "update"}
    machine.run("apt-mark unhold glocke")
    assert school.plan() == {"package/glocke": "update", "package/hof": "update"}
    school.apply()
    assert school.plan() == {}
    school.role("  []\n")
    school.apply("--prune", "--confirm", "gs-1")
    assert "installed" not in machine.run(
        "dpkg-query -W -f '${db:Status-Status} ' glocke hof; true"
    )


def test_a_version_that_is_not_there_is_said_with_those_that_are(machine, school):
    school.role('  - {package: glocke, version: "3.*"}\n  - package: hof\n')
    answer = school.says("apply", "-y")
    assert answer.code == 3
    assert "no version of glocke that can be had is 3.*: there is 2.0-1 1.1-2 1.1-1" in answer.err
    assert school.plan() == {"package/glocke": "create"}
