"""Who speaks: enrolments, and how a message says which one it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pedell.sandbox.mdm.queues import OrderedQueue, Queue

Message = Mapping[str, Any]
"""A device's message, decoded."""

SHARED_USER = "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"


class Refused(Exception):  # noqa: N818 - it is an answer of the server, not an accident
    """A device's message is answered with this HTTP status and its plain text."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(slots=True, eq=False)
class Enrolment:
    """One device or user channel. ``ids`` is its part of every event.

    ``is_known``: it has sent a TokenUpdate once, from which on SQL has a row of it.
    """

    id: str
    ids: bytes
    topic: str = ""
    enabled: bool = False
    is_known: bool = False
    parent: str = ""
    tally: int = 0
    queue: Queue = field(default_factory=OrderedQueue)


def enrolment_id(message: Message) -> tuple[str, str, str]:
    """Return the enrolment's id, its type and its parent's id. Raises Refused without any."""
    user: Any = message.get("UserID")
    udid: Any = message.get("UDID")
    device: Any = message.get("EnrollmentID") or udid
    if not isinstance(device, str) or not device:
        raise Refused(400)
    if user is None:
        if device is udid:
            return device, "Device", ""
        if person := message.get("EnrollmentUserID"):
            return f"{device}:{person}", "User Enrollment", device
        return device, "User Enrollment (Device)", ""
    if user == SHARED_USER:
        return f"{device}:{message.get('UserShortName', '')}", "Shared iPad", device
    return f"{device}:{user}", "User", device
