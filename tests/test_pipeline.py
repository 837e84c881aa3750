"""The whole tool on one page, from files to an empty plan, with targets that are dictionaries."""

import dataclasses
from contextlib import contextmanager

import pytest

from pedell import pipeline
from pedell.lines import Lines
from pedell.model import (
    EVERYTHING_AT_ONCE,
    Action,
    DevicesCounted,
    Gate,
    Outcome,
    Progress,
    Rejected,
    Scope,
    Source,
    Status,
    StepEnded,
    Target,
    Traffic,
    WaveEnded,
    WaveStarted,
)
from pedell.pipeline import Choice, World
from pedell.ports import Means
from pedell.providers.memory import MemoryProvider
from pedell.stages.guard import Limits
from pedell.state import open_store
from pedell.vault import InventedVault
from tests.inventory_builder import (
    AUTHORITY,
    DEVICES,
    address,
    build,
    read,
    role,
    schemas,
    school,
    write,
)
from tests.laws.worlds import Run
from tests.stages.world import Clock

SCOPE = Scope("inv", "x", "X", "", "", 2, 0, sandbox=False)
FILES = {
    "authority.yml": AUTHORITY + "defaults: {wifi: [schulnetz], apps: [anton], roles: [welcome]}\n",
    "schools/gs-sued.yml": school(name="gs-sued"),
    "devices/gs-sued.csv": DEVICES.replace("DXXX0", "DXXX1").replace("02:d0", "02:d1"),
    "schools/rs-west.yml": school(name="rs-west", kind="realschule"),
    **role("  - package: radius\n    needed_by: [wifi]\n"),
}
ALL = Limits(confirmed=frozenset({"gs-nord", "gs-sued", "rs-west"}))


class House:
    """An inventory, a memory and targets that stay while one plans and applies."""

    def __init__(self, root, store) -> None:
        self.root, self.store = root, store
        self.provider = MemoryProvider()
        self.silent: set[str] = set()
        self.abilities = self.provider.abilities
        self.settle = 0.0

    @contextmanager
    def connect(self, target, means):
        if target.id in self.silent:
            raise TimeoutError("timed out")
        with self.provider.connect(target, means) as session:
            yield session

    def write(self, **files):
        return write(self.root, {name.replace("__", "/"): text for name, text in files.items()})

    def world(self, reading):
        means = Means(InventedVault(b"k"), None, Traffic(), "x")
        names = {target.name for target in reading.inventory.targets.values()}
        lines = Lines(reading.inventory.targets, {"memory": self}, dict.fromkeys(names, means), 4)
        return World(schemas(), lines, self.store.recall(), SCOPE)

    def plan(self, stage=pipeline.plan, **choice):
        reading = read(self.root)
        return stage(reading, self.world(reading), Choice(limits=ALL, **choice))

    def drift(self):
        reading = read(self.root)
        return pipeline.drift(reading, self.world(reading), Choice(limits=ALL), 0.0)

    def apply(self, plan, *, known=None, is_stopped=lambda: False, clock=None):
        run = Run(self.store, self.store.begin("test", 0))
        lines = self.world(read(self.root)).lines
        return list(pipeline.apply(plan, lines, run, clock or Clock(), is_stopped, known or {}))

    def recheck(self, plan):
        world = self.world(read(self.root))
        return pipeline.stale_steps(plan, world.memory, world.lines)

    def held(self, text, target="tablets"):
        return self.provider.held[target][address(text)]

    def put(self, text, spec, devices=frozenset(), target="tablets"):
        self.provider.held[target][address(text)] = (spec, devices)


@pytest.fixture
def house(tmp_path):
    build(tmp_path / "inv", FILES)
    with open_store(tmp_path / "state") as store:
        yield House(tmp_path / "inv", store)


def moves(plan):
    return [f"{step.change.action.value} {step.change.address}" for step in plan.steps]


def ends(events):
    return {
        str(e.step.change.address): e.outcome.status for e in events if isinstance(e, StepEnded)
    }


def test_files_become_what_is_held_and_the_next_plan_is_empty(house):
    plan = house.plan()
    assert "+ gs-nord/pupil/wifi/schulnetz" in moves(plan)
    assert set(ends(house.apply(plan)).values()) == {Status.DONE}
    spec, devices = house.held("gs-nord/pupil/app/anton")
    assert spec == {"title": "ANTON", "app_store": 1180554775}
    assert devices == {"DXXX00000001", "DXXX00000002"}
    after = house.plan()
    assert after.is_empty
    assert after.unchanged == len(plan.waves[0].steps)


def test_a_plan_changes_nothing(house):
    house.plan()
    assert not any(house.provider.held.values())
    assert house.store.recall() == {}


def test_one_line_changed_moves_exactly_that(house):
    house.apply(house.plan())
    house.write(**{"schools__gs-sued.yml": school("apps: {remove: [anton]}\n", "gs-sued")})
    plan = house.plan(prune=True)
    assert moves(plan) == ["- gs-sued/pupil/app/anton", "- gs-sued/teacher/app/anton"]
    house.apply(plan)
    assert house.plan(prune=True).is_empty
    assert house.plan().orphans == ()


def test_without_pruning_orphans_are_named_and_stay(house):
    house.apply(house.plan())
    house.write(**{"schools__gs-sued.yml": school("apps: {remove: [anton]}\n", "gs-sued")})
    plan = house.plan()
    assert moves(plan) == []
    assert [str(orphan) for orphan in plan.orphans] == [
        "gs-sued/pupil/app/anton",
        "gs-sued/teacher/app/anton",
    ]


def test_a_school_whose_file_is_gone_is_cleared_when_pruned(house):
    house.apply(house.plan())
    for name in ("schools/gs-sued.yml", "devices/gs-sued.csv"):
        (house.root / name).unlink()
    plan = house.plan(prune=True)
    assert {step.change.address.school for step in plan.steps} == {"gs-sued"}
    assert "- gs-sued/pupil/app/anton" in moves(plan)
    house.apply(plan)
    assert not [a for a in house.provider.held["tablets"] if a.school == "gs-sued"]


@pytest.mark.parametrize(
    ("limit", "schools"),
    [("gs-sued", {"gs-sued"}), ("gs-*:!gs-sued", {"gs-nord"}), ("realschule", {"rs-west"})],
)
def test_a_limit_leaves_the_others_alone(house, limit, schools):
    assert {step.change.address.school for step in house.plan(limit=limit).steps} == schools


def test_a_limit_does_not_make_orphans_of_the_others(house):
    house.apply(house.plan())
    plan = house.plan(limit="gs-sued", prune=True)
    assert (plan.is_empty, plan.orphans) == (True, ())


def test_tags_choose_kinds_roles_and_words(house):
    assert {s.change.address.kind for s in house.plan(tags=("wifi",)).steps} == {"wifi"}
    assert {s.change.address.kind for s in house.plan(tags=("welcome",)).steps} == {"package"}
    assert {s.change.address.kind for s in house.plan(tags=("app", "wifi")).steps} == {
        "app",
        "wifi",
    }


def test_a_tag_that_nothing_has_is_a_mistake(house):
    with pytest.raises(Rejected) as caught:
        house.plan(tags=("wfi",))
    assert [problem.code for problem in caught.value.problems] == ["E0270"]
    assert 'Did you mean "wifi"?' in caught.value.problems[0].detail


def test_tags_do_not_make_orphans_of_the_rest(house):
    house.apply(house.plan())
    assert house.plan(tags=("wifi",), prune=True).is_empty


def test_a_limit_outside_of_the_rollout_is_an_error(house):
    rollout = dataclasses.replace(EVERYTHING_AT_ONCE, schools="realschule")
    assert {s.change.address.school for s in house.plan(rollout=rollout).steps} == {"rs-west"}
    with pytest.raises(Rejected, match="no school in common"):
        house.plan(limit="gs-nord", rollout=rollout)


def test_a_plan_from_memory_asks_nobody(house):
    house.silent = {"tablets", "server/gs-nord"}
    plan = house.plan(stage=pipeline.plan_from_memory)
    assert plan.unreachable == ()
    assert "+ gs-nord/pupil/wifi/schulnetz" in moves(plan)
    house.silent = set()
    house.apply(house.plan())
    house.silent = {"tablets", "server/gs-nord"}
    assert house.plan(stage=pipeline.plan_from_memory).is_empty


def test_a_silent_target_takes_no_other_along(house):
    house.silent = {"server/gs-nord"}
    plan = house.plan()
    assert plan.unreachable == (("server/gs-nord", "timed out"),)
    assert {step.change.target for step in plan.steps} == {
        "tablets",
        "server/gs-sued",
        "server/rs-west",
    }


def test_a_target_that_falls_silent_is_an_outcome(house):
    plan = house.plan()
    house.silent = {"server/gs-nord"}
    found = ends(house.apply(plan))
    assert found["gs-nord/server/package/radius"] is Status.UNREACHABLE
    assert found["gs-nord/pupil/wifi/schulnetz"] is Status.SKIPPED
    assert found["gs-nord/pupil/app/anton"] is Status.DONE
    assert found["gs-sued/pupil/wifi/schulnetz"] is Status.DONE


def test_drift_finds_exactly_what_somebody_moved(house):
    house.apply(house.plan())
    assert house.drift().is_empty
    spec, devices = house.held("gs-sued/pupil/wifi/schulnetz")
    house.put("gs-sued/pupil/wifi/schulnetz", {**spec, "ssid": "Fremd"}, devices)
    house.provider.held["server/gs-nord"].clear()
    plan = house.drift()
    assert moves(plan) == ["+ gs-nord/server/package/radius", "~ gs-sued/pupil/wifi/schulnetz"]
    assert all(step.change.is_drift for step in plan.steps)


def test_drift_does_not_care_what_the_files_say_now(house):
    house.apply(house.plan())
    house.write(**{"authority.yml": AUTHORITY})
    assert house.drift().is_empty


def test_drift_does_not_stumble_over_a_target_that_is_named_no_more(house):
    house.apply(house.plan())
    text = FILES["authority.yml"].replace("  server: {provider: memory, per: school}\n", "")
    house.write(**{"authority.yml": text.replace(", roles: [welcome]", "")})
    assert house.drift().is_empty
    assert "gs-nord/server/package/radius" in map(str, house.plan(prune=True).orphans)


def test_a_device_that_lost_something_is_drift(house):
    house.apply(house.plan())
    spec, devices = house.held("gs-nord/pupil/wifi/schulnetz")
    house.put("gs-nord/pupil/wifi/schulnetz", spec, devices - {"DXXX00000001"})
    (step,) = house.plan().steps
    assert step.change.drifted == {"DXXX00000001"}
    assert step.change.devices == {"DXXX00000001"}


def test_the_ground_of_a_saved_plan_is_looked_at_again(house):
    house.apply(house.plan())
    house.write(**{"schools__gs-sued.yml": school("wifi: {schulnetz: {ssid: Neu}}\n", "gs-sued")})
    plan = house.plan()
    assert house.recheck(plan) == {}
    spec, devices = house.held("gs-sued/pupil/wifi/schulnetz")
    house.put("gs-sued/pupil/wifi/schulnetz", {**spec, "ssid": "Fremd"}, devices)
    wanted = plan.waves[0].steps[1].change.after.spec
    house.put("gs-sued/teacher/wifi/schulnetz", wanted, frozenset({"DXXX10000003"}))
    found = {number: outcome.status for number, outcome in house.recheck(plan).items()}
    assert found == {1: Status.STALE, 2: Status.DONE}
    assert set(ends(house.apply(plan, known=house.recheck(plan))).values()) == {
        Status.STALE,
        Status.DONE,
    }
    assert house.held("gs-sued/pupil/wifi/schulnetz")[0]["ssid"] == "Fremd"


def test_a_cut_off_apply_goes_on_from_a_saved_plan(house):
    plan = house.plan()
    half = [step for step in plan.steps if step.change.address.school != "gs-sued"]
    first = dataclasses.replace(
        plan, waves=(dataclasses.replace(plan.waves[0], steps=tuple(half)),)
    )
    house.apply(first)
    known = house.recheck(plan)
    assert set(known) == {step.number for step in half}
    assert set(ends(house.apply(plan, known=known)).values()) == {Status.DONE}
    assert house.plan().is_empty


def rollout(**changed):
    return dataclasses.replace(EVERYTHING_AT_ONCE, sizes=("1",), **changed)


def test_waves_come_one_after_the_other_with_their_gates(house):
    events = house.apply(house.plan(rollout=rollout(gate=Gate(0.9, 60.0))))
    assert [e.wave.schools for e in events if isinstance(e, WaveStarted)] == [
        ("gs-nord",),
        ("gs-sued",),
        ("rs-west",),
    ]
    assert [e.passed for e in events if isinstance(e, WaveEnded)] == [True, True, True]
    counted = [event.progress for event in events if isinstance(event, DevicesCounted)]
    assert counted[0] == Progress(9, verified=9)
    assert "gate 90% ✓" in next(e.gate for e in events if isinstance(e, WaveEnded))


def test_a_gate_that_stays_closed_stops_the_rollout(house):
    plan = house.plan(rollout=rollout(gate=Gate(0.9, 60.0)))
    house.silent = {"server/gs-nord"}
    events = house.apply(plan)
    assert [e.wave.schools for e in events if isinstance(e, WaveStarted)] == [("gs-nord",)]
    (ended,) = [event for event in events if isinstance(event, WaveEnded)]
    assert not ended.passed
    assert "✗" in ended.gate


def test_too_many_lost_schools_stop_the_rollout_without_waiting_for_devices(house):
    plan = house.plan(rollout=rollout(gate=Gate(0.9, 3600.0), stop_share=0.2))
    house.silent = {"server/gs-nord"}
    clock = Clock()
    events = house.apply(plan, clock=clock)
    assert [e.gate for e in events if isinstance(e, WaveEnded)] == [
        "1 schools failed or were unreachable, the limit is 20% of 3 = 0"
    ]
    assert clock.time == Clock().time


def test_nobody_waits_for_devices_of_which_nothing_was_asked(house):
    plan = house.plan()
    house.silent = {"server/gs-nord"}
    clock = Clock()
    events = house.apply(plan, clock=clock)
    assert ends(events)["gs-nord/pupil/wifi/schulnetz"] is Status.SKIPPED
    assert [e.passed for e in events if isinstance(e, WaveEnded)] == [True]
    assert clock.time == Clock().time


def test_a_stop_ends_the_waiting_for_a_gate(house):
    stopped = []
    clock = Clock()
    house.provider.held["tablets"] = {}
    plan = house.plan(rollout=rollout(gate=Gate(0.9, 3600.0)))
    house.silent = {"server/gs-nord"}
    lines = house.world(read(house.root)).lines
    run = Run(house.store, house.store.begin("test", 0))
    events = []
    for event in pipeline.apply(plan, lines, run, clock, lambda: bool(stopped), {}):
        events.append(event)
        if isinstance(event, DevicesCounted):
            stopped.append(True)
    assert isinstance(events[-1], WaveEnded)
    assert clock.time < Clock().time + 5


def test_rights_that_may_cut_off_come_a_wave_after_their_network(house):
    text = "restrictions: {pupil: {only_managed_wifi: true}}\n"
    house.write(**{"schools__gs-sued.yml": school(text, "gs-sued")})
    first, second = house.plan().waves
    assert [str(s.change.address) for s in second.steps] == ["gs-sued/pupil/restrictions/pupil"]
    assert "gs-sued/pupil/wifi/schulnetz" in [str(s.change.address) for s in first.steps]


def test_a_guarded_change_is_shown_and_the_rest_goes_on(house):
    house.apply(house.plan())
    house.write(
        **{
            "authority.yml": FILES["authority.yml"].replace("[anton]", "[geogebra]"),
            "schools__gs-sued.yml": school(name="gs-sued"),
        }
    )
    reading = read(house.root)
    plan = pipeline.plan(reading, house.world(reading), Choice(prune=True))
    assert {change.action for change in plan.blocked} == {Action.DELETE}
    assert "--confirm" in plan.blocked[0].blocked
    assert {step.change.action for step in plan.steps} == {Action.CREATE}


def test_settling_looks_and_remembers(house):
    plan = house.plan(limit="gs-sued")
    run = house.store.begin("cut off", 0)
    house.store.intend(run, list(plan.steps))
    done = [step for step in plan.steps if step.change.address.kind == "wifi"]
    for step in done:
        house.provider.held.setdefault("tablets", {})[step.change.address] = (
            step.change.after.spec,
            step.change.after.devices,
        )
    found = pipeline.settle(
        house.store.intended(), house.store.recall(), house.world(read(house.root)).lines
    )
    house.store.settle(found.found, found.left)
    assert set(house.store.recall()) == {step.change.address for step in done}
    assert house.store.unsettled() == []


def test_what_cannot_be_looked_up_stays_unfinished(house):
    plan = house.plan(limit="gs-sued")
    house.store.intend(house.store.begin("cut off", 0), list(plan.steps))
    house.silent = {"tablets"}
    world = house.world(read(house.root))
    found = pipeline.settle(house.store.intended(), house.store.recall(), world.lines)
    house.store.settle(found.found, found.left)
    assert {entry.address.place for entry in house.store.unsettled()} == {"pupil", "teacher"}


def test_outcomes_known_before_are_written_down_too(house):
    plan = house.plan()
    known = {1: Outcome(1, Status.STALE, "moved")}
    house.apply(plan, known=known)
    (address_,) = [s.change.address for s in plan.steps if s.number == 1]
    assert address_ not in house.store.recall()
    assert house.store.unsettled() == []


class Line:
    """A provider that counts how often a line is opened and closed."""

    settle = 7.0
    abilities = MemoryProvider.abilities

    def __init__(self, opening=None, closing=None) -> None:
        self.opening, self.closing = opening, closing
        self.said: list[str] = []

    @contextmanager
    def connect(self, target, means):
        self.said.append("open")
        if self.opening:
            raise self.opening
        yield object()
        self.said.append("close")
        if self.closing:
            raise self.closing


def lines_of(line):
    target = Target("t", "t", "x", "", {}, Source("x.yml", 1, 1))
    means = Means(InventedVault(b"k"), None, Traffic(), "x")
    return Lines({"t": target}, {"x": line}, {"t": means}, 2)


def test_a_line_is_opened_once_and_closed_at_the_end():
    line = Line()
    with lines_of(line) as lines:
        assert line.said == []
        assert lines.session("t") is lines.session("t")
        assert line.said == ["open"]
    assert line.said == ["open", "close"]


def test_a_line_that_was_never_needed_is_never_opened():
    line = Line()
    with lines_of(line):
        pass
    assert line.said == []


def test_a_target_that_did_not_answer_is_not_asked_again():
    line = Line(opening=TimeoutError("timed out"))
    with lines_of(line) as lines:
        for _ in range(2):
            with pytest.raises(TimeoutError, match="timed out"):
                lines.session("t")
    assert line.said == ["open"]


def test_a_line_that_breaks_while_it_is_closed_is_closed():
    line = Line(closing=ConnectionResetError("reset"))
    with lines_of(line) as lines:
        lines.session("t")
    assert line.said == ["open", "close"]
