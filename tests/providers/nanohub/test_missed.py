"""Rows of NanoMDM's tables, retold as the webhook's events."""

import plistlib

import pytest

from pedell.ports import Happening
from pedell.providers.nanohub.events import read_event
from pedell.providers.nanohub.missed import tell_answer, tell_device

UDID = "INVENTED-UDID"
AUTHENTICATE = plistlib.dumps(
    {"MessageType": "Authenticate", "SerialNumber": "INVENTED1", "Topic": "com.apple.mgmt.invented"}
).decode()


def told(*columns):
    return [read_event(body) for body in tell_device(UDID, AUTHENTICATE, *columns)]


def test_a_device_that_is_enrolled_arrived_and_enrolled():
    arrived, enrolled = told(100.25, 101.5, True, 1, 180.0)
    assert (arrived.what, arrived.at, arrived.serial) == (Happening.ARRIVED, 100.25, "INVENTED1")
    assert arrived.topic == "com.apple.mgmt.invented"
    assert (enrolled.what, enrolled.at, enrolled.is_fresh) == (Happening.ENROLLED, 101.5, True)
    assert not told(100.0, 150.0, True, 2, 180.0)[1].is_fresh


def test_one_that_left_left_last():
    assert [(e.what, e.at) for e in told(100.0, 101.0, False, 0, 180.0)][2:] == [
        (Happening.LEFT, 180.0)
    ]


def test_one_that_is_about_to_enrol_has_not_left():
    """Authenticate disables too, until the next TokenUpdate."""
    assert [e.what for e in told(170.0, 101.0, False, 0, 170.0)] == [Happening.ARRIVED]


@pytest.mark.parametrize(
    ("status", "answer", "detail"),
    [("Acknowledged", "done", ""), ("NotNow", "notnow", ""), ("Error", "error", "no space")],
)
def test_an_answer_is_read_like_one_that_was_heard(status, answer, detail):
    chain = {"ErrorChain": [{"LocalizedDescription": "no space"}]}
    listed = [{"PayloadIdentifier": "de.pedell.x", "PayloadUUID": "U"}]
    raw = plistlib.dumps({"Status": status, **chain, "ProfileList": listed}).decode()
    event = read_event(tell_answer(UDID, "C-1", status, raw, 7.5))
    assert (event.what, event.enrolment, event.command) == (Happening.ANSWERED, UDID, "C-1")
    assert (event.at, event.answer, event.detail) == (7.5, answer, detail)
    assert (event.profiles == {"de.pedell.x": "U"}) == (answer == "done")
