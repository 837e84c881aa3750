"""What people read, to the letter; refreshed by --refresh-golden only, and read in review."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from pedell.outputs import FORMATS, PICTURES, Detail, Format, Level, Page
from tests.outputs import cases, overviews
from tests.outputs.build import LOCK, plan
from tests.outputs.conftest import Golden

TEXT = FORMATS["text"]
LOCKS = Detail(locks=(LOCK,))
EVERY_FIELD = Detail(Level.FIELDS, (LOCK,))
NOTICES = overviews.some_behind().survey.notices

READ: dict[str, Callable[[Format], str]] = {
    "plan-empty": lambda f: f.plan(plan(), Detail()),
    "plan-one-line": lambda f: f.plan(cases.one_line(), LOCKS),
    "plan-one-line-summary": lambda f: f.plan(cases.one_line(), Detail(Level.SUMMARY)),
    "plan-one-line-diff": lambda f: f.plan(cases.one_line(), EVERY_FIELD),
    "plan-saved": lambda f: f.plan(cases.one_line(), Detail(Level.SUMMARY, saved="friday.plan")),
    "plan-first-rollout": lambda f: f.plan(cases.rollout(), Detail()),
    "plan-blocked": lambda f: f.plan(cases.held_back(), Detail()),
    "plan-unreachable": lambda f: f.plan(cases.silent(), LOCKS),
    "plan-details": lambda f: f.plan(cases.details(), Detail()),
    "plan-details-diff": lambda f: f.plan(cases.details(), EVERY_FIELD),
    "drift-none": lambda f: f.drift(plan()),
    "drift-details": lambda f: f.drift(cases.details()),
    "drift-one-line": lambda f: f.drift(cases.one_line()),
    "report": lambda f: f.outcomes(cases.report()),
    "explain": lambda f: f.explain(cases.explanations()),
    "explain-locked": lambda f: f.explain(cases.locked_explanations()),
    "problems": lambda f: f.problems(*cases.problems()),
    "list": lambda f: f.listing(cases.table()),
    "graph": lambda f: f.graph(cases.picture()),
    "why": lambda f: f.why(cases.picture().arrows[:2][::-1]),
    "status": lambda f: f.status(overviews.some_behind()),
    "status-all-well": lambda f: f.status(overviews.all_well()),
    "status-after-asking": lambda f: f.status(overviews.after_asking()),
    "status-nothing": lambda f: f.status(overviews.nothing_left_yet()),
    "plan-notice": lambda f: f.plan(replace(cases.one_line(), notices=NOTICES), LOCKS),
}
FOR_MACHINES = (
    "plan-details",
    "drift-details",
    "report",
    "explain-locked",
    "problems",
    "list",
    "why",
    "status-after-asking",
    "plan-notice",
)


@pytest.mark.parametrize("name", READ)
def test_a_person_reads(name: str, golden: Golden) -> None:
    golden(f"{name}.txt", READ[name](TEXT))


@pytest.mark.parametrize("name", FOR_MACHINES)
@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_a_machine_reads(name: str, form: str, golden: Golden) -> None:
    golden(f"{name}.{form}", READ[name](FORMATS[form]))


@pytest.mark.parametrize("notation", PICTURES)
def test_another_program_draws(notation: str, golden: Golden) -> None:
    golden(f"graph.{notation}", PICTURES[notation](cases.picture()))


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_no_line_ends_in_a_blank_and_all_words_survive_a_narrow_page(name: str, width: int) -> None:
    text = READ[name](TEXT.fitted(Page(width)))
    assert all(line == line.rstrip() for line in text.split("\n"))
    if name.startswith("plan") and "diff" not in name:
        return
    wide = READ[name](TEXT.fitted(Page(10_000)))
    assert sorted(_letters(text)) == sorted(_letters(wide))


@pytest.mark.parametrize("name", READ)
def test_colour_is_only_ever_added(name: str) -> None:
    import re

    painted = READ[name](TEXT.fitted(Page(colour=True)))
    assert re.sub(r"\x1b\[\d+m", "", painted) == READ[name](TEXT)
    assert "\x1b" not in READ[name](TEXT)


def _letters(text: str) -> str:
    return "".join(text.replace("^", "").split())
