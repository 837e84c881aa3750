"""Facts 2.3 and 2.4: who speaks at the device URL, and what is answered there."""

import plistlib

import pytest

from tests.conformance.mdm.device import CHECK_IN, REPORT, TOPIC
from tests.conformance.mdm.heard import body_of, events_of
from tests.conformance.mdm.identity import Authority
from tests.conformance.mdm.servers import params, start
from tests.sandbox.mdm_world import command

PLAIN = {400: b"Bad Request\n", 500: b"Internal Server Error\n"}


def is_plain(reply, status):
    """Errors are plain text and never 401, at which a device might unenrol."""
    text = reply.headers["Content-Type"].startswith("text/plain")
    return (reply.status, reply.raw) == (status, PLAIN[status]) and text


def test_a_command_is_delivered_byte_for_byte(server, device, new):
    """2.4: the plist verbatim, an empty body when there is no more."""
    uuid = new()
    raw = command(uuid, "ProfileList").replace(b"<dict>", b"<dict>\n<!-- as it came -->", 1)
    server.queue(device, raw)
    assert device.answer().raw == raw
    last = device.answer("Acknowledged", uuid)
    assert (last.status, last.raw) == (200, b"")


@pytest.mark.parametrize("status", ["Acknowledged", "Error", "CommandFormatError"])
def test_a_command_stays_until_it_is_answered(server, device, new, status):
    """2.4: whatever the answer is, but NotNow."""
    uuid = new()
    server.queue(device, command(uuid, "ProfileList"))
    assert device.next() == device.next() == uuid
    assert device.next(status, uuid) is None
    assert device.next() is None


@pytest.mark.parametrize("content_type", [CHECK_IN, REPORT])
@pytest.mark.parametrize(
    "body",
    [b"junk", b"", plistlib.dumps({"UDID": "x"})],
    ids=["junk", "nothing", "no message"],
)
def test_what_is_no_message_is_a_plain_400(server, device, body, content_type):
    """2.4: undecodable, or without MessageType or Status."""
    assert is_plain(device.send(body, content_type), 400)


def test_an_unknown_message_is_a_plain_400(server, device):
    """2.4: a MessageType that there is not."""
    assert is_plain(device.check_in("Invented"), 400)


def test_an_answer_without_its_command_is_a_plain_500(server, device, new):
    """2.4: only Idle needs no CommandUUID. (A PostgreSQL takes it for a command that it lacks.)"""
    assert is_plain(device.answer("Acknowledged"), 500)


def test_an_answer_to_a_command_that_there_is_not(server, device, new):
    """2.5, not in the sheet: key-value storage thanks, and forgets all that waits; SQL refuses it
    by its foreign key, and keeps all.
    """
    uuids = [new(), new()]
    server.queue(device, *(command(uuid, "ProfileList") for uuid in uuids))
    reply = device.answer("Acknowledged", new("never"))
    if server.traits.sql:
        assert is_plain(reply, 500)
    else:
        assert (reply.status, reply.raw) == (200, b"")
    assert device.walk() == (uuids if server.traits.sql else [])


def test_a_stranger_is_a_plain_500(server):
    """2.4: who never authenticated is not associated with a certificate."""
    stranger = server.device()
    assert is_plain(stranger.answer(), 500)
    assert is_plain(stranger.update_token(), 500)
    assert is_plain(stranger.check_in("CheckOut"), 500)


def test_a_device_is_known_by_its_certificate(server, device):
    """2.4: pinned at Authenticate; another one is a 500, also for the same device."""
    other = server.authority.identity("another")
    message = plistlib.dumps({"UDID": device.udid, "Status": "Idle"})
    reply = device.send(message, REPORT, other)
    if server.traits.certificates:
        assert is_plain(reply, 500)
    else:
        assert reply.status == 200
    assert device.answer().status == 200


def test_a_certificate_belongs_to_one_device(server, device):
    """2.4: a second device with the same certificate is a 500."""
    twin = server.device()
    twin.identity = device.identity
    reply = twin.authenticate()
    if server.traits.certificates:
        assert is_plain(reply, 500)
    else:
        assert reply.status == 200


def test_a_certificate_of_strangers_is_a_plain_400(server):
    """2.4: as is none at all."""
    devices = [server.device(authority=Authority("Somebody else's CA")), server.device()]
    devices[1].identity = None
    for device in devices:
        if server.traits.certificates:
            assert is_plain(device.authenticate(), 400)
        else:
            assert device.authenticate().status == 200


@pytest.mark.parametrize("name", params(["nanohub", "nanomdm", "nanomdm-pgsql"]))
def test_without_the_header_a_message_is_signed(name, tmp_path):
    """2.4: Mdm-Signature, a detached CMS over the body; over another body it is a 400."""
    with start(name, tmp_path, signed=True) as server:
        device = server.device()
        hello = {"MessageType": "Authenticate", "UDID": device.udid, "Topic": TOPIC}
        body = plistlib.dumps(hello)
        for signed, status in ((b"another body", 400), (body, 200)):
            headers = {"Content-Type": CHECK_IN, "Mdm-Signature": device.identity.sign(signed)}
            assert device.line.ask("PUT", "", body, headers).status == status


@pytest.mark.parametrize(
    ("ids", "wanted", "kind"),
    [
        ({"UserID": "U1", "UserShortName": "ada"}, "{udid}:U1", "User"),
        ({"UserID": "F" * 8 + "-FFFF-FFFF-FFFF-" + "F" * 12, "UserShortName": "ada"},
         "{udid}:ada", "Shared iPad"),
    ],
    ids=["user", "shared iPad"],
)  # fmt: skip
def test_a_user_channel_is_an_enrolment_of_its_own(server, device, heard, new, ids, wanted, kind):
    """2.3: UDID:UserID, on a shared iPad UDID:UserShortName; 2.6: its parent is named."""
    uuid, channel, id_ = new(), device.channel(**ids), wanted.format(udid=device.udid)
    assert channel.update_token().status == 200
    assert server.enqueue(id_, command(uuid, "ProfileList")).status == 200
    assert device.next() is None
    assert channel.walk() == [uuid]
    event = next(e for e in events_of(heard, id_, 3) if e["topic"] == "mdm.TokenUpdate")
    assert body_of(event)["ids"] == {"id": id_, "type": kind, "parent_id": device.udid}


def test_a_user_cannot_authenticate_as_a_device_does(server, device):
    """2.3: 500; UserAuthenticate is a 410, where the server was not told to ask nothing."""
    channel = device.channel(UserID="U1")
    assert is_plain(channel.authenticate(), 500)
    assert channel.check_in("UserAuthenticate").status == 410


def test_a_device_that_enrols_again_takes_its_users_commands_along(server, device, new):
    """2.5, not in the sheet: SQL clears the queues of its user channels too."""
    uuid, channel = new(), device.channel(UserID="U1")
    channel.update_token()
    server.enqueue(f"{device.udid}:U1", command(uuid, "ProfileList"))
    device.enrol()
    assert channel.walk() == ([] if server.traits.sql else [uuid])


def test_a_user_enrolment_is_known_by_its_own_id(server, heard, new):
    """2.3: EnrollmentID takes the place of the UDID."""
    uuid, id_ = new(), f"ENROLMENT-{new()}"
    device = server.device().channel(EnrollmentID=id_)
    device.enrol()
    assert server.enqueue(id_, command(uuid, "ProfileList")).status == 200
    assert device.walk() == [uuid]
    event = events_of(heard, id_, 1)[0]
    assert body_of(event)["ids"] == {"id": id_, "type": "User Enrollment (Device)"}
    assert "udid" not in body_of(event)
