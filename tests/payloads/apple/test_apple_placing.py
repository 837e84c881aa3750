"""Each intent goes to one place that its devices heed, by Apple's own table as the judge."""

import json
import plistlib
from itertools import pairwise, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedell.model import Platform, Sealed, version_of
from pedell.payloads.apple import (
    CONFIGURATIONS,
    CONFIGURED,
    DECLARATIONS,
    PROFILES,
    Lack,
    compile_profile,
    place_preset,
    place_restriction,
)
from pedell.payloads.apple.facts.check import validate_declaration, validate_profile
from pedell.payloads.apple.facts.findings import Devices
from pedell.payloads.apple.restrictions import KEYS

SCHEMAS = Path(__file__).parents[3] / "schemas/kinds"
VERSIONS = ["17.2", "18.0", "18.3", "26.0", "26.3", "26.4", "27.0"]
PLATFORMS = [
    Platform(version_of(os), supervised, shared)
    for os, supervised, shared in product(VERSIONS, (True, False), (True, False))
]
CODEC = DECLARATIONS["configuration"]
NAME = "de.pedell.musterstadt.gs-nord.pupil.restrictions.pupil"
APP = {"bundle": "org.example.anton"}


def fields(kind):
    return json.loads((SCHEMAS / f"{kind}.json").read_text())["properties"]


UNSAID = {"intelligence_report", "mail_replies", "notes_transcription", "safari_summary"}
"""Of these the table says nothing about shared iPads; the likes of them are not for those."""
RESTRICTIONS, PRESETS = fields("restrictions"), fields("presets")
EXAMPLES = {name: field["examples"][0] for name, field in PRESETS.items()} | {
    "single_app": APP,
    "notifications": {"anton": APP},
    "home_screen": {"pages": [[APP]]},
}


def told(kind, name, value, platform, spot):
    """Return what Apple's table says of one intent where it was put, for these devices."""
    devices = Devices(platform.os, platform.supervised, platform.shared)
    if spot.declaration:
        written = {**CODEC.encode(NAME, {name: value}), "ServerToken": "1"}
        return list(validate_declaration(written, devices))
    payloads = PROFILES[kind].encode({name: value})
    profile = plistlib.loads(compile_profile(NAME, "Title", payloads, lambda _: "x"))
    return list(validate_profile(profile, devices))


def harmful(findings):
    # a key that only newer devices know does no harm on older ones; what the table itself is too
    # old to know cannot be judged by it
    return [f for f in findings if f.reason not in ("too-new", "newer-than-table")]


@pytest.mark.parametrize("platform", PLATFORMS, ids=str)
def test_a_restriction_goes_where_its_devices_heed_it(platform):
    for name, field in RESTRICTIONS.items():
        spot = place_restriction(name, platform)
        if spot.lack is None:
            found = harmful(told("restrictions", name, field["examples"][0], platform, spot))
            if name in CONFIGURED and not spot.declaration:
                # where no declaration reaches it, what Apple merely calls outdated still holds
                found = [f for f in found if f.reason != "deprecated"]
            assert found == [], name


@pytest.mark.parametrize("platform", PLATFORMS, ids=str)
def test_a_preset_goes_where_its_devices_heed_it(platform):
    for name in PRESETS.keys() - {"exam"}:
        spot = place_preset(name, platform)
        value = EXAMPLES[name]
        if name == "proxy":
            value = {**value, "password": Sealed("proxy")}
        if spot.lack is None:
            assert harmful(told("presets", name, value, platform, spot)) == [], name


@pytest.mark.parametrize("platform", PLATFORMS, ids=str)
def test_what_is_refused_would_indeed_not_be_heeded(platform):
    reasons = {Lack.SUPERVISED: "needs-supervision", Lack.UNSHARED: "shared-ipad"}
    for name in KEYS.keys() - UNSAID:
        field, spot = RESTRICTIONS[name], place_restriction(name, platform)
        if spot.lack in reasons:
            found = told("restrictions", name, field["examples"][0], platform, spot)
            assert reasons[spot.lack] in {each.reason for each in found}, name


@pytest.mark.parametrize("name", CONFIGURED)
def test_on_the_way_to_a_newer_system_an_intent_is_never_in_two_places_nor_in_none(name):
    place = place_preset if name in PRESETS else place_restriction
    for supervised, shared in product((True, False), (True, False)):
        spots = [place(name, Platform(version_of(os), supervised, shared)) for os in VERSIONS]
        for before, after in pairwise(spots):
            assert bool(before.lack) >= bool(after.lack)
            assert bool(before.declaration) <= bool(after.declaration)
    newest = place(name, Platform((27, 0)))
    assert newest.declaration
    assert name in CONFIGURATIONS[newest.declaration].keys


def test_a_configuration_says_of_a_key_what_the_kinds_say_that_it_comes_from():
    sources = {**RESTRICTIONS, **PRESETS}
    configuration = fields("configuration")
    assert configuration.keys() == CONFIGURED.keys()
    for name, field in configuration.items():
        known = {k: v for k, v in sources[name].items() if k not in ("x-merge", "x-strict")}
        assert field == known, name


def test_what_may_stay_in_an_exam_is_what_an_exam_takes_away():
    allow = PRESETS["exam"]["properties"]["allow"]["items"]
    assert allow == fields("exam")["off"]["items"]
    assert set(allow["enum"]) <= KEYS.keys()


texts = st.text(min_size=1, max_size=20)
values = {"boolean": st.booleans(), "integer": st.integers(1, 90), "array": st.sets(texts)}


@given(st.data())
def test_what_is_encoded_is_decoded_again(data):
    one = CONFIGURATIONS[data.draw(st.sampled_from(sorted(CONFIGURATIONS)))]
    known = fields("configuration")
    keys = data.draw(st.sets(st.sampled_from(sorted(one.keys)), min_size=1))
    spec = {key: data.draw(values[known[key]["type"]]) for key in keys}
    spec = {key: sorted(each) if isinstance(each, set) else each for key, each in spec.items()}
    written = CODEC.encode("x", spec)
    assert (written["Type"], CODEC.decode(written)) == (one.type, spec)


@pytest.mark.parametrize("spec", [{}, {"siri": False, "dictation": False}, {"camera": False}])
def test_what_is_not_of_one_configuration_is_not_written(spec):
    with pytest.raises(ValueError, match="not the keys of one configuration"):
        CODEC.encode("x", spec)


def test_what_somebody_changed_in_one_of_its_places_is_not_read_as_ours():
    written = CODEC.encode("x", {"math_notes": False})
    written["Payload"]["SystemBehavior"]["MathNotes"] = True
    assert CODEC.decode(written) == {}
    with pytest.raises(ValueError, match="not a configuration"):
        CODEC.decode({"Type": "com.apple.configuration.app.managed", "Payload": {}})
