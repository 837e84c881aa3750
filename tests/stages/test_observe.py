"""Observe and refresh: every target is asked once, and a silent one takes no other along."""

from pedell.model import Survey
from pedell.stages.observe import observe_targets
from pedell.stages.refresh import refresh_targets
from tests.stages.world import Lines, Scripted, at, by_address, left, seen, wanted


def test_every_target_is_asked_once_in_bulk():
    sessions = {"t": Scripted(), "u": Scripted()}
    sessions["t"].observed = [seen("a"), seen("c")]
    sessions["u"].observed = [seen("b")]
    lines = Lines(sessions)
    want = by_address(wanted("a"), wanted("b", target="u"), wanted("c"))
    sight = observe_targets(lines, want, by_address(left("a"), left("d", target="u")))
    assert set(sight.observed) == {at("a"), at("b"), at("c")}
    assert sorted(lines.opened) == ["t", "u"]
    assert sessions["t"].asked == [(["s/p/node/a", "s/p/node/c"], ["s/p/node/a"])]
    assert sessions["u"].asked == [(["s/p/node/b"], ["s/p/node/d"])]


def test_a_silent_target_takes_no_other_along():
    talking = Scripted()
    talking.observed = [seen("a")]
    lines = Lines({"t": talking, "u": TimeoutError("timed out"), "v": PermissionError("401")})
    want = by_address(wanted("a"), wanted("b", target="u"), wanted("c", target="v"))
    sight = observe_targets(lines, want, {})
    assert set(sight.observed) == {at("a")}
    assert sight.unreachable == {"u": "timed out", "v": "401"}
    assert sight.denied == {"v"}


def test_a_target_that_is_named_no_more_is_not_asked():
    sight = observe_targets(Lines({}), {}, by_address(left("a", target="gone")))
    assert (sight.observed, sight.unreachable) == ({}, {})


def test_only_targets_with_devices_are_refreshed():
    sessions = {"t": Scripted(), "u": Scripted()}
    want = by_address(wanted("a", devices="A"), wanted("b"), wanted("c", target="u"))
    assert refresh_targets(Lines(sessions), want, 5.0) == Survey(())
    assert sessions["t"].asked == [(["s/p/node/a"], ["5.0"])]
    assert sessions["u"].asked == []


def test_who_could_not_ask_its_devices_is_named():
    want = by_address(wanted("a", devices="A"), wanted("b", devices="A", target="u"))
    lines = Lines({"t": TimeoutError("timed out"), "u": PermissionError("401")})
    found = refresh_targets(lines, want, 5.0)
    assert found == Survey((), {"t": "timed out", "u": "401"}, frozenset("u"))
