"""Proofs against real services of Debian: FreeRADIUS, dnsmasq, TLS as openssl speaks it."""

import io
import subprocess
import tarfile

import pytest

from pedell.model import Status
from pedell.providers.debian.orders import Due, take_order
from pedell.providers.debian.outcomes import read_report
from pedell.providers.debian.script import pack, write_script
from tests.providers.debian.radius import (
    CLIENT,
    NAME,
    OPENS,
    PASSWORD,
    PORT,
    VLAN,
    make_certificates,
    running_radius,
)
from tests.providers.debian.world import configure, steps, want

eap = pytest.mark.tier2("freeradius", "eapol_test", "openssl")


@pytest.fixture(scope="module")
def radius(tmp_path_factory):
    with running_radius(tmp_path_factory.mktemp("radius")) as running:
        yield running


@pytest.fixture
def network(world):
    world.path("/var/lib/pedell-sandbox/real-network").touch()
    return world


@pytest.fixture
def joining(network, radius):
    """Return a function that proves a network as its devices would join it."""

    def join(eap="peap", client=CLIENT, password=PASSWORD, identity="", opens=OPENS, **spec):
        secrets = {"client": client}
        if eap == "tls":
            secrets |= {"identity": identity, "identity_password": opens}
        else:
            secrets |= {"user_password": password}
            spec.setdefault("username", "tablets")
        network.vault.values |= {f"gs-nord-{name}": value for name, value in secrets.items()}
        sealed = network.vault.seal(*(f"gs-nord-{name}" for name in secrets))
        proof = want(
            "verify_eap",
            "konten",
            **{
                "ssid": "Schulnetz # Nörd",
                "security": "wpa2-enterprise",
                "eap": [eap],
                "server_names": [NAME],
                "certificate": "schul-ca",
                "anchor": radius.pem("ca"),
                "port": PORT,
                "within": 6,
                "proves": "0" * 32,
                "secrets": {name: sealed[f"gs-nord-{name}"] for name in secrets},
                **spec,
            },
        )
        with network.session() as session:
            (end,) = session.perform(steps([proof]))
            stands = session.observe([proof], []) != []
        assert stands == (end.status is Status.DONE)
        for secret in secrets.values():
            assert secret not in end.detail
            assert not any(secret in command for command in network.commands())
        return end.detail

    return join


@eap
def test_devices_with_the_right_settings_get_in(joining, radius):
    assert joining(vlan=VLAN) == ""
    assert joining("ttls", vlan=VLAN) == ""
    assert joining("tls", identity=radius.identity("client")) == ""
    assert joining("tls", identity=radius.identity("client"), username="tablet-1") == ""
    assert joining(server_names=["*.gs-nord.example.org"]) == ""
    both = {"a": radius.pem("other"), "b": radius.pem("ca")}
    assert joining(certificate=[*both], anchors=both) == ""


@eap
def test_a_wrong_password_is_told_as_such(joining):
    assert joining(password="falsch") == (
        "Schulnetz # Nörd: the server refuses tablets: account or password is wrong, or its policy"
        " keeps it out"
    )
    assert "refuses niemand: account or password" in joining(username="niemand")
    assert "refuses tablets: account or password" in joining("ttls", password="falsch")


@eap
def test_a_wrong_anchor_is_told_as_such(joining, radius):
    detail = joining(anchor=radius.pem("other"))
    assert "devices would not trust the certificate of the server (/CN=" in detail


@eap
def test_a_wrong_name_of_the_server_is_told_as_such(joining):
    detail = joining(server_names=["radius.gs-sued.example.org"])
    assert detail.endswith(
        "the certificate of the server (/CN=server.example.org) carries none of the names that"
        " devices trust: radius.gs-sued.example.org"
    )
    assert "carries none of the names" in joining(server_names=["*.gs-sued.example.org"])


@eap
def test_a_wrong_identity_is_told_as_such(joining, radius):
    wrong = joining("tls", identity=radius.identity("stranger"))
    assert wrong.endswith("refuses the certificate of the devices (stranger.example.org)")
    closed = joining("tls", identity=radius.identity("client"), opens="falsch")
    assert closed.endswith("identity of the devices cannot be opened: is its password right?")
    assert "cannot be opened" in joining("tls", identity="bm8gUEtDUyMxMg==")


@eap
def test_the_vlan_is_part_of_the_proof(joining):
    assert joining(vlan=40).endswith("expected VLAN 40, the server sent 120")


@eap
def test_silence_is_told_with_what_may_be_behind_it(joining):
    assert joining(port=PORT + 1, within=2).endswith(
        f"no answer from 127.0.0.1 port {PORT + 1}: does FreeRADIUS run, and does it know this"
        " client with this secret?"
    )
    assert "no answer from" in joining(client="falsch", within=3)


_NETWORK = """
ip link set lo up
ip link add v0 type veth peer name v1
ip addr add 10.1.0.1/16 dev v0
ip link set v0 up
ip link set v1 up
dnsmasq -k -C dnsmasq.conf -u root --pid-file= 2>/dev/null &
sleep 0.4
sh apply.sh "$PWD"
kill $!
"""
_DHCP = """\
port=0
interface=v0
bind-dynamic
dhcp-range=10.1.0.0,static,255.255.0.0,1h
dhcp-authoritative
dhcp-host=02:00:00:00:00:01,10.1.2.7,ap1
leasefile-ro
"""


def offered(folder, *specs):
    """Return what came of proofs on a server with dnsmasq, in a network of its own."""
    wanted = [want("verify_dhcp", f"p{number}", **spec) for number, spec in enumerate(specs)]
    batch = steps(wanted)
    orders = [take_order(step, frozenset(), Due(), frozenset(), str(folder), {}) for step in batch]
    script = write_script(orders, {}, str(folder), "0123456789")
    with tarfile.open(fileobj=io.BytesIO(pack(orders, script))) as archive:
        archive.extractall(folder, filter="data")
    (folder / "dnsmasq.conf").write_text(_DHCP)
    done = subprocess.run(
        ["unshare", "--net", "sh", "-c", _NETWORK], cwd=folder, capture_output=True, check=False
    )
    report = read_report(done.stdout)
    assert report.is_whole, done.stderr
    return [report.steps[step.number].said.decode() for step in batch]


@pytest.mark.tier2("dnsmasq", "own network")
def test_a_known_device_is_offered_its_address_and_others_none(tmp_path):
    ap = {"server": "10.1.0.1", "mac": "02:00:00:00:00:01", "within": 3}
    other = {**ap, "mac": "02:00:00:00:00:02"}
    good, any_one, wrong, none, refused, lost, elsewhere = offered(
        tmp_path,
        {**ap, "address": "10.1.2.7"},
        ap,
        {**ap, "address": "10.1.2.8"},
        {**ap, "address": "none"},
        {**other, "address": "none"},
        other,
        {**ap, "server": "10.2.0.1"},
    )
    assert (good, any_one, refused) == ("", "", "")
    assert wrong == "02:00:00:00:00:01: expected 10.1.2.8, the server offers 10.1.2.7"
    assert none.endswith("expected none, the server offers 10.1.2.7")
    assert "expected an address, nobody on 10.1.0.1 offers one" in lost
    assert elsewhere.startswith("10.2.0.1 is no address of this server")


@pytest.fixture
def tls(tmp_path):
    """Serve a page with a certificate on a loopback port; return it with the certificates."""
    certificates = make_certificates(tmp_path)
    command = ["openssl", "s_server", "-accept", "18443", "-www", "-quiet"]
    command += ["-cert", "server.pem", "-key", "server.key"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL) as server:
        yield certificates
        server.terminate()


def page(certificates, host=NAME, trusted="ca", **spec):
    url = f"https://{host}:18443/"
    spec = {"address": "127.0.0.1", "within": 4, "anchor": certificates.pem(trusted), **spec}
    return want("verify_http", "page", url=url, **spec)


@pytest.mark.tier2("openssl")
def test_a_page_counts_only_with_a_certificate_that_is_trusted(network, tls):
    with network.session() as session:
        good, stranger, name = session.perform(
            steps([page(tls), page(tls, trusted="other"), page(tls, "wpad.example.org")])
        )
    assert good.status is Status.DONE
    assert "came nothing: no trust: unable to get local issuer certificate" in stranger.detail
    assert "came nothing: no trust: hostname mismatch" in name.detail


@pytest.mark.tier2("openssl")
def test_a_certificate_that_a_service_shows_is_looked_at_anew(network, tls):
    look = {"port": 18443, "names": [NAME], "certificate": "ca", "anchor": tls.pem("ca")}
    good = want("verify_certificate", "page", days=30, within=4, **look)
    with network.session() as session:
        configure(session, [good])
        assert [one.spec for one in session.observe([good], [])] == [good.spec]
        (seen,) = session.observe([want("verify_certificate", "page", **{**look, "days": 60})], [])
        assert seen.spec["days"] in (39, 40)
        gone = want("verify_certificate", "page", days=30, within=1, port=18444)
        assert session.observe([gone], []) == []
        (end,) = session.perform(steps([gone]))
    assert end.detail == "no certificate at 127.0.0.1 port 18444"


@pytest.mark.tier2("openssl")
def test_what_is_wrong_with_a_certificate_is_seen_field_by_field(world, tmp_path):
    certificates = make_certificates(tmp_path)
    world.path("/etc/x.pem").write_text(
        (tmp_path / "server.key").read_text() + certificates.pem("server")
    )

    def look(trusted="ca", **spec):
        spec = {"days": 30, "names": [NAME], "certificate": "schul-ca", **spec}
        return want("verify_certificate", "x", path="/etc/x.pem", anchor=certificates.pem(trusted), **spec)  # fmt: skip

    def differs(wanted):
        with world.session() as session:
            seen = session.observe([wanted], [])
            (end,) = session.perform(steps([wanted]))
        assert (end.status is Status.DONE) == ([one.spec for one in seen] == [wanted.spec])
        left = {key: value for one in seen for key, value in one.spec.items()}
        return {k: v for k, v in left.items() if v != wanted.spec[k]} or None, end.detail

    assert differs(look()) == (None, "")
    assert differs(look(names=["other.example.org"])) == (
        {"names": [NAME]},
        "the certificate at /etc/x.pem: it does not carry the name other.example.org",
    )
    wrong, said = differs(look(trusted="other"))
    assert wrong == {"certificate": "⟦unable to get local issuer certificate⟧"}
    assert "no chain leads from it to the anchor" in said
    wrong, said = differs(look(days=60))
    assert wrong["days"] in (39, 40)
    assert "expected 60 at least" in said
    world.path("/etc/x.pem").write_text("no certificate\n")
    assert differs(look()) == (None, "no certificate at /etc/x.pem")
