"""A sandbox MDM, the listener that fills a ledger, and schools to be set up on it."""

import json
import socket
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from pedell.model import (
    Action,
    Address,
    Edge,
    Kind,
    Remembered,
    Resource,
    Sealed,
    Secret,
    Sight,
    Source,
    Status,
    Step,
    Target,
    Traffic,
    Until,
)
from pedell.ports import Means
from pedell.providers.nanohub import NanoHub
from pedell.providers.nanohub.listener import serve_events
from pedell.sandbox.mdm import running
from pedell.stages.compare import compare_states, delete_orphans
from pedell.state.ledger import open_ledger
from pedell.vault.keeping import keyed
from tests.sandbox.mdm_world import HMAC_KEY, KEY, Client

OWNER = "musterstadt"


class Drawer:
    """A vault with few secrets in it."""

    def __init__(self, **secrets):
        self._secrets = secrets

    def reveal(self, name):
        return Secret(self._secrets[name])

    def fingerprint(self, name):
        return keyed(b"invented", name, self._secrets[name]) if name in self._secrets else None


DDM_KEY = "invented-ddm-key"
VAULT = Drawer(
    tablets_api=KEY,
    ddm_api=DDM_KEY,
    wrong_api="wrong",
    wlan="Geheim-1 (erfunden)",
    wlan_new="Geheim-2",
)
ORDER = (
    "membership", "certificate", "wifi", "configuration", "restrictions", "presets", "app",
    "configured_app",
)  # fmt: skip
NEEDS = {"wifi": "certificate", "app": "membership", "configuration": "membership"}
SOURCE = Source("invented.yml", 1, 1)
SCHEMAS = Path(__file__).parents[3] / "schemas/kinds"
KINDS = {p.stem: Kind.from_schema(p.stem, json.loads(p.read_text())) for p in SCHEMAS.glob("*")}
PEM = "-----BEGIN CERTIFICATE-----\nSW52ZW50ZWQgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n"
SPECS = {
    "membership": {"cohort": {"role": "pupil", "ownership": "loan"}},
    "certificate": {"schul-ca": {"pem": PEM}},
    "wifi": {
        "schulnetz": {
            "ssid": "Schulnetz",
            "security": "wpa2-personal",
            "password": Sealed("wlan", VAULT.fingerprint("wlan")),
        }
    },
    "restrictions": {"rechte": {"airdrop": False, "max_app_rating": 300}},
    "presets": {"start": {"lock_screen": "Eigentum der Musterstadt (erfunden)"}},
    "app": {
        "anton": {"title": "ANTON", "app_store": 1180554775},
        "clips": {"title": "Clips", "bundle": "com.apple.clips", "optional": True},
    },
}


def cohort(school, place="pupil", size=3, first=0):
    """Return the resources of one cohort, by address, and its tablets' rows."""
    serials = [f"PEDELL{school}{place}{n}".upper() for n in range(first, first + size)]
    found = {}
    for kind, named in SPECS.items():
        for name, spec in named.items():
            address = Address(school, place, kind, name)
            found[address] = Resource(address, "tablets", spec, frozenset(serials), (), (), SOURCE)
    return found, [{"serial": s, "school": school, "cohort": place} for s in serials]


@dataclass
class World:
    mdm: Client
    ledger_path: Path
    wanted: dict
    memory: dict = field(default_factory=dict)
    traffic: Traffic = field(default_factory=Traffic)
    stack: ExitStack = field(default_factory=ExitStack)
    credential: str = "tablets_api"
    adopted: dict = field(default_factory=dict)
    settings: dict = field(default_factory=dict)

    def __post_init__(self):
        self.ledger = self.stack.enter_context(open_ledger(self.ledger_path))
        self.session = self.connect()

    def connect(self, url=None, **more):
        """Open a new session, as another run would."""
        settings = {"url": self.mdm.url, "credential": self.credential, **self.settings, **more}
        settings |= {"url": url} if url else {}
        target = Target("tablets", "tablets", "nanohub", "", settings, SOURCE)
        means = Means(VAULT, self.ledger, self.traffic, OWNER, self.adopted)
        return self.stack.enter_context(NanoHub().connect(target, means))

    def set(self, kind, **fields):
        """Change fields of all resources of a kind; None takes one away."""
        for address, resource in self.wanted.items():
            if address.kind == kind:
                spec = {k: v for k, v in {**resource.spec, **fields}.items() if v is not None}
                self.wanted[address] = replace(resource, spec=spec)

    def observe(self):
        seen = self.session.observe(tuple(self.wanted.values()), tuple(self.memory.values()))
        return {observed.address: observed for observed in seen}

    def changes(self):
        sight = Sight(self.observe(), {})
        abilities = {"tablets": NanoHub.abilities}
        result = compare_states(self.wanted, sight, self.memory, KINDS, abilities)
        return [*result.changes, *delete_orphans(result.orphans, sight, KINDS, abilities)]

    def plan(self):
        """Return steps in an order that the core could choose."""
        changes = sorted(
            self.changes(),
            key=lambda c: (ORDER if c.after else ORDER[::-1]).index(c.address.kind),
        )
        number_of = {
            (c.address.school, c.address.place, c.address.kind): n for n, c in enumerate(changes)
        }
        steps = []
        for number, change in enumerate(changes):
            needed = number_of.get((*self._place(change), NEEDS.get(change.address.kind)))
            edges = (Edge(needed, "it is needed", Until.DONE),) if needed is not None else ()
            steps.append(Step(number, change, edges if change.after else ()))
        return steps

    def apply(self):
        """Do what is planned, remember what was done, and return the outcomes."""
        steps = self.plan()
        outcomes = list(self.session.perform(steps))
        for outcome in outcomes:
            if outcome.status is Status.DONE:
                self.remember(steps[outcome.step].change, outcome.handle)
        return outcomes

    def remember(self, change, handle=""):
        if change.action is Action.DELETE:
            del self.memory[change.address]
            return
        r = change.after
        self.memory[r.address] = Remembered(r.address, r.target, r.spec, handle, r.devices)

    def rest(self):
        """Wait until all events are in the ledger."""
        self.mdm.rest(30)
        time.sleep(0.15)

    def sent(self, request=None):
        """Return what the MDM accepted, in order."""
        lines = self.mdm.json("GET", "/sandbox/log?since=0")[1]["lines"]
        return [entry for entry in lines if request in (None, entry["request"])]

    def progress(self):
        return self.session.progress(tuple(self.wanted.values()))

    @staticmethod
    def _place(change):
        return change.address.school, change.address.place


@contextmanager
def pair_world(folder, cohorts):
    """Start it all as NanoMDM with KMFDDM beside it, each with a key of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with hub_world(folder, cohorts, ddm={"listen": address, "api_key": DDM_KEY}) as world:
        world.settings = {"ddm_url": f"http://{address}", "ddm_credential": "ddm_api"}
        world.session = world.connect()
        yield world


@contextmanager
def hub_world(folder, cohorts, tablets=None, **config):
    """Start it all; ``cohorts`` are pairs of resources and rows."""
    wanted = {a: r for resources, _ in cohorts for a, r in resources.items()}
    rows = [row for _, rows in cohorts for row in rows]
    path = folder / "ledger.db"
    with open_ledger(path) as ledger, listening(ledger) as url:
        config = {
            "api_key": KEY,
            "webhook": {"url": url, "key": HMAC_KEY},
            "tablets": rows if tablets is None else tablets,
            "behaviour": {"delay": [0.0, 0.0], "busy": [0.01, 0.02]},
            **config,
        }
        with running(config) as mdm_url:
            world = World(Client(mdm_url), path, wanted)
            _await(lambda: len(ledger.enrolments()) == len(config["tablets"]))
            with world.stack:
                yield world
            world.mdm.line.close()


@contextmanager
def listening(ledger):
    """Run the real listener in a thread; yield its URL."""
    box, is_ready = {}, threading.Event()

    def ready(host, port, stop):
        box.update(url=f"http://{host}:{port}/hook", stop=stop)
        is_ready.set()

    arguments = (("127.0.0.1", 0), HMAC_KEY.encode(), ledger, ready)
    thread = threading.Thread(target=serve_events, args=arguments)
    thread.start()
    assert is_ready.wait(10)
    try:
        yield box["url"]
    finally:
        box["stop"]()
        thread.join(10)


def _await(condition, patience=20):
    until = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.02)
