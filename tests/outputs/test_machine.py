"""What other programs read: whole, valid, and under the keys that the docstring promises."""

import json
import re
from typing import Any

import pytest

from pedell.model import Outcome, Status
from pedell.outputs import FORMATS, Detail, Level, machine, outcome_line
from tests.outputs import cases
from tests.outputs.build import plan
from tests.outputs.test_golden import READ

PROMISED = set(re.findall(r"[a-z_]+", machine.__doc__ or ""))


@pytest.mark.parametrize("name", READ)
def test_json_is_one_document_and_jsonl_one_object_a_line(name: str) -> None:
    whole = json.loads(READ[name](FORMATS["json"]))
    first, *entries = map(json.loads, READ[name](FORMATS["jsonl"]).split("\n"))
    assert whole["format"] == first["format"] == 1
    assert whole["type"] == first["type"]
    lists = {key: value for key, value in whole.items() if isinstance(value, list)}
    assert len(entries) == sum(map(len, lists.values()))
    assert {key: value for key, value in whole.items() if key not in lists} == first


@pytest.mark.parametrize("name", READ)
def test_every_key_is_promised_in_the_docstring(name: str) -> None:
    document = json.loads(READ[name](FORMATS["json"]))
    document.pop("rows", None)
    assert set(_keys(document)) - PROMISED <= {"format", "type"}


def test_every_change_of_a_plan_is_there_with_its_step_and_wave() -> None:
    told = cases.one_line()
    document = json.loads(FORMATS["json"].plan(told, Detail()))
    steps = [(each["step"], each["address"]) for each in document["changes"] if each["step"]]
    assert steps == [(step.number, str(step.change.address)) for step in told.steps]
    assert [each["wave"] for each in document["changes"] if each["blocked"]] == [None]
    assert sum(wave["steps"] for wave in document["waves"]) == document["summary"]["changes"]


def test_a_summary_has_no_changes_and_the_same_counts() -> None:
    short = json.loads(FORMATS["json"].plan(cases.one_line(), Detail(Level.SUMMARY)))
    assert "changes" not in short
    assert short["summary"]["blocked"] == 1


def test_drift_counts_what_was_moved_and_nothing_else() -> None:
    document = json.loads(FORMATS["json"].drift(cases.one_line()))
    assert document["summary"]["changes"] == 1
    (field,) = document["changes"][0]["fields"]
    assert field == {"path": "camera", "before": False, "after": True, "cause": "theirs"}


def test_an_outcome_reads_the_same_while_it_happens_and_afterwards() -> None:
    report = cases.report()
    afterwards = FORMATS["jsonl"].outcomes(report).split("\n")
    for each in report.waves:
        steps = {step.number: step for step in each.wave.steps}
        for end in each.outcomes:
            assert outcome_line(each.wave.number, steps[end.step], end) in afterwards
    step = next(iter(cases.one_line().steps))
    told = json.loads(outcome_line(1, step, Outcome(step.number, Status.STALE, "moved")))
    assert told["status"] == "stale"


def test_a_column_may_be_called_type() -> None:
    _, first, _ = FORMATS["jsonl"].listing(cases.table()).split("\n")
    told = json.loads(first)
    assert told["type"] == "row"
    assert told["row"]["type"] == "grundschule"


def test_an_empty_plan_is_a_document_too() -> None:
    assert json.loads(FORMATS["json"].plan(plan(), Detail()))["changes"] == []
    assert len(FORMATS["jsonl"].plan(plan(), Detail()).split("\n")) == 1


def _keys(value: Any) -> list[str]:
    match value:
        case {"secret": _}:
            return ["secret", "fingerprint"]
        case dict():
            return [*value, *(key for child in value.values() for key in _keys(child))]
        case list():
            return [key for child in value for key in _keys(child)]
        case _:
            return []
