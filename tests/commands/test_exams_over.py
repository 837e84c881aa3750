"""An exam whose time is over is nobody's business any more, also for an apply after a crash."""

import datetime

import pytest

from pedell import pipeline
from pedell.commands.applying import settle_unfinished
from pedell.model import Action
from pedell.pipeline import Choice
from pedell.providers import PROVIDERS
from pedell.stages.guard import Limits
from pedell.wiring import Setting, open_workplace
from tests.inventory_builder import SCHOOL, build
from tests.laws.worlds import Run
from tests.stages.world import Clock

END = datetime.datetime(2027, 3, 1, 11, tzinfo=datetime.UTC)
BEFORE, AFTER = (END + datetime.timedelta(minutes=minutes) for minutes in (-30, 30))
PUPIL = "  pupil: {ownership: loan}\n"
EXAM = PUPIL.replace("}", ', os: "26.4", presets: {exam: {until: "2027-03-01 12:00"}}}')
APPS = "apps: [geogebra]\n"
PRUNE = {"prune": True, "limits": Limits(confirmed=frozenset({"gs-nord"}))}


@pytest.fixture(name="root")
def _root(tmp_path):
    PROVIDERS["memory"].held.clear()
    return build(tmp_path, {"schools/gs-nord.yml": SCHOOL.replace(PUPIL, EXAM) + APPS})


def workplace(root, now):
    return open_workplace(Setting((root,), offline=True, now=now))


def steps_of(place, **choice):
    return list(pipeline.plan(place.reading, place.world, Choice(**choice)).steps)


def apply(place):
    """Apply all."""
    run = Run(place.store, place.store.begin("test", 0))
    approved = pipeline.plan(place.reading, place.world, Choice())
    list(pipeline.apply(approved, place.world.lines, run, Clock(), lambda: False, {}))


def break_in(place, word):
    """Die after the intents of those steps of a pruning run were written down."""
    found = [step for step in steps_of(place, **PRUNE) if word in str(step.change.address)]
    Run(place.store, place.store.begin("test", 0)).intend(found)
    return [step.change.action for step in found]


def test_an_apply_after_a_crash_takes_no_exam_away_that_has_ended(root):
    with workplace(root, BEFORE) as place:
        apply(place)
        assert any(at.kind == "exam" for at in place.store.recall())
    (root / "schools/gs-nord.yml").write_text(SCHOOL)
    with workplace(root, AFTER) as place:
        assert break_in(place, "app/geogebra") == [Action.DELETE] * 2
        kinds = {step.change.address.kind for step in steps_of(settle_unfinished(place), **PRUNE)}
        assert kinds == {"app"}


def test_an_exam_that_ended_after_the_crash_leaves_no_step_open(root):
    with workplace(root, BEFORE) as place:
        apply(place)
    (root / "schools/gs-nord.yml").write_text(SCHOOL)
    with workplace(root, BEFORE) as place:
        assert break_in(place, "exam") == [Action.DELETE]
    with workplace(root, AFTER) as place:
        settle_unfinished(place)
        assert place.store.intended() == {}
