"""An MDM that somebody ran by hand before Pedell came: the sandbox, filled over HTTP."""

import base64
import http.client
import json
import plistlib
import time
import uuid
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

from pedell.sandbox import control
from pedell.sandbox.world import API_SECRET, find_sandbox
from pedell.vault import InventedVault, fingerprint_key
from tests.commands.typed import pedell_says
from tests.inventory_builder import write

ANTON = {
    "AppStoreID": "1180554775",
    "InstallBehavior": {"Install": "Required", "License": {"Assignment": "Device"}},
}
CLIPS = {"BundleID": "com.apple.clips", "InstallBehavior": {"Install": "Optional"}}
MATH = {"Calculator": {"ScientificMode": {"Enabled": False}}}
APP = "com.apple.configuration.app.managed"
ACTIVATION = "com.apple.activation.simple"

FILES = {
    "authority.yml": """\
# The authority (invented).
authority: musterstadt
name: Stadt Musterstadt
types: {grundschule: Grundschule}
targets:
  tablets: {provider: nanohub, platform: ipados}
""",
    "catalogue.yml": """\
# What schools may choose from.
apps:
  book-creator: {title: Book Creator, app_store: 442378070, approved: "2020-11-16"}
""",
    "schools/gs-nord.yml": """\
school: gs-nord
name: Grundschule Nord
type: grundschule
cohorts:
  # what pupils have
  pupil: {ownership: loan, os: "26.4"}   # since last summer
  teacher: {}
""",
    "schools/gs-sued.yml": """\
school: gs-sued
name: Grundschule Süd
type: grundschule
cohorts:
  pupil: {}
""",
    "devices/gs-nord.csv": """\
serial;mac;asset;model;cohort
DXXX00000001;02:d0:00:00:00:01;MU-0001;iPad;pupil
DXXX00000002;02:d0:00:00:00:02;MU-0002;iPad;pupil
DXXX00000003;02:d0:00:00:00:03;MU-0003;iPad;teacher
""",
    "devices/gs-sued.csv": """\
serial;mac;asset;model;cohort
DXXX00000004;02:d0:00:00:00:04;MU-0004;iPad;pupil
""",
}
NORD, TEACHER, SUED = ("DXXX00000001", "DXXX00000002"), ("DXXX00000003",), ("DXXX00000004",)


class RunningMdm:
    """The sandbox's API, as somebody used it who knew nothing of Pedell."""

    def __init__(self, root: Path) -> None:
        folder = root / ".pedell/sandbox"
        found = find_sandbox(folder)
        assert found is not None
        self.endpoints = found
        key = InventedVault(fingerprint_key(folder)).reveal(API_SECRET).reveal()
        self._login = "Basic " + base64.b64encode(f"nanohub:{key}".encode()).decode()

    def ask(self, method, path, body=None, *, is_fine=(200, 204, 304)):
        address = urlsplit(self.endpoints.mdm)
        line = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
        line.request(method, f"/api/v1{path}", body, {"Authorization": self._login})
        answer = line.getresponse()
        content = answer.read()
        line.close()
        assert answer.status in is_fine, (path, answer.status, content)
        return content

    def declare(self, identifier, kind, payload):
        declaration = {"Type": kind, "Identifier": identifier, "Payload": payload}
        self.ask("PUT", "/ddm/declarations", json.dumps(declaration))

    def fill(self, set_name, *identifiers):
        for one in identifiers:
            self.ask("PUT", f"/ddm/set-declarations/{quote(set_name)}?declaration={quote(one)}")

    def switch_on(self, set_name, *identifiers, name="", **more):
        name = name or f"{set_name}.an"
        self.declare(name, ACTIVATION, {"StandardConfigurations": list(identifiers), **more})
        self.fill(set_name, name)

    def give(self, set_name, *serials):
        for serial in serials:
            udid = self.tablet(serial)["enrolment"]
            self.ask("PUT", f"/ddm/enrollment-sets/{udid}?set={quote(set_name)}")

    def install(self, profile, *serials):
        """Install a profile as an MDM's web page does, and wait until devices hold it."""
        for serial in serials:
            command = {"RequestType": "InstallProfile", "Payload": profile}
            raw = plistlib.dumps({"CommandUUID": str(uuid.uuid4()), "Command": command})
            self.ask("PUT", f"/nanomdm/enqueue/{self.tablet(serial)['enrolment']}", raw)
        name = plistlib.loads(profile)["PayloadIdentifier"]
        self.rest(lambda: all(name in self.profiles_of(serial) for serial in serials))

    def profiles_of(self, serial):
        """Return identifier → PayloadUUID of what a tablet holds."""
        return {p["identifier"]: p["uuid"] for p in self.tablet(serial)["profiles"]}

    def declarations(self):
        return sorted(json.loads(self.ask("GET", "/ddm/declarations")) or [])

    def declaration(self, identifier):
        return json.loads(self.ask("GET", f"/ddm/declarations/{quote(identifier)}"))

    def sets_of(self, serial):
        udid = self.tablet(serial)["enrolment"]
        return sorted(json.loads(self.ask("GET", f"/ddm/enrollment-sets/{udid}")) or [])

    def tablet(self, serial):
        return control.tablet(self.endpoints, serial)

    def rest(self, until, patience=15.0):
        """Wait until something is so."""
        end = time.monotonic() + patience
        while not until():
            assert time.monotonic() < end, "it never came to rest"
            time.sleep(0.1)


@contextmanager
def running(root, changed=()):
    """Start the sandbox of a small inventory that was applied by nobody yet."""
    write(root, {**FILES, **dict(changed)})
    started = pedell_says("sandbox", "start", "-i", root, cwd=root)
    assert started.code == 0, started.err
    try:
        yield RunningMdm(root)
    finally:
        pedell_says("sandbox", "stop", "-i", root, cwd=root)
