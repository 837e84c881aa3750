"""Recall: memory stands in for what is seen, or for what is wanted."""

from pedell.model import Sealed
from pedell.stages.recall import see_memory, want_memory, without_leavers
from tests.stages.world import KINDS, at, by_address, left, wanted


def test_what_was_left_is_seen_on_the_devices_that_hold_what_is_wanted():
    memory = by_address(left("a", {"x": 1}, devices="AB"), left("b", {"x": 1}, devices="A"))
    sight = see_memory(memory, by_address(wanted("a", {"x": 1}), wanted("b", {"x": 2})))
    assert sight.observed[at("a")].devices == {"A", "B"}
    assert sight.observed[at("b")].devices == frozenset()
    assert sight.observed[at("b")].spec == {"x": 1}
    assert sight.unreachable == {}


def test_a_secret_that_nobody_here_can_open_counts_as_unchanged():
    memory = by_address(left("a", {"x": Sealed("s", "f")}, devices="A"))
    sight = see_memory(memory, by_address(wanted("a", {"x": Sealed("s", None)})))
    assert sight.observed[at("a")].devices == {"A"}


def test_what_was_left_is_wanted_as_it_was_left():
    found = want_memory(by_address(left("a", {"x": 1}, devices="AB", target="u")))[at("a")]
    assert (found.spec, found.devices, found.target, found.needs) == ({"x": 1}, {"A", "B"}, "u", ())


def test_who_has_left_a_place_has_left_all_it_gave():
    crowd, other = left("c", kind="crowd", devices="A"), left("b", {"x": 1}, devices="AB")
    found = without_leavers(by_address(crowd, other), KINDS)
    assert found[at("b")].devices == {"A"}


def test_without_a_list_of_members_nobody_has_left():
    memory = by_address(left("b", {"x": 1}, devices="AB"))
    assert without_leavers(memory, KINDS) == memory
