"""Proofs on a real Debian: what devices will get is tried before any of them is touched."""

import datetime
import json

import pytest

from pedell.certificates.authority import make_authority
from tests.commands.typed import pedell_says
from tests.machines import machines
from tests.machines.inventory import AUTHORITY, SCHOOL, write_inventory

pytestmark = pytest.mark.tier3

CA = make_authority("Schul-CA", 10, "ec-p256", datetime.datetime.now(datetime.UTC))
NAME = "radius.gs-1.example.org"
CATALOGUE = """\
wifi:
  konten:
    ssid: Schule Nörd
    security: wpa2-enterprise
    eap: [peap, ttls]
    username: tablets
    user_password: !secret gs-1-radius
    server_names: [NAME]
    certificate: schul-ca
    vlan: 120
certificates: {schul-ca: {file: certificates/schul-ca.pem}}
"""
ROLE = f"""\
  - radius: school
    authority: schul-ca
    names: [{NAME}]
    access_points: {{network: 192.0.2.0/24, secret: !secret gs-1-access-points}}
  - dns_records: school
    domain: gs-1.example.org
    hosts: {{radius: "${{school.server}}"}}
  - dhcp_reservations: school
    subnets:
      - subnet: 198.18.0.0/15
        fixed: [{{name: ap-aula, mac: "02:00:00:00:00:11", address: 198.18.250.11}}]
  - verify_dhcp: ap-aula
    server: "${{school.server}}"
    mac: "02:00:00:00:00:11"
    address: 198.18.250.11
    needs: [dhcp_reservations/school]
  - verify_dhcp: stranger
    server: "${{school.server}}"
    mac: "02:00:00:00:00:12"
    address: none
    within: 5
    needs: [dhcp_reservations/school]
  - proxy_pac: school
    names: [wpad.gs-1.example.org]
  - verify_tcp: ssh
    port: 22
"""
DEVICES = "serial;mac;asset;model;cohort\nDXXX00000001;02:d0:00:00:00:01;MU-1;iPad;pupil\n"
SECRETS = {
    "GS_1_RADIUS": "Schloß # und Riegel",
    "GS_1_ACCESS_POINTS": "ap-secret",
    "GS_1_RADIUS_PROOF": "own-secret",
    "SCHUL_CA_KEY": CA.key,
}
ALL = [
    "verify_dhcp.ap-aula",
    "verify_dhcp.stranger",
    f"verify_dns.{NAME}",
    "verify_eap.konten",
    "verify_http.pac-school",
    "verify_tcp.ssh",
]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return one machine for all tests of this file, and the inventory of its school."""
    folder = tmp_path_factory.mktemp("proofs")
    with machines(1, folder) as (machine,):
        yield machine, write_inventory(folder / "inventory", [machine])


@pytest.fixture
def machine(place):
    return place[0]


@pytest.fixture
def school(place):
    """Return the inventory of a school whose server proves all that it serves."""
    found = place[1]
    tablets = "  tablets: {provider: memory, platform: ipados}\ndefaults:\n"
    found.write("authority.yml", AUTHORITY.replace("defaults:\n", tablets))
    found.write("catalogue.yml", CATALOGUE.replace("NAME", NAME))
    found.write("certificates/schul-ca.pem", CA.certificate)
    found.role(ROLE)
    text = SCHOOL.format(number=1, server=place[0].address)
    found.write("schools/gs-1.yml", f"{text}cohorts: {{pupil: {{}}}}\nwifi: [konten]\n")
    found.write("devices/gs-1.csv", DEVICES)
    return found


@pytest.fixture
def says(school):
    """Return a function that types ``pedell`` as somebody who may open every secret."""
    env = {f"PEDELL_SECRET_{name}": value for name, value in SECRETS.items()}
    env["PEDELL_SECRET_SERVER_KEY"] = school.key.read_text("utf-8")

    def say(*words):
        return pedell_says(*words, cwd=school.folder, env=env, timeout=600)

    answer = say("apply", "-y")  # the first one sets it up, the others put right what a test left
    assert answer.code == 0, answer
    assert not any(secret in answer.out + answer.err for secret in SECRETS.values())
    return say


def on_server(says):
    answer = says("plan", "--output", "json")
    assert answer.code == 0, answer
    addresses = [one["address"].split("/", 1)[1] for one in json.loads(answer.out)["changes"]]
    return [one.removeprefix("server/") for one in addresses if one.startswith("server/")]


def test_a_server_proves_what_it_serves_and_then_there_is_nothing_to_do(machine, says):
    assert machine.run("ls /var/lib/pedell/proofs").split() == sorted(ALL)
    assert on_server(says) == []


def said(answer):
    assert answer.code != 0, answer
    return " ".join((answer.out + answer.err).split())


def started(machine):
    return machine.run("systemctl show -P ActiveEnterTimestampMonotonic freeradius")


def test_a_wrong_name_in_the_inventory_fails_before_any_tablet_is_touched(machine, school, says):
    began = started(machine)
    school.write("catalogue.yml", CATALOGUE.replace("NAME", "radius.gs-2.example.org"))
    answer = said(says("apply", "-y"))
    assert "carries none of the names that devices trust: radius.gs-2.example.org" in answer
    assert "verify_eap.konten" not in machine.run("ls /var/lib/pedell/proofs").split()
    assert started(machine) == began
    school.write("catalogue.yml", CATALOGUE.replace("NAME", NAME))
    assert on_server(says) == ["verify_eap/konten"]
    assert says("apply", "-y").code == 0


def test_devices_wait_for_the_proof_of_their_network(school, says):
    catalogue = CATALOGUE.replace("NAME", NAME)
    school.write("catalogue.yml", catalogue.replace("vlan:", "hidden: true\n    vlan:"))
    wish = "  - verify_eap: konten\n    client_secret: !secret gs-1-radius-proof\n    vlan: 7\n"
    school.role(ROLE + wish)
    answer = said(says("apply", "-y"))
    assert "Schule Nörd: expected VLAN 7, the server sent 120" in answer
    assert "skipped" in answer
    assert "(the school's server proves that devices can join it)" in answer


def test_what_is_moved_by_hand_is_proven_anew(machine, says):
    machine.run(
        "systemctl stop dnsmasq; sed -i s/tablets/andere/ /etc/freeradius/3.0/policy.d/school"
    )
    assert on_server(says) == [
        "service/dnsmasq",
        "template/radius-policy",
        "verify_dhcp/ap-aula",
        "verify_dhcp/stranger",
        f"verify_dns/{NAME}",
        "verify_eap/konten",
    ]
    assert says("apply", "-y").code == 0
    assert on_server(says) == []


def test_a_certificate_that_ends_too_soon_shows_in_every_plan(school, says):
    path = "/etc/freeradius/3.0/certs/radius.pem"
    school.role(f"{ROLE}  - verify_certificate: long\n    path: {path}\n    days: 700\n")
    for _ in range(2):
        assert "days: expected 700 at least" in said(says("apply", "-y"))
        assert on_server(says) == ["verify_certificate/long"]
