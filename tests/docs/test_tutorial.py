"""The tutorial, done from the first line to the last in an empty folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.console import Desk, follow

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial" / "first-school.md"


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.type("pedell sandbox stop -i ~/my-schools")


def test_the_tutorial_does_what_it_says(desk: Desk) -> None:
    assert list(follow(TUTORIAL, desk)) == []
