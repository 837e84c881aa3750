"""Fact 2.7: what NanoMDM keeps in PostgreSQL, for those who read state there."""

import pytest

from tests.conformance.mdm.servers import params
from tests.sandbox.mdm_world import command

pytestmark = pytest.mark.parametrize("running", params(["nanomdm-pgsql"]), indirect=True)


@pytest.fixture
def rows(server, device):
    """Ask for rows; ``{}`` stands for the device's id."""

    def ask(sql):
        return server.postgres.rows(sql.format(f"'{device.udid}'"))

    return ask


def test_who_is_enrolled(rows, device):
    """2.7: devices and enrollments. Who leaves is disabled, and its tally begins anew."""
    assert rows("select serial_number from devices where id={}") == [[device.serial]]
    enrolment = "select type, enabled, token_update_tally from enrollments where id={}"
    assert rows(enrolment) == [["Device", "t", "1"]]
    device.check_in("CheckOut")
    assert rows(enrolment) == [["Device", "f", "0"]]


def test_what_is_open(rows, server, device, new):
    """2.7: view_queue, status NULL = open."""
    done, busy, opened = (new("sql") for _ in range(3))
    server.queue(device, *(command(uuid, "ProfileList") for uuid in (done, busy, opened)))
    assert device.next() == done
    assert device.next("Acknowledged", done) == busy
    device.next("NotNow", busy)
    queue = "select command_uuid, coalesce(status, 'open'), active from view_queue where id={}"
    assert rows(queue) == [
        [done, "Acknowledged", "t"],
        [busy, "NotNow", "t"],
        [opened, "open", "t"],
    ]


def test_what_was_cleared_stays_as_inactive(rows, server, device, new):
    """2.5, 2.7: Authenticate deletes nothing, so status NULL alone does not mean open."""
    server.queue(device, command(new("sql"), "ProfileList"))
    device.enrol()
    assert rows("select status is null, active from view_queue where id={}") == [["t", "f"]]


def test_what_devices_answered(rows, server, device, new):
    """2.7: command_results, with the whole answer; NotNow is counted."""
    uuid = new("sql")
    server.queue(device, command(uuid, "ProfileList"))
    device.next()
    device.next("NotNow", uuid)
    device.next("NotNow", uuid)
    device.next("Acknowledged", uuid, ProfileList=[])
    found = rows("select status, not_now_tally, result from command_results where id={}")
    assert found[0][:2] == ["Acknowledged", "2"]
    assert found[0][2].startswith("<?xml")
