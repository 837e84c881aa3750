"""NanoHUB over real HTTP: what goes wrong, and that nothing is lost or doubled by it."""

import socket
import time

import pytest

from pedell.model import Status
from pedell.ports import Event, Happening
from pedell.state.ledger import open_ledger
from pedell.state.ledger_rows import SILENCE, SKEW
from tests.providers.nanohub.hub_world import OWNER, cohort, hub_world

PUPIL = "PEDELLGS-NORDPUPIL0"
ENQUEUE = "/api/v1/nanomdm/enqueue"
HTML = "<html><body>502 Bad Gateway</body></html>"


@pytest.fixture
def world(tmp_path):
    with hub_world(tmp_path, [cohort("gs-nord")]) as world:
        yield world


def of_kind(world, kind):
    return next(p for a, p in world.progress().items() if a.kind == kind)


def statuses(world, outcomes):
    return {o.step: o.status for o in outcomes}


def test_a_tablet_that_is_busy_counts_as_queued_until_it_obeys(world):
    world.mdm.act(PUPIL, "lock")
    world.apply()
    world.rest()
    progress = of_kind(world, "restrictions")
    assert (progress.queued, progress.verified) == (1, 2)
    assert world.changes() == []
    world.mdm.act(PUPIL, "unlock")
    world.rest()
    assert of_kind(world, "restrictions").installed == 1  # obeyed after it listed its profiles
    world.session.refresh(tuple(world.wanted.values()), 5.0)
    assert of_kind(world, "restrictions").verified == 3


def test_a_tablet_that_sleeps_is_not_verified_and_not_sent_everything_again(world):
    world.mdm.act(PUPIL, "sleep")
    world.apply()
    world.rest()
    progress = of_kind(world, "wifi")
    assert (progress.asleep, progress.verified) == (1, 2)
    assert world.changes() == []


def test_a_refusal_is_shown_and_the_next_apply_tries_again_under_a_new_name(tmp_path):
    behaviour = {"delay": [0.0, 0.0], "busy": [0.01, 0.02], "error": 1.0}
    with hub_world(tmp_path, [cohort("gs-nord")], behaviour=behaviour) as world:
        world.apply()
        world.rest()
        assert of_kind(world, "restrictions").failed == 3
        refused = world.ledger.refusals([f"de.pedell.{OWNER}.gs-nord.pupil.restrictions.rechte"])
        assert all(refused.values())
        assert "restrictions" in {c.address.kind for c in world.changes()}
        world.apply()
        uuids = [line["uuid"] for line in world.sent("InstallProfile")]
        assert len(uuids) == len(set(uuids)) == 8


def test_what_was_noted_and_never_sent_goes_out_under_its_old_name(world):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        dead = world.connect(f"http://127.0.0.1:{unused.getsockname()[1]}")
    outcomes = list(dead.perform(world.plan()))
    assert {o.status for o in outcomes} <= {Status.UNREACHABLE, Status.SKIPPED}
    noted = {c.uuid for c in world.ledger.intents()}
    assert noted
    assert world.sent() == []
    world.apply()
    assert {line["uuid"] for line in world.sent()} >= noted - {None}
    assert world.ledger.intents() == []
    world.rest()
    assert world.changes() == []


def test_a_lost_answer_is_asked_for_again_and_nothing_is_doubled(world):
    world.mdm.fault(prefix=ENQUEUE, count=3, close=True, after=True)
    assert {o.status for o in world.apply()} == {Status.DONE}
    world.rest()
    uuids = [line["uuid"] for line in world.sent()]
    assert len(uuids) == len(set(uuids)) == 6  # four profiles, one sync, one list
    assert world.mdm.summary()["duplicates"] == 0
    assert world.changes() == []


def test_an_answer_that_is_lost_twice_leaves_a_note_that_the_next_apply_settles(world):
    world.mdm.fault(prefix=ENQUEUE, count=100, body=HTML, kind="text/html", after=True)
    failed = [o for o in world.apply() if o.status is not Status.DONE]
    assert failed
    world.mdm.status("POST", "/sandbox/faults", {})
    before = [line["uuid"] for line in world.sent()]
    world.apply()
    world.rest()
    after = [line["uuid"] for line in world.sent()]
    assert len(after) == len(set(after))
    assert before == after[: len(before)]
    assert world.changes() == []


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500, "body": "Internal Server Error", "kind": "text/plain"},
        {"body": HTML, "kind": "text/html"},
        {"body": '{"a": 1, "a": 2}'},
        {"body": "[" * 100_000},
        {"body": '["a", NaN]'},
        {"truncate": True},
        {"status": 302, "body": "elsewhere"},
    ],
)
def test_nonsense_at_a_look_is_an_oserror(world, fault):
    world.mdm.fault(prefix="/api/v1/ddm/declarations", count=10, **fault)
    with pytest.raises(OSError, match=r"127\.0\.0\.1|MDM"):
        world.observe()


def test_nonsense_while_doing_fails_the_step_and_what_waits_for_it(world):
    world.mdm.fault(prefix="/api/v1/ddm/enrollment-sets", count=100, status=500, body=HTML)
    outcomes = world.apply()
    kinds = {s.number: s.change.address.kind for s in world.plan()}
    assert {o.status for o in outcomes} == {Status.FAILED, Status.SKIPPED, Status.DONE}
    skipped = [o for o in outcomes if o.status is Status.SKIPPED]
    assert {o.detail for o in skipped} == {"waits for step 0, which did not succeed"}
    assert len(skipped) == 2
    world.mdm.status("POST", "/sandbox/faults", {})
    assert set(kinds.values()) == {"membership", "app"}
    world.apply()
    world.rest()
    assert world.changes() == []


def test_a_refused_credential_says_what_to_do(world):
    world.credential = "wrong_api"
    world.session = world.connect()
    with pytest.raises(PermissionError, match="credential"):
        world.observe()


def test_a_refused_credential_while_doing_fails_every_step_at_once(world):
    steps = world.plan()
    world.credential = "wrong_api"
    before = time.monotonic()
    outcomes = list(world.connect().perform(steps))
    assert time.monotonic() - before < 3
    assert {o.status for o in outcomes} <= {Status.FAILED, Status.SKIPPED}
    assert world.sent() == []


def test_a_failed_push_is_a_remark_and_the_step_is_done(world):
    world.mdm.switch(push_fails=True)
    outcomes = world.apply()
    assert {o.status for o in outcomes} == {Status.DONE}
    assert all("could not be woken" in o.detail for o in outcomes)
    assert world.changes() == []
    for number in range(3):
        world.mdm.act(f"PEDELLGS-NORDPUPIL{number}", "poll")
    world.rest()
    assert of_kind(world, "app").verified == 3


def test_one_tablet_that_the_mdm_does_not_know_does_not_keep_the_others_waiting(tmp_path):
    resources, rows = cohort("gs-nord")
    with hub_world(tmp_path, [(resources, rows[:2])]) as world:
        ghost = rows[2]["serial"]
        world.ledger.take(
            [
                Event("GHOST-UDID", Happening.ARRIVED, time.time(), serial=ghost),
                Event("GHOST-UDID", Happening.ENROLLED, time.time(), is_fresh=True),
            ]
        )
        outcomes = world.apply()
        assert {o.status for o in outcomes} == {Status.DONE}
        remarks = {o.detail for o in outcomes if o.step > 0}
        assert all(remark.startswith("1 of 3 devices: ") for remark in remarks)
        world.rest()
        assert len(world.mdm.held(rows[0]["serial"])) == 4
        assert {frozenset(c.devices) for c in world.changes()} == {frozenset({ghost})}


def test_key_value_storage_names_a_repeated_command_in_its_own_words(world):
    world.mdm.switch(duplicate_command_text=True)
    world.mdm.fault(prefix=ENQUEUE, count=2, close=True, after=True)
    assert {o.status for o in world.apply()} == {Status.DONE}
    world.rest()
    assert world.changes() == []


def test_events_out_of_order_come_to_the_same_end(tmp_path):
    with hub_world(tmp_path, [cohort("gs-nord")], quirks=["unordered-webhook"]) as world:
        world.apply()
        world.rest()
        world.session.refresh(tuple(world.wanted.values()), 5.0)
        world.rest()
        assert world.changes() == []


def test_what_a_key_value_queue_lost_is_noticed_by_the_silence_and_sent_again(tmp_path):
    with hub_world(tmp_path, [cohort("gs-nord")], quirks=["kv-notnow-loss"]) as world:
        world.mdm.act(PUPIL, "lock")
        world.apply()
        world.rest()
        world.mdm.act(PUPIL, "unlock")
        world.rest()
        assert len(world.mdm.held(PUPIL)) < 4
        assert world.changes() == []  # it may still be on its way
        later = world.stack.enter_context(
            open_ledger(world.ledger_path, lambda: time.time() + SILENCE + SKEW)
        )
        world.ledger = later
        world.session = world.connect()
        lost = world.changes()
        assert lost
        assert {frozenset(change.devices) for change in lost} == {frozenset({PUPIL})}
        world.apply()
        world.rest()
        assert len(world.mdm.held(PUPIL)) == 4
        assert world.changes() == []
