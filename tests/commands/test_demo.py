"""The promise of the first page: the whole tool in one command, on all 154 schools."""

from pathlib import Path

from tests.commands.typed import pedell_says


def test_the_demo_plans_applies_changes_and_finds_exactly_two_things(tmp_path: Path) -> None:
    answer = pedell_says("demo", cwd=tmp_path, timeout=600)
    assert answer.code == 0, answer
    text = " ".join(answer.out.split())
    assert "9,590 of 9,590 changes" in text
    assert "Plan: nothing to do in 154 schools" in text
    assert "same in 147 schools · 23,228 tablets" in text
    assert "Drift: 2 differences in 1 school" in text
    assert "616 SSH round trips on 308 connections" in text
    assert list(tmp_path.iterdir()) == []
