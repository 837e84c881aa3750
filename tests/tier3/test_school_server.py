"""Two real Debian servers become school servers from nothing, and every service of theirs answers."""

import base64
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.commands.typed import Answer, pedell_says
from tests.machines import Machine, machines
from tests.playbooks.keys import Authority, make_authority
from tests.tier3.dhcp import offered

pytestmark = [pytest.mark.tier3, pytest.mark.timeout(900)]

HOME = Path(__file__).parents[2]
AUTHORITY = """\
authority: musterstadt
name: Stadt Musterstadt
types: {grundschule: Grundschule}
playbooks: playbooks
targets:
  tablets: {provider: memory, platform: ipados}
  server: {provider: debian, per: school, host: "${school.server}", user: pedell, become: true, known_hosts: known_hosts, credential: server-key}
defaults:
  roles: [school-server, own]
  wifi: [schulnetz, lehrernetz, geraetenetz]
  variables: {device_ca: geraete-ca, upstream_dns: ["192.0.2.2"]}
"""
NETWORK = """\
  {name}:
    ssid: "{ssid}"
    security: wpa2-enterprise
    server_names: ["radius.${{school.id}}.example.org"]
    certificate: schul-ca
"""
BY_ACCOUNT = (
    NETWORK
    + '    eap: [{eap}]\n    username: {name}-${{school.id}}\n    user_password: !secret "${{school.id}}-{name}"\n'
)
CATALOGUE = (
    "certificates:\n"
    "  schul-ca: {file: certificates/schul-ca.pem}\n"
    "  geraete-ca: {file: certificates/geraete-ca.pem}\n"
    "wifi:\n"
    + BY_ACCOUNT.format(name="schulnetz", ssid="Nord", eap="peap, ttls")
    + BY_ACCOUNT.format(name="lehrernetz", ssid="Nord-Lehrer", eap="peap")
    + NETWORK.format(name="geraetenetz", ssid="Nord-Geraete")
    + "    eap: [tls]\n    identity: !secret geraete-p12\n    identity_password: !secret geraete-p12-password\n"
)
SCHOOL = """\
school: {name}
name: Grundschule {name}
type: grundschule
server: {address}
variables: {{network: "10.{number}"}}
cohorts:
  pupil: {{ownership: loan}}
wifi: {{schulnetz: {{vlan: 120}}, lehrernetz: {{vlan: 40}}, geraetenetz: {{vlan: 60}}}}
"""
DEVICES = "serial;mac;asset;model;cohort\nDXXX0000000{number};02:d0:00:00:00:0{number};MU-{number};iPad;pupil\n"
OWN = """\
role: own
resources:
  - template: own-policy
    path: /etc/freeradius/3.0/policy.d/own
    source: own.j2
    needs: [package/freeradius]
  - package: freeradius
  - service: freeradius
    restart_on: [template/own-policy]
  - verify_dhcp: tablet
    server: "${variables.network}.120.2"
    mac: "02:d0:00:00:00:07"
"""
SOUND_POLICY = "own_policy {\n\tok\n}\n"
BROKEN_POLICY = "own_policy {\n\tif (\n}\n"
LIVE_POLICY = "/etc/freeradius/3.0/policy.d/own"


@dataclass(frozen=True)
class World:
    """An inventory of two schools, their servers, and what only people know."""

    root: Path
    servers: Mapping[str, Machine]
    authority: Authority
    devices: Authority
    secrets: Mapping[str, str]

    def says(self, *words: str) -> Answer:
        variables = {
            f"PEDELL_SECRET_{name.upper().replace('-', '_')}": v for name, v in self.secrets.items()
        }
        return pedell_says(*words, cwd=self.root, env=variables, timeout=600)

    def apply(self, *words: str) -> Answer:
        return self.says("apply", "--tags", "server", "--yes", *words)

    def plan(self) -> Answer:
        return self.says("plan", "--tags", "server")

    def write(self, relative: str, text: str | bytes) -> None:
        path = self.root / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Iterator[World]:
    """Configure both servers from nothing, once."""
    home = tmp_path_factory.mktemp("school-servers")
    with machines(2, home) as (one, two):
        found = _world(home, {"gs-nord": one, "gs-sued": two})
        for number, server in ((7, one), (9, two)):
            server.run(
                f"ip addr add 10.{number}.120.2/21 dev host0; ip addr add 10.{number}.1.11/32 dev lo"
            )
        answer = found.apply()
        assert answer.code == 0, answer.out + answer.err
        for server in (one, two):
            server.run("apt-get -y -qq install curl bind9-dnsutils")
        yield found


def _world(home: Path, servers: Mapping[str, Machine]) -> World:
    ours, theirs = make_authority(home / "schul-ca"), make_authority(home / "geraete-ca")
    pem, key = theirs.sign("tablets", "clientAuth")
    identity = home / "tablets.p12"
    subprocess.run(
        ["openssl", "pkcs12", "-export", "-in", pem, "-inkey", key, "-passout", "pass:open", "-out", identity],
        check=True,
    )  # fmt: skip
    (machine, *_) = servers.values()
    secrets = {
        "server-key": machine.key.read_text("utf-8"),
        "schul-ca-key": (ours.folder / "ca.key").read_text("utf-8"),
        "geraete-p12": base64.b64encode(identity.read_bytes()).decode(),
        "geraete-p12-password": "open",
    }
    for school in servers:
        for name in ("schulnetz", "lehrernetz", "access-points", "radius-proof"):
            secrets[f"{school}-{name}"] = f"open-{school}-{name}"
    world = World(home / "inventory", servers, ours, theirs, secrets)
    shutil.copytree(HOME / "playbooks/roles", world.root / "playbooks/roles")
    world.write("playbooks/roles/own/role.yml", OWN)
    world.write("playbooks/roles/own/templates/own.j2", SOUND_POLICY)
    world.write("authority.yml", AUTHORITY)
    world.write("catalogue.yml", CATALOGUE)
    world.write("certificates/schul-ca.pem", ours.pem.read_bytes())
    world.write("certificates/geraete-ca.pem", theirs.pem.read_bytes())
    world.write("known_hosts", machine.known_hosts.read_bytes())
    for number, (name, server) in zip((7, 9), servers.items(), strict=True):
        world.write(
            f"schools/{name}.yml", SCHOOL.format(name=name, address=server.address, number=number)
        )
        world.write(f"devices/{name}.csv", DEVICES.format(number=number))
    return world


@pytest.fixture(params=["gs-nord", "gs-sued"])
def place(world, request) -> tuple[World, str, Machine, int]:
    number = {"gs-nord": 7, "gs-sued": 9}[request.param]
    return world, request.param, world.servers[request.param], number


def test_the_second_plan_is_empty(world):
    answer = world.plan()
    assert answer.code == 0
    assert "nothing to do" in answer.out, answer.out


def test_names_are_answered(place):
    _, school, server, _ = place
    assert (
        server.run(f"dig +short @127.0.0.1 radius.{school}.example.org").strip() == server.address
    )
    assert (
        server.run(f"dig +short @{server.address} wpad.{school}.example.org").strip()
        == server.address
    )
    assert "NXDOMAIN" in server.run("dig @127.0.0.1 mask.icloud.com")


def test_a_device_gets_an_address_over_the_wire(place):
    _, _, server, number = place
    offer = offered(f"ve-{server.name}", f"02:d0:00:00:00:0{number}")
    assert offer.startswith(f"10.{number}.12")


def test_the_proxy_file_is_served(place):
    _, school, server, number = place
    head = server.run(
        f"curl -si --resolve wpad.{school}.example.org:80:127.0.0.1 http://wpad.{school}.example.org/proxy.pac"
    )
    assert head.startswith("HTTP/1.1 200 OK")
    assert "application/x-ns-proxy-autoconfig" in head
    assert f'isInNet(address, "10.{number}.0.0", "255.255.0.0")' in head


def test_the_filter_lets_through_and_keeps_out(place):
    _, _, server, number = place

    def status(url: str, source: str) -> str:
        return server.run(
            f"curl -s -o /dev/null -w '%{{http_code}}' --interface {source} -x http://10.{number}.120.2:3128 {url}; true"
        )

    inside = f"10.{number}.120.2"
    assert status(f"http://{server.address}/proxy.pac", inside) == "200"
    assert status("http://www.spiele.example.org/", inside) == "403"
    assert status(f"http://{server.address}/proxy.pac", server.address) == "403"
    assert "spiele" not in server.run("cat /var/log/squid/*.log")


def _join(
    world: World, school: str, ssid: str, *lines: str, client: str = "radius-proof"
) -> tuple[bool, str, str]:
    """Join as a device does, from the server itself or from an access point; say VLAN and fault."""
    server, number = world.servers[school], {"gs-nord": 7, "gs-sued": 9}[school]
    fields = [f'ssid="{ssid}"', "key_mgmt=WPA-EAP", *lines]
    if not any(line.startswith("ca_cert") for line in lines):
        fields.append('ca_cert="/tmp/trust.pem"')
    if not any(line.startswith("domain") for line in lines):
        fields.append(f'domain_suffix_match="radius.{school}.example.org"')
    profile = "network={\n" + "\n".join(fields) + "\n}\n"
    _put(server, "/tmp/trust.pem", world.authority.pem.read_bytes())
    _put(server, "/tmp/profile", profile.encode())
    point = "127.0.0.1" if client == "radius-proof" else f"10.{number}.1.11"
    said = server.run(
        f"eapol_test -c /tmp/profile -a {point} -A {point} -s open-{school}-{client} -r 0 -t 8"
        f" -N30:s:02-00-00-00-00-01:{ssid}; true"
    )
    vlans = re.findall(r"Attribute 81 .*\n\s*Value: ([0-9a-f]+)", said)
    wrong = re.findall(r"CERT-ERROR .*err='(.*?)'", said)
    joined = said.rstrip().endswith("SUCCESS")
    return joined, bytes.fromhex(vlans[-1]).decode() if vlans else "", "".join(wrong[:1])


def _put(server: Machine, path: str, content: bytes) -> None:
    server.run(f"echo {base64.b64encode(content).decode()} | base64 -d >{path}")


def _account(
    school: str, network: str, method: str = "PEAP", inner: str = "MSCHAPV2", password: str = ""
) -> list[str]:
    password = password or f"open-{school}-{network}"
    return [
        f"eap={method}",
        f'identity="{network}-{school}"',
        f'password="{password}"',
        f'phase2="auth={inner}"',
    ]


def test_devices_join_by_account_with_what_is_right(place):
    world, school, _, _ = place
    for client in ("radius-proof", "access-points"):
        pupil = _account(school, "schulnetz")
        assert _join(world, school, "Nord", *pupil, client=client) == (True, "120", "")
    assert _join(world, school, "Nord", *_account(school, "schulnetz", "TTLS", "PAP")) == (
        True,
        "120",
        "",
    )
    assert _join(world, school, "Nord", *_account(school, "schulnetz", "TTLS")) == (True, "120", "")
    assert _join(world, school, "Nord-Lehrer", *_account(school, "lehrernetz")) == (True, "40", "")


def test_devices_do_not_join_with_what_is_wrong(place):
    world, school, _, _ = place
    for method, inner in (("PEAP", "MSCHAPV2"), ("TTLS", "PAP")):
        wrong = _account(school, "schulnetz", method, inner, "falsch")
        assert _join(world, school, "Nord", *wrong)[0] is False
    assert _join(world, school, "Nord-Lehrer", *_account(school, "schulnetz"))[0] is False
    other = {"gs-nord": "gs-sued", "gs-sued": "gs-nord"}[school]
    assert _join(world, school, "Nord", *_account(other, "schulnetz"))[0] is False


def test_devices_do_not_trust_another_server(place):
    world, school, server, _ = place
    _put(server, "/tmp/other.pem", world.devices.pem.read_bytes())
    for method, inner in (("PEAP", "MSCHAPV2"), ("TTLS", "PAP")):
        account = _account(school, "schulnetz", method, inner)
        joined, _, fault = _join(world, school, "Nord", *account, 'ca_cert="/tmp/other.pem"')
        assert not joined
        assert fault
        named = 'domain_suffix_match="radius.gs-fremd.example.org"'
        assert _join(world, school, "Nord", *account, named) == (
            False,
            "",
            "Domain suffix mismatch",
        )


def test_devices_join_by_certificate(place, tmp_path):
    world, school, server, _ = place
    stranger = make_authority(tmp_path / "fremd-ca")
    for authority, joined in ((world.devices, True), (stranger, False), (world.authority, False)):
        pem, key = authority.sign("tablet-1", "clientAuth")
        _put(server, "/tmp/device.pem", pem.read_bytes())
        _put(server, "/tmp/device.key", key.read_bytes())
        lines = [
            "eap=TLS",
            'identity="tablet-1"',
            'client_cert="/tmp/device.pem"',
            'private_key="/tmp/device.key"',
        ]
        found = _join(world, school, "Nord-Geraete", *lines)
        assert found[:2] == ((True, "60") if joined else (False, ""))
        assert _join(world, school, "Nord", *lines)[0] is False


def test_nobody_stands_in_a_log(place):
    _, school, server, _ = place
    logs = server.run(
        "cat /var/log/freeradius/*.log; journalctl -q -b -u freeradius -u dnsmasq --no-pager"
    )
    assert f"schulnetz-{school}" not in logs
    assert "falsch" not in logs


def test_drift_by_hand_is_found_and_goes(world):
    server = world.servers["gs-nord"]
    server.run("echo 'host-record=evil.example.org,192.0.2.66' >>/etc/dnsmasq.d/school-names.conf")
    server.run(
        "chmod 0666 /etc/freeradius/3.0/clients.conf; systemctl stop squid; systemctl disable nginx"
    )
    plan = world.plan()
    for word in ("dns-school", "radius-clients", "squid", "nginx"):
        assert word in plan.out, plan.out
    assert "gs-sued" not in plan.out
    answer = world.apply()
    assert answer.code == 0, answer.out + answer.err
    assert "evil" not in server.run("cat /etc/dnsmasq.d/school-names.conf")
    assert server.run("systemctl is-active squid; systemctl is-enabled nginx").split() == [
        "active",
        "enabled",
    ]
    assert server.run("stat -c %a /etc/freeradius/3.0/clients.conf").strip() == "640"
    assert "nothing to do" in world.plan().out


def test_a_wrong_template_leaves_the_running_service_untouched(world):
    server = world.servers["gs-nord"]
    before = server.run("systemctl show -p MainPID,ActiveEnterTimestamp freeradius")
    world.write("playbooks/roles/own/templates/own.j2", BROKEN_POLICY)
    try:
        answer = world.apply("--limit", "gs-nord")
    finally:
        world.write("playbooks/roles/own/templates/own.j2", SOUND_POLICY)
    assert answer.code != 0
    assert f"{LIVE_POLICY}[2]" in answer.out + answer.err
    assert server.run(f"cat {LIVE_POLICY}") == SOUND_POLICY
    assert server.run("systemctl show -p MainPID,ActiveEnterTimestamp freeradius") == before
    assert _join(world, "gs-nord", "Nord", *_account("gs-nord", "schulnetz"))[0] is True
    assert world.apply().code == 0  # what the failed run had to leave open is proven again
    assert "nothing to do" in world.plan().out
