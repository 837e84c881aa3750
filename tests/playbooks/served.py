"""Aims services at schools made up here, as the tool does, and gives back what they become."""

from collections.abc import Mapping
from pathlib import Path

from pedell.model import Resource
from tests.inventory_builder import AUTHORITY, DEVICES, PEM, build, compiled

SCHOOL = """\
school: {name}
name: Grundschule {name}
type: grundschule
server: 192.0.2.{number}
variables: {{network: "10.{number}"}}
cohorts:
  pupil: {{ownership: loan}}
  teacher: {{}}
"""
ACCOUNT = """\
  {name}:
    ssid: "{ssid}"
    security: wpa2-enterprise
    eap: [{eap}]
    username: {account}
    user_password: !secret "${{school.id}}-{account}"
    server_names: ["radius.${{school.id}}.example.org"]
    certificate: schul-ca
"""
CERTIFICATE = """\
  {name}:
    ssid: "{ssid}"
    security: wpa2-enterprise
    eap: [tls]
    identity: !secret "${{school.id}}-{name}-p12"
    identity_password: !secret "${{school.id}}-{name}-p12-password"
    server_names: ["radius.${{school.id}}.example.org"]
    certificate: schul-ca
"""
ONE_KEY = (
    '  schulnetz: {ssid: Nord, security: wpa2-personal, password: !secret "${school.id}-wlan"}\n'
)
TWO_ACCOUNTS = ACCOUNT.format(
    name="schulnetz", ssid="Nord", eap="peap, ttls", account="tablets"
) + ACCOUNT.format(name="lehrernetz", ssid="Nord-Lehrer", eap="peap", account="lehrkraefte")
BY_CERTIFICATE = CERTIFICATE.format(name="geraetenetz", ssid="Nord-Geraete")


def catalogue(networks: str) -> str:
    """Return a catalogue with these networks, and the certificates that they and servers need."""
    certificates = "schul-ca: {file: certificates/ca.pem}, geraete-ca: {file: certificates/ca.pem}"
    return f"wifi:\n{networks}certificates: {{{certificates}}}\n"


def school(wifi: str = "", name: str = "gs-nord", number: int = 7) -> str:
    """Return a school's file; ``wifi`` are its networks with their VLANs, as YAML in one line."""
    text = SCHOOL.format(name=name, number=number)
    return f"{text}wifi: {{{wifi}}}\n" if wifi else text


def content(resources: Mapping[str, Resource], name: str) -> str:
    """Return what a template renders to."""
    return str(resources[f"template/{name}"].spec["content"])


def serve_in(
    root: Path,
    resources: str,
    *,
    networks: str = ONE_KEY,
    wifi: str = "schulnetz: {vlan: 110}",
    files: Mapping[str, str] = {},
    defaults: str = "{}",
) -> Mapping[str, Resource]:
    """Aim one role at the schools of an inventory in ``root``; return what is wanted.

    Addresses on the first school's server are short: ``template/radius-clients``.
    """
    role = f"role: server\ndefaults: {defaults}\nresources:\n{resources}"
    build(
        root,
        {
            "authority.yml": AUTHORITY + "defaults: {roles: [server]}\n",
            "catalogue.yml": catalogue(networks),
            "certificates/ca.pem": PEM,
            "schools/gs-nord.yml": school(wifi),
            "devices/gs-nord.csv": DEVICES,
            "playbooks/roles/server/role.yml": role,
            **files,
        },
    )
    found = compiled(root)
    return {at.removeprefix("gs-nord/server/"): one for at, one in found.items()}
