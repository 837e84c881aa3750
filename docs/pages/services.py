"""The page of school services: what each kind may say, and what it becomes on a server."""

import datetime
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from docs.pages.markdown import code, example, page, table
from docs.pages.schemas import Key, keys_of, type_in_words
from pedell.language.roles import SERVICES
from pedell.model import Resource
from pedell.reading import read
from pedell.wiring import load_schemas, load_service

_FILES = {
    "authority.yml": """\
authority: musterstadt
name: Stadt Musterstadt
types: {grundschule: Grundschule}
targets:
  tablets: {provider: memory, platform: ipados}
  server: {provider: memory, per: school}
defaults: {roles: [server]}
""",
    "catalogue.yml": """\
wifi:
  schulnetz:
    ssid: Schulnetz
    security: wpa2-enterprise
    eap: [peap]
    username: tablets
    user_password: !secret "${school.id}-wlan"
    server_names: ["radius.${school.id}.example.org"]
""",
    "schools/gs-nord.yml": """\
school: gs-nord
name: Grundschule Nord
type: grundschule
server: 10.2.0.4
cohorts: {pupil: {}, teacher: {}}
wifi: {schulnetz: {vlan: 120}}
""",
    "devices/gs-nord.csv": """\
serial;mac;asset;model;cohort
DXXX00000001;02:d0:00:00:00:01;MU-0001;iPad;pupil
""",
}


@dataclass(frozen=True, slots=True)
class _Example:
    """Lines of a role, and which of the files that they become are shown."""

    lines: str
    shown: tuple[str, ...]


_EXAMPLES: Mapping[str, _Example] = {
    "radius": _Example(
        """\
- radius: school
  access_points:
    - {name: ap-aula, address: 10.2.1.11, secret: !secret "${school.id}-ap-aula"}
""",
        ("radius-clients", "radius-policy"),
    ),
    "dhcp_reservations": _Example(
        """\
- dhcp_reservations: school
  network: "10.2"
  domain: "${school.id}.example.org"
  subnets:
    - subnet: 10.2.1.0/24
      router: 10.2.1.1
      fixed: [{name: ap-aula, mac: "02:00:00:00:00:11", address: 10.2.1.11}]
""",
        ("dhcp-school", "dhcp-school-devices"),
    ),
    "dns_records": _Example(
        """\
- dns_records: school
  domain: "${school.id}.example.org"
  upstream: [192.0.2.2]
  hosts: {radius: "${school.server}"}
  aliases: {wpad: radius}
""",
        ("dns-school",),
    ),
    "web_filter": _Example(
        """\
- web_filter: school
  network: "10.2"
  rules:
    - {name: pupils, roles: [pupil], block: [spiele.example.org]}
  sinkhole: [werbung.example.org]
""",
        ("filter-school", "sinkhole-school"),
    ),
    "proxy_pac": _Example(
        """\
- proxy_pac: school
  names: ["wpad.${school.id}.example.org"]
  proxy: "proxy.${school.id}.example.org:3128"
  direct_networks: [10.2.0.0/16]
""",
        ("pac-school",),
    ),
    "file_share": _Example(
        """\
- file_share: tausch
  shares:
    - {name: Tausch, path: /srv/tausch, group: lehrkraefte, readers: [klassen]}
""",
        ("share-tausch",),
    ),
    "content_cache": _Example(
        """\
- content_cache: school
  domain: "${school.id}.example.org"
  public: [192.0.2.16-192.0.2.31]
""",
        ("cache-school",),
    ),
}


def services_page() -> str:
    """Return every kind of service with its parameters and what an example becomes."""
    rows = (
        (f"[{kind}](#{kind})", str(load_schemas().document(f"services/{kind}.json")["description"]))
        for kind in SERVICES
    )
    return page(
        "School services",
        "A service is a line of a [role](keys.md#playbooksrolesroleroleyml) that stands for "
        "several plain [kinds](kinds.md), for each school with its own values. How to use them: "
        "[set up a school's server](../how-to/school-services.md). Each file is checked by the "
        "service's own program before it takes its place; each proof is one of the "
        "kinds that begin with `verify_`.",
        table(("service", "what it is"), rows),
        *map(_section, SERVICES),
    )


def _section(kind: str) -> str:
    schema = load_schemas().document(f"services/{kind}.json")
    resources = _made(kind)
    return "\n\n".join(
        [
            f"## {kind}",
            str(schema["description"]),
            table(("parameter", "", "value", "what for", "left out", "example"), _rows(kind)),
            f"```yaml\n{_EXAMPLES[kind].lines}```",
            "On the server of the school gs-nord:",
            table(("what", "where, or how it is checked"), map(_landed, resources)),
            *_contents(kind, resources),
        ]
    )


def _rows(kind: str) -> Iterator[tuple[str, str, str, str, str, str]]:
    for key in keys_of(f"services/{kind}.json"):
        shown = example(key.schema["examples"][0]) if key.schema.get("examples") else ""
        about = str(key.schema.get("description", ""))
        must = "**must**" if key.required else ""
        yield code(key.path), must, type_in_words(key.schema), about, _left_out(key), shown


def _left_out(key: Key) -> str:
    default: Any = key.schema.get("default")
    return "" if default is None else example(default)


@cache
def _made(kind: str) -> tuple[Resource, ...]:
    """Return what the example becomes on one server, in the order of its kind."""
    lines = "".join(f"  {line}\n" for line in _EXAMPLES[kind].lines.splitlines())
    role = {"playbooks/roles/server/role.yml": f"role: server\nresources:\n{lines}"}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {**_FILES, **role}.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        now = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)
        reading = read((Path(folder),), load_schemas(), lambda _: lambda _: None, now, load_service)
    return tuple(one for at, one in reading.desired.items() if at.place == "server")


def _landed(resource: Resource) -> tuple[str, str]:
    at, spec = resource.address, resource.spec
    return code(f"{at.kind} {at.name}"), code(str(spec.get("path") or spec.get("check") or ""))


def _contents(kind: str, resources: tuple[Resource, ...]) -> Iterator[str]:
    by_name = {one.address.name: one.spec for one in resources if one.address.kind == "template"}
    for name in _EXAMPLES[kind].shown:
        spec = by_name[name]
        yield f"`{spec['path']}`:"
        yield f"```text\n{str(spec['content']).strip()}\n```"
