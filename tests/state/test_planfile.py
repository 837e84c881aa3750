"""Saved plans: what is read again is what was written."""

import dataclasses

from pedell.model import Action
from pedell.state.planfile import read_plan, write_plan
from tests.outputs.build import change, plan


def test_a_saved_plan_still_knows_what_moves_and_whereto(tmp_path):
    gone = change(
        "gs-nord/pupil/restrictions/pupil",
        action=Action.DELETE,
        devices=["DXXX00000001"],
        heirs=["gs-nord/pupil/configuration/siri"],
    )
    saved = plan([gone])
    write_plan(tmp_path / "x.plan", saved)
    (again,) = read_plan(tmp_path / "x.plan").steps
    assert again.change == dataclasses.replace(gone, before=again.change.before)
