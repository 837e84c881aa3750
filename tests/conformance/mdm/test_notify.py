"""Facts 0.4, 0.6, 3.1 and 4: writes that notify devices, without a push certificate."""

import json
import plistlib

import pytest

from tests.conformance.mdm.test_declarations import declaration, give, into_set, put


def commands(device):
    """Fetch and acknowledge what waits; return the commands."""
    found, reply = [], device.answer()
    while reply.raw:
        document = plistlib.loads(reply.raw)
        found.append(document["Command"])
        reply = device.answer("Acknowledged", document["CommandUUID"])
    return found


@pytest.fixture
def held(server, device, new):
    """A declaration that a device has; nobody was told."""
    name, holder = new("d"), new("s")
    put(server, name)
    into_set(server, holder, name)
    give(server, device, holder)
    return name, holder


def test_a_changed_declaration_is_a_204_although_its_notification_failed(server, device, held):
    """3.1: it is only logged; the command is queued."""
    body = declaration(held[0], MinimumLength=12)
    assert server.ddm.status("PUT", "/declarations", body) == 204
    (found,) = commands(device)
    assert found["RequestType"] == "DeclarativeManagement"


def test_a_single_device_is_sent_its_tokens(server, device, held):
    """3.3: Data, JSON of SyncTokens; with two devices there is none."""
    server.ddm.ask("POST", f"/notify?id={device.udid}")
    (found,) = commands(device)
    told, asked = json.loads(found["Data"]), device.declared("tokens")
    assert told.keys() == asked.keys() == {"SyncTokens"}
    token = "DeclarationsToken"
    assert told["SyncTokens"][token] == asked["SyncTokens"][token]
    other = server.device().enrol()
    server.ddm.ask("POST", f"/notify?id={device.udid}&id={other.udid}")
    assert "Data" not in commands(device)[0]


def test_the_same_content_notifies_nobody(server, device, held):
    """3.1: 304."""
    assert server.ddm.status("PUT", "/declarations", declaration(held[0])) == 304
    assert commands(device) == []


@pytest.mark.parametrize("word", ["0", "false", "no", "off", "OFF", ""])
def test_nonotify_is_off_for_these_words(server, device, held, word):
    """3.1: boolish."""
    body = declaration(held[0], MinimumLength=13)
    assert server.ddm.status("PUT", f"/declarations?nonotify={word}", body) == 204
    assert len(commands(device)) == 1


@pytest.mark.parametrize("word", ["1", "true", "yes", "anything"])
def test_nonotify_is_on_for_all_others(server, device, held, word):
    """3.1."""
    body = declaration(held[0], MinimumLength=14)
    assert server.ddm.status("PUT", f"/declarations?nonotify={word}", body) == 204
    assert commands(device) == []


def test_a_failed_notification_is_a_500_although_all_was_stored(server, device, new):
    """0.6, 3.1, 4: the same call again is a 304. KMFDDM alone only logs it (0.4): 204."""
    name, holder = new("d"), new("s")
    put(server, name)
    path = f"/enrollment-sets/{device.udid}?set={holder}"
    reply = server.ddm.ask("PUT", path)
    if server.traits.alone:
        assert reply.status == 204
    else:
        assert reply.status == 500
        assert reply.json["error"].startswith("notify enrollment: ")
    assert server.ddm.status("PUT", path) == 304
    path = f"/set-declarations/{holder}?declaration={name}"
    reply = server.ddm.ask("PUT", path)
    assert reply.status == (204 if server.traits.alone else 500)
    assert server.traits.alone or reply.json["error"].startswith("notify set: ")
    assert server.ddm.status("PUT", path) == 304
    assert len(commands(device)) == 2


def test_taking_away_notifies_too(server, device, held):
    """3.1: as giving does."""
    path = f"/enrollment-sets/{device.udid}?set={held[1]}"
    assert server.ddm.status("DELETE", path) == (204 if server.traits.alone else 500)
    assert server.ddm.status("DELETE", path) == 304
    assert len(commands(device)) == 1


@pytest.mark.parametrize("what", ["id", "set", "declaration"])
def test_notify_finds_devices_by_three_ways(server, device, held, what):
    """3.1: POST notify with id, set or declaration; 500 on a push error although queued."""
    value = {"id": device.udid, "set": held[1], "declaration": held[0]}[what]
    status = server.ddm.status("POST", f"/notify?{what}={value}")
    assert status == (204 if server.traits.alone else 500)
    assert len(commands(device)) == 1


def test_notifying_nobody_is_fine(server, new):
    """3.1: 204."""
    assert server.ddm.status("POST", f"/notify?set={new('s')}") == 204
    assert server.ddm.status("POST", "/notify") == 204


def test_kmfddm_alone_reaches_the_first_thirty(server, new):
    """0.4: the 31st and all later ones hear nothing, and still 204. NanoHUB reaches all."""
    name, holder = new("d"), new("s")
    put(server, name)
    into_set(server, holder, name)
    devices = [server.device().enrol() for _ in range(35)]
    for device in devices:
        give(server, device, holder)
    status = server.ddm.status("POST", f"/notify?set={holder}")
    reached = sum(len(commands(device)) for device in devices)
    assert (status, reached) == ((204, 30) if server.traits.alone else (500, 35))
