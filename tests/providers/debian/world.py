import hashlib
from contextlib import contextmanager
from dataclasses import dataclass

from pedell.model import (
    Action,
    Address,
    Change,
    Edge,
    Effect,
    Remembered,
    Resource,
    Sealed,
    Secret,
    Source,
    Status,
    Step,
    Target,
    Traffic,
    Until,
)
from pedell.ports import Means
from pedell.providers.debian import Debian
from pedell.sandbox.servers import RunningServers

HERE = Source("test", 1, 1)
SCHOOL = "gs-nord"


class Drawer:
    """A vault that is open."""

    def __init__(self, **values):
        self.values = values

    def reveal(self, name):
        return Secret(self.values[name])

    def fingerprint(self, name):
        return hashlib.sha256(f"{name}={self.values[name]}".encode()).hexdigest()[:32]

    def seal(self, *names):
        return {name: Sealed(name, self.fingerprint(name)) for name in names}


def at(kind, name):
    return Address(SCHOOL, "server", kind, name)


def want(kind, name, **spec):
    if kind in ("file", "template", "directory", "symlink"):
        spec.setdefault("path", name)
    return Resource(at(kind, name), f"server/{SCHOOL}", spec, frozenset(), (), (), HERE)


@dataclass
class World:
    """One server of the sandbox and what a person at its keyboard would do and see."""

    name: str
    running: RunningServers
    vault: Drawer
    traffic: Traffic

    @property
    def root(self):
        return self.running.servers[self.name].root

    @property
    def target(self):
        server = self.running.servers[self.name]
        settings = {
            "host": server.host,
            "port": server.port,
            "user": "pedell",
            "known_hosts": str(self.running.known_hosts),
            "key": str(self.running.key),
            "root": str(server.root),
        }
        return Target(f"server/{SCHOOL}", "server", "debian", SCHOOL, settings, HERE)

    @contextmanager
    def session(self, **settings):
        target = self.target
        target.settings.update(settings)
        # a server has no devices, so nothing asks the ledger
        with Debian().connect(target, Means(self.vault, None, self.traffic, "test")) as session:
            yield session

    def path(self, path):
        return self.root / path.lstrip("/")

    def unit(self, unit, state):
        return self.path(f"/var/lib/pedell-sandbox/units/{unit}/{state}")

    def restarts(self, unit):
        return int(self.unit(unit, "restarts").read_text())

    def commands(self):
        return [entry["command"] for entry in self.running.traffic(self.name)]


def steps(resources, seen=(), *, needs=None, first=1):
    """Turn what is wanted into steps, in this order; ``needs`` maps an index to earlier ones."""
    before = {one.address: one for one in seen}
    return [
        Step(
            first + index,
            change(one, before.get(one.address)),
            tuple(Edge(first + n, "because", Until.DONE) for n in (needs or {}).get(index, ())),
        )
        for index, one in enumerate(resources)
    ]


def change(after, before=None, action=None):
    action = action or (Action.UPDATE if before else Action.CREATE)
    return Change(
        after.address,
        after.target,
        action,
        before,
        after,
        None,
        (),
        frozenset(),
        frozenset(),
        Effect.HARMLESS,
    )


def remember(resource):
    return Remembered(resource.address, resource.target, resource.spec, "", frozenset())


def removal(number, resource):
    gone = Change(
        address=resource.address,
        target=resource.target,
        action=Action.DELETE,
        before=None,
        after=None,
        remembered=remember(resource),
        fields=(),
        devices=frozenset(),
        drifted=frozenset(),
        effect=Effect.DELETES_DATA,
    )
    return Step(number, gone, ())


def school_server(world):
    """Everything that a small role declares."""
    world.vault.values.setdefault("radius", "s3cret")
    return [
        want("package", "freeradius", installed=True),
        want("directory", "/etc/pedell", owner="root", group="adm", mode="0750"),
        want("file", "/etc/motd", content="Willkommen\n", mode="0644"),
        want(
            "template",
            "clients",
            path="/etc/freeradius/clients.conf",
            source="clients.conf.j2",
            content="client ap {\n  secret = ⟦secret:radius⟧\n}\n",
            secrets=world.vault.seal("radius"),
            owner="root",
            group="freerad",
            mode="0640",
        ),
        want(
            "command",
            "key",
            run="printf key > etc/pedell/key",
            creates="/etc/pedell/key",
            done=True,
        ),
        want(
            "service",
            "freeradius",
            running=True,
            enabled=True,
            restart_on=["template/clients", "file/users"],
        ),
    ]


def configure(session, resources):
    seen = session.observe(resources, [])
    outcomes = list(session.perform(steps(resources, seen)))
    assert [(one.status, one.detail) for one in outcomes] == [(Status.DONE, "")] * len(resources)
    return outcomes


def observe(session, resources, remembered=()):
    return {one.address: one for one in session.observe(resources, remembered)}
