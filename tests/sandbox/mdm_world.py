"""What the tests of the sandbox MDM share: a client, a listener, an outside device, commands."""

import base64
import hmac
import http.client
import json
import plistlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pedell.sandbox.mdm import running

KEY = "invented-key"
HMAC_KEY = "invented-hmac-key"
CHECK_IN = "application/x-apple-aspen-mdm-checkin"
LOGIN = "Basic " + base64.b64encode(f"nanohub:{KEY}".encode()).decode()


@dataclass
class Client:
    """Speaks to one sandbox MDM over one kept-open connection."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        self.line = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=20)

    def ask(self, method, path, body=None, headers=None):
        """Return status, body and headers of an answer."""
        if isinstance(body, dict | list):
            body = json.dumps(body)
        self.line.request(method, path, body, {"Authorization": LOGIN, **(headers or {})})
        answer = self.line.getresponse()
        return answer.status, answer.read(), answer.headers

    def json(self, method, path, body=None):
        """Return status and decoded body."""
        status, raw, _ = self.ask(method, path, body)
        return status, json.loads(raw) if raw.strip() else None

    def status(self, method, path, body=None):
        return self.ask(method, path, body)[0]

    def enqueue(self, ids, raw, query="?nopush=1"):
        return self.json("PUT", f"/api/v1/nanomdm/enqueue/{ids}{query}", raw)

    def push(self, ids):
        return self.json("GET", f"/api/v1/nanomdm/push/{ids}")

    def do(self, serial, *commands):
        """Queue commands for a tablet, push, and wait until all is quiet."""
        for raw in commands:
            assert self.enqueue(self.udid(serial), raw)[0] == 200
        self.push(self.udid(serial))
        self.rest()

    def rest(self, patience=10.0):
        """Wait until the sandbox has come to rest."""
        until = time.monotonic() + patience
        while self.status("GET", "/sandbox/idle") != 204:
            assert time.monotonic() < until, "the sandbox does not come to rest"
            time.sleep(0.01)

    def tablet(self, serial):
        status, tablet = self.json("GET", f"/sandbox/tablets/{serial}")
        assert status == 200
        return tablet

    def act(self, serial, word):
        return self.status("POST", f"/sandbox/tablets/{serial}/{word}")

    def udid(self, serial):
        return self.tablet(serial)["enrolment"]

    def held(self, serial):
        """Return identifier → UUID of a tablet's profiles."""
        return {each["identifier"]: each["uuid"] for each in self.tablet(serial)["profiles"]}

    def summary(self):
        return self.json("GET", "/sandbox/summary")[1]

    def switch(self, **quirks):
        quirks = {name.replace("_", "-"): value for name, value in quirks.items()}
        assert self.status("POST", "/sandbox/quirks", quirks) == 204

    def fault(self, **fault):
        assert self.status("POST", "/sandbox/faults", fault) == 204


def serials(count):
    return [f"PEDELL{number:04}" for number in range(count)]


@contextmanager
def world(tablets=2, os="26.1", nature=None, **config) -> Iterator[Client]:
    """Start a sandbox MDM with so many tablets; ``nature``: are they shared, or unsupervised."""
    place = {"school": "gs-test", "cohort": "pupil", "os": os, **(nature or {})}
    rows = [{"serial": each, **place} for each in serials(tablets)]
    config = {"api_key": KEY, "webhook": None, "tablets": rows, **config}
    config.setdefault("behaviour", {"delay": [0.0, 0.0], "busy": [0.01, 0.02]})
    with running(config) as url:
        client = Client(url)
        yield client
        client.line.close()


class Heard:
    """A webhook listener: the events that came, in order of arrival."""

    def __init__(self):
        self.events: list[dict[str, Any]] = []
        self.headers: list[Any] = []
        self.forged = 0
        self.status = 200
        self.version = "HTTP/1.1"
        self.delay = 0.0

    def topics(self):
        return [event["topic"] for event in self.events]

    def of(self, udid, topic="mdm.Connect"):
        """Return the events of one enrolment, as the device's own messages."""
        mine = [e for e in self.events if e["topic"] == topic]
        bodies = [e.get("acknowledge_event") or e["checkin_event"] for e in mine]
        return [plist_of(body) for body in bodies if body["ids"]["id"] == udid]

    def accept(self, headers, body):
        wanted = base64.b64encode(hmac.digest(HMAC_KEY.encode(), body, "sha256")).decode()
        self.forged += headers.get("X-Hmac-Signature") != wanted
        self.headers.append(headers)
        self.events.append(json.loads(body))


def plist_of(body):
    return plistlib.loads(base64.b64decode(body["raw_payload"]))


@contextmanager
def listener(port=0) -> Iterator[tuple[Heard, dict[str, str]]]:
    """Listen for events; yield them and the ``webhook`` part of a configuration."""
    heard = Heard()

    class Handler(BaseHTTPRequestHandler):
        @property
        def protocol_version(self):
            return heard.version

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if heard.delay:
                time.sleep(heard.delay)
            if heard.status == 200:
                heard.accept(self.headers, body)
            self.send_response(heard.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield heard, {"url": f"http://127.0.0.1:{server.server_port}/hook", "key": HMAC_KEY}
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Device:
    """An outside device that speaks to ``PUT /mdm``."""

    client: Client
    udid: str

    def say(self, message, content_type=CHECK_IN):
        raw = plistlib.dumps({"UDID": self.udid, "Topic": "com.apple.mgmt.test", **message})
        return self.client.ask("PUT", "/mdm", raw, {"Content-Type": content_type})[:2]

    def enrol(self):
        self.say({"MessageType": "Authenticate", "SerialNumber": "OUTSIDE1"})
        return self.say({"MessageType": "TokenUpdate", "PushMagic": "m", "Token": b"t"})

    def report(self, status="Idle", uuid=None, **keys):
        """Send a poll or an answer; return the next command, None when there is none."""
        extra = {"CommandUUID": uuid} if uuid else {}
        code, raw = self.say({"Status": status, **extra, **keys}, "application/xml")
        assert code == 200, raw
        return plistlib.loads(raw) if raw else None


def command(uuid, request, **fields):
    """Return a command as one enqueues it."""
    return plistlib.dumps({"CommandUUID": uuid, "Command": {"RequestType": request, **fields}})


def profile(identifier="de.pedell.test.wifi", uuid="AAAA", **settings):
    """Return the bytes of a configuration profile."""
    inner = {
        "PayloadType": "com.apple.wifi.managed",
        "PayloadIdentifier": f"{identifier}.1",
        "PayloadUUID": f"{uuid}-1",
        "PayloadVersion": 1,
        **settings,
    }
    return plistlib.dumps(
        {
            "PayloadType": "Configuration",
            "PayloadIdentifier": identifier,
            "PayloadUUID": uuid,
            "PayloadVersion": 1,
            "PayloadDisplayName": "Wi-Fi",
            "PayloadContent": [inner],
        }
    )


def install(command_uuid, identifier="de.pedell.test.wifi", uuid="AAAA", **settings):
    payload = profile(identifier, uuid, **settings)
    return command(command_uuid, "InstallProfile", Payload=payload)
