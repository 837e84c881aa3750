"""Enqueue, push, version and push certificate of the sandbox MDM, over real HTTP."""

import datetime
import plistlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.sandbox.mdm_world import LOGIN, command, install, world


@pytest.fixture(scope="module")
def mdm():
    with world(tablets=3) as client:
        yield client


def test_the_api_wants_its_login(mdm):
    for wrong in ("", "Basic bm9ib2R5Onhz", LOGIN + "x"):
        status, _, headers = mdm.ask("GET", "/api/v1/ddm/sets", headers={"Authorization": wrong})
        assert status == 401
        assert headers["WWW-Authenticate"].startswith("Basic realm=")


def test_the_version_needs_no_login(mdm):
    status, raw, _ = mdm.ask("GET", "/version", headers={"Authorization": ""})
    assert status == 200
    assert b'"version"' in raw


def test_a_quiet_enqueue_answers_in_tabs_and_wakes_nobody(mdm):
    udid = mdm.udid("PEDELL0000")
    status, raw, _ = mdm.ask("PUT", f"/api/v1/nanomdm/enqueue/{udid}?nopush=1", install("quiet"))
    text = (
        '{\n\t"no_push": true,\n\t"command_uuid": "quiet",\n\t"request_type": "InstallProfile"\n}'
    )
    assert (status, raw.decode().strip()) == (200, text)
    assert mdm.tablet("PEDELL0000")["waiting"] == ["quiet"]


def test_an_enqueue_with_push_is_done_at_once(mdm):
    udid = mdm.udid("PEDELL0001")
    status, result = mdm.enqueue(udid, install("loud", uuid="LOUD"), "")
    assert status == 200
    assert list(result) == ["status", "command_uuid", "request_type"]
    assert result["status"][udid]["push_result"]
    mdm.rest()
    assert mdm.held("PEDELL0001") == {"de.pedell.test.wifi": "LOUD"}


def test_one_command_goes_to_many_ids(mdm):
    ids = ",".join(mdm.udid(serial) for serial in ("PEDELL0001", "PEDELL0002"))
    assert mdm.enqueue(ids, install("many", uuid="MANY"))[0] == 200
    assert mdm.push(ids)[0] == 200
    mdm.rest()
    assert mdm.held("PEDELL0001") == mdm.held("PEDELL0002") == {"de.pedell.test.wifi": "MANY"}


def test_a_command_uuid_is_taken_once(mdm):
    udid = mdm.udid("PEDELL0001")
    assert mdm.enqueue(udid, command("once", "ProfileList"))[0] == 200
    status, result = mdm.enqueue(mdm.udid("PEDELL0002"), command("once", "SecurityInfo"))
    assert status == 500
    assert "commands_pkey" in result["command_error"]
    assert mdm.tablet("PEDELL0002")["waiting"] == []


def test_an_unknown_id_leaves_all_others_without_the_command(mdm):
    known = mdm.udid("PEDELL0002")
    status, result = mdm.enqueue(f"{known},NOBODY", command("mixed", "ProfileList"))
    assert status == 500
    assert "foreign key" in result["command_error"]
    assert mdm.tablet("PEDELL0002")["waiting"] == []
    assert mdm.enqueue(known, command("mixed", "ProfileList"))[0] == 200, "nothing was stored"


@pytest.mark.parametrize(
    "raw",
    [
        b"garbage",
        plistlib.dumps({"CommandUUID": "x"}),
        plistlib.dumps({"Command": {"RequestType": "ProfileList"}}),
        plistlib.dumps({"CommandUUID": "x", "Command": {}}),
        plistlib.dumps([1]),
    ],
)
def test_what_is_no_command_is_not_queued(mdm, raw):
    status, result = mdm.enqueue(mdm.udid("PEDELL0000"), raw)
    assert status == 500
    assert result["command_error"].startswith("decoding command: ")


def test_an_empty_body_without_push_has_nothing_to_do(mdm):
    answer = mdm.enqueue(mdm.udid("PEDELL0000"), b"")
    assert answer == (500, {"no_push": True, "command_error": "must enqueue or push"})


def test_some_failed_pushes_make_207_and_all_make_500(mdm):
    known = mdm.udid("PEDELL0000")
    status, result = mdm.push(f"{known},NOBODY")
    assert status == 207
    assert result["status"]["NOBODY"] == {"push_error": "push data missing for id"}
    assert mdm.push("NOBODY")[0] == 500


def test_a_uuid_inside_the_command_is_not_its_own(mdm):
    """The payload holds a key CommandUUID too, and stands first."""
    raw = (
        b'<?xml version="1.0"?><plist version="1.0"><dict><key>Command</key><dict>'
        b"<key>Identifier</key><string>a</string><key>CommandUUID</key><string>inner</string>"
        b"<key>RequestType</key><string>RemoveProfile</string></dict>"
        b"<key>CommandUUID</key><string>outer&amp;more</string></dict></plist>"
    )
    assert mdm.enqueue(mdm.udid("PEDELL0002"), raw)[1]["command_uuid"] == "outer&more"
    mdm.push(mdm.udid("PEDELL0002"))
    mdm.rest()
    assert mdm.tablet("PEDELL0002")["waiting"] == []


def test_a_push_certificate_says_when_it_expires(mdm):
    status, result = mdm.json("PUT", "/api/v1/nanomdm/pushcert", _certificate("com.apple.mgmt.X"))
    assert (status, result["topic"]) == (200, "com.apple.mgmt.X")
    found = mdm.json("GET", "/api/v1/nanomdm/pushcert?topic=com.apple.mgmt.X")
    assert found == (200, result)
    assert result["not_after"] == "2030-01-02T03:04:05Z"


def test_a_push_certificate_must_be_one(mdm):
    path = "/api/v1/nanomdm/pushcert"
    assert mdm.status("PUT", path, b"nothing") == 400
    assert mdm.status("PUT", path, _certificate("org.example.other")) == 400
    assert (
        mdm.status("PUT", path, _certificate("com.apple.mgmt.Y").split(b"-----BEGIN P")[0]) == 400
    )
    assert mdm.status("GET", path) == 400
    assert mdm.status("GET", f"{path}?topic=com.apple.mgmt.none") == 500


def _certificate(topic):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.USER_ID, topic)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.datetime(2025, 1, 1))
        .not_valid_after(datetime.datetime(2030, 1, 2, 3, 4, 5))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return made.public_bytes(pem) + key.private_bytes(pem, form, plain)
