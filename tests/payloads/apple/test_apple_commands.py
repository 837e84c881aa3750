"""Apps become commands and come back, and devices' answers are read."""

import plistlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedell.model import Sealed
from pedell.payloads.apple import (
    AppCommands,
    decode_app_commands,
    encode_app_commands,
    encode_app_question,
    expected_report,
    refusal_in,
    report_in,
)

BUNDLE = "org.example.lernapp"
SECRETS = {"lernapp": "Geheim (erfunden)"}
plain = st.text() | st.integers(-(2**63), 2**63 - 1) | st.booleans() | st.floats(allow_nan=False)
said = st.dictionaries(
    st.text(min_size=1),
    st.recursive(plain, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)),
    min_size=1,
)
specs = st.fixed_dictionaries(
    {"bundle": st.text(min_size=1)},
    optional={
        "app_store": st.integers(1, 10**12),
        "configuration": said,
        "removable": st.booleans(),
    },
)


def encoded(spec):
    return encode_app_commands(spec, SECRETS.__getitem__)


@given(specs)
def test_what_is_encoded_is_decoded_again(spec):
    # the title is for people and has no place in a command; left out, an app is not removable
    commands = encoded({**spec, "title": "T"})
    assert decode_app_commands(commands) == {"removable": False, **spec}


@given(specs)
def test_a_device_that_obeyed_reports_what_is_expected(spec):
    asked = encode_app_question(spec)
    change = encoded(spec).change["Settings"][0]
    if "configuration" in spec:
        answer = {"ApplicationConfigurations": [{**change, "Identifier": spec["bundle"]}]}
        assert asked["RequestType"] == "ManagedApplicationConfiguration"
    else:
        answer = {"ManagedApplicationList": {spec["bundle"]: {"Status": "Managed"}}}
        assert asked["RequestType"] == "ManagedApplicationList"
    assert report_in(answer) == expected_report(spec, SECRETS.__getitem__)


def test_the_commands_are_apples_and_secrets_are_opened_on_the_way():
    told = {"url": "https://lernen.example.org", "login": {"token": Sealed("lernapp")}}
    commands = encoded({"bundle": BUNDLE, "app_store": 4711, "configuration": told})
    opened = {"url": "https://lernen.example.org", "login": {"token": "Geheim (erfunden)"}}
    assert commands.install == {
        "RequestType": "InstallApplication",
        "iTunesStoreID": 4711,
        "Options": {"PurchaseMethod": 1},
        "ManagementFlags": 1,
        "ChangeManagementState": "Managed",
        "Attributes": {"Removable": False},
        "Configuration": opened,
    }
    assert commands.change["Settings"] == [
        {"Item": "ApplicationConfiguration", "Identifier": BUNDLE, "Configuration": opened},
        {"Item": "ApplicationAttributes", "Identifier": BUNDLE, "Attributes": {"Removable": False}},
    ]


def test_to_say_nothing_takes_a_configuration_away():
    spec = {"bundle": BUNDLE, "configuration": {}}
    assert "Configuration" not in encoded(spec).install
    assert "Configuration" not in encoded(spec).change["Settings"][0]


@pytest.mark.parametrize(
    ("answer", "report"),
    [
        ({"ApplicationConfigurations": []}, ""),
        ({"ApplicationConfigurations": [{"Identifier": BUNDLE}]}, "{}"),
        ({"ManagedApplicationList": {}}, ""),
        ({"ManagedApplicationList": {BUNDLE: {"Status": "Installing"}}}, ""),
        ({"ManagedApplicationList": {BUNDLE: {"Status": "ManagedButUninstalled"}}}, ""),
        ({"ProfileList": []}, None),
        ({"ApplicationConfigurations": "nonsense"}, None),
    ],
)
def test_an_app_that_is_not_there_is_told_from_an_answer_about_something_else(answer, report):
    assert report_in(answer) == report


def test_what_others_wrote_there_is_readable_and_never_as_expected():
    strange = plistlib.loads(plistlib.dumps({"a": b"bytes"}))
    told = report_in({"ApplicationConfigurations": [{"Configuration": strange}]})
    assert told != expected_report({"configuration": {"a": "bytes"}}, str)


def test_a_refused_setting_is_found_in_an_acknowledged_answer():
    fine = {"Status": "Acknowledged", "Identifier": BUNDLE}
    chain = [{"ErrorCode": 12026, "LocalizedDescription": "It is not managed."}]
    bad = {"Status": "Error", "Identifier": BUNDLE, "ErrorChain": chain}
    assert refusal_in({"Settings": [fine, bad]}) == "It is not managed."
    assert refusal_in({"Settings": [{"Status": "Error"}]}) == "a setting was refused"
    assert refusal_in({"Settings": [fine, fine]}) == refusal_in({"ProfileList": []}) == ""


@pytest.mark.parametrize("wrong", [{}, {"Settings": []}, {"Settings": [{"Item": "Bluetooth"}]}])
def test_other_commands_are_none_of_an_app(wrong):
    with pytest.raises(ValueError, match="not the commands"):
        decode_app_commands(AppCommands({}, wrong))
