"""Who is behind: on one screen for a person, complete for a machine."""

import json

import pytest

from pedell.outputs import FORMATS
from pedell.outputs.status_text import DEVICES, PLACES, span_in_words
from tests.outputs import overviews

TEXT = FORMATS["text"]


@pytest.mark.parametrize(
    "overview", [overviews.some_behind(), overviews.after_asking(), overviews.all_well()]
)
def test_it_fits_on_one_screen_and_its_lines_on_the_page(overview):
    lines = TEXT.status(overview).split("\n")
    assert len(lines) <= 30
    assert all(len(line) <= 100 for line in lines)


def test_asked_for_all_it_names_every_device_that_is_behind():
    short = TEXT.status(overviews.some_behind())
    whole = TEXT.status(overviews.some_behind(whole=True))
    named = [f"INVENTED{number:04}" for number in range(1, 7)]
    assert sum(serial in short for serial in named) == DEVICES
    assert f"Most behind ({PLACES} of 4 cohorts; all: --all)" in short
    assert all(serial in whole for serial in named)
    assert "INVENTED0007" not in whole  # it lacks nothing


def test_who_is_behind_longest_comes_first_and_those_without_a_date_last():
    record = json.loads(FORMATS["json"].status(overviews.some_behind()))
    serials = [device["serial"] for device in record["behind"]]
    assert serials == [f"INVENTED{number:04}" for number in (1, 2, 4, 5, 6, 3)]
    assert record["behind"][0]["since"] == "2026-11-12T12:00:00+00:00"
    assert record["behind"][-1]["since"] is record["behind"][-1]["heard"] is None


def test_the_sums_of_a_machine_count_every_device_once():
    record = json.loads(FORMATS["json"].status(overviews.some_behind()))
    summary = record["summary"]
    stages = ("refused", "unsent", "asleep", "queued", "installed", "verified")
    assert sum(summary[stage] for stage in stages) == summary["devices"] == 1_399
    assert summary["accepted"] == summary["devices"] - summary["unsent"]
    assert sum(cohort["devices"] for cohort in record["cohorts"]) == summary["devices"]


def test_lines_for_a_machine_have_a_type_each():
    lines = FORMATS["jsonl"].status(overviews.after_asking()).split("\n")
    types = [json.loads(line)["type"] for line in lines]
    assert types[0] == "status"
    assert set(types) == {"status", "cohort", "device", "unreachable"}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7_199, "119 min"), (7_200, "2 h"),
     (172_799, "47 h"), (172_800, "2 days")],
)  # fmt: skip
def test_spans_are_told_in_one_unit(seconds, words):
    assert span_in_words(seconds) == words
