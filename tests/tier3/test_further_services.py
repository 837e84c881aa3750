"""What not every school has, on a real Debian: Kea, shared folders, the pointer to content caches."""

import pytest

from tests.commands.typed import pedell_says
from tests.machines import machines
from tests.tier3.dhcp import offered

pytestmark = [pytest.mark.tier3, pytest.mark.timeout(600)]

FILES = {
    "authority.yml": """\
authority: musterstadt
name: Stadt Musterstadt
types: {grundschule: Grundschule}
targets:
  tablets: {provider: memory, platform: ipados}
  server: {provider: debian, per: school, host: "${school.server}", user: pedell, become: true, known_hosts: known_hosts, credential: server-key}
defaults: {roles: [further]}
""",
    "catalogue.yml": "apps: {}\n",
    "schools/gs-nord.yml": """\
school: gs-nord
name: Grundschule Nord
type: grundschule
server: ADDRESS
cohorts: {pupil: {}}
""",
    "devices/gs-nord.csv": "serial;mac;asset;model;cohort\nDXXX00000001;02:d0:00:00:00:01;MU-1;iPad;pupil\n",
    "playbooks/roles/further/role.yml": """\
role: further
resources:
  - group: lehrkraefte
  - dhcp_reservations: school
    backend: kea
    devices: only
    subnets:
      - subnet: 10.7.120.0/21
        router: 10.7.120.1
        interface: host0
        range: {from: 10.7.121.1, to: 10.7.121.250}
        fixed: [{name: ap-aula, mac: "02:00:00:00:00:11", address: 10.7.120.11}]
  - file_share: tausch
    shares: [{name: Tausch, path: /srv/tausch, group: lehrkraefte, comment: "Für alle"}]
  - content_cache: school
    domain: gs-nord.example.org
    public: [192.0.2.16-192.0.2.31]
""",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    home = tmp_path_factory.mktemp("further")
    with machines(1, home) as (machine,):
        root = home / "inventory"
        for name, text in FILES.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("ADDRESS", machine.address), "utf-8")
        (root / "known_hosts").write_bytes(machine.known_hosts.read_bytes())
        machine.run("ip addr add 10.7.120.2/21 dev host0")

        def says(*words):
            env = {"PEDELL_SECRET_SERVER_KEY": machine.key.read_text("utf-8")}
            return pedell_says(*words, "--tags", "server", cwd=root, env=env, timeout=500)

        answer = says("apply", "--yes")
        assert answer.code == 0, answer.out + answer.err
        yield root, machine, says


def test_the_second_plan_is_empty(world):
    _, _, says = world
    answer = says("plan")
    assert "nothing to do" in answer.out, answer.out


def test_kea_gives_addresses_to_those_it_knows_alone(world):
    _, machine, _ = world
    link = f"ve-{machine.name}"
    assert offered(link, "02:d0:00:00:00:01").startswith("10.7.121.")
    assert offered(link, "02:00:00:00:00:11") == "10.7.120.11"
    assert offered(link, "02:d0:00:00:00:99") == ""
    assert "02:d0:00:00:00:01" not in "".join(machine.journal("kea-dhcp4-server"))


def test_the_folder_is_the_groups_and_no_old_names_are_told(world):
    _, machine, _ = world
    assert machine.run("stat -c '%a %G' /srv/tausch").split() == ["770", "lehrkraefte"]
    assert machine.run("systemctl is-active smbd").strip() == "active"
    assert machine.run("systemctl is-active nmbd; true").strip() == "inactive"
    assert "Tausch" in machine.run("testparm -s 2>/dev/null")


def test_a_reservation_outside_of_its_network_changes_nothing(world):
    root, machine, says = world
    role = root / "playbooks/roles/further/role.yml"
    before, live = role.read_text("utf-8"), machine.run("cat /etc/kea/kea-dhcp4.conf")
    role.write_text(before.replace("address: 10.7.120.11", "address: 10.9.9.9"), "utf-8")
    try:
        answer = says("apply", "--yes")
    finally:
        role.write_text(before, "utf-8")
    assert answer.code != 0
    assert "kea-dhcp4" in answer.out
    assert machine.run("cat /etc/kea/kea-dhcp4.conf") == live
    assert offered(f"ve-{machine.name}", "02:00:00:00:00:11") == "10.7.120.11"
