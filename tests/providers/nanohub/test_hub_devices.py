"""NanoHUB over real HTTP: who is behind, since when, and asking them; nobody is woken by looking."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from pedell.model import DeviceStage, Progress
from pedell.ports import Event, Happening
from pedell.providers.nanohub.pushcert import tell_push_certificate
from pedell.providers.nanohub.stand import SLOW
from pedell.state.ledger import open_ledger
from pedell.state.ledger_rows import SILENCE, SKEW
from pedell.transports.http import Reply
from tests.providers.nanohub.hub_world import cohort, hub_world

FIRST, SECOND, THIRD = (f"PEDELLGS-NORDPUPIL{n}" for n in range(3))
APP = "de.pedell.musterstadt.gs-nord.pupil.app.anton"
TOPIC = "com.apple.mgmt.External.invented"


@pytest.fixture
def world(tmp_path):
    with hub_world(tmp_path, [cohort("gs-nord")]) as world:
        yield world


def stand(world):
    return {one.serial: one for one in world.session.devices.stand(tuple(world.wanted.values()))}


def stages(world):
    return {serial: one.stage for serial, one in stand(world).items()}


def answers(world):
    return world.session.devices.answers(tuple(world.wanted.values()))


def test_before_anything_was_sent_all_lack_everything_since_they_enrolled(world):
    found = stand(world)
    assert {one.stage for one in found.values()} == {DeviceStage.UNSENT}
    assert all(set(one.missing) == set(world.wanted) for one in found.values())
    assert all(time.time() - one.since < 60 for one in found.values())


def test_after_a_rollout_all_is_verified_and_nobody_was_disturbed_by_looking(world):
    world.apply()
    world.rest()
    before = world.sent()
    found = stand(world)
    assert {(one.stage, one.missing) for one in found.values()} == {(DeviceStage.VERIFIED, ())}
    assert all(time.time() - one.heard < 60 for one in found.values())
    assert world.sent() == before


def test_each_stage_is_told_with_what_is_missing(world):
    world.mdm.act(FIRST, "sleep")
    world.mdm.act(SECOND, "lock")
    world.apply()
    world.rest()
    found = stand(world)
    assert found[FIRST].stage is DeviceStage.ASLEEP
    assert found[SECOND].stage is DeviceStage.QUEUED
    assert found[THIRD].stage is DeviceStage.VERIFIED
    kinds = {at.kind for at in found[SECOND].missing}
    assert kinds == {"certificate", "wifi", "restrictions", "presets"}  # declarations came through
    world.mdm.act(SECOND, "unlock")
    world.rest()
    assert stages(world)[SECOND] is DeviceStage.INSTALLED


def test_a_refusal_is_told_with_the_words_of_the_tablet(tmp_path):
    behaviour = {"delay": [0.0, 0.0], "busy": [0.01, 0.02], "error": 1.0}
    with hub_world(tmp_path, [cohort("gs-nord")], behaviour=behaviour) as world:
        world.apply()
        world.rest()
        found = stand(world)
        assert {one.stage for one in found.values()} == {DeviceStage.REFUSED}
        assert {one.error for one in found.values()} == {"Profile Installation Failed (simulated)"}


def test_a_tablet_is_behind_since_the_first_attempt_and_not_since_the_last(tmp_path):
    behaviour = {"delay": [0.0, 0.0], "busy": [0.01, 0.02], "error": 1.0}
    with hub_world(tmp_path, [cohort("gs-nord")], behaviour=behaviour) as world:
        world.apply()
        world.rest()
        first = stand(world)[FIRST].since
        world.apply()
        world.rest()
        assert len(world.sent("InstallProfile")) == 8
        assert stand(world)[FIRST].since == first


def test_a_tablet_that_enrolled_anew_lacks_everything_since_then(world):
    world.apply()
    world.rest()
    before = time.time()
    world.mdm.act(FIRST, "reenrol")
    world.rest()
    found = stand(world)[FIRST]
    assert found.stage is DeviceStage.UNSENT
    assert set(found.missing) == set(world.wanted)
    assert found.since >= before - 1


def test_what_a_tablet_reported_before_it_enrolled_anew_says_nothing(world):
    world.apply()
    world.rest()
    world.mdm.act(FIRST, "reenrol")
    world.rest()
    world.mdm.act(FIRST, "sleep")
    world.apply()
    sync = world.sent("DeclarativeManagement")[-1]["uuid"]
    fetched = Event(
        world.ledger.enrolments()[FIRST],
        Happening.ANSWERED,
        time.time(),
        command=sync,
        answer="done",
    )
    world.ledger.take([fetched])  # it said so, and the MDM still has its report of before
    progress = {at: each for at, each in world.progress().items() if at.kind == "app"}
    assert len(progress) == 2
    assert {each.verified for each in progress.values()} == {2}


def test_a_tablet_that_was_never_enrolled_is_unsent_and_was_never_heard_of(tmp_path):
    resources, rows = cohort("gs-nord")
    with hub_world(tmp_path, [(resources, rows[:2])]) as world:
        world.apply()
        world.rest()
        found = stand(world)[THIRD]
        assert (found.stage, found.since, found.heard) == (DeviceStage.UNSENT, None, None)


def test_what_a_queue_lost_counts_as_unsent_after_its_deadline(tmp_path):
    with hub_world(tmp_path, [cohort("gs-nord")], quirks=["kv-notnow-loss"]) as world:
        world.mdm.act(FIRST, "lock")
        world.apply()
        world.rest()
        world.mdm.act(FIRST, "unlock")
        world.rest()
        assert stages(world)[FIRST] is DeviceStage.QUEUED
        late = open_ledger(world.ledger_path, lambda: time.time() + SILENCE + SKEW)
        world.ledger = world.stack.enter_context(late)
        world.session = world.connect()
        assert stages(world)[FIRST] is DeviceStage.UNSENT


def test_a_declaration_that_tablets_should_report_by_now_counts_as_unsent(world, monkeypatch):
    world.apply()
    world.rest()
    path = f"/api/v1/ddm/set-declarations/de.pedell.musterstadt.gs-nord.pupil?declaration={APP}"
    world.mdm.status("DELETE", f"{path}&nonotify=1")
    assert set(stages(world).values()) == {DeviceStage.INSTALLED}  # they may be slow
    later = time.time() + SLOW
    monkeypatch.setattr(time, "time", lambda: later)
    world.session = world.connect()
    found = stand(world)
    assert {one.stage for one in found.values()} == {DeviceStage.UNSENT}
    assert {at.name for one in found.values() for at in one.missing} == {"anton"}
    world.session = world.connect()
    assert {change.address.name for change in world.changes()} == {"anton"}  # the plan knows it now


def test_asking_counts_those_who_answer_and_no_earlier_answer(world):
    world.apply()
    world.rest()
    assert answers(world) == Progress(3, verified=3)  # the apply asked them
    world.mdm.act(FIRST, "sleep")
    assert world.session.devices.ask(tuple(world.wanted.values())) == ""
    world.rest()
    assert answers(world) == Progress(3, verified=2, asleep=1)
    world.mdm.act(FIRST, "wake")
    world.rest()
    assert answers(world) == Progress(3, verified=3)


def test_asking_shows_what_was_put_off_and_done_later(world):
    world.mdm.act(FIRST, "lock")
    world.apply()
    world.rest()
    world.mdm.act(FIRST, "unlock")
    world.rest()
    world.session.devices.ask(tuple(world.wanted.values()))
    world.rest()
    assert stages(world) == dict.fromkeys((FIRST, SECOND, THIRD), DeviceStage.VERIFIED)


def test_who_cannot_be_woken_is_told_and_asked_all_the_same(world):
    world.apply()
    world.rest()
    world.mdm.switch(push_fails=True)
    told = world.session.devices.ask(tuple(world.wanted.values()))
    assert told.startswith("3 could not be woken: retrieving push cert")
    assert answers(world) == Progress(3, asleep=3)
    assert len(world.sent("ProfileList")) == 2


def test_the_push_certificate_of_the_tablets_is_told(world):
    (notice,) = world.session.devices.notices()
    assert notice.text.startswith("The push certificate is good until ")
    assert not notice.is_urgent
    world.mdm.switch(push_fails=True)
    (notice,) = world.session.devices.notices()
    assert notice.is_urgent
    assert "wakes none" in notice.text


@pytest.mark.parametrize(
    ("days", "is_urgent", "words"),
    [
        (31, False, "is good until 2027-01-15, 31 days"),
        (29, True, "ends on 2027-01-15, in 29 days. Renew it under the same Apple account"),
        (1, True, "in 1 day."),
        (-1, True, "ended on 2027-01-15: no tablet is woken"),
    ],
)
def test_a_push_certificate_that_ends_soon_is_urgent(days, is_urgent, words):
    end = datetime(2027, 1, 15, 12, tzinfo=UTC)
    body = b'{"topic": "%b", "not_after": "2027-01-15T12:00:00Z"}' % TOPIC.encode()
    now = (end - timedelta(days=days, seconds=-1 if days < 0 else 0)).timestamp()
    (notice,) = tell_push_certificate(TOPIC, Reply(200, body), now)
    assert notice.is_urgent is is_urgent
    assert words in notice.text


@pytest.mark.parametrize("status", [404, 405])
def test_an_mdm_without_that_call_is_not_reproached(status):
    (notice,) = tell_push_certificate(TOPIC, Reply(status, b"404 page not found\n"), 0.0)
    assert not notice.is_urgent
