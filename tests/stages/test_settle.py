"""Settle: what became of steps that a crash cut off is told by looking."""

import pytest

from pedell.model import Sight
from pedell.ports import Unsettled
from pedell.stages.settle import settle_steps
from tests.stages.world import at, by_address, left, seen

ENTRY = Unsettled("run", 1, at("a"), 0.0)


def settle(meant, now=None, *, memory=(), unreachable=()):
    sight = Sight(by_address(now) if now else {}, dict.fromkeys(unreachable, "silent"))
    found = settle_steps({ENTRY: meant}, by_address(*memory), sight)
    return dict(found.found).get(ENTRY), dict(found.left)


def test_what_is_there_as_it_was_meant_is_ours():
    meant = left("a", {"x": 1}, devices="AB")
    assert settle(meant, seen("a", {"x": 1}, devices="ABC")) == ("it is there", {at("a"): meant})


def test_only_devices_that_hold_it_are_remembered():
    found = settle(left("a", {"x": 1}, devices="AB"), seen("a", {"x": 1}, devices="A"))
    assert found == ("it is there", {at("a"): left("a", {"x": 1}, devices="A")})


@pytest.mark.parametrize(
    ("now", "word"), [(None, "nothing is there"), (seen("a", {"x": 2}), "something else is there")]
)
def test_what_is_not_there_is_not_remembered(now, word):
    assert settle(left("a", {"x": 1}), now) == (word, {})


def test_what_was_to_go_is_looked_for_too():
    assert settle(None, None, memory=[left("a")]) == ("nothing is there", {at("a"): None})
    assert settle(None, seen("a"), memory=[left("a")]) == ("something else is there", {})


def test_what_cannot_be_looked_up_stays_open():
    assert settle(left("a"), unreachable=["t"]) == (None, {})
    assert settle(None) == (None, {})
