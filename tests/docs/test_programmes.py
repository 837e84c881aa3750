"""The pages about real programmes: their commands answer so, and their excerpts stand in the files."""

import re
import shutil
from pathlib import Path

import pytest

from tests.docs.console import Desk, blocks_in, follow

HOME = Path(__file__).parents[2]
PAGES = sorted((HOME / "docs/explanation").glob("programme-*.md"))


def _inventories(page: Path) -> set[str]:
    return set(re.findall(r"inventories/([a-z]+)", page.read_text("utf-8")))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_its_commands_answer_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    for name in _inventories(page):
        hidden = shutil.ignore_patterns(".pedell")
        shutil.copytree(HOME / "inventories" / name, tmp_path / "inventories" / name, ignore=hidden)
    shutil.copytree(HOME / "playbooks", tmp_path / "playbooks")
    assert list(follow(page, Desk(tmp_path))) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_its_excerpts_stand_in_the_files(page: Path) -> None:
    (name,) = _inventories(page)
    excerpts = [b.text for b in blocks_in(page.read_text("utf-8")) if b.language == "yaml"]
    assert excerpts
    for excerpt in excerpts:
        first, _, rest = excerpt.partition("\n")
        lines = (HOME / "inventories" / name / first.removeprefix("# ")).read_text("utf-8")
        assert set(rest.splitlines()) <= {*lines.splitlines(), ""}, first
