"""What a file says, flat, and where each of it stands."""

import pytest

from pedell.language.documents import parse_document
from pedell.language.layers import read_layer


def flat(text, cohort=None):
    layer = read_layer("school", parse_document("x.yml", "x.yml", text.encode()), ())
    settings = layer.settings if cohort is None else layer.cohorts[cohort]
    return {
        ".".join(map(str, at)): (written.value, f"{written.source.line}:{written.source.column}")
        for at, written in settings.items()
    }


@pytest.mark.parametrize("key", ["apps", "certificates", "roles"])
def test_a_list_adds_and_a_choice_adds_and_removes(key):
    assert flat(f"{key}: [a]\n") == {f"{key}.a.present": (True, f"1:{len(key) + 4}")}
    assert flat(f"{key}:\n  add: [a]\n  remove: [b, c]\n") == {
        f"{key}.b.present": (False, "3:12"),
        f"{key}.c.present": (False, "3:15"),
        f"{key}.a.present": (True, "2:9"),
    }


def test_a_network_is_named_or_named_with_what_differs():
    assert flat("wifi: [x]\n") == {"wifi.x.present": (True, "1:8")}
    assert flat("wifi:\n  x: {vlan: 7, eap: [peap]}\n") == {
        "wifi.x.present": (True, "2:3"),
        "wifi.x.vlan": (7, "2:13"),
        "wifi.x.eap": (["peap"], "2:21"),
    }


def test_a_network_can_be_taken_away():
    assert flat("wifi: {x: {present: false}}\n")["wifi.x.present"] == (False, "1:21")


def test_rights_are_a_set_or_a_set_with_changes():
    assert flat("restrictions: {pupil: jugendschutz}\n") == {
        "restrictions.pupil.use": ("jugendschutz", "1:23")
    }
    assert flat("restrictions: {pupil: {use: jugendschutz, camera: false}}\n") == {
        "restrictions.pupil.use": ("jugendschutz", "1:29"),
        "restrictions.pupil.camera": (False, "1:51"),
    }


def test_presets_and_variables_are_read_to_their_leaves():
    found = flat("presets: {web_clips: {a: {title: A}}}\nvariables: {dns: [x, y]}\n")
    assert found == {
        "presets.web_clips.a.title": ("A", "1:34"),
        "variables.dns": (["x", "y"], "2:18"),
    }


def test_what_a_cohort_says_stands_apart():
    text = "apps: [a]\ncohorts:\n  pupil: {apps: [b]}\n  teacher: {}\n"
    assert flat(text) == {"apps.a.present": (True, "1:8")}
    assert flat(text, "pupil") == {"apps.b.present": (True, "3:18")}
    assert flat(text, "teacher") == {}
