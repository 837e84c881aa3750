"""Facts 0.6 and 2.2: the API that queues commands and pushes."""

import plistlib

import pytest

from tests.conformance.mdm.identity import push_certificate
from tests.conformance.mdm.lines import Line
from tests.sandbox.mdm_world import command, install


def test_the_api_wants_its_login(server, device):
    """2.2: 401 as text, with the realm; nothing is done."""
    for line in (Line(server.mdm.url), Line(server.mdm.url, "nanohub", "wrong")):
        reply = line.ask("PUT", f"/enqueue/{device.udid}?nopush=1", command("x", "ProfileList"))
        assert reply.status == 401
        assert reply.headers["WWW-Authenticate"].startswith('Basic realm="')
        line.close()
    assert device.walk() == []


def test_the_version_needs_no_login(server):
    """2.2: GET /version."""
    reply = server.root.ask("GET", "/version")
    assert (reply.status, list(reply.json)) == (200, ["version"])


def test_a_quiet_enqueue_says_what_it_took(server, device, new):
    """2.2: no_push, the UUID and the type, indented by tabs; empty members are left out."""
    uuid = new()
    reply = server.enqueue(device.udid, install(uuid))
    text = f'{{\n\t"no_push": true,\n\t"command_uuid": "{uuid}",\n\t"request_type": "InstallProfile"\n}}\n'
    assert (reply.status, reply.raw.decode()) == (200, text)
    assert device.walk() == [uuid]


def test_any_word_makes_an_enqueue_quiet(server, device, new):
    """2.2: nopush is there or it is not; its value says nothing."""
    for value in ("1", "0", "false"):
        reply = server.enqueue(device.udid, command(new(), "ProfileList"), f"?nopush={value}")
        assert (reply.status, reply.json["no_push"]) == (200, True)


def test_a_failed_push_is_a_500_although_the_command_is_queued(server, device, new):
    """0.6, 2.2: only push_error; the device gets the command all the same."""
    uuid = new()
    reply = server.enqueue(device.udid, command(uuid, "ProfileList"), "")
    assert reply.status == 500
    assert set(reply.json) == {"push_error", "command_uuid", "request_type"}
    assert reply.json["push_error"].startswith('retrieving push cert for topic "')
    assert device.walk() == [uuid]


def test_a_push_without_a_certificate_fails_for_all(server, device):
    """2.2, 2.8: GET push."""
    other = server.device().enrol()
    for ids in (device.udid, f"{device.udid},{other.udid}"):
        reply = server.push(ids)
        assert reply.status == 500
        assert reply.json["push_error"].startswith('retrieving push cert for topic "')


def test_who_is_unknown_cannot_be_pushed(server, device):
    """2.2: push_error by id."""
    reply = server.push("NOBODY")
    assert reply.status == 500
    assert reply.json == {"status": {"NOBODY": {"push_error": "push data missing for id"}}}
    both = server.push(f"NOBODY,{device.udid}").json
    assert both["status"] == {"NOBODY": {"push_error": "push data missing for id"}}
    assert both["push_error"].startswith('retrieving push cert for topic "')


def test_somebody_must_be_named(server, new):
    """2.2: a path without ids."""
    words = "getting enrollment ids: empty path"
    reply = server.enqueue("", command(new(), "ProfileList"))
    assert (reply.status, reply.json) == (500, {"command_error": words})
    assert server.push("").json == {"push_error": words}


def test_who_is_named_twice_gets_it_twice(server, device, new):
    """Not in the sheet: key-value storage links the command to itself, SQL has a unique key."""
    uuid = new()
    reply = server.enqueue(f"{device.udid},{device.udid}", command(uuid, "ProfileList"))
    assert reply.status == (500 if server.traits.sql else 200)
    assert device.walk() == ([] if server.traits.sql else [uuid, uuid])


def test_escrow_keys_want_their_form(server):
    """2.2: POST escrowkeyunlock, which would ask Apple."""
    reply = server.mdm.ask("POST", "/escrowkeyunlock", b"serial=INVENTED")
    if server.traits.complete:
        assert (reply.status, list(reply.json)) == (400, ["error"])
    else:
        assert reply.status == 404


def test_an_empty_body_only_pushes(server, device):
    """2.2: enqueue without a command."""
    reply = server.enqueue(device.udid, b"", "")
    assert (reply.status, list(reply.json)) == (500, ["push_error"])
    assert device.walk() == []


def test_an_empty_body_that_does_not_push_has_nothing_to_do(server, device):
    """2.2: its command_error."""
    reply = server.enqueue(device.udid, b"")
    wanted = {"no_push": True, "command_error": "must enqueue or push"}
    assert (reply.status, reply.json) == (500, wanted)


def test_an_unknown_id_is_taken_for_nobody_or_refused_by_its_foreign_key(server, new):
    """2.2: key-value storage and SQL."""
    uuid = new()
    reply = server.enqueue("NOBODY", command(uuid, "ProfileList"))
    if server.traits.sql:
        assert reply.status == 500
        assert "foreign key" in reply.json["command_error"]
        assert reply.json["command_uuid"] == uuid
    else:
        assert (reply.status, reply.json["command_uuid"]) == (200, uuid)


def test_who_has_only_authenticated_is_unknown_too(server, new):
    """2.2, not in the sheet: in SQL an enrolment is a row from its first TokenUpdate on."""
    device = server.device()
    device.authenticate()
    status = server.enqueue(device.udid, command(new(), "ProfileList")).status
    assert status == (500 if server.traits.sql else 200)


def test_one_unknown_id_costs_all_others_their_command(server, device, new):
    """2.2: in SQL a batch is one transaction; on key-value storage the known ones get it."""
    uuid = new()
    status = server.enqueue(f"{device.udid},NOBODY", command(uuid, "ProfileList")).status
    assert status == (500 if server.traits.sql else 200)
    assert device.walk() == ([] if server.traits.sql else [uuid])
    if server.traits.sql:  # nothing at all was stored, so the same UUID is free
        assert server.enqueue(device.udid, command(uuid, "ProfileList")).status == 200


def test_a_command_uuid_is_taken_once(server, device, new):
    """2.2: 500 in the words of the storage; the first command stays, and stays once."""
    uuid, other = new(), server.device().enrol()
    server.queue(device, command(uuid, "ProfileList"))
    for target in (device, other):
        reply = server.enqueue(target.udid, command(uuid, "SecurityInfo"))
        assert reply.status == 500
        error = reply.json["command_error"]
        if server.traits.sql:
            assert error.startswith("pq: duplicate key value violates unique constraint")
            assert "commands_pkey" in error
        else:
            assert error == f"command already exists: {uuid}"
    assert (device.walk(), other.walk()) == ([uuid], [])


def test_a_command_uuid_is_spent_also_when_it_was_answered(server, device, new):
    """2.2: it is an idempotency key for good."""
    uuid = new()
    server.queue(device, command(uuid, "ProfileList"))
    device.walk()
    assert server.enqueue(device.udid, command(uuid, "ProfileList")).status == 500


def test_many_ids_share_one_command(server, device, new):
    """2.2: results are keyed by enrolment and UUID."""
    uuid, other = new(), server.device().enrol()
    server.enqueue(f"{device.udid},{other.udid}", command(uuid, "ProfileList"))
    assert device.walk(busy={uuid})[:1] == [uuid]
    assert other.walk() == [uuid]


@pytest.mark.parametrize(
    "raw",
    [
        b"garbage",
        plistlib.dumps({"CommandUUID": "no-command"}),
        plistlib.dumps({"CommandUUID": "no-type", "Command": {}}),
        plistlib.dumps({"Command": {"RequestType": "ProfileList"}}),
    ],
    ids=["no plist", "no command", "no type", "no UUID"],
)
def test_what_is_no_command_is_not_queued(server, device, raw):
    """2.2: 500, decoding command."""
    reply = server.enqueue(device.udid, raw)
    assert reply.status == 500
    assert reply.json["command_error"].startswith("decoding command: ")
    assert device.walk() == []


def test_a_command_uuid_may_be_any_text(server, device):
    """2.2: any unique string."""
    uuid = f"Zeile & Söhne <{device.udid}>"
    server.queue(device, command(uuid, "ProfileList"))
    assert device.walk() == [uuid]


@pytest.mark.parametrize(
    ("length", "word"), [(127, "ProfileList"), (128, "ProfileList"), (20, "A" * 64)]
)
def test_sql_has_limits(server, device, new, length, word):
    """2.2: CommandUUID up to 127, RequestType up to 63 characters; key-value has no limits."""
    uuid = new("u").ljust(length, "x")
    reply = server.enqueue(device.udid, command(uuid, word))
    fits = not server.traits.sql or (length <= 127 and len(word) <= 63)
    assert reply.status == (200 if fits else 500)
    assert device.walk() == ([uuid] if fits else [])


def test_sql_takes_no_binary_plist(server, device, new):
    """2.2: a command must begin with <?xml there."""
    uuid = new()
    document = {"CommandUUID": uuid, "Command": {"RequestType": "ProfileList"}}
    reply = server.enqueue(device.udid, plistlib.dumps(document, fmt=plistlib.FMT_BINARY))
    assert reply.status == (500 if server.traits.sql else 200)


def test_a_push_certificate_says_its_topic_and_its_end(server):
    """2.2, 2.8: PUT pushcert; what is none is a 400."""
    reply = server.mdm.ask("PUT", "/pushcert", push_certificate("com.apple.mgmt.External.other"))
    assert (reply.status, set(reply.json)) == (200, {"topic", "not_after"})
    assert reply.json["topic"] == "com.apple.mgmt.External.other"
    for wrong in (b"nothing", push_certificate("org.example.wrong")):
        refused = server.mdm.ask("PUT", "/pushcert", wrong)
        assert (refused.status, list(refused.json)) == (400, ["error"])


def test_newer_servers_tell_when_a_push_certificate_ends(server):
    """2.2: GET pushcert is newer than v0.9.0."""
    topic = "com.apple.mgmt.External.told"
    put = server.mdm.ask("PUT", "/pushcert", push_certificate(topic))
    reply = server.mdm.ask("GET", f"/pushcert?topic={topic}")
    if not server.traits.tells_push_certificate:
        assert reply.status != 200
        return
    assert (reply.status, reply.json) == (200, put.json)
    assert server.mdm.status("GET", "/pushcert") == 400
    assert server.mdm.status("GET", "/pushcert?topic=com.apple.mgmt.none") == 500
