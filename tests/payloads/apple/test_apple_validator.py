"""What the facts allow is taken, what they forbid is refused with its reason and place."""

import base64
import datetime
import json
import random
import re
from collections import Counter
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pedell.payloads.apple.facts import (
    Devices,
    Grade,
    Reason,
    complete_table,
    facts,
    find_secrets,
    parse_facts,
    shipped_table,
    validate_declaration,
    validate_declarations,
    validate_profile,
    write_facts,
)
from pedell.payloads.apple.facts.json_schema import export_schema, schema_names
from tests.payloads.apple.fact_examples import declaration, mutations, profile

TABLE = shipped_table()
PAYLOADS = sorted(
    n for n, f in TABLE.types.items() if f and n not in ("TopLevel", "CommonPayloadKeys")
)
DECLARATIONS = sorted(n for n, f in TABLE.declarations.items() if f and n != "any")
ANY = Devices()
DATED = {Reason.DEPRECATED, Reason.REMOVED, Reason.WEAK, Reason.TRUST}


def told(findings):
    """What is not merely a word about age or strength: (reason, place) of errors and warnings."""
    return [
        (f.reason, f.at) for f in findings if f.grade is not Grade.INFO and f.reason not in DATED
    ]


def plain(value):
    """The same as JSON writes it."""
    match value:
        case dict():
            return {key: plain(child) for key, child in value.items()}
        case list():
            return [plain(child) for child in value]
        case bytes():
            return base64.b64encode(value).decode()
        case datetime.datetime():
            return value.isoformat()
    return value


def test_the_table_knows_all_types_of_ipads():
    assert (len(PAYLOADS), len(DECLARATIONS)) == (48, 49)


@pytest.mark.parametrize("most", [False, True], ids=["least", "most"])
@pytest.mark.parametrize("kind", PAYLOADS)
def test_the_least_and_the_most_that_a_payload_may_say_is_taken(kind, most):
    made = profile(TABLE, kind, most)
    assert told(validate_profile(made, ANY)) == []
    schema = Draft202012Validator(export_schema(TABLE, kind))
    assert [each.message for each in schema.iter_errors(plain(made["PayloadContent"][0]))] == []


@pytest.mark.parametrize("most", [False, True], ids=["least", "most"])
@pytest.mark.parametrize("kind", DECLARATIONS)
def test_the_least_and_the_most_that_a_declaration_may_say_is_taken(kind, most):
    made = declaration(TABLE, kind, most)
    assert told(validate_declaration(made, ANY)) == []
    schema = Draft202012Validator(export_schema(TABLE, kind))
    assert [each.message for each in schema.iter_errors(made)] == []


def broken():
    for kind in PAYLOADS:
        whole, root = profile(TABLE, kind, most=True), ("PayloadContent", 0)
        yield from (("profile", kind, *one) for one in mutations(TABLE.types[kind], whole, root))
    for kind in DECLARATIONS:
        whole, fact = declaration(TABLE, kind, most=True), TABLE.declarations[kind]
        yield from (("declaration", kind, *one) for one in mutations(fact, whole, ("Payload",)))


def test_what_is_wrong_is_refused_with_its_reason_and_place():
    counted = Counter()
    for part, kind, reason, at, wrong in broken():
        found = told((validate_profile if part == "profile" else validate_declaration)(wrong, ANY))
        alone = [one for one in found if one[0] is not Reason.TOGETHER]  # what it breaks beside
        assert alone == [(reason, at)], (kind, reason, at)
        counted[reason] += 1
    assert counted.total() > 300
    assert all(counted[reason] >= 3 for reason in (
        Reason.MISSING, Reason.TYPE, Reason.UNKNOWN_KEY, Reason.RANGE, Reason.VALUE, Reason.FORM, Reason.COUNT,
    ))  # fmt: skip


def test_json_schema_refuses_the_same():
    sample = random.Random(5).sample(list(broken()), 300)
    taken = []
    for part, kind, reason, at, wrong in sample:
        value = plain(wrong["PayloadContent"][0]) if part == "profile" else wrong
        if Draft202012Validator(export_schema(TABLE, kind)).is_valid(value):
            taken.append((kind, reason, at))
    assert taken == []


def test_whole_profiles_and_declarations_have_a_schema_too():
    whole = Draft202012Validator(export_schema(TABLE, "profile"))
    made = plain(profile(TABLE, "com.apple.wifi.managed", most=True))
    assert whole.is_valid(made)
    made["PayloadContent"][0]["EncryptionType"] = "WPA4"
    assert not whole.is_valid(made)
    declared = Draft202012Validator(export_schema(TABLE, "declaration"))
    made = declaration(TABLE, "com.apple.configuration.passcode.settings", most=True)
    assert declared.is_valid(made)
    made["Payload"]["MinimumLength"] = 77
    assert not declared.is_valid(made)


@pytest.mark.parametrize("name", schema_names(TABLE))
def test_every_schema_is_one(name):
    schema = export_schema(TABLE, name)
    Draft202012Validator.check_schema(schema)
    json.dumps(schema)


def restricted(**keys):
    made = profile(TABLE, "com.apple.applicationaccess", most=False)
    made["PayloadContent"][0].update(keys)
    return made


def of(devices, made, check=validate_profile):
    return {(f.reason.value, f.grade.value) for f in check(made, devices)}


@pytest.mark.parametrize(
    ("devices", "said"),
    [
        (ANY, {("needs-supervision", "info"), ("deprecated", "warning")}),
        (Devices(supervised=True), {("deprecated", "warning")}),
        (Devices((18, 3), supervised=False), {("needs-supervision", "warning")}),
        (Devices((4, 3), supervised=True), {("too-new", "warning")}),
        (Devices((26, 4), supervised=True), {("deprecated", "warning"), ("newer-than-table", "info")}),
        (Devices((26, 3, 1), supervised=True), {("newer-than-table", "info")}),
    ],
)  # fmt: skip
def test_what_is_said_depends_on_the_devices(devices, said):
    assert of(devices, restricted(allowAirDrop=False, allowAssistant=False)) == said


@pytest.mark.parametrize(("shared", "said"), [(None, "info"), (True, "warning"), (False, None)])
def test_a_passcode_is_not_for_shared_ipads(shared, said):
    made = profile(TABLE, "com.apple.mobiledevice.passwordpolicy", most=False)
    found = of(Devices(shared=shared), made)
    assert found == ({("shared-ipad", said)} if said else set())


def test_what_says_the_default_needs_nothing():
    unsupervised, shared = Devices((18, 3), supervised=False), Devices((18, 3), True, shared=True)
    for devices, key in ((unsupervised, "allowAirDrop"), (shared, "allowCloudDocumentSync")):
        assert of(devices, restricted(**{key: True})) == set()
        assert len(of(devices, restricted(**{key: False}))) == 1


def test_what_apple_took_away_names_what_takes_its_place():
    made = restricted(enforcedSoftwareUpdateDelay=30, forceDelayedSoftwareUpdates=True)
    assert of(Devices((18, 3), supervised=True), made) == set()
    found = [
        f for f in validate_profile(made, Devices((27, 0), True)) if f.reason is Reason.REMOVED
    ]
    assert len(found) == 2
    assert "com.apple.configuration.softwareupdate.settings" in found[0].detail


def test_a_key_that_devices_do_not_know_yet_is_not_demanded():
    kind = "com.apple.configuration.siri.settings"
    found = of(Devices((18, 0), True), declaration(TABLE, kind, most=False), validate_declaration)
    assert found == {("too-new", "warning")}


def wifi(**keys):
    made = profile(TABLE, "com.apple.wifi.managed", most=False)
    made["PayloadContent"][0].update(keys)
    return made


SAFE = {"AcceptEAPTypes": [25], "TLSMinimumVersion": "1.2", "TLSTrustedServerNames": ["radius.example.org"],
        "PayloadCertificateAnchorUUID": ["4F0C7A52-0000-4000-8000-0000000000bb"]}  # fmt: skip


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"EncryptionType": "WPA2", "EAPClientConfiguration": SAFE}, []),
        ({"EncryptionType": "WEP"}, [("weak", "EncryptionType")]),
        ({"EAPClientConfiguration": {**SAFE, "TLSMaximumVersion": "1.1"}}, [("weak", "TLSMaximumVersion")]),
        ({"EAPClientConfiguration": {**SAFE, "TLSTrustedServerNames": []}}, [("no-trust", "EAPClientConfiguration")]),
        ({"EAPClientConfiguration": {**SAFE, "AcceptEAPTypes": [17, 25]}}, [("weak", "AcceptEAPTypes")]),
        ({"EAPClientConfiguration": {"AcceptEAPTypes": [13], "TLSMinimumVersion": "1.0"}},
         [("no-trust", "EAPClientConfiguration"), ("no-trust", "EAPClientConfiguration"), ("weak", "TLSMinimumVersion"), ("no-trust", 0)]),
    ],
)  # fmt: skip
def test_a_weak_network_is_said_to_be_weak(keys, said):
    found = [f for f in validate_profile(wifi(**keys), ANY) if f.grade is Grade.WARNING]
    assert [(f.reason.value, f.at[-1]) for f in found] == said


@pytest.mark.parametrize(
    ("uuid", "words"),
    [
        ("4F0C7A52-0000-4000-8000-0000000000BB", 'is "com.apple.security.root"'),
        ("4F0C7A52-0000-4000-8000-0000000000CC", "no payload of this profile"),
    ],
)
def test_a_reference_must_name_an_identity_of_the_same_profile(uuid, words):
    (found,) = (
        f
        for f in validate_profile(wifi(PayloadCertificateUUID=uuid), ANY)
        if f.grade is Grade.ERROR
    )
    assert (found.reason, found.at[-1]) == (Reason.REFERENCE, "PayloadCertificateUUID")
    assert words in found.detail


def test_a_second_payload_of_which_devices_take_one_is_a_doubt():
    made = profile(TABLE, "com.apple.app.lock", most=False)
    again = {**made["PayloadContent"][0], "PayloadUUID": "other", "PayloadIdentifier": "other"}
    made["PayloadContent"].append(again)
    assert (Reason.TWICE, ("PayloadContent", 3, "PayloadType")) in told(validate_profile(made, ANY))


def test_declarations_of_one_set_refer_to_assets_that_fit():
    account = declaration(TABLE, "com.apple.configuration.account.caldav", most=False)
    account["Payload"]["AuthenticationCredentialsAssetReference"] = "asset"
    password = declaration(TABLE, "com.apple.asset.credential.userpassword", most=False) | {
        "Identifier": "asset"
    }
    data = declaration(TABLE, "com.apple.asset.data", most=False) | {"Identifier": "asset"}
    assert told(validate_declarations([account], ANY)) == []
    assert told(validate_declarations([account, password], ANY)) == []
    place = (0, "Payload", "AuthenticationCredentialsAssetReference")
    assert told(validate_declarations([account, data], ANY)) == [(Reason.REFERENCE, place)]
    assert told(validate_declarations([data, data], ANY)) == [(Reason.TWICE, (1, "Identifier"))]


def test_strangers_types_pass_and_misspelt_ones_do_not():
    made = profile(TABLE, "com.apple.font", most=False)
    made["PayloadContent"][0]["PayloadType"] = "com.google.Chrome"
    assert of(ANY, made) == {("unknown-type", "info")}
    made["PayloadContent"][0]["PayloadType"] = "com.apple.fonts"
    assert of(ANY, made) == {("unknown-type", "warning")}


def test_an_encrypted_profile_is_not_asked_for_its_payloads():
    made = profile(TABLE, "com.apple.font", most=False)
    del made["PayloadContent"]
    assert of(ANY, {**made, "EncryptedPayloadContent": b"x", "IsEncrypted": True}) == {
        ("encrypted", "info")
    }
    assert of(ANY, made) == {("missing", "error")}


def test_errata_are_told_apart_from_the_table():
    assert "PayloadEnabled" not in facts()["types"]["TopLevel"]["k"]
    assert "PayloadEnabled" in TABLE.types["TopLevel"]["k"]
    made = profile(TABLE, "com.apple.security.scep", most=True)
    made["PayloadContent"][0]["PayloadContent"]["SubjectAltName"]["dNSName"] = ["a.example.org"]
    assert of(ANY, made) <= {("type", "info"), ("deprecated", "warning"), ("removed", "warning")}


def test_each_addition_of_ours_has_its_source_and_its_place():
    ours = json.loads((files("pedell.payloads.apple.facts") / "additions.json").read_text("utf-8"))
    assert all(
        one["why"] and one["source"] and re.match(r"20\d\d-\d\d", one["date"])
        for one in ours["errata"]
    )
    for place, instead in ours["replaced_by"].items():
        kind, _, key = place.partition("/")
        assert key in TABLE.types[kind]["k"]
        assert instead in TABLE.declarations or instead in TABLE.types[kind]["k"]


def test_a_table_is_read_as_it_was_written():
    again = parse_facts(write_facts(facts()))
    assert again == facts()
    assert complete_table(again) == TABLE


@pytest.mark.parametrize(
    "change",
    [
        {"format": 1},
        {"types": {}},
        {"declarations": {}},
        {"types": {**facts()["types"], "x": {"k": {"a": {}}}}},
        {"types": {**facts()["types"], "x": {"a": "soon", "k": {}}}},
        {"types": {**facts()["types"], "x": {"k": {"a": {"t": "i", "r": [1]}}}}},
        {"types": {**facts()["types"], "x": {"k": {"a": {"t": "i", "r": ["1", 2]}}}}},
        {"types": {**facts()["types"], "x": {"k": {"a": {"t": "s", "e": 5}}}}},
        {"types": {**facts()["types"], "x": {"k": {"a": {"t": "s", "f": 5}}}}},
        {"types": {**facts()["types"], "x": {"k": []}}},
        {"types": {**facts()["types"], "x": {"k": {"a": {"t": "o", "^": "2"}}}}},
        {"types": []},
        {"types": {**facts()["types"], "TopLevel": {"a": "4.0"}}},
        {"declarations": {"any": 0}},
        {"source": 5},
        {"source": [5]},
        {"releases": {"profiles": 18}},
        {"releases": {"profiles": "new"}},
        {"releases": None},
    ],
)
def test_what_is_no_table_is_refused(change):
    with pytest.raises(ValueError, match=r"it|cannot be read"):
        parse_facts(json.dumps({**facts(), **change}))


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.datetimes()
)
VALUES = st.recursive(LEAVES, lambda v: st.lists(v) | st.dictionaries(st.text(), v), max_leaves=12)
DEVICES = st.builds(
    Devices,
    st.none() | st.just((18, 3)) | st.just((99,)),
    st.none() | st.booleans(),
    st.none() | st.booleans(),
)


@given(st.sampled_from(PAYLOADS), st.data(), DEVICES)
def test_no_plist_breaks_the_validator(kind, data, devices):
    made = profile(TABLE, kind, most=data.draw(st.booleans()))
    part = made["PayloadContent"][0]
    part[data.draw(st.sampled_from(sorted(TABLE.types[kind]["k"]) or ["x"]))] = data.draw(VALUES)
    part[data.draw(st.sampled_from(["PayloadUUID", "PayloadType", "PayloadIdentifier", "x"]))] = (
        data.draw(VALUES)
    )
    made["PayloadContent"].append(data.draw(VALUES))
    made[data.draw(st.sampled_from(["PayloadContent", "ConsentText", "x"]))] = data.draw(VALUES)
    list(validate_profile(made, devices))
    list(find_secrets(made))


@given(st.sampled_from(DECLARATIONS), st.data(), DEVICES)
def test_no_json_breaks_the_validator(kind, data, devices):
    made = declaration(TABLE, kind, most=True)
    keys = sorted(TABLE.declarations[kind].get("k", {})) or ["x"]
    made["Payload"][data.draw(st.sampled_from(keys))] = data.draw(VALUES)
    made[data.draw(st.sampled_from(["Payload", "Type", "Identifier", "x"]))] = data.draw(VALUES)
    list(validate_declarations([made, data.draw(VALUES), made], devices))
