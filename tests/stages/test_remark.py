"""What was seen beside the fields is told: of a change with it, of all else in one line."""

import json
from dataclasses import replace

from pedell.model import Notice, Sight
from pedell.outputs import FORMATS, Detail, Level
from pedell.stages.remark import remark_things
from tests.outputs.build import change, moved, plan
from tests.stages.world import by_address, seen, wanted

NOTE = "the clock is not synchronised yet"


def remarks(*noted, moving=()):
    things = [wanted("time", school=name) for name in "abcde"]
    found = [replace(seen("time", school=name), note=NOTE) for name in noted]
    return list(remark_things(by_address(*things), Sight(by_address(*found), {}), plan(moving)))


def test_equal_remarks_are_one_line_that_names_the_first_things():
    assert remarks("a") == [Notice(f"a/p/node/time: {NOTE}")]
    assert [one.text for one in remarks(*"abcde")] == [
        f"a/p/node/time, b/p/node/time, c/p/node/time and 2 more: {NOTE}"
    ]
    assert remarks() == []


def test_a_change_tells_its_own_remark():
    moving = change("a/p/node/time", moved("x", 1, 2))
    assert remarks("a", moving=[moving]) == []
    noted = replace(moving, before=replace(moving.before, note="a restart is still due"))
    text = FORMATS["text"].plan(plan([noted]), Detail())
    assert "      seen: a restart is still due\n" in text
    (told,) = json.loads(FORMATS["json"].plan(plan([noted]), Detail()))["changes"]
    assert told["note"] == "a restart is still due"


def test_what_nobody_has_to_act_on_stands_in_the_whole_plan_alone():
    found = plan([change("a/p/node/x", moved("x", 1, 2))], notices=tuple(remarks("a")))
    assert NOTE not in FORMATS["text"].plan(found, Detail())
    assert f"    a/p/node/time: {NOTE}.\n" in FORMATS["text"].plan(found, Detail(Level.FIELDS))
    assert NOTE in json.loads(FORMATS["json"].plan(found, Detail()))["notices"][0]["text"]
