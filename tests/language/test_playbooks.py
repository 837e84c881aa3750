"""Rollouts: a playbook becomes nouns, or says all that is wrong with it."""

import pytest

from pedell.language.playbooks import read_playbook
from pedell.model import Gate, Rejected, Window
from tests.inventory_builder import HOME, schemas


def read(tmp_path, text):
    path = tmp_path / "rollout.yml"
    path.write_text(text)
    return read_playbook(path, schemas())


def test_a_full_rollout(tmp_path):
    (rollout,) = read(
        tmp_path,
        """\
- name: Tablets
  schools: "grundschule:&innenstadt"
  tags: [wifi]
  waves: {order_by: [-priority, id], sizes: [1, 5%, 100%]}
  gate: {verified: 90%, timeout: 24h}
  stop_when: {failed_or_unreachable: 5%}
  window: {days: fri-mon, from: "14:00", to: "18:30"}
""",
    )
    assert rollout.schools == "grundschule:&innenstadt"
    assert rollout.tags == ("wifi",)
    assert rollout.order_by == ("-priority", "id")
    assert rollout.sizes == ("1", "5%", "100%")
    assert rollout.gate == Gate(0.9, 86400.0)
    assert rollout.stop_share == 0.05
    assert rollout.window == Window(frozenset({4, 5, 6, 0}), 840, 1110)
    assert str(rollout.source) == f"{tmp_path}/rollout.yml:1:3"


def test_what_is_left_out_means_everything_at_once(tmp_path):
    (rollout,) = read(tmp_path, "- name: All\n")
    assert (rollout.schools, rollout.sizes, rollout.stop_share) == ("all", ("100%",), 1.0)
    assert rollout.gate == Gate(0.0, 600.0)
    assert rollout.window is None


@pytest.mark.parametrize(
    ("days", "meant"), [("mon", {0}), ("mon-fri", {0, 1, 2, 3, 4}), ("sat-sun", {5, 6})]
)
def test_days_are_a_day_or_a_span(tmp_path, days, meant):
    text = f'- name: X\n  window: {{days: {days}, from: "08:00", to: "09:00"}}\n'
    assert read(tmp_path, text)[0].window.days == meant


def test_a_time_needs_no_quotes(tmp_path):
    (rollout,) = read(tmp_path, "- name: X\n  window: {from: 14:00, to: 22:22}\n")
    assert (rollout.window.start, rollout.window.end) == (840, 1342)


def test_all_that_is_wrong_is_said_with_its_place(tmp_path):
    with pytest.raises(Rejected) as caught:
        read(tmp_path, "- nam: X\n  waves: {sizes: [0, 500%]}\n")
    found = {(p.code, p.source.line, p.source.column) for p in caught.value.problems}
    assert found == {("E0111", 1, 3), ("E0110", 1, 3), ("E0113", 2, 19), ("E0113", 2, 22)}


def test_a_playbook_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(Rejected) as caught:
        read_playbook(tmp_path / "none.yml", schemas())
    assert caught.value.problems[0].code == "E0101"


def test_the_playbook_of_the_house_is_read():
    (rollout,) = read_playbook(HOME / "playbooks" / "rollout.yml", schemas())
    assert rollout.sizes == ("1", "5%", "100%")
