"""What NanoHUB says, case by case: the shapes of the fact sheet, and what we read in them."""

import json
import plistlib
from pathlib import Path

import pytest

from pedell.model import Address, Sealed
from pedell.ports import Event, Happening
from pedell.providers.nanohub.codecs import (
    Taken,
    opened,
    profile_of,
    read_names,
    read_reports,
    read_taken,
    resealed,
)
from pedell.providers.nanohub.events import read_event
from pedell.providers.nanohub.names import Names

CASES = Path(__file__).parent / "cases"


def cases(kind):
    paths = sorted(CASES.glob(f"{kind}-*.json"))
    return [pytest.param(json.loads(path.read_text()), id=path.stem) for path in paths]


@pytest.mark.parametrize("case", cases("answer"))
def test_an_answer_is_judged_by_its_body(case):
    expected = dict(case["read"])
    is_repeat = expected.pop("is_repeat", False)
    taken = read_taken(case["body"].encode())
    assert (taken, taken.is_repeat) == (Taken(**expected), is_repeat)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"null", b"[]", b'{"a":1}', b'{"status":{"x":1},"status":{}}']
)
def test_what_is_no_answer_is_not_taken_for_one(body):
    with pytest.raises(ValueError, match=r"."):
        read_taken(body)


@pytest.mark.parametrize("case", cases("event"))
def test_an_event_is_read(case):
    expected = case["read"]
    if expected is not None:
        expected = Event(**{**expected, "what": Happening(expected["what"])})
    assert read_event(json.dumps(case["body"]).encode()) == expected


def test_an_event_that_is_no_json_is_dropped():
    assert read_event(b"\xff") is None
    assert read_event(b"[" * 100_000) is None


@pytest.mark.parametrize("case", cases("status"))
def test_reports_of_declarations_are_read(case):
    read = read_reports(json.dumps(case["body"]).encode())
    keys = ("token", "is_held", "is_refused", "reason")
    assert case["read"] == {
        device: {name: {key: getattr(one, key) for key in keys} for name, one in rows.items()}
        for device, rows in read.items()
    }


def test_null_is_an_empty_list():
    assert read_names(b"null\n") == frozenset()
    assert read_names(b'["a","b"]') == {"a", "b"}


WIFI = Address("gs-nord", "pupil", "wifi", "schulnetz")


def test_names_bear_our_mark():
    assert (
        Names("musterstadt").identifier(WIFI)
        == "de.pedell.musterstadt.gs-nord.pupil.wifi.schulnetz"
    )


def test_two_cohorts_with_the_same_spec_have_profiles_of_their_own():
    spec = {"ssid": "S", "security": "open"}
    other = Address("gs-nord", "teacher", "wifi", "schulnetz")
    assert profile_of(Names("m"), WIFI, spec).uuid != profile_of(Names("m"), other, spec).uuid


def test_a_raw_profile_goes_out_under_our_name():
    whole = {"PayloadContent": [], "PayloadIdentifier": "org.example.exam", "PayloadUUID": "theirs"}
    spec = {"content": plistlib.dumps(whole).decode()}
    profile = profile_of(Names("m"), Address("gs-nord", "pupil", "profile", "exam"), spec)
    written = plistlib.loads(profile.compile(lambda _: ""))
    assert written["PayloadIdentifier"] == "de.pedell.m.gs-nord.pupil.profile.exam"
    assert written["PayloadUUID"] == profile.uuid != "theirs"


def test_a_fingerprint_that_is_missing_comes_from_memory_only_for_the_same_name():
    closed = {"password": Sealed("wlan"), "ssid": "S"}
    assert opened(closed, {"password": Sealed("wlan", "1")})["password"] == Sealed("wlan", "1")
    assert opened(closed, {"password": Sealed("old", "1")})["password"] == Sealed("wlan")
    assert resealed(closed, lambda name: f"of {name}")["password"] == Sealed("wlan", "of wlan")
