"""Declarative management of the sandbox MDM: the API, and the tablets' part in it."""

import json

import pytest

from tests.sandbox.mdm_world import command, world

DDM = "/api/v1/ddm"
SERIAL = "PEDELL0000"
PASSCODE = "com.apple.configuration.passcode.settings"


@pytest.fixture
def mdm():
    with world(tablets=2) as client:
        yield client


def declare(mdm, identifier, kind=PASSCODE, **payload):
    body = {"Identifier": identifier, "Type": kind, "Payload": payload or {"MinimumLength": 6}}
    return mdm.status("PUT", f"{DDM}/declarations?nonotify=1", body)


def bring(mdm, *identifiers, to=SERIAL, name="s"):
    """Put declarations into a set and the set to a tablet, without notifying."""
    for each in identifiers:
        mdm.status("PUT", f"{DDM}/set-declarations/{name}?declaration={each}&nonotify=1")
    return mdm.status("PUT", f"{DDM}/enrollment-sets/{mdm.udid(to)}?set={name}&nonotify=1")


def synchronise(mdm, uuid="sync", serial=SERIAL):
    mdm.do(serial, command(uuid, "DeclarativeManagement"))


def status_of(mdm, serial=SERIAL):
    udid = mdm.udid(serial)
    _, found = mdm.json("GET", f"{DDM}/declaration-status/{udid}")
    return {each["identifier"]: each for each in found.get(udid, [])}


def test_a_declaration_is_new_once(mdm):
    assert [declare(mdm, "a"), declare(mdm, "a"), declare(mdm, "a", MinimumLength=8)] == [
        204,
        304,
        204,
    ]


def test_the_server_token_follows_from_the_content(mdm):
    tokens = []
    for length in (6, 8, 6):
        declare(mdm, "a", MinimumLength=length)
        status, found = mdm.json("GET", f"{DDM}/declarations/a")
        assert status == 200
        assert list(found) == ["Identifier", "Type", "Payload", "ServerToken"]
        tokens.append(found["ServerToken"])
    assert tokens[0] == tokens[2] != tokens[1]
    assert len(tokens[0]) == 16
    assert int(tokens[0], 16)


@pytest.mark.parametrize("body", [{"Identifier": "a"}, {"Identifier": "", "Type": "t"}, {}])
def test_an_incomplete_declaration_is_refused(mdm, body):
    answer = mdm.json("PUT", f"{DDM}/declarations", body)
    assert answer == (400, {"error": "invalid declaration"})
    assert mdm.status("PUT", f"{DDM}/declarations", b"{") == 400


def test_empty_lists_are_null(mdm):
    udid = mdm.udid(SERIAL)
    for path in ("declarations", "sets", "set-declarations/s", f"enrollment-sets/{udid}"):
        assert mdm.ask("GET", f"{DDM}/{path}")[:2] == (200, b"null\n")
    assert mdm.json("GET", f"{DDM}/declaration-sets/none") == (200, None)
    assert mdm.json("GET", f"{DDM}/declaration-status/{udid}") == (200, {})


def test_an_absent_declaration_is_404_to_read_and_304_to_delete(mdm):
    status, found = mdm.json("GET", f"{DDM}/declarations/none")
    assert status == 404
    assert found["error"].startswith("declaration not found: ")
    assert mdm.status("DELETE", f"{DDM}/declarations/none") == 304
    assert mdm.status("POST", f"{DDM}/declarations/none/touch") == 404


def test_a_declaration_in_a_set_cannot_be_deleted(mdm):
    declare(mdm, "a")
    bring(mdm, "a")
    answer = mdm.json("DELETE", f"{DDM}/declarations/a")
    assert answer == (500, {"error": "txn rolled back: declaration is referenced by 1 sets"})
    assert mdm.status("DELETE", f"{DDM}/set-declarations/s?declaration=a") == 204
    assert mdm.status("DELETE", f"{DDM}/declarations/a") == 204


def test_sets_say_whether_anything_changed(mdm):
    declare(mdm, "a")
    path = f"{DDM}/set-declarations/s?declaration=a&nonotify=1"
    assert [mdm.status("PUT", path) for _ in range(2)] == [204, 304]
    assert mdm.json("GET", f"{DDM}/sets") == (200, ["s"])
    assert mdm.json("GET", f"{DDM}/set-declarations/s") == (200, ["a"])
    assert mdm.json("GET", f"{DDM}/declaration-sets/a") == (200, ["s"])
    assert [mdm.status("DELETE", path) for _ in range(2)] == [204, 304]
    assert mdm.json("GET", f"{DDM}/sets") == (200, None)
    answer = mdm.json("PUT", f"{DDM}/set-declarations/s?declaration=none")
    assert answer == (500, {"error": "declaration not found"})


def test_enrolments_say_whether_anything_changed(mdm):
    path = f"{DDM}/enrollment-sets/{mdm.udid(SERIAL)}"
    assert [mdm.status("PUT", f"{path}?set=b&nonotify=1") for _ in range(2)] == [204, 304]
    assert mdm.status("PUT", f"{path}?set=a&nonotify=1") == 204
    assert mdm.json("GET", path) == (200, ["a", "b"])
    assert [mdm.status("DELETE", f"{path}?set=a&nonotify=1") for _ in range(2)] == [204, 304]
    assert mdm.json("PUT", path) == (500, {"error": "empty set name"})


def test_all_sets_are_cleared_under_the_true_path_only(mdm):
    udid = mdm.udid(SERIAL)
    bring(mdm)
    assert mdm.status("DELETE", f"{DDM}/enrollment-sets-all/{udid}") == 404
    path = f"{DDM}/enrollment-sets-all/sets/{udid}?nonotify=1"
    assert [mdm.status("DELETE", path) for _ in range(2)] == [204, 304]


def test_a_configuration_needs_an_activation(mdm):
    declare(mdm, "c")
    bring(mdm, "c")
    synchronise(mdm)
    found = status_of(mdm)["c"]
    assert (found["active"], found["valid"], found["current"]) == (False, "unknown", True)
    assert found["reasons"][0]["code"] == "Info.NotReferencedByActivation"
    declare(mdm, "act", "com.apple.activation.simple", StandardConfigurations=["c"])
    bring(mdm, "act")
    synchronise(mdm, "sync2")
    for found in status_of(mdm).values():
        assert (found["active"], found["valid"], found["current"]) == (True, "valid", True)
    assert {each["ManifestType"] for each in status_of(mdm).values()} == {
        "activations",
        "configurations",
    }


def test_current_turns_true_only_after_the_device_has_synchronised(mdm):
    declare(mdm, "c")
    bring(mdm, "c")
    synchronise(mdm)
    declare(mdm, "c", MinimumLength=10)
    assert status_of(mdm)["c"]["current"] is False
    synchronise(mdm, "sync2")
    assert status_of(mdm)["c"]["current"] is True


def test_a_tablet_fetches_only_what_changed_and_drops_what_is_gone(mdm):
    for name in ("a", "b", "same"):
        declare(mdm, name)
    bring(mdm, "a", "b", "same")
    synchronise(mdm)
    before = mdm.summary()["messages"]
    synchronise(mdm, "unchanged")
    assert mdm.summary()["messages"] - before == 3, "poll, answer, tokens"
    declare(mdm, "a", MinimumLength=9)
    mdm.status("DELETE", f"{DDM}/set-declarations/s?declaration=b&nonotify=1")
    before = mdm.summary()["messages"]
    synchronise(mdm, "changed")
    assert mdm.summary()["messages"] - before == 6, "and items, one declaration, status"
    held = {each["identifier"]: each for each in mdm.tablet(SERIAL)["declarations"]}
    assert set(held) == {"a", "same"}
    assert held["a"]["declaration"]["Payload"] == {"MinimumLength": 9}


def test_a_touched_declaration_is_applied_again(mdm):
    declare(mdm, "a")
    bring(mdm, "a")
    synchronise(mdm)
    old = mdm.tablet(SERIAL)["declarations"][0]["token"]
    assert mdm.status("POST", f"{DDM}/declarations/a/touch?nonotify=1") == 204
    assert status_of(mdm)["a"]["current"] is False
    synchronise(mdm, "again")
    assert mdm.tablet(SERIAL)["declarations"][0]["token"] != old


def test_a_notifying_write_reaches_the_tablet_by_itself(mdm):
    declare(mdm, "a")
    bring(mdm, "a")
    assert mdm.status("POST", f"{DDM}/notify?set=s") == 204
    mdm.rest()
    assert list(status_of(mdm)) == ["a"]
    body = {"Identifier": "a", "Type": PASSCODE, "Payload": {"MinimumLength": 12}}
    assert mdm.status("PUT", f"{DDM}/declarations", body) == 204
    mdm.rest()
    assert status_of(mdm)["a"]["current"] is True
    assert status_of(mdm, "PEDELL0001") == {}


def test_nonotify_is_off_for_zero_false_no_and_off(mdm):
    declare(mdm, "a")
    bring(mdm, "a")
    for length, word in enumerate(("0", "false", "no", "off", ""), 20):
        body = {"Identifier": "a", "Type": PASSCODE, "Payload": {"MinimumLength": length}}
        before = mdm.summary()["commands"]["accepted"]
        mdm.status("PUT", f"{DDM}/declarations?nonotify={word}", body)
        assert mdm.summary()["commands"]["accepted"] == before + 1
    mdm.rest()


def test_what_a_device_would_get_is_readable(mdm):
    declare(mdm, "a")
    bring(mdm, "a")

    def get(path, serial=SERIAL):
        udid = mdm.udid(serial) if serial else ""
        status, raw, _ = mdm.ask("GET", f"{DDM}/{path}", headers={"X-Enrollment-ID": udid})
        return status, raw

    tokens, items = (json.loads(get(path)[1]) for path in ("tokens", "declaration-items"))
    assert tokens["SyncTokens"]["DeclarationsToken"] == items["DeclarationsToken"]
    (entry,) = items["Declarations"]["Configurations"]
    assert entry["Identifier"] == "a"
    assert items["Declarations"]["Assets"] == []
    found = json.loads(get("declaration/configuration/a")[1])
    assert found["ServerToken"] == entry["ServerToken"]
    assert get("declaration/asset/a")[0] == 404
    assert get("declaration/configuration/a", "PEDELL0001")[0] == 404
    assert get("tokens", "")[0] == 400


def test_errors_and_values_come_from_the_reports(mdm):
    declare(mdm, "a")
    bring(mdm, "a")
    synchronise(mdm)
    udid = mdm.udid(SERIAL)
    _, errors = mdm.json("GET", f"{DDM}/status-errors/{udid}")
    (error,) = errors[udid]
    assert error["path"] == ".StatusItems.management.declarations.configurations"
    assert error["error"]["identifier"] == "a"
    prefix = ".StatusItems.device.identifier.%25"
    _, values = mdm.json("GET", f"{DDM}/status-values/{udid}?prefix={prefix}")
    found = {each["path"].rpartition(".")[2]: each["value"] for each in values[udid]}
    assert found == {"serial-number": SERIAL, "udid": udid}
    _, all_values = mdm.json("GET", f"{DDM}/status-values/{udid},NOBODY")
    assert len(all_values[udid]) == 3
    assert "NOBODY" not in all_values


def test_a_status_report_is_counted_from_the_newest(mdm):
    udid = mdm.udid(SERIAL)
    declare(mdm, "a")
    bring(mdm, "a")
    synchronise(mdm)
    declare(mdm, "b")
    bring(mdm, "b")
    synchronise(mdm, "sync2")
    for index, declarations, from_oldest in ((0, 2, "1"), (1, 1, "0")):
        status, raw, headers = mdm.ask("GET", f"{DDM}/status-report/{udid}?index={index}")
        assert status == 200
        items = json.loads(raw)["StatusItems"]["management"]["declarations"]
        assert len(items["configurations"]) == declarations
        assert headers["X-Status-Report-Index"] == from_oldest
        assert len(headers["X-Status-Report-ID"]) == 16
        assert headers["Last-Modified"].endswith("GMT")
        by_id = f"{DDM}/status-report/{udid}?status_id={headers['X-Status-Report-ID']}"
        assert mdm.ask("GET", by_id)[1] == raw
