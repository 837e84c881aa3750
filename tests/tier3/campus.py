"""Two schools: a real Debian server in each, and one MDM that all their simulated tablets are on.

Everything has an address, so the command line works as in the real world: with `pedell listen`
beside it, a vault in the environment, and no sandbox of its own.
"""

import base64
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pedell.sandbox import control
from pedell.sandbox.mdm import running
from pedell.sandbox.world import Endpoints
from tests.commands.typed import SOURCE, Answer, pedell_says
from tests.machines import Machine, machines
from tests.playbooks.keys import Authority, make_authority

SCHOOLS = ("gs-1", "gs-2")
COHORTS = {"pupil": 2, "teacher": 1}
API, HOOK = "invented-api-key", "invented-webhook-key"
AUTHORITY = """\
authority: musterstadt
name: Stadt Musterstadt
types: {grundschule: Grundschule}
targets:
  tablets:
    provider: nanohub
    platform: ipados
    url: "MDM"
    credential: tablets-api
    webhook: {listen: "127.0.0.1:0", credential: tablets-webhook}
  server:
    provider: debian
    per: school
    host: "${school.server}"
    user: pedell
    become: true
    credential: server-key
    known_hosts: known_hosts
defaults: {roles: [radius]}
"""
ROLE = """\
role: radius
resources:
  - radius: school
    authority: schul-ca
    device_ca: geraete-ca
    names: ["radius.${school.id}.example.org"]
    access_points: {network: 192.0.2.0/24, secret: !secret "${school.id}-access-points"}
  - file: greeting
    path: /etc/greeting
    content: GREETING
"""


@dataclass(frozen=True)
class Campus:
    """The inventory and what it is about. ``ours`` signs for servers, ``devices`` for tablets."""

    root: Path
    servers: Mapping[str, Machine]
    ours: Authority
    devices: Authority
    mdm: Endpoints
    secrets: dict[str, str]

    def write(self, path: str, text: str | bytes) -> None:
        """Write a file of the inventory."""
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_bytes(text if isinstance(text, bytes) else text.encode())

    def greet(self, words: str) -> None:
        """Change what has nothing to do with networks, on all servers."""
        self.write("playbooks/roles/radius/role.yml", ROLE.replace("GREETING", words))

    def says(self, *words: str) -> Answer:
        """Type ``pedell`` with these words."""
        return pedell_says(*words, cwd=self.root, env=_variables(self.secrets), timeout=300)

    def rest(self) -> None:
        """Wait until no tablet and no event is on its way."""
        end = time.monotonic() + 30
        while control.ask(self.mdm, "GET", "/sandbox/idle") is not None:
            assert time.monotonic() < end
            time.sleep(0.05)

    def log(self, since: int = 0) -> Mapping[str, Any]:
        """Return the commands that the MDM was given after that number."""
        found: Mapping[str, Any] = control.ask(self.mdm, "GET", f"/sandbox/log?since={since}")
        return found

    def tablet(self, school: str, cohort: str) -> Mapping[str, Any]:
        """Return all about the first tablet of a cohort."""
        return control.tablet(self.mdm, _serial(school, cohort, 1))

    def mobileconfig(self, school: str, cohort: str, network: str) -> bytes:
        """Return the profile that this tablet got, to the byte; KeyError where it has none."""
        held = self.tablet(school, cohort)["profiles"]
        files = {one["identifier"].rpartition(".wifi.")[2]: one["mobileconfig"] for one in held}
        return base64.b64decode(files[network])


@contextmanager
def campus(home: Path, files: Mapping[str, str]) -> Iterator[Campus]:
    """Start all of it, with these files beside those that any such inventory has."""
    with machines(len(SCHOOLS), home) as started:
        servers = dict(zip(SCHOOLS, started, strict=True))
        ours, devices = make_authority(home / "schul-ca"), make_authority(home / "geraete-ca")
        secrets = {
            "tablets-api": API,
            "tablets-webhook": HOOK,
            "server-key": started[0].key.read_text("utf-8"),
            "schul-ca-key": (ours.folder / "ca.key").read_text("utf-8"),
        }
        root = home / "inventory"
        world = Campus(root, servers, ours, devices, _endpoints("http://127.0.0.1:9"), secrets)
        _write(world, files)
        with _listening(world) as hook, running(_site(hook)) as url:
            world = Campus(root, servers, ours, devices, _endpoints(url), secrets)
            world.write("authority.yml", AUTHORITY.replace("MDM", url))
            world.rest()
            yield world


def _write(world: Campus, files: Mapping[str, str]) -> None:
    world.write("authority.yml", AUTHORITY.replace("MDM", world.mdm.mdm))
    world.write("certificates/schul-ca.pem", world.ours.pem.read_bytes())
    world.write("certificates/geraete-ca.pem", world.devices.pem.read_bytes())
    world.write("known_hosts", world.servers["gs-1"].known_hosts.read_bytes())
    world.greet("hello")
    for path, text in files.items():
        world.write(path, text)
    for school, server in world.servers.items():
        lines = [
            f"{_serial(school, cohort, n)};02:d0:00:00:{school[-1]}{n}:0{number};;iPad;{cohort}\n"
            for number, (cohort, count) in enumerate(COHORTS.items())
            for n in range(1, count + 1)
        ]
        world.write(f"devices/{school}.csv", "".join(["serial;mac;asset;model;cohort\n", *lines]))
        path = world.root / f"schools/{school}.yml"
        path.write_text(path.read_text("utf-8").replace("ADDRESS", server.address), "utf-8")


def _serial(school: str, cohort: str, number: int) -> str:
    return f"DXXX{school[-1]}{list(COHORTS).index(cohort)}00000{number}"


def _site(hook: str) -> Mapping[str, Any]:
    tablets = [
        {"serial": _serial(school, cohort, n), "school": school, "cohort": cohort}
        for school in SCHOOLS
        for cohort, count in COHORTS.items()
        for n in range(1, count + 1)
    ]
    return {"api_key": API, "webhook": {"url": hook, "key": HOOK}, "tablets": tablets}


def _endpoints(url: str) -> Endpoints:
    return Endpoints(url, 0, {}, "", "", "", {})


def _variables(secrets: Mapping[str, str]) -> dict[str, str]:
    return {f"PEDELL_SECRET_{name.upper().replace('-', '_')}": v for name, v in secrets.items()}


@contextmanager
def _listening(world: Campus) -> Iterator[str]:
    """Run ``pedell listen``; yield where the MDM shall send its events."""
    env = {**os.environ, **_variables(world.secrets), "PYTHONPATH": str(SOURCE)}
    words = [sys.executable, "-u", "-m", "pedell", "listen"]
    with subprocess.Popen(
        words, cwd=world.root, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as listener:
        assert listener.stdout
        said = listener.stdout.readline()
        assert said.startswith("Listening"), said + listener.stdout.read()
        try:
            yield f"http://{said.split(' on ')[1].split('. ')[0]}/"
        finally:
            listener.terminate()
