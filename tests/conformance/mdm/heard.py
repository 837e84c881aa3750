"""What a server's webhook told, waited for and in the order in which it happened."""

import time

from tests.sandbox.mdm_world import plist_of


def body_of(event):
    return event.get("acknowledge_event") or event["checkin_event"]


def events_of(heard, enrolment, count=0, patience=5):
    """Return the events of one enrolment by ``created_at``; wait until there are so many."""
    until = time.monotonic() + patience
    while True:
        found = [event for event in list(heard.events) if body_of(event)["ids"]["id"] == enrolment]
        if len(found) >= count:
            return sorted(found, key=lambda event: event["created_at"])
        assert time.monotonic() < until, f"{len(found)} of {count} events came"
        time.sleep(0.01)


def serial_of(event):
    return plist_of(body_of(event)).get("SerialNumber")
