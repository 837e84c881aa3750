"""What a person reads when a value breaks the language."""

import pytest

from pedell.model import SecretName
from tests.inventory_builder import schemas

AUTHORITY = {"authority": "x", "name": "X", "targets": {"t": {"provider": "memory"}}}
SCHOOL = {"school": "gs-nord", "name": "Nord", "type": "grundschule"}


def violations(name, value):
    return list(schemas().violations(f"{name}.json", value))


def violation(name, value):
    (found,) = violations(name, value)
    return found


def test_what_obeys_is_silent():
    assert violations("authority", AUTHORITY) == []
    assert violations("school", {**SCHOOL, "wifi": ["schulnetz"], "apps": {"add": ["anton"]}}) == []


def test_an_unknown_key_gets_the_nearest_known_one():
    found = violation("school", {**SCHOOL, "aps": ["anton"]})
    assert (found.code, found.pointer, found.on_key) == ("E0110", ("aps",), True)
    assert 'Did you mean "apps"?' in found.detail


def test_an_unknown_key_far_from_all_gets_the_list():
    assert "Known here: add, remove." in violation("school", {**SCHOOL, "apps": {"xyz": []}}).detail


def test_a_missing_key_is_named_once_with_its_place():
    first, second = violations("school", {"school": "gs-nord"})
    assert [first.code, second.code] == ["E0111", "E0111"]
    assert {first.detail, second.detail} == {'"name" is missing.', '"type" is missing.'}
    found = violation("authority", {**AUTHORITY, "targets": {"t": {}}})
    assert found.detail == '"provider" is missing in "targets.t".'


@pytest.mark.parametrize(
    ("entry", "pointer", "detail"),
    [
        ({"priority": "hoch"}, ("priority",), 'Expected a whole number, found "hoch".'),
        ({"priority": 1.0}, ("priority",), "Expected a whole number, found 1.0."),
        ({"priority": True}, ("priority",), "Expected a whole number, found true."),
        ({"name": 12}, ("name",), "Expected text, found 12. Put it in quotes."),
        ({"groups": "a"}, ("groups",), 'Expected a list, found "a".'),
        ({"cohorts": None}, ("cohorts",), "Expected a block of keys, found nothing."),
    ],
)
def test_a_wrong_type_says_what_was_expected_and_found(entry, pointer, detail):
    found = violation("school", {**SCHOOL, **entry})
    assert (found.code, found.pointer, found.detail) == ("E0112", pointer, detail)


@pytest.mark.parametrize("word", ["yes", "no", "on", "True"])
def test_almost_a_truth_value_is_told_so(word):
    found = violation("catalogue", {"restrictions": {"offen": {"camera": word}}})
    assert found.code == "E0112"
    assert f'"{word}" is text for Pedell, write true or false.' in found.detail


@pytest.mark.parametrize("value", ["Geheim-Canary", 4711_0815, True, ["Geheim-Canary"]])
def test_a_secret_in_clear_text_is_refused_and_never_repeated(value):
    found = violation("catalogue", {"wifi": {"x": {"password": value}}})
    assert (found.code, found.pointer) == ("E0114", ("wifi", "x", "password"))
    assert "!secret NAME" in found.detail
    assert "anary" not in found.detail
    assert "4711" not in found.detail


@pytest.mark.parametrize(
    ("name", "value", "pointer"),
    [
        ("school", {**SCHOOL, "name": SecretName("x")}, ("name",)),
        ("school", {**SCHOOL, "apps": [SecretName("anton")]}, ("apps", 0)),
        ("catalogue", {"wifi": {"x": {"security": SecretName("open")}}}, ("wifi", "x", "security")),
        ("school", {**SCHOOL, "variables": {"a": SecretName("b")}}, ("variables", "a")),
        (
            "authority",
            {**AUTHORITY, "targets": {"t": {"provider": SecretName("memory")}}},
            ("targets", "t", "provider"),
        ),
    ],
)
def test_no_secret_where_none_may_be(name, value, pointer):
    found = violation(name, value)
    assert (found.code, found.pointer) == ("E0113", pointer)
    assert found.detail == "No secret can stand here."


def test_a_near_miss_of_a_choice_is_offered():
    found = violation("catalogue", {"wifi": {"x": {"security": "wpa2-entreprise"}}})
    assert found.code == "E0113"
    assert 'Did you mean "wpa2-enterprise"?' in found.detail


@pytest.mark.parametrize(
    ("name", "value", "pointer", "detail"),
    [
        (
            "school",
            {**SCHOOL, "wifi": 5},
            ("wifi",),
            "Expected a list or a block of keys, found 5.",
        ),
        (
            "school",
            {**SCHOOL, "restrictions": {"pupil": 5}},
            ("restrictions", "pupil"),
            "Expected text or a block of keys, found 5.",
        ),
        ("group", {"name": "X"}, (), "Exactly one of these is needed: group, type."),
        (
            "group",
            {"group": "a", "type": "b"},
            (),
            "Exactly one of these is needed: group, type.",
        ),
        (
            "catalogue",
            {"apps": {"x": {"title": "X"}}},
            ("apps", "x"),
            "One of these is needed: app_store, bundle, winget, opsi.",
        ),
        (
            "playbook",
            [{"name": "x", "waves": {"sizes": [True]}}],
            (0, "waves", "sizes", 0),
            "Expected a whole number or text, found true.",
        ),
    ],
)
def test_alternatives_are_told_in_a_sentence(name, value, pointer, detail):
    found = violation(name, value)
    assert (found.pointer, found.detail) == (pointer, detail)


def test_the_branch_that_was_meant_speaks():
    found = violation("school", {**SCHOOL, "wifi": {"schulnetz": {"vlan": 5000}}})
    assert found.pointer == ("wifi", "schulnetz", "vlan")
    assert found.detail == "5000 is out of range; the maximum is 4094."
    found = violation("school", {**SCHOOL, "apps": ["anton", "Book Creator"]})
    assert found.pointer == ("apps", 1)
    assert '"Book Creator" has the wrong form.' in found.detail


def test_inside_alternatives_all_that_is_wrong_is_said():
    wifi = {"a": {"vlan": 0}, "b": {"vlan": "x"}, "c": {"vlann": 1}}
    found = violations("school", {**SCHOOL, "wifi": wifi})
    assert {violation.pointer for violation in found} == {
        ("wifi", "a", "vlan"),
        ("wifi", "b", "vlan"),
        ("wifi", "c", "vlann"),
    }


def test_a_name_of_the_wrong_form_is_shown_at_the_name():
    found = violation("school", {**SCHOOL, "cohorts": {"Schüler": {}}})
    assert (found.code, found.pointer, found.on_key) == ("E0113", ("cohorts", "Schüler"), True)


def test_an_empty_file_is_told_what_it_should_be():
    assert violation("playbook", None).detail == "Expected a list, found nothing."


def test_kinds_carry_their_marks():
    kinds = schemas().kinds
    assert kinds["wifi"].references == {("certificate",): "certificate"}
    assert kinds["wifi"].secrets == {
        ("password",),
        ("user_password",),
        ("identity",),
        ("identity_password",),
        ("proxy", "password"),
    }
    assert kinds["presets"].strict["passcode", "min_length"] == "max"
    assert kinds["restrictions"].strict == {("max_app_rating",): "min"}
    assert ("app_store",) in kinds["app"].immutable
    assert ("eap",) in kinds["wifi"].unordered
    assert kinds["membership"].has_members


def test_what_was_sound_once_excuses_nothing_that_only_looks_equal():
    network = {"ssid": "Nord", "security": "wpa2-personal", "password": SecretName("nord-wlan")}
    assert violations("school", {**SCHOOL, "need": 1, "wifi": {"schulnetz": network}}) == []
    open_text = {**network, "password": "nord-wlan"}
    found = violations("school", {**SCHOOL, "need": True, "wifi": {"schulnetz": open_text}})
    assert [(each.code, each.pointer) for each in found] == [
        ("E0112", ("need",)),
        ("E0114", ("wifi", "schulnetz", "password")),
    ]
