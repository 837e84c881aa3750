"""Fact 3.1: what devices reported, as KMFDDM on key-value storage lets one ask for it."""

import json

import pytest

DEVICE = {
    "identifier": {"serial-number": "INVENTED1", "udid": "INVENTED-UDID"},
    "operating-system": {"version": "26.1"},
}


@pytest.fixture
def report(device):
    """Send a status report; returns nothing."""

    def send(errors=(), **items):
        document = {"StatusItems": items or {"device": DEVICE}, "Errors": list(errors)}
        assert device.declare("status", json.dumps(document).encode()).status == 200

    return send


def ask(server, device, path):
    return server.ddm.ask("GET", path.format(device.udid))


def test_a_report_needs_its_index_counted_from_the_newest(server, device, report):
    """3.1: required; the header counts from the oldest."""
    for version in ("1", "2", "3"):
        report(device={"operating-system": {"version": version}})
    for index, version, oldest in ((0, "3", "2"), (2, "1", "0")):
        reply = ask(server, device, f"/status-report/{{}}?index={index}")
        assert reply.json["StatusItems"]["device"]["operating-system"]["version"] == version
        assert reply.headers["X-Status-Report-Index"] == oldest
        assert len(reply.headers["X-Status-Report-ID"]) == 16
        assert reply.headers["Last-Modified"].endswith(" GMT")


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("", 500, "empty index"),
        ("?index=1", 500, "index out of range: too high (1)"),
        ("?index=-1", 500, "index out of range: too low (-1)"),
        ("?status_id=0000000000000000", 500, "cannot search by status id"),
        ("?index=x", 400, 'strconv.ParseInt: parsing "x": invalid syntax'),
    ],
)
def test_a_report_is_not_found_otherwise(server, device, report, query, status, words):
    """3.1: the rules of key-value storage."""
    report()
    reply = ask(server, device, f"/status-report/{{}}{query}")
    assert (reply.status, reply.json) == (status, {"error": words})


def test_who_never_reported_has_no_report(server, device):
    """3.1: also the newest is a 500."""
    assert ask(server, device, "/status-report/{}?index=0").status == 500


def test_a_report_comes_back_byte_for_byte(server, device):
    """3.1: the raw report."""
    raw = b'{ "StatusItems" : {}, "Errors":[] }'
    device.declare("status", raw)
    assert ask(server, device, "/status-report/{}?index=0").raw == raw


def test_values_are_told_by_their_path(server, device, report):
    """3.1: path, value, timestamp, status_id."""
    report()
    rows = ask(server, device, "/status-values/{}").json[device.udid]
    assert {row["path"]: row["value"] for row in rows} == {
        ".StatusItems.device.identifier.serial-number": "INVENTED1",
        ".StatusItems.device.identifier.udid": "INVENTED-UDID",
        ".StatusItems.device.operating-system.version": "26.1",
    }
    assert all(set(row) == {"path", "value", "timestamp", "status_id"} for row in rows)


def test_values_are_kept_for_ever(server, device, report):
    """3.1: an old value stays beside the new one, with the report that it came with."""
    for version in ("26.1", "26.2", "26.1"):
        report(device={"operating-system": {"version": version}})
    rows = ask(server, device, "/status-values/{}").json[device.udid]
    assert sorted(row["value"] for row in rows) == ["26.1", "26.2"]


def test_the_prefix_of_values(server, device, report):
    """3.1 says: in SQL LIKE form. Key-value storage does not look at it."""
    report()
    rows = ask(server, device, "/status-values/{}?prefix=.StatusItems.device.identifier.%25").json
    assert len(rows[device.udid]) == 3


def test_errors_are_told(server, device, report):
    """3.1: path, error, timestamp, status_id, for all ids that have any."""
    report(errors=[{"Reasons": [{"Code": "Invented"}], "StatusItem": "device.invented"}])
    reply = ask(server, device, "/status-errors/{},NOBODY")
    assert list(reply.json) == [device.udid]
    (row,) = reply.json[device.udid]
    assert set(row) == {"path", "error", "timestamp", "status_id"}
    assert row["error"]["StatusItem"] == "device.invented"


def test_a_configuration_that_is_not_in_force_is_an_error(server, device, report):
    """3.1, 3.2."""
    seen = {"identifier": "c", "active": False, "valid": "invalid", "server-token": "0"}
    report(management={"declarations": {"configurations": [seen]}})
    (row,) = ask(server, device, "/status-errors/{}").json[device.udid]
    assert row["path"] == ".StatusItems.management.declarations.configurations"
    assert row["error"]["identifier"] == "c"


def test_key_value_storage_tells_all_errors(server, device, report):
    """3.1 says: at most 10. That is a limit of SQL alone."""
    report(errors=[{"StatusItem": f"invented-{number}"} for number in range(12)])
    rows = ask(server, device, "/status-errors/{}").json[device.udid]
    assert [row["error"]["StatusItem"] for row in rows] == [f"invented-{n}" for n in range(12)]


def test_reports_are_kept_for_ever(server, device, report):
    """3.1: all of them. The sandbox has room for 25,000 devices and keeps the newest four."""
    for _ in range(6):
        report()
    statuses = [
        ask(server, device, f"/status-report/{{}}?index={index}").status for index in range(6)
    ]
    kept = server.traits.reports or 6
    assert statuses == [200] * kept + [500] * (6 - kept)
