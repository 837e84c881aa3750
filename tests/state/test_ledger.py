"""The ledger: what devices say and what we sent, in any order, and after any crash."""

import random
import sqlite3
import stat
import threading
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pedell.model import Secret
from pedell.ports import REPORT, Command, Event, Happening, Stage, Trace
from pedell.state.ledger import open_ledger
from pedell.state.ledger_rows import LOADING, SILENCE
from pedell.state.ledger_sql import SCHEMA

WIFI = "de.pedell.m.s.p.wifi.a"
ENROLLED = [
    Event("U1", Happening.ARRIVED, 1.0, serial="S1"),
    Event("U1", Happening.ENROLLED, 1.1, is_fresh=True),
]


@pytest.fixture
def clock():
    return [30.0]


@pytest.fixture
def ledger(tmp_path, clock):
    with open_ledger(tmp_path / "ledger.db", lambda: clock[0]) as ledger:
        ledger.take(ENROLLED)
        yield ledger


def install(uuid="C1", content="V1", at=10.0, enrolments=("U1",), subject=WIFI):
    return Command(uuid, "InstallProfile", subject, content, enrolments, at)


def ask_list(uuid="L1", at=20.0):
    return Command(uuid, "ProfileList", "ProfileList", "ProfileList", ("U1",), at)


def said(answer, command="C1", at=11.0, **more):
    return Event("U1", Happening.ANSWERED, at, command=command, answer=answer, **more)


def send(ledger, *commands):
    ledger.write(commands)
    ledger.mark([command.uuid for command in commands], "queued")


def standing(ledger, subject=WIFI):
    return {key: set(serials) for key, serials in ledger.standings().get(subject, {}).items()}


def test_a_device_is_enrolled_from_its_token_to_its_check_out(ledger):
    assert ledger.enrolments() == {"S1": "U1"}
    ledger.take([Event("U1", Happening.LEFT, 2.0)])
    assert ledger.enrolments() == {}
    ledger.take([Event("U1", Happening.ENROLLED, 3.0)])
    assert ledger.enrolments() == {"S1": "U1"}
    ledger.take([Event("U1", Happening.ARRIVED, 4.0, serial="S1")])
    assert ledger.enrolments() == {}  # enrolling again, not there yet


def test_a_token_that_was_stamped_a_moment_before_its_device_arrived_counts(ledger):
    ledger.take([Event("U1", Happening.ARRIVED, 5.001), Event("U1", Happening.ENROLLED, 5.0)])
    assert ledger.enrolments() == {"S1": "U1"}


def test_a_tablet_under_a_new_enrolment_id_is_known_by_the_new_one(ledger):
    ledger.take(
        [
            Event("U2", Happening.ARRIVED, 5.0, serial="S1"),
            Event("U2", Happening.ENROLLED, 5.1, is_fresh=True),
        ]
    )
    assert ledger.enrolments() == {"S1": "U2"}


def test_a_command_goes_from_intent_to_verified(ledger):
    ledger.write([install()])
    assert standing(ledger) == {("V1", Stage.INTENT): {"S1"}}
    ledger.mark(["C1"], "queued")
    assert standing(ledger) == {("V1", Stage.ASLEEP): {"S1"}}
    ledger.take([Event("U1", Happening.ANSWERED, 10.5)])
    assert standing(ledger) == {("V1", Stage.QUEUED): {"S1"}}
    ledger.take([said("notnow")])
    assert standing(ledger) == {("V1", Stage.QUEUED): {"S1"}}
    ledger.take([said("done", at=12.0)])
    assert standing(ledger) == {("V1", Stage.INSTALLED): {"S1"}}
    ledger.take([said("done", "?", at=13.0, profiles={WIFI: "V1"})])
    assert standing(ledger) == {("V1", Stage.VERIFIED): {"S1"}}


def test_a_refusal_shows_beside_what_the_device_still_holds(ledger):
    send(ledger, install())
    ledger.take([said("done")])
    send(ledger, install("C2", "V2", 12.0))
    assert standing(ledger) == {("V2", Stage.ASLEEP): {"S1"}}
    ledger.take([said("error", "C2", 13.0, detail="no space")])
    assert standing(ledger) == {("V1", Stage.INSTALLED): {"S1"}, ("V2", Stage.FAILED): {"S1"}}
    assert ledger.refusals([WIFI, "other"]) == {WIFI: "no space"}


def test_a_mark_never_overwrites_an_answer(ledger):
    ledger.write([install()])
    ledger.take([said("done")])
    ledger.mark(["C1"], "queued")
    ledger.mark(["C1"], "lost")
    assert standing(ledger) == {("V1", Stage.INSTALLED): {"S1"}}


def test_a_removal_that_is_obeyed_leaves_nothing(ledger):
    send(ledger, install())
    ledger.take([said("done")])
    send(ledger, Command("R1", "RemoveProfile", WIFI, "", ("U1",), 12.0))
    assert standing(ledger) == {("", Stage.ASLEEP): {"S1"}}
    ledger.take([said("done", "R1", 13.0)])
    assert standing(ledger) == {}


def test_a_list_shows_what_was_removed_and_installed_by_hand(ledger):
    send(ledger, install())
    ledger.take([said("done")])
    ledger.take([said("done", "?", 12.0, profiles={"de.pedell.m.s.p.wifi.b": "X"})])
    assert standing(ledger) == {}
    assert standing(ledger, "de.pedell.m.s.p.wifi.b") == {("X", Stage.VERIFIED): {"S1"}}


def test_a_profile_named_like_a_set_takes_no_note_of_the_set_away(ledger):
    ledger.write([Command("M1", "SetMembership", "kinder", "kinder", ("U1",), 10.0)])
    ledger.mark(["M1"], "done")
    ledger.take([said("done", "?", 40.0, profiles={"kinder": "X"})])
    assert {content for content, _ in standing(ledger, "kinder")} == {"kinder"}


def test_a_list_settles_what_was_queued_before_it(ledger):
    send(ledger, install(), install("C2", "W1", subject="de.pedell.m.s.p.wifi.b"))
    send(ledger, ask_list())
    ledger.take([said("done", "L1", 21.0, profiles={WIFI: "V1"})])
    assert standing(ledger) == {("V1", Stage.VERIFIED): {"S1"}}  # only its answer was lost
    assert standing(ledger, "de.pedell.m.s.p.wifi.b") == {}  # never offered, or not obeyed


def test_a_list_says_nothing_of_what_was_queued_after_it_or_put_off(ledger):
    send(ledger, ask_list(at=9.0))
    send(ledger, install())
    ledger.take([said("done", "L1", 11.0, profiles={})])
    assert standing(ledger) == {("V1", Stage.QUEUED): {"S1"}}
    send(ledger, ask_list("L2", at=12.0))
    ledger.take([said("notnow", at=13.0), said("done", "L2", 14.0, profiles={})])
    assert standing(ledger) == {("V1", Stage.QUEUED): {"S1"}}


def test_a_put_off_command_that_is_not_offered_again_is_not_waited_for(ledger, clock):
    send(ledger, install(), ask_list())
    ledger.take([said("notnow", at=11.0), said("done", "L1", 11.1, profiles={})])
    assert standing(ledger) == {("V1", Stage.QUEUED): {"S1"}}
    clock[0] = 11.2 + SILENCE
    assert standing(ledger) == {}


def test_a_put_off_command_waits_as_long_as_the_device_is_busy(ledger, clock):
    send(ledger, install(), ask_list())
    ledger.take([said("done", "L1", 11.0, profiles={}), said("notnow", at=11.1)])
    clock[0] = 1e6
    assert standing(ledger) == {("V1", Stage.QUEUED): {"S1"}}
    ledger.take([Event("U1", Happening.ANSWERED, 1e6)])  # awake: now it will be offered
    assert standing(ledger) == {("V1", Stage.QUEUED): {"S1"}}


def test_a_queued_command_waits_for_a_sleeping_device(ledger, clock):
    send(ledger, install())
    clock[0] = 1e6
    assert standing(ledger) == {("V1", Stage.ASLEEP): {"S1"}}


def test_a_fresh_enrolment_forgets_what_was_held_and_queued(ledger):
    send(ledger, install(), install("C2", "W1", subject="de.pedell.m.s.p.wifi.b"))
    ledger.take([said("done")])
    ledger.take([Event("U1", Happening.ENROLLED, 30.0, is_fresh=True)])
    assert ledger.standings() == {}
    assert ledger.intents() == []


def test_another_token_forgets_nothing(ledger):
    send(ledger, install())
    ledger.take([said("done"), Event("U1", Happening.ENROLLED, 30.0)])
    assert standing(ledger) == {("V1", Stage.INSTALLED): {"S1"}}


def test_what_is_no_profile_has_to_be_done_anew(ledger):
    sync = Command("D1", "DeclarativeManagement", "sync", "sync", ("U1",), 10.0)
    send(ledger, sync)
    ledger.take([said("done", "D1")])
    send(ledger, Command("D2", "DeclarativeManagement", "sync", "sync", ("U1",), 12.0))
    ledger.mark(["D2"], "lost")
    assert standing(ledger, "sync") == {}


STORY = [
    said("done", "C1", 11.0),
    said("notnow", "C2", 12.0),
    said("done", "C2", 13.0),
    said("done", "L1", 21.0, profiles={WIFI: "V2"}),
    said("done", "R1", 22.0),
    said("done", "C3", 23.0),
]


@settings(deadline=None, max_examples=60)
@given(st.permutations(STORY), st.lists(st.sampled_from(STORY)), st.integers(1, 4))
def test_events_may_come_in_any_order_and_twice(story, repeated, batch):
    with some_ledger() as ledger:
        send(ledger, install("C1", "V1", 10.0), install("C2", "V2", 10.5), ask_list())
        send(ledger, Command("R1", "RemoveProfile", WIFI, "", ("U1",), 21.5))
        send(ledger, install("C3", "V3", 21.6))
        events = [*story, *repeated]
        for start in range(0, len(events), batch):
            ledger.take(events[start : start + batch])
        assert standing(ledger) == {("V3", Stage.INSTALLED): {"S1"}}


@contextmanager
def some_ledger():
    with TemporaryDirectory() as folder, open_ledger(Path(folder, "x.db")) as ledger:
        ledger.take(ENROLLED)
        yield ledger


def test_intents_survive_the_end_of_the_process_with_name_and_devices(tmp_path):
    path = tmp_path / "ledger.db"
    with open_ledger(path) as ledger:
        ledger.take(ENROLLED)
        ledger.write([install(), install("C2", "W1", subject="other")])
        ledger.mark(["C2"], "queued")
    with open_ledger(path) as ledger:
        assert ledger.intents() == [install()]
        assert ledger.attempts() == {
            ("InstallProfile", WIFI, "V1"): 1,
            ("InstallProfile", "other", "W1"): 1,
        }


def test_pending_counts_who_has_not_answered(ledger):
    send(ledger, ask_list())
    assert ledger.pending(["L1"]) == 1
    ledger.take([said("done", "L1", 21.0, profiles={})])
    assert ledger.pending(["L1"]) == 0


def test_tokens_are_kept(ledger):
    ledger.learn({"a": ("1", "x"), "b": ("2", "y")})
    ledger.learn({"a": ("3", "z")})
    assert ledger.tokens() == {"a": ("3", "z"), "b": ("2", "y")}


def test_events_of_strangers_commands_are_only_signs_of_life(ledger):
    ledger.take([said("done", "not ours", 12.0), Event("U9", Happening.SPOKE, 12.0)])
    assert ledger.standings() == {}


def test_listener_and_session_write_at_the_same_time(tmp_path):
    path = tmp_path / "ledger.db"
    udids = [f"U{n}" for n in range(200)]
    with open_ledger(path) as one:
        one.take([Event(u, Happening.ARRIVED, 1.0, serial=f"S{u}") for u in udids])
        one.take([Event(u, Happening.ENROLLED, 1.1) for u in udids])
        commands = [install(f"C{n}", f"V{n}", 10.0 + n, (u,)) for n, u in enumerate(udids)]

        def answer():
            with open_ledger(path) as other:
                for n, u in enumerate(udids):
                    event = Event(u, Happening.ANSWERED, 500.0, command=f"C{n}", answer="done")
                    while not other.standings().get(WIFI, {}).get((f"V{n}", Stage.INSTALLED)):
                        other.take([event])

        thread = threading.Thread(target=answer)
        thread.start()
        order = list(commands)
        random.Random(1).shuffle(order)
        for start in range(0, 200, 10):
            send(one, *order[start : start + 10])
        thread.join(60)
        stages = {stage for _, stage in one.standings()[WIFI]}
        assert stages == {Stage.INSTALLED}


def test_the_file_is_for_its_owner_alone(tmp_path):
    with open_ledger(tmp_path / "ledger.db"):
        pass
    assert stat.S_IMODE((tmp_path / "ledger.db").stat().st_mode) == 0o600


def test_a_file_that_is_no_ledger_is_an_oserror(tmp_path):
    path = tmp_path / "ledger.db"
    path.write_bytes(b"this is no database, however long it may be" * 100)
    with pytest.raises(OSError, match="ledger"), open_ledger(path):
        pass


def test_a_ledger_of_another_version_is_refused(tmp_path):
    path = tmp_path / "ledger.db"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(OSError, match="another version"), open_ledger(path):
        pass


def test_what_keeps_a_device_is_told_since_the_first_attempt(ledger):
    send(ledger, install(at=10.0))
    ledger.take([said("error", at=11.0, detail="no space")])
    assert ledger.traces()[WIFI] == {"S1": Trace(10.0, "no space")}
    send(ledger, install("C2", at=50.0))
    assert ledger.traces()[WIFI] == {"S1": Trace(10.0)}  # it has not answered the second one
    ledger.take([said("done", "C2", 51.0)])
    assert ledger.traces() == {}
    send(ledger, install("C3", "V2", at=90.0))
    assert ledger.traces()[WIFI] == {"S1": Trace(90.0)}


def test_a_profile_that_was_removed_by_hand_is_missing_since_the_list_that_lacks_it(ledger):
    send(ledger, install())
    ledger.take([said("done")])
    ledger.take([said("done", "?", 20.0, profiles={})])
    assert ledger.traces()[WIFI] == {"S1": Trace(20.0)}


def test_of_some_subjects_every_device_has_a_trace(ledger):
    send(ledger, install())
    ledger.take([said("done")])
    assert ledger.traces([WIFI]) == {WIFI: {"S1": Trace(10.0)}}


def test_who_enrolled_and_spoke_when_is_known(ledger):
    ledger.take([Event("U1", Happening.SPOKE, 7.0)])
    assert ledger.heard() == {"S1": (1.1, 7.0)}


def test_the_push_topics_of_devices_are_kept_once(ledger):
    for number in (2, 3):
        event = Event(f"U{number}", Happening.ARRIVED, 5.0, serial=f"S{number}", topic="com.x")
        ledger.take([event])
    assert ledger.topics() == ["com.x"]


def test_a_ledger_of_the_first_layout_is_taken_over_with_all_it_knows(tmp_path):
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as old:
        old.executescript(SCHEMA)
        old.execute("INSERT INTO enrolments VALUES (1, 'U1', 'S1', 1.0, 1.1, 0, 2.0, 2.0, 0)")
        old.execute("INSERT INTO subjects VALUES (1, 'w')")
        old.execute("INSERT INTO commands VALUES (1, 'C1', 'InstallProfile', 1, 'V1', 9.0)")
        old.execute("INSERT INTO standings VALUES (1, 1, 1, 'queued', 10.0, '', '', 0)")
        old.execute("PRAGMA user_version = 1")
        old.commit()
    for _ in range(2):  # the second time it is of today's layout
        with open_ledger(path, lambda: 30.0) as ledger:
            assert ledger.enrolments() == {"S1": "U1"}
            assert ledger.traces()["w"] == {"S1": Trace(10.0)}
            assert ledger.topics() == []


def test_a_ledger_of_a_later_layout_is_left_alone(tmp_path):
    path = tmp_path / "new.db"
    with closing(sqlite3.connect(path)) as new:
        new.execute("PRAGMA user_version = 99")
    with pytest.raises(OSError, match="another version of Pedell"), open_ledger(path):
        pass


APP = "de.pedell.m.s.p.configured_app.x"


def load(ledger, told="as it should be", at=10.0):
    """Send an app, have the device obey, and ask it what it has."""
    content = f"org.example.x/1:{ledger.seal(told)}"
    app = Command("A", "InstallApplication", APP, "org.example.x/1", ("U1",), at)
    question = Command(
        "Q", "ManagedApplicationConfiguration", f"{APP}{REPORT}", content, ("U1",), at
    )
    send(ledger, app, question)
    ledger.take([said("done", "A", at + 1)])
    return content


def test_an_app_is_as_it_should_be_where_the_device_says_so(ledger):
    content = load(ledger)
    ledger.take([said("done", "Q", 12.0, told=Secret("as it should be"))])
    assert standing(ledger, f"{APP}{REPORT}") == {(content, Stage.INSTALLED): {"S1"}}
    assert standing(ledger, APP) == {("org.example.x/1", Stage.INSTALLED): {"S1"}}


def test_an_app_with_another_configuration_is_there_and_held_by_nobody(ledger):
    content = load(ledger)
    ledger.take([said("done", "Q", 12.0, told=Secret("something else"))])
    assert standing(ledger, f"{APP}{REPORT}") == {(content, Stage.FAILED): {"S1"}}
    assert standing(ledger, APP) == {("org.example.x/?", Stage.INSTALLED): {"S1"}}


@pytest.mark.parametrize(("after", "is_held"), [(1.0, True), (LOADING + 1, False)])
def test_an_app_that_is_not_there_is_waited_for_and_then_missing(ledger, after, is_held):
    load(ledger)
    ledger.take([said("done", "Q", 11.0 + after, told=Secret(""))])
    assert ("org.example.x/1", Stage.INSTALLED) in standing(ledger, APP) or not is_held
    assert bool(standing(ledger, APP)) == is_held


def test_an_answer_older_than_the_last_command_takes_nothing_back(ledger):
    load(ledger)
    ledger.take([said("done", "Q", 10.5, told=Secret("something else"))])
    assert standing(ledger, APP) == {("org.example.x/1", Stage.INSTALLED): {"S1"}}


def test_what_a_device_says_of_an_app_is_kept_sealed(tmp_path):
    path = tmp_path / "ledger.db"
    with open_ledger(path, lambda: 30.0) as ledger:
        ledger.take(ENROLLED)
        load(ledger, "Geheim (erfunden)")
        ledger.take([said("done", "Q", 12.0, told=Secret("Geheim (erfunden)"))])
        seal = ledger.seal("Geheim (erfunden)")
    with open_ledger(path, lambda: 30.0) as again:
        assert again.seal("Geheim (erfunden)") == seal
    with open_ledger(tmp_path / "other.db", lambda: 30.0) as other:
        assert other.seal("Geheim (erfunden)") != seal
    assert b"Geheim" not in path.read_bytes()
