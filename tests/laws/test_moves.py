"""What moves between profiles and declarations is said in one place, whoever asked for pruning."""

from itertools import permutations

import pytest

from pedell import pipeline
from pedell.model import Action, Status, StepEnded
from pedell.pipeline import Choice
from pedell.providers import PROVIDERS
from pedell.wiring import Setting, open_workplace
from tests.inventory_builder import SCHOOL, build
from tests.laws.worlds import Run
from tests.stages.world import Clock

SAID = {"siri": False, "spell_check": False, "update_deferral": 30}
"""What stands in no profile at all from iPadOS 26.4 on."""
FILES = "restrictions: {pupil: {siri: false, spell_check: false}}\npresets: {update_deferral: 30}\n"
VERSIONS = ["17.2", "18.0", "26.4"]


@pytest.fixture(name="at")
def _at(tmp_path):
    PROVIDERS["memory"].held.clear()

    def at(os, text=FILES):
        """Write the school with pupils of this iPadOS, plan and apply without pruning."""
        school = SCHOOL.replace("{ownership: loan}", f'{{os: "{os}"}}') + text
        root = build(tmp_path, {"schools/gs-nord.yml": school})
        with open_workplace(Setting((root,), offline=True)) as place:
            plan = pipeline.plan(place.reading, place.world, Choice())
            run = Run(place.store, place.store.begin("test", 0))
            events = [*pipeline.apply(plan, place.world.lines, run, Clock(), lambda: False, {})]
            ends = {e.outcome.status for e in events if isinstance(e, StepEnded)}
            assert ends <= {Status.DONE}
            after = pipeline.plan(place.reading, place.recalled().world, Choice())
        return plan, after

    return at


def pupils():
    """Return all that the pupils' devices are told."""
    held = {at: spec for at, (spec, _) in PROVIDERS["memory"].held["tablets"].items()}
    return [
        (name, value)
        for at, spec in held.items()
        if at.place == "pupil" and at.kind in ("configuration", "presets", "restrictions")
        for name, value in spec.items()
    ]


@pytest.mark.parametrize("way", [*permutations(VERSIONS, 2)])
def test_each_is_told_once_on_every_way_between_two_systems(at, way):
    for os in way:
        _, after = at(os)
        assert sorted(pupils()) == sorted(SAID.items())
        assert (after.is_empty, after.orphans) == (True, ())


def test_it_goes_a_wave_after_what_says_it_now(at):
    at("17.2")
    plan, _ = at("26.4")
    (gone,) = (s for s in plan.steps if s.change.address.kind == "restrictions" and s.needs)
    assert gone.change.action is Action.DELETE
    assert {at.name for at in gone.change.heirs} == {"siri", "keyboard"}
    first, second = plan.waves
    assert {step.number for step in first.steps} >= {edge.step for edge in gone.needs}
    assert gone in second.steps


def test_what_was_changed_on_the_day_of_the_move_is_not_held_back_by_the_old_value(at):
    at("17.2")
    at("26.4", FILES.replace("siri: false", "siri: true"))
    assert ("siri", True) in pupils()
    assert ("siri", False) not in pupils()


def test_what_nobody_says_any_more_stays_until_pruning_is_asked_for(at):
    at("17.2")
    plan, after = at("26.4", "presets: {update_deferral: 30}\n")
    assert {step.change.address.kind for step in plan.steps if not step.change.after} == {"presets"}
    assert [str(orphan) for orphan in after.orphans] == ["gs-nord/pupil/restrictions/pupil"]
