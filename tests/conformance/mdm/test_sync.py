"""Facts 3.2 and 3.3: what a device gets, what it reports, and when it has converged."""

import json

import pytest

from pedell.sandbox.mdm.tablet import Tablet
from tests.conformance.mdm.device import hold
from tests.conformance.mdm.test_declarations import give, into_set, put
from tests.sandbox.mdm_world import command

ACTIVATION = "com.apple.activation.simple"


@pytest.fixture
def tablet(device):
    """The sandbox's own simulated tablet, in the place of the device."""
    return Tablet(device.serial, device.udid, "iPad14,1", "gs-nord", "pupil")


@pytest.fixture
def sync(server, device, tablet, new):
    """Have the tablet synchronise, as our driver does it: by a command of our own."""

    def synchronise():
        server.queue(device, command(new("sync"), "DeclarativeManagement"))
        hold(device, tablet)

    return synchronise


@pytest.fixture
def wanted(server, device, new):
    """A configuration in a set of the device; returns its name and the set's."""
    name, holder = new("de.pedell.c"), new("set")
    put(server, name, MinimumLength=6)
    into_set(server, holder, name)
    give(server, device, holder)
    return name, holder


def activate(server, name, holder):
    body = {"Identifier": f"{holder}-on", "Type": ACTIVATION}
    body["Payload"] = {"StandardConfigurations": [name]}
    server.ddm.ask("PUT", "/declarations?nonotify=1", body)
    into_set(server, holder, f"{holder}-on")


def states(server, device):
    reply = server.ddm.ask("GET", f"/declaration-status/{device.udid}")
    return {row["identifier"]: row for row in reply.json.get(device.udid, ())}


def converged(row):
    return row["current"] and row["active"] and row["valid"] == "valid"


def test_a_device_finds_what_it_is_to_hold(server, device, wanted):
    """3.3: tokens, items, the declaration itself. Lists may be null, says the sheet: they are []."""
    name, _ = wanted
    tokens, items = device.declared("tokens"), device.declared("declaration-items")
    assert set(tokens["SyncTokens"]) == {"DeclarationsToken", "Timestamp"}
    assert items["DeclarationsToken"] == tokens["SyncTokens"]["DeclarationsToken"]
    lists = items["Declarations"]
    assert set(lists) == {"Activations", "Assets", "Configurations", "Management"}
    (entry,) = lists["Configurations"]
    assert entry["Identifier"] == name
    assert lists["Activations"] == lists["Assets"] == lists["Management"] == []
    found = device.declared(f"declaration/configuration/{name}")
    assert (found["Payload"], found["ServerToken"]) == ({"MinimumLength": 6}, entry["ServerToken"])


def test_a_device_finds_nothing_that_is_not_for_it(server, device, wanted):
    """3.3: whatever is not 200 becomes a 500 for the device."""
    name, _ = wanted
    other = server.device().enrol()
    assert other.declared("declaration-items")["Declarations"]["Configurations"] == []
    assert other.declare(f"declaration/configuration/{name}").status == 500
    for endpoint in (f"declaration/asset/{name}", "declaration/configuration/none", "invented"):
        assert device.declare(endpoint).status == 500
    assert device.declare("status", b"no JSON").status == 500


def test_we_can_read_what_a_device_would_get(server, device, wanted):
    """3.3: with X-Enrollment-ID; without it a 400; a 404 where it is not for this device."""
    name, _ = wanted

    def ask(path, id_=device.udid):
        return server.as_device.ask("GET", path, headers={"X-Enrollment-ID": id_} if id_ else {})

    assert ask("/tokens").json["SyncTokens"].keys() == {"DeclarationsToken", "Timestamp"}
    assert ask("/declaration-items").json == device.declared("declaration-items")
    path = f"/declaration/configuration/{name}"
    assert ask(path).json["Identifier"] == name
    assert [ask(path, "NOBODY").status, ask(f"/declaration/asset/{name}").status] == [404, 404]
    assert [ask(each, "").status for each in ("/tokens", "/declaration-items", path)] == [400] * 3


def test_who_never_reported_has_no_state(server, device, wanted):
    """3.1: an empty object."""
    for path in ("declaration-status", "status-errors", "status-values"):
        assert server.ddm.ask("GET", f"/{path}/{device.udid},NOBODY").json == {}


def test_a_configuration_needs_an_activation(server, device, wanted, sync):
    """3.2: without one it stays inactive, and says why."""
    name, holder = wanted
    sync()
    row = states(server, device)[name]
    assert (row["active"], row["valid"], row["current"]) == (False, "unknown", True)
    assert row["reasons"][0]["code"] == "Info.NotReferencedByActivation"
    assert {"identifier", "server-token", "ManifestType", "status_received", "status_id"} < set(row)
    activate(server, name, holder)
    sync()
    rows = states(server, device)
    assert set(rows) == {name, f"{holder}-on"}
    assert all(map(converged, rows.values()))
    assert {row["ManifestType"] for row in rows.values()} == {"activations", "configurations"}


def test_current_turns_true_only_after_the_device_has_synchronised(
    server, device, wanted, sync, tablet
):
    """3.2: and false at once when the declaration changes."""
    name, holder = wanted
    activate(server, name, holder)
    sync()
    assert converged(states(server, device)[name])
    put(server, name, MinimumLength=10)
    assert states(server, device)[name]["current"] is False
    sync()
    assert converged(states(server, device)[name])
    assert json.loads(tablet.declarations[name].content)["Payload"] == {"MinimumLength": 10}


def test_what_left_the_set_is_not_current_any_more(server, device, wanted, sync, tablet):
    """3.2: until the device reports without it."""
    name, holder = wanted
    sync()
    into_set(server, holder, name, "DELETE")
    assert states(server, device)[name]["current"] is False
    sync()
    assert tablet.declarations == {}


@pytest.mark.usefixtures("wanted")
def test_the_last_report_with_declarations_counts(server, device, sync):
    """3.1: a report without any changes nothing of the state."""
    sync()
    before = states(server, device)
    empty = {"configurations": [], "activations": [], "assets": [], "management": []}
    report = {"StatusItems": {"management": {"declarations": empty}}, "Errors": []}
    assert device.declare("status", json.dumps(report).encode()).status == 200
    assert states(server, device) == before


def test_a_command_may_bring_the_tokens(server, device, wanted, tablet, new):
    """3.3: Data; then the device need not ask for them."""
    tokens = json.dumps(device.declared("tokens")).encode()
    server.queue(device, command(new("sync"), "DeclarativeManagement", Data=tokens))
    hold(device, tablet)
    assert set(tablet.declarations) == {wanted[0]}
