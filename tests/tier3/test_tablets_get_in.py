"""The proof from end to end: what tablets were given opens the RADIUS of their school, or stays away.

The profile is taken to the byte from the simulated tablets, as the MDM's command brought it. It is
translated into what wpa_supplicant reads, and its program `eapol_test` joins with that on the
school's own server, which one and the same `pedell apply` has set up.
"""

import base64
import json
import plistlib
import re
import subprocess

import pytest

from pedell.payloads.apple.wifi import WIFI
from pedell.payloads.wpa import network_of_payload, write_block
from tests.tier3.campus import SCHOOLS, campus

pytestmark = [pytest.mark.tier3, pytest.mark.timeout(600)]

NETWORK = """\
  {name}:
    ssid: "{ssid}"
    security: wpa2-enterprise
    server_names: ["radius.${{school.id}}.example.org"]
    certificate: schul-ca
    vlan: {vlan}
"""
ACCOUNT = (
    '    eap: [{eap}]\n    username: {name}\n    user_password: !secret "${{school.id}}-{name}"\n'
)
CATALOGUE = (
    "certificates:\n"
    "  schul-ca: {file: certificates/schul-ca.pem}\n"
    "  geraete-ca: {file: certificates/geraete-ca.pem}\n"
    "wifi:\n"
    + "".join(
        NETWORK.format(name=name, ssid=ssid, vlan=vlan) + ACCOUNT.format(name=name, eap=eap)
        for name, ssid, vlan, eap in (
            ("schulnetz", "Schule Nörd", 120, "peap"),
            ("lehrernetz", "Lehrer's", 40, "ttls"),
            *((name, f"Neu {name}", 80, "peap, ttls") for name in ("anchor", "name", "password")),
        )
    )
    + NETWORK.format(name="geraetenetz", ssid="Geräte", vlan=60)
    + '    eap: [tls]\n    identity: !secret "${school.id}-p12"\n'
    '    identity_password: !secret "${school.id}-p12-password"\n'
)
SCHOOL = """\
school: {name}
name: Schule {name}
type: grundschule
server: ADDRESS
wifi: [{networks}]
cohorts:
  pupil: {{{pupil}}}
  teacher: {{}}
"""
VLANS = {"schulnetz": "120", "lehrernetz": "40", "geraetenetz": "60"}
PASSWORD = "Schloß \\ it's #\"${x}%{y}'\\"
"""Invented, with all that has ever been a nuisance to a file of FreeRADIUS."""
SECRETS = (*VLANS, "anchor", "name", "password", "access-points", "radius-proof", "typing-error")


def school_file(name, networks, pupil=""):
    return SCHOOL.format(name=name, networks=", ".join(networks), pupil=pupil)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    files = {f"schools/{name}.yml": school_file(name, VLANS) for name in SCHOOLS}
    files["catalogue.yml"] = CATALOGUE
    with campus(tmp_path_factory.mktemp("campus"), files) as found:
        for school in SCHOOLS:
            found.secrets.update({f"{school}-{n}": f"{n} of {school} {PASSWORD}" for n in SECRETS})
            found.secrets.update({f"{school}-p12-password": f"open {school}"})
            found.secrets[f"{school}-p12"] = identity(found, f"tablet.{school}.example.org", school)
        answer = found.says("apply", "--yes")
        assert answer.code == 0, answer.out + answer.err
        assert PASSWORD not in answer.out + answer.err
        yield found


def identity(world, name, school):
    """Return certificate and key of a school's tablets as PKCS#12, in base64."""
    pem, key = world.devices.sign(name, "clientAuth")
    words = ("openssl", "pkcs12", "-export", "-in", pem, "-inkey", key)
    words += ("-passout", f"pass:open {school}")
    return base64.b64encode(subprocess.run(words, check=True, capture_output=True).stdout).decode()


def put(server, path, content):
    server.run(f"echo {base64.b64encode(content).decode()} | base64 -d >{path}")


def join(world, school, mobileconfig):
    """Join on a school's server with nothing but a profile; return the VLAN, empty for nobody."""
    contents = plistlib.loads(mobileconfig)["PayloadContent"]
    by_uuid = {one["PayloadUUID"]: one for one in contents}
    (wifi,) = (one for one in contents if one["PayloadType"] == WIFI)
    network, server = network_of_payload(wifi, by_uuid), world.servers[school]
    block = write_block(network.fields, str).rpartition("}")[0]
    put(server, "/tmp/anchor", network.anchor.encode())
    block += '  ca_cert="/tmp/anchor"\n'
    if network.identity is not None:
        put(server, "/tmp/identity", network.identity)
        block += '  private_key="/tmp/identity"\n  identity="tablet"\n'
    put(server, "/tmp/network", f"{block}}}\n".encode())
    put(server, "/tmp/secret", world.secrets[f"{school}-radius-proof"].encode())
    place = f"02-00-00-00-00-01:{wifi['SSID_STR']}".encode().hex()
    said = server.run(
        'eapol_test -c /tmp/network -a 127.0.0.1 -s "$(cat /tmp/secret)" -r 0 -t 8'
        f" -N30:x:{place}; true"
    )
    if not said.rstrip().endswith("SUCCESS"):
        return ""
    return bytes.fromhex(re.findall(r"Attribute 81 .*\n\s*Value: ([0-9a-f]+)", said)[-1]).decode()


@pytest.mark.parametrize("network", VLANS)
@pytest.mark.parametrize("school", SCHOOLS)
def test_what_the_tablets_hold_lets_them_into_their_school_and_no_other(world, school, network):
    (other,) = set(SCHOOLS) - {school}
    for cohort in ("pupil", "teacher"):
        held = world.mobileconfig(school, cohort, network)
        assert join(world, school, held) == VLANS[network]
        assert join(world, other, held) == ""


def test_then_there_is_nothing_to_do(world):
    assert "nothing to do" in world.says("plan").out


MISTAKES = {
    "anchor": ("certificate: geraete-ca", "devices would not trust the certificate of the server"),
    "name": (
        "server_names: [radius.gs-9.example.org]",
        "carries none of the names that devices trust: radius.gs-9.example.org",
    ),
    "password": (
        "user_password: !secret gs-1-typing-error",
        "account or password is wrong",
    ),
    "identity": (
        "identity_password: !secret gs-1-typing-error",
        "the identity of the devices cannot be opened: is its password right?",
    ),
}
NEW = ("anchor", "name", "password")
HELD = {"name": "schulnetz", "password": "lehrernetz", "identity": "geraetenetz"}


def declare(world, networks, pupil=""):
    """Give both schools these networks, and say what differs for the pupils of gs-1."""
    for school, server in world.servers.items():
        said = school_file(school, networks, pupil if school == "gs-1" else "")
        world.write(f"schools/{school}.yml", said.replace("ADDRESS", server.address))


def outcomes(world):
    """Apply, and return what became of each step by its address, with the reason."""
    answer = world.says("apply", "--yes", "--wait", "5", "--output", "json")
    world.rest()
    assert PASSWORD not in answer.out + answer.err
    found = json.loads(answer.out)
    ends = {one["address"]: (one["status"], one["detail"]) for one in found.get("outcomes", ())}
    return answer.code, ends


def commands(world, since):
    """Return what the MDM was told for the pupils of gs-1 after that number."""
    return [one for one in world.log(since)["lines"] if ".gs-1.pupil" in one["identifier"]]


@pytest.mark.parametrize("mistake", NEW)
def test_a_mistake_in_a_network_fails_its_proof_before_a_tablet_is_touched(world, mistake):
    wrong, reason = MISTAKES[mistake]
    networks = [*VLANS, *NEW[: NEW.index(mistake) + 1]]
    world.greet(mistake)
    before, number = world.tablet("gs-1", "pupil"), world.log()["total"]

    declare(world, networks, f"wifi: {{{mistake}: {{{wrong}}}}}")
    code, ends = outcomes(world)
    assert code != 0
    proof, network = f"gs-1/server/verify_eap/{mistake}", f"gs-1/pupil/wifi/{mistake}"
    assert {at for at, (status, _) in ends.items() if status != "done"} == {proof, network}
    assert ends[proof][0] == "failed"
    assert reason in ends[proof][1]
    assert ends[network][0] == "skipped"
    assert "gs-1/server/file/greeting" in ends
    assert commands(world, number) == []
    assert world.tablet("gs-1", "pupil") == before
    for school, cohort in (("gs-1", "teacher"), ("gs-2", "pupil"), ("gs-2", "teacher")):
        assert join(world, school, world.mobileconfig(school, cohort, mistake)) == "80"

    declare(world, networks)
    code, ends = outcomes(world)
    assert code == 0
    assert {proof, network} <= ends.keys()
    assert join(world, "gs-1", world.mobileconfig("gs-1", "pupil", mistake)) == "80"
    assert "nothing to do" in world.says("plan").out


@pytest.mark.parametrize("mistake", HELD)
def test_a_mistake_in_a_network_that_tablets_hold_leaves_them_in_it(world, mistake):
    network, networks = HELD[mistake], [*VLANS, *NEW]
    declare(world, networks)
    assert outcomes(world)[0] == 0
    before, number = world.tablet("gs-1", "pupil"), world.log()["total"]

    declare(world, networks, f"wifi: {{{network}: {{{MISTAKES[mistake][0]}}}}}")
    code, ends = outcomes(world)
    assert code != 0
    failed = {at for at, (status, _) in ends.items() if status == "failed"}
    assert failed == {f"gs-1/server/verify_eap/{network}"}
    assert MISTAKES[mistake][1] in ends[failed.pop()][1]
    assert commands(world, number) == []
    assert world.tablet("gs-1", "pupil") == before
    assert join(world, "gs-1", world.mobileconfig("gs-1", "pupil", network)) == VLANS[network]

    declare(world, networks)
    assert outcomes(world)[0] == 0
    assert "nothing to do" in world.says("plan").out
