"""The transcript in the README: Dortmund is set up, one line changes, a plan shows it.

The copy's targets are of the provider ``memory``, so that the apply before takes a second. What it
leaves in Pedell's memory, with which ``plan --offline`` compares, is the same as from real targets.
"""

import shutil
from pathlib import Path

import pytest

from tests.docs.console import Desk, follow

HOME = Path(__file__).parents[2]
README = HOME / "README.md"


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    inventory = tmp_path / "inventories" / "dortmund"
    shutil.copytree(HOME / "playbooks", tmp_path / "playbooks")
    left = shutil.ignore_patterns(".pedell")
    shutil.copytree(HOME / "inventories" / "dortmund", inventory, ignore=left)
    authority = inventory / "authority.yml"
    text = authority.read_text(encoding="utf-8")
    for provider in ("nanohub", "debian"):
        assert text.count(f"provider: {provider}") == 1
        text = text.replace(f"provider: {provider}", "provider: memory")
    authority.write_text(text, encoding="utf-8")
    return Desk(tmp_path)


def test_the_transcript_is_what_the_tool_says(desk: Desk) -> None:
    text = README.read_text(encoding="utf-8")
    begin, end = text.index("<!-- transcript:"), text.index("<!-- end of transcript -->")
    said = desk.type("pedell apply -i inventories/dortmund --yes")
    assert desk.code == 0, said
    assert list(follow(README, desk, begin, end)) == []
