"""An authority takes the place of another in a whole sandbox, and no tablet ever loses its server."""

import base64
import threading
import time
from pathlib import Path

import pytest

from pedell.certificates.certificate import is_issued_by, read_certificates
from pedell.payloads.apple.certificate import pem_of
from pedell.payloads.apple.profile import Payload
from pedell.sandbox import control
from pedell.sandbox.world import find_sandbox
from tests.commands.typed import pedell_says
from tests.inventory_builder import AUTHORITY, SCHOOL, build, role

pytestmark = pytest.mark.tier2("openssl")

TARGETS = {
    "tablets: {provider: memory, platform: ipados}": "tablets: {provider: nanohub, platform: ipados}",
    "server: {provider: memory, per: school}": "server: {provider: debian, per: school}",
}
NETWORK = """\
wifi:
  schulnetz:
    ssid: Schulnetz
    security: wpa2-enterprise
    eap: [peap]
    username: tablets
    user_password: !secret "${school.id}-radius"
    server_names: ["radius.${school.id}.example.org"]
    certificate: schul-ca
"""
WISH = """\
  - server_certificate: radius
    authority: schul-ca
    names: ["radius.${school.id}.example.org"]
    path: /etc/radius/radius.pem
    key_path: /etc/radius/radius.key
"""
GATED = "- name: All\n  waves: {sizes: [100%]}\n  gate: {verified: 100%, timeout: 1m}\n"
SLEEPER = "DXXX00000002"


class School:
    """The small inventory on a sandbox of its own, with two authorities in its catalogue."""

    def __init__(self, folder):
        authority = AUTHORITY
        for before, after in TARGETS.items():
            authority = authority.replace(before, after)
        files = {
            "authority.yml": authority,
            "catalogue.yml": NETWORK + "certificates: {}\n",
            "schools/gs-nord.yml": SCHOOL + "wifi: [schulnetz]\nroles: [welcome]\n",
            "playbooks/gated.yml": GATED,
            **role(WISH),
        }
        self.folder = build(folder, files)
        keys = pedell_says("secret", "keygen", cwd=folder)
        self.write("secrets/recipients.yml", f"authority: [{keys.out.split()[2]}]\n")
        for name in ("schul-ca", "schul-ca-2"):
            assert self.says("ca", "create", name).code == 0
        known = [f"{n}: {{file: certificates/{n}.pem}}" for n in ("schul-ca", "schul-ca-2")]
        self.write("catalogue.yml", f"{NETWORK}certificates: {{{', '.join(known)}}}\n")
        assert self.says("sandbox", "start").code == 0
        self.sandbox = find_sandbox(folder / ".pedell/sandbox")

    def says(self, *words):
        return pedell_says(*words, cwd=self.folder)

    def write(self, path, text):
        file = self.folder / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)

    def trust(self, words):
        text = (self.folder / "catalogue.yml").read_text()
        rest = text.partition("certificates: {")[2]
        network = NETWORK.replace("certificate: schul-ca", f"certificate: {words}")
        self.write("catalogue.yml", f"{network}certificates: {{{rest}")

    def sign(self, name):
        wish = WISH.replace("authority: schul-ca", f"authority: {name}")
        (path,) = role(wish)
        self.write(path, role(wish)[path])

    def apply(self, *words):
        answer = self.says("apply", "--yes", *words)
        assert answer.code == 0, answer
        assert "nothing to do" in self.says("plan").out

    def blocked(self, *words):
        """Plan, and return why it is held back, on one line."""
        answer = self.says("plan", *words)
        assert "blocked" in answer.out, answer
        return " ".join(answer.out.split())

    def shown(self):
        """Return what the server shows, None where it has nothing yet."""
        file = Path(self.sandbox.servers["gs-nord"]["root"]) / "etc/radius/radius.pem"
        return file.read_text() if file.exists() else None

    def trusted(self, serial):
        """Return the anchors of a tablet's network, None where it has no network."""
        profiles = control.tablet(self.sandbox, serial)["profiles"]
        (found,) = [p for p in profiles if ".wifi." in p["identifier"]] or [None]
        if found is None:
            return None
        parts = found["payload"]["PayloadContent"]
        roots = [p for p in parts if p["PayloadType"] == "com.apple.security.root"]
        ders = [base64.b64decode(p["PayloadContent"]) for p in roots]
        wrapped = [Payload("ca", "com.apple.security.root", {"PayloadContent": d}) for d in ders]
        return pem_of(wrapped)

    def tablets(self):
        return [f"DXXX0000000{n}" for n in (1, 2, 3)]

    def issuers(self, pem):
        return {one.subject.rpartition(" ")[2] for one in read_certificates(pem)}

    def handle(self, serial, action):
        control.ask(self.sandbox, "POST", f"/sandbox/tablets/{serial}/{action}")


class Watcher(threading.Thread):
    """Looks all the time whether each tablet would believe what its server shows."""

    def __init__(self, school):
        super().__init__(daemon=True)
        self.school, self.looks, self.lost = school, 0, []
        self.over = threading.Event()

    def run(self):
        while not self.over.is_set():
            for serial in self.school.tablets():
                shown, trusted = self.school.shown(), self.school.trusted(serial)
                self.looks += 1
                if shown and trusted and not is_issued_by(shown, trusted):
                    self.lost.append((serial, self.school.issuers(trusted)))
            time.sleep(0.005)


@pytest.fixture(name="school")
def _school(tmp_path):
    school = School(tmp_path / "inventory")
    watcher = Watcher(school)
    watcher.start()
    try:
        yield school
        watcher.over.set()
        watcher.join()
        assert watcher.looks > 30
        assert watcher.lost == []
    finally:
        watcher.over.set()
        school.says("sandbox", "stop")


def test_three_declared_steps_with_a_tablet_that_sleeps_through_the_first(school):
    school.apply()
    assert {*map(school.trusted, school.tablets())} != {None}

    school.handle(SLEEPER, "sleep")
    school.trust("[schul-ca, schul-ca-2]")  # expand
    school.apply()
    assert school.issuers(school.trusted(SLEEPER)) == {"schul-ca"}

    school.sign("schul-ca-2")  # migrate
    why = school.blocked()
    assert "one device of pupil has not shown yet that it trusts schul-ca-2" in why
    assert "--confirm gs-nord" in why
    assert school.says("apply", "--yes").code in (0, 6)
    school.handle(SLEEPER, "wake")
    for _ in range(50):
        if school.issuers(school.trusted(SLEEPER)) == {"schul-ca", "schul-ca-2"}:
            break
        time.sleep(0.1)
    school.says("drift")
    school.apply()
    assert is_issued_by(school.shown(), school.trusted("DXXX00000003"))

    school.trust("schul-ca-2")  # contract
    school.apply()
    assert [school.issuers(school.trusted(one)) for one in school.tablets()] == [{"schul-ca-2"}] * 3
    key = Path(school.sandbox.servers["gs-nord"]["root"]) / "etc/radius/radius.key"
    assert key.stat().st_mode & 0o777 == 0o600


def test_short_cuts_are_held_back_and_change_nothing(school):
    school.apply()
    before = school.shown()
    school.sign("schul-ca-2")
    assert "does not trust schul-ca-2" in school.blocked()
    school.trust("schul-ca-2")
    assert "in this very plan" in school.blocked()
    school.says("apply", "--yes", "-p", "playbooks/gated.yml")
    school.sign("schul-ca")
    assert "shows devices a certificate of schul-ca" in school.blocked()
    school.says("apply", "--yes")
    assert school.shown() == before
    assert {school.trusted(one) for one in school.tablets()} == {school.trusted("DXXX00000001")}
    assert school.issuers(school.trusted("DXXX00000001")) == {"schul-ca"}
    school.trust("[schul-ca, schul-ca-2]")
    school.sign("schul-ca-2")
    assert "was not looked at" in school.blocked("--tags", "server")


def test_a_rollout_with_a_gate_teaches_and_moves_in_one_run(school):
    school.apply()
    school.trust("[schul-ca, schul-ca-2]")
    school.sign("schul-ca-2")
    assert "still has to reach them" in school.blocked()
    answer = school.says("apply", "--yes", "-p", "playbooks/gated.yml")
    assert answer.code == 0, answer
    assert "gate 100% ✓" in answer.out
    assert "nothing to do" in school.says("plan").out
    assert school.issuers(school.trusted("DXXX00000001")) == {"schul-ca", "schul-ca-2"}
