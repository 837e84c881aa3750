"""The sandbox's stand-ins for the programs that check a service's files before they move."""

import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from tests.playbooks.served import TWO_ACCOUNTS, content, serve_in

SHIMS = Path(str(files("pedell.sandbox.servers"))) / "shims"
LINES = """\
  - {radius: school, names: [a.example.org], access_points: {network: 10.7.1.0/24, secret: !secret gs-nord-x}}
  - {dns_records: school, domain: gs-nord.example.org, hosts: {a: 192.0.2.7}}
  - {dhcp_reservations: school, network: "10.7"}
  - {web_filter: school, rules: [{name: all, block: [a.example.org]}], parent: "proxy.example.org:3128"}
  - {proxy_pac: school, names: [wpad]}
  - {file_share: school, shares: [{name: Tausch, path: /srv/tausch, group: adm}]}
"""
KEA = '  - {dhcp_reservations: school, network: "10.7", backend: kea, domain: a.example.org}\n'
WRONG = {
    "freeradius": ("radius-policy", "}\n}\n"),
    "dnsmasq": ("dns-school", "host-record\nno such option\n"),
    "nginx": ("pac-school-site", "server {\n\tlisten 80\n}\n"),
    "squid": ("filter-school", "http_access allow nobody\n"),
    "testparm": ("share-school", "[global]\nno parameter\n"),
    "kea-dhcp4": ("dhcp-school-kea", '{"Dhcp4": {"subnet4": [,]}}\n'),
}


@pytest.fixture
def server(tmp_path):
    """Return a function that writes what services become below a folder, and checks one of them."""
    root = tmp_path / "root"

    def checked(program: str, wrong: str = "") -> subprocess.CompletedProcess[str]:
        found = serve_in(
            tmp_path / "in", KEA if program == "kea-dhcp4" else LINES,
            networks=TWO_ACCOUNTS, wifi="schulnetz: {vlan: 120}, lehrernetz: {vlan: 40}",
        )  # fmt: skip
        for one in found.values():
            if one.address.kind == "template":
                path = root / str(one.spec["path"]).lstrip("/")
                path.parent.mkdir(parents=True, exist_ok=True)
                is_wrong = wrong and one.address.name == WRONG[program][0]
                path.write_text(wrong if is_wrong else content(found, one.address.name), "utf-8")
        (service,) = (
            one for one in found.values() if str(one.spec.get("check", "")).startswith(program)
        )
        words = str(service.spec["check"]).split()
        shim = SHIMS / words[0]
        interpreter = shim.read_text("utf-8").partition("\n")[0].removeprefix("#!")
        return subprocess.run(
            [interpreter, str(shim), *words[1:]],
            env={"PATH": "/usr/bin:/bin", "PEDELL_ROOT": str(root)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    return checked


@pytest.mark.parametrize("program", WRONG)
def test_what_services_become_is_accepted(program, server):
    done = server(program)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("program", WRONG)
def test_what_no_real_program_would_take_is_refused_with_its_place(program, server):
    done = server(program, WRONG[program][1])
    assert done.returncode != 0
    assert "etc/" in done.stderr
