"""The servers that the cases run over, how each is started, and what each is known to do."""

import os
import socket
import subprocess
import time
import urllib.request
import uuid
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from pedell.sandbox.mdm import running
from tests.conformance.mdm.device import CERT_HEADER, Device
from tests.conformance.mdm.identity import Authority
from tests.conformance.mdm.lines import Line
from tests.conformance.mdm.postgres import running_postgres
from tests.providers.nanohub.hub_world import DDM_KEY

KEY = "invented-key"
PATIENCE = 10
HUB = {"mdm": "/api/v1/nanomdm", "ddm": "/api/v1/ddm"}


@dataclass(frozen=True)
class Traits:
    """What a server is known to do, where servers differ; the facts' numbers stand in brackets."""

    sql: bool = False
    """Commands are rows of PostgreSQL, not lists of a key-value storage (2.2, 2.5)."""
    alone: bool = False
    """KMFDDM stands beside it and notifies over HTTP; else in the same process (0.4, 4)."""
    event_ids: bool = False
    """Events have an id (2.6)."""
    certificates: bool = True
    """Devices are known by their certificates (2.4). The sandbox believes whatever they say."""
    tells_push_certificate: bool = False
    """GET pushcert (2.2, newer than v0.9.0)."""
    persistent: bool = False
    """What is queued survives a restart (2.5)."""
    races: bool = False
    """Two calls at the same time may lose commands of a device (not in the sheet)."""
    complete: bool = True
    """Has also what no school needs: escrow keys, bootstrap tokens (2.2, 2.6)."""
    reports: int = 0
    """How many status reports of a device are kept, all where 0 (3.1)."""


IMITATION = {"certificates": False, "tells_push_certificate": True}
IMITATION |= {"complete": False, "reports": 4}
SANDBOX = (
    "push-fails",
    "queue-alive-after-checkout",
    "status-report-index",
    "kv-dotted-names",
    "unordered-webhook",
)
KEY_VALUE = ("kv-notnow-loss", "unknown-id-accepted", "duplicate-command-text")
TRAITS = {
    "sandbox-kv": Traits(**IMITATION),
    "sandbox-pgsql": Traits(sql=True, alone=True, **IMITATION),
    "nanohub": Traits(races=True),
    "nanomdm": Traits(races=True, alone=True, event_ids=True, tells_push_certificate=True),
    "nanomdm-pgsql": Traits(
        sql=True, alone=True, event_ids=True, tells_push_certificate=True, persistent=True
    ),
}
NEEDS = {
    "nanohub": ("NANOHUB_BIN",),
    "nanomdm": ("NANOMDM_BIN", "KMFDDM_BIN"),
    "nanomdm-pgsql": ("NANOMDM_BIN", "KMFDDM_BIN", "NANOMDM_SCHEMA", "postgresql"),
}
"""The names that each stands on in tier 4 of tests/tiers.py."""


@dataclass
class Server:
    """A running server. ``restart`` ends it and starts it again at the same place."""

    name: str
    traits: Traits
    mdm: Line
    ddm: Line
    as_device: Line
    root: Line
    url: str
    ddm_url: str = ""
    """Where KMFDDM answers, if it is a server of its own."""
    authority: Authority = field(default_factory=Authority)
    postgres: Any = None
    restart: Any = None

    @property
    def settings(self):
        """What a target says that is this server; the secrets are those of hub_world's vault."""
        pair = {"ddm_url": self.ddm_url, "ddm_credential": "ddm_api"} if self.ddm_url else {}
        return {"url": self.url, "credential": "tablets_api", **pair}

    def device(self, serial="", authority=None):
        """Make a device with an identity of its own; it is not enrolled yet."""
        udid = str(uuid.uuid4()).upper()
        identity = (authority or self.authority).identity(udid)
        return Device(Line(f"{self.url}/mdm"), udid, serial or udid[:12], identity)

    def enqueue(self, ids, raw, query="?nopush=1"):
        return self.mdm.ask("PUT", f"/enqueue/{ids}{query}", raw)

    def queue(self, device, *commands):
        """Queue commands for one device; all of them must be taken."""
        for raw in commands:
            assert self.enqueue(device.udid, raw).status == 200

    def push(self, ids):
        return self.mdm.ask("GET", f"/push/{ids}")


def params(names):
    """Return the servers of these names, the real ones marked with what they need."""
    marks = {name: [pytest.mark.tier4(*needs)] for name, needs in NEEDS.items()}
    return [pytest.param(name, marks=marks.get(name, ()), id=name) for name in names]


@contextmanager
def start(name, folder, webhook=None, *, signed=False, keyed=True, more=()):
    """Start a server; ``webhook`` has ``url`` and ``key``.

    ``signed``: devices sign their messages, instead of a header that names their certificate.
    ``keyed``: it has a key for its API. ``more`` are options of a real server.
    """
    with ExitStack() as stack:
        options = [*more] if signed else [*more, "-cert-header", CERT_HEADER]
        if keyed:
            options += ["-api-key" if name == "nanohub" else "-api", KEY]
        if webhook:
            options += ["-webhook-url", webhook["url"], "-webhook-hmac-key", webhook["key"]]
        yield _STARTS[name.partition("-")[0]](name, folder, (webhook, options), stack)


def free_port():
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


def _start_sandbox(name, _, told, stack):
    listen, ddm, alone = f"127.0.0.1:{free_port()}", "", TRAITS[name].alone
    quirks = [*SANDBOX, *(("notify-first-30",) if alone else KEY_VALUE)]
    config = {"listen": listen, "api_key": KEY, "webhook": told[0], "quirks": quirks}
    if alone:
        ddm = f"127.0.0.1:{free_port()}"
        config["ddm"] = {"listen": ddm, "api_key": DDM_KEY}
    world = stack.enter_context(ExitStack())

    def restart():
        world.close()
        world.enter_context(running(config))

    world.enter_context(running(config))
    if alone:
        return _pair(name, f"http://{listen}", f"http://{ddm}", stack, restart=restart)
    return _hub(name, f"http://{listen}", stack, restart=restart)


def _start_nanohub(name, folder, told, stack):
    authority, url = Authority(), f"http://127.0.0.1:{free_port()}"
    options = ["-storage", "inmem", *_common(url, folder, authority), *told[1]]
    program = Program("NANOHUB_BIN", options, f"{url}/version", folder / "nanohub.log", stack)
    return _hub(name, url, stack, authority=authority, restart=program.restart)


def _start_nanomdm(name, folder, told, stack):
    authority = Authority()
    url, ddm = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    postgres, storage = None, ["-storage", "inmem", "-storage-dsn", ""]
    if TRAITS[name].sql:
        postgres = stack.enter_context(running_postgres(free_port()))
        postgres.load(os.environ["NANOMDM_SCHEMA"])
        storage = ["-storage", "pgsql", "-storage-dsn", postgres.dsn]
    options = [*storage, "-dm", f"{ddm}/"]
    options += [*_common(url, folder, authority), *told[1]]
    program = Program("NANOMDM_BIN", options, f"{url}/version", folder / "nanomdm.log", stack)
    options = ["-listen", _address(ddm), "-storage", "inmem"]
    options += ["-api", DDM_KEY] if "-api" in told[1] else []
    options += ["-enqueue", f"{url}/v1/enqueue/", "-enqueue-key", KEY]
    Program("KMFDDM_BIN", options, f"{ddm}/version", folder / "kmfddm.log", stack)
    more = {"authority": authority, "postgres": postgres, "restart": program.restart}
    return _pair(name, url, ddm, stack, **more)


_STARTS = {"sandbox": _start_sandbox, "nanohub": _start_nanohub, "nanomdm": _start_nanomdm}


def _hub(name, url, stack, **more):
    prefixes = (HUB["mdm"], HUB["ddm"], HUB["ddm"])
    lines = [Line(url + prefix, "nanohub", KEY) for prefix in prefixes]
    return Server(name, TRAITS[name], *_closing([*lines, Line(url)], stack), url, **more)


def _pair(name, url, ddm, stack, **more):
    lines = [
        Line(f"{url}/v1", "nanomdm", KEY),
        Line(f"{ddm}/v1", "kmfddm", DDM_KEY),
        Line(ddm),  # without login, which is why it stays on loopback (3.3)
        Line(url),
    ]
    return Server(name, TRAITS[name], *_closing(lines, stack), url, ddm, **more)


def _closing(lines, stack):
    for line in lines:
        stack.callback(line.close)
    return lines


def _common(url, folder, authority):
    (folder / "ca.pem").write_bytes(authority.pem())
    return ["-listen", _address(url), "-ca", str(folder / "ca.pem")]


def _address(url):
    return url.removeprefix("http://")


class Program:
    """A real server's process, on loopback, its words in a log."""

    def __init__(self, variable, options, ready, log, stack):
        self._command, self._ready, self._log = [os.environ[variable], *options], ready, log
        self._process = self._begin()
        stack.callback(self._end)

    def restart(self):
        self._end()
        self._process = self._begin()

    def _begin(self):
        with self._log.open("a") as log:
            process = subprocess.Popen(self._command, stdout=log, stderr=log, cwd=self._log.parent)
        until = time.monotonic() + PATIENCE
        while not _answers(self._ready):
            assert process.poll() is None, self._log.read_text()[-2000:]
            assert time.monotonic() < until, f"it does not answer: {self._command}"
            time.sleep(0.02)
        return process

    def _end(self):
        self._process.terminate()
        self._process.wait(PATIENCE)


def _answers(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False
