"""Proofs on a sandbox server hold where its folder says so: nobody listens there."""

import subprocess

import pytest

from pedell.model import Status
from tests.providers.debian.radius import NAME, make_certificates
from tests.providers.debian.world import steps, want

FREERADIUS = {
    "clients.conf": 'client localhost {\n\tsecret = "ap \'secret"\n}\n',
    "mods-config/files/authorize": 'DEFAULT\tUser-Name == "tablets-gs.nord", Cleartext-Password := "p\\047w"\n',
    "mods-available/eap": "eap {\n\tcertificate_file = ${certdir}/radius.pem\n}\n",
    "policy.d/school": """\
school_network {
	if (&Called-Station-SSID == 'Andere' && &User-Name == 'tablets-gs.nord') {
		update reply {
			&Tunnel-Private-Group-Id := "40"
		}
	}
	elsif (&Called-Station-SSID == 'Nord' && &User-Name == 'tablets-gs.nord') {
		update reply {
			&Tunnel-Private-Group-Id := "120"
		}
	}
	else {
		reject
	}
}
""",
}


def run(world, unit):
    folder = world.unit(unit, "active").parent
    folder.mkdir(parents=True)
    (folder / "active").touch()


def write(world, path, text):
    world.path(path).parent.mkdir(parents=True, exist_ok=True)
    world.path(path).write_text(text)


def attempt(world, kind, **spec):
    with world.session() as session:
        (end,) = session.perform(steps([want(kind, "a", within=2, **spec)]))
    return end.detail if end.status is Status.FAILED else ""


def test_a_name_is_what_the_files_of_a_running_name_server_say(world):
    asked = {"query": "radius.gs-nord.example.org", "answers": ["192.0.2.4"]}
    write(world, "/etc/dnsmasq.d/x.conf", "host-record=radius.gs-nord.example.org,192.0.2.4\n")
    assert "no name server runs" in attempt(world, "verify_dns", **asked)
    run(world, "dnsmasq")
    assert attempt(world, "verify_dns", **asked) == ""
    assert attempt(world, "verify_dns", **{**asked, "answers": ["192.0.2.5"]})
    assert attempt(world, "verify_dns", **{**asked, "answers": []})
    assert attempt(world, "verify_dns", query="x.example.org", answers=[]) == ""
    assert attempt(world, "verify_dns", query="x.example.org")


def test_a_page_is_the_file_of_a_running_web_server(world):
    page = {"url": "http://wpad.example.org/proxy.pac", "contains": "FindProxyForURL"}
    write(world, "/var/www/html/proxy.pac", "function FindProxyForURL()")
    assert "no web server runs" in attempt(world, "verify_http", **page)
    run(world, "nginx")
    assert attempt(world, "verify_http", **page) == ""
    assert "came 404" in attempt(world, "verify_http", url="http://wpad.example.org/x")
    assert "not there" in attempt(world, "verify_http", **{**page, "contains": "x y"})


def test_a_filter_blocks_what_its_files_name(world):
    proxied = {"proxy": "127.0.0.1:3128", "status": 403}
    write(world, "/etc/squid/squid.conf", "acl a dstdomain .spiele.example.org\n")
    blocked = {"url": "http://spiele.example.org/", **proxied}
    assert "squid does not run" in attempt(world, "verify_http", **blocked)
    run(world, "squid")
    assert attempt(world, "verify_http", **blocked) == ""
    assert attempt(world, "verify_tcp", port=3128) == ""
    assert "came 200" in attempt(
        world, "verify_http", **{**blocked, "url": "http://lernen.example.org/"}
    )


def test_an_address_is_what_the_files_reserve(world):
    ap = {"server": "10.2.0.1", "mac": "02:00:00:00:00:0A", "address": "10.2.1.11"}
    write(world, "/etc/dnsmasq.d/x.conf", "dhcp-host=02:00:00:00:00:0a,10.2.1.11,ap\n")
    run(world, "dnsmasq")
    assert attempt(world, "verify_dhcp", **ap) == ""
    assert attempt(world, "verify_dhcp", **{**ap, "address": "10.2.1.12"})
    assert attempt(world, "verify_dhcp", **{**ap, "address": "none"})
    assert attempt(world, "verify_dhcp", **{**ap, "mac": "02:00:00:00:00:0b", "address": "none"}) == ""  # fmt: skip


@pytest.fixture
def joining(world, tmp_path):
    """Return a function that proves a network against the files of a FreeRADIUS."""
    if subprocess.run(["openssl", "version"], capture_output=True, check=False).returncode:
        pytest.skip("openssl is not installed")
    certificates = make_certificates(tmp_path)
    for name, text in FREERADIUS.items():
        write(world, f"/etc/freeradius/3.0/{name}", text)
    write(world, "/etc/freeradius/3.0/certs/radius.pem", certificates.pem("server"))
    run(world, "freeradius")

    def join(client="ap 'secret", password="p'w", trusted="ca", **spec):
        world.vault.values |= {"client": client, "user_password": password}
        spec = {
            "ssid": "Nord",
            "security": "wpa2-enterprise",
            "eap": ["peap"],
            "username": "tablets-gs.nord",
            "server_names": [NAME],
            "anchor": certificates.pem(trusted),
            "vlan": 120,
            "secrets": world.vault.seal("client", "user_password"),
            **spec,
        }
        return attempt(world, "verify_eap", **spec)

    return join


def test_a_network_is_proven_where_the_files_would_let_devices_in(joining):
    assert joining() == ""
    assert joining(ssid="Andere", vlan=40) == ""
    assert "expected VLAN 7, the server sent 120" in joining(vlan=7)
    assert "refuses tablets-gs.nord" in joining(password="falsch")
    assert "refuses niemand" in joining(username="niemand")
    assert "refuses tablets-gs.nord" in joining(ssid="Fremd")
    assert "no answer" in joining(client="falsch")
    assert "would not trust" in joining(trusted="other")
    assert "none of the names" in joining(server_names=["radius.gs-sued.example.org"])
