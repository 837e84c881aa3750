"""Facts 0.3 and 2.5: what becomes of queued commands."""

from concurrent.futures import ThreadPoolExecutor

from tests.conformance.mdm.lines import Line
from tests.conformance.mdm.servers import HUB, KEY
from tests.sandbox.mdm_world import command


def commands(new, count):
    """Make so many commands; return their UUIDs and their bytes."""
    uuids = [new("c") for _ in range(count)]
    return uuids, [command(uuid, "ProfileList") for uuid in uuids]


def test_commands_come_in_the_order_of_their_age(server, device, new):
    """2.5."""
    uuids, raws = commands(new, 5)
    server.queue(device, *raws)
    assert device.walk() == uuids


def test_authenticate_clears_the_queue(server, device, new):
    """2.5: also at re-enrolment, and for good."""
    server.queue(device, *commands(new, 2)[1])
    device.authenticate()
    assert device.next() is None
    device.update_token()
    assert device.next() is None


def test_authenticate_clears_also_what_was_put_off(server, device, new):
    """2.5: a NotNow does not outlive a re-enrolment."""
    (uuid,), raws = commands(new, 1)
    server.queue(device, *raws)
    assert device.walk(busy={uuid}) == [uuid]
    device.enrol()
    assert device.next() is None


def test_between_authenticate_and_token_update_commands_flow(server, device, new):
    """2.5: disabled says nothing about the queue."""
    device.authenticate()
    (uuid,), raws = commands(new, 1)
    server.queue(device, *raws)
    assert device.walk() == [uuid]


def test_the_queue_lives_on_after_check_out(server, device, new):
    """2.5: enqueue still answers 200, and who keeps polling still gets commands."""
    uuids, raws = commands(new, 2)
    server.queue(device, raws[0])
    assert device.check_in("CheckOut").status == 200
    server.queue(device, raws[1])
    assert device.walk() == uuids


def test_after_a_notnow_another_command_comes_and_after_an_answer_the_same_again(
    server, device, new
):
    """2.5: in this order key-value storage is right too."""
    (first, second), raws = commands(new, 2)
    server.queue(device, *raws)
    assert device.next() == first
    assert device.next("NotNow", first) == second
    assert device.next("Acknowledged", second) == first


def test_a_command_that_was_put_off_alone_is_offered_again(server, device, new):
    """2.5: and is not offered at once."""
    (uuid,), raws = commands(new, 1)
    server.queue(device, *raws)
    assert device.walk(busy={uuid}) == [uuid]
    assert device.walk() == [uuid]
    assert device.next() is None


def test_key_value_storage_loses_what_was_put_off_and_doubles_the_last(server, device, new):
    """0.3, 2.5: the queue bug exactly; PostgreSQL is right."""
    (busy, last), raws = commands(new, 2)
    server.queue(device, *raws)
    delivered = device.walk(busy={busy})
    if server.traits.sql:
        assert delivered == [busy, last, busy]
        assert device.walk() == [busy]
    else:
        assert delivered == [busy, last, busy, last]
    assert device.next() is None


def test_key_value_storage_is_right_where_the_last_was_put_off(server, device, new):
    """2.5: [ProfileList, InstallProfile] works."""
    (first, busy), raws = commands(new, 2)
    server.queue(device, *raws)
    assert device.walk(busy={busy}) == [first, busy]
    assert device.walk() == [busy]
    assert device.next() is None


def test_key_value_storage_doubles_the_last_of_three(server, device, new):
    """2.5: with three commands likewise."""
    (busy, middle, last), raws = commands(new, 3)
    server.queue(device, *raws)
    delivered = device.walk(busy={busy})
    if server.traits.sql:
        assert delivered == [busy, middle, busy, last, busy]
    else:
        assert delivered == [busy, middle, busy, last, busy, last]
    assert device.walk() == ([busy] if server.traits.sql else [])


def test_a_new_command_does_not_bring_a_lost_one_back(server, device, new):
    """0.3: lost for good, so it has to be sent anew under another UUID."""
    (busy, last, later), raws = commands(new, 3)
    server.queue(device, *raws[:2])
    device.walk(busy={busy})
    server.queue(device, raws[2])
    assert device.walk() == ([busy, later] if server.traits.sql else [later])
    assert last not in device.walk()


def test_what_is_queued_at_the_same_time_may_get_lost(server, new):
    """Not in the sheet: key-value storage links commands to a device's queue without a lock, so that
    of calls at the same time some are thanked for and never delivered. One call after the other is
    right, and so is SQL.

    Source: NanoMDM v0.9.0, storage/kv/queue.go, ``EnqueueCommand``.
    """
    lines = [Line(server.mdm.url, "nanohub", KEY) for _ in range(6)]
    if not server.mdm.url.endswith(HUB["mdm"]):
        lines = [Line(server.mdm.url, "nanomdm", KEY) for _ in range(6)]
    with ThreadPoolExecutor(len(lines)) as many:
        for _ in range(20):
            device, (uuids, raws) = server.device().enrol(), commands(new, len(lines))
            path = f"/enqueue/{device.udid}?nopush=1"
            replies = many.map(lambda line, raw: line.status("PUT", path, raw), lines, raws)  # noqa: B023
            assert list(replies) == [200] * len(lines)
            delivered = device.walk()
            assert set(delivered) <= set(uuids)
            assert server.traits.races or sorted(delivered) == sorted(uuids)
    for line in lines:
        line.close()


def test_a_restart_keeps_what_was_queued_only_where_storage_does(fresh, new):
    """2.5: filekv and pgsql keep it, inmem and the sandbox do not."""
    device = fresh.device().enrol()
    uuids, raws = commands(new, 2)
    fresh.queue(device, *raws)
    fresh.restart()
    if fresh.traits.persistent:
        assert device.walk() == uuids
    else:
        assert device.enrol().walk() == []
