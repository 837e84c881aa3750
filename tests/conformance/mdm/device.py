"""Simulated devices that speak to a server's device URL, as the fact sheet says (2.4, 3.3)."""

import json
import plistlib
import time
from dataclasses import dataclass, field
from typing import Any

from pedell.sandbox.mdm.config import Behaviour
from pedell.sandbox.mdm.conversation import Conversation
from pedell.sandbox.mdm.enrolments import Refused
from pedell.sandbox.mdm.plists import read_command

CERT_HEADER = "X-Client-Cert"
CHECK_IN = "application/x-apple-aspen-mdm-checkin"
REPORT = "application/xml"
TOPIC = "com.apple.mgmt.External.invented"


@dataclass
class Device:
    """One device. What it says goes out as it is told; it does nothing by itself."""

    line: Any
    udid: str
    serial: str
    identity: Any
    ids: dict = field(default_factory=dict)

    def send(self, raw, content_type, identity=None, query=""):
        """Send bytes; return the reply, whatever it is."""
        headers = {"Content-Type": content_type}
        if certificate := identity or self.identity:
            headers[CERT_HEADER] = certificate.header()
        return self.line.ask("PUT", query, raw, headers)

    def check_in(self, kind, **keys):
        """Send a check-in message."""
        message = {"MessageType": kind, "Topic": TOPIC, **self._who(), **keys}
        return self.send(plistlib.dumps(message), CHECK_IN)

    def enrol(self, pause=0.0):
        """Authenticate and update the token, a way through the network later."""
        assert self.authenticate().status == 200
        time.sleep(pause)
        assert self.update_token().status == 200
        return self

    def authenticate(self):
        about = {"SerialNumber": self.serial, "Model": "iPad14,1", "ModelName": "iPad"}
        about |= {"DeviceName": "iPad", "ProductName": "iPad14,1", "OSVersion": "26.1"}
        return self.check_in("Authenticate", **about, BuildVersion="23B85")

    def update_token(self, **keys):
        return self.check_in(
            "TokenUpdate", PushMagic=f"magic {self.udid}", Token=self.udid.encode(), **keys
        )

    def answer(self, status="Idle", uuid="", **keys):
        """Send a poll, or the answer to a command; return the reply."""
        about = {"Status": status, **self._who(), **keys}
        return self.send(plistlib.dumps(about | ({"CommandUUID": uuid} if uuid else {})), REPORT)

    def next(self, status="Idle", uuid="", **keys):
        """Do the same; return the CommandUUID of the next command, None where there is none."""
        reply = self.answer(status, uuid, **keys)
        assert reply.status == 200, reply.raw
        return plistlib.loads(reply.raw)["CommandUUID"] if reply.raw else None

    def walk(self, busy=(), limit=12):
        """Poll until there is nothing more; return what was delivered, in order."""
        delivered, uuid = [], self.next()
        while uuid and len(delivered) < limit:
            delivered.append(uuid)
            uuid = self.next("NotNow" if uuid in busy else "Acknowledged", uuid)
        return delivered

    def declare(self, endpoint, data=None):
        """Send a check-in of declarative management."""
        extra = {"Data": data} if data is not None else {}
        return self.check_in("DeclarativeManagement", Endpoint=endpoint, **extra)

    def declared(self, endpoint):
        """Return what the server answers at an endpoint."""
        reply = self.declare(endpoint)
        assert reply.status == 200, reply.raw
        return json.loads(reply.raw)

    def channel(self, **ids):
        """Return a user's channel of this device, or the device by another name."""
        return Device(self.line, self.udid, self.serial, self.identity, ids)

    def _who(self):
        named = {"UDID": self.udid} if "EnrollmentID" not in self.ids else {}
        return {**named, **self.ids}


class Wire:
    """Takes the place of a server in the talk of the sandbox's own tablets.

    ``pause`` is the way through the network: real servers stamp events a moment after the message,
    so that of two messages within a millisecond the second may bear the earlier time.
    """

    def __init__(self, device, pause):
        self._device, self._pause = device, pause

    def check_in(self, _, raw):
        return self._heard(raw, CHECK_IN)

    def report(self, _, raw):
        body = self._heard(raw, REPORT)
        return read_command(body) if body else None

    def _heard(self, raw, content_type):
        time.sleep(self._pause)
        reply = self._device.send(raw, content_type)
        if reply.status != 200:
            raise Refused(reply.status)
        return reply.raw


def hold(device, tablet, pause=0.0):
    """Let a tablet of the sandbox poll over the wire and obey; tell whether it put any off."""
    return Conversation(Wire(device, pause), tablet, Behaviour()).hold()
