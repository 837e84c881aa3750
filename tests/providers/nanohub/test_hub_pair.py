"""NanoMDM and KMFDDM side by side: two logins, and each may be gone while the other answers."""

import socket

import pytest

from pedell.model import Status
from tests.providers.nanohub.hub_world import DDM_KEY, cohort, pair_world
from tests.sandbox.mdm_world import KEY


@pytest.fixture
def world(tmp_path):
    with pair_world(tmp_path, [cohort("gs-nord")]) as world:
        yield world


@pytest.fixture
def nowhere():
    """An address where nobody answers."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{unused.getsockname()[1]}"


def by_kind(world, outcomes, steps):
    kinds = {step.number: step.change.address.kind for step in steps}
    found = {}
    for outcome in outcomes:
        found.setdefault(kinds[outcome.step], set()).add(outcome.status)
    return found


def test_what_is_wanted_arrives_and_the_second_plan_is_empty(world):
    assert {outcome.status for outcome in world.apply()} == {Status.DONE}
    world.rest()
    assert world.changes() == []
    assert {(p.verified, p.total) for p in world.progress().values()} == {(3, 3)}
    asked = world.mdm.summary()["requests"]
    assert asked["PUT /v1/enrollment-sets"] == 3
    assert not [path for path in asked if path.endswith("/v1/notify")]


def test_what_nobody_wants_any_more_goes(world):
    world.apply()
    world.rest()
    world.wanted = {a: r for a, r in world.wanted.items() if a.kind == "membership"}
    assert {outcome.status for outcome in world.apply()} == {Status.DONE}
    world.rest()
    assert world.changes() == []
    assert world.mdm.summary()["profiles"] == 0


def test_without_kmfddm_profiles_go_on_and_devices_are_woken(world, nowhere):
    steps, crippled = world.plan(), world.connect(ddm_url=nowhere)
    found = by_kind(world, crippled.perform(steps), steps)
    assert found.pop("membership") == {Status.UNREACHABLE}
    assert found.pop("app") == {Status.SKIPPED}
    assert set(map(frozenset, found.values())) == {frozenset({Status.DONE})}
    world.rest()
    assert world.mdm.summary()["profiles"] == 12
    world.apply()
    world.rest()
    assert world.changes() == []


def test_without_nanomdm_nothing_is_lost(world, nowhere):
    steps, crippled = world.plan(), world.connect(nowhere)
    found = by_kind(world, crippled.perform(steps), steps)
    assert set().union(*found.values()) == {Status.UNREACHABLE, Status.SKIPPED}
    assert world.sent() == []
    world.apply()
    world.rest()
    assert world.changes() == []
    assert {(p.verified, p.total) for p in world.progress().values()} == {(3, 3)}


@pytest.mark.parametrize(
    ("setting", "wrong"), [("credential", "credential"), ("ddm_credential", "ddm_credential")]
)
def test_a_refused_login_names_the_setting(world, setting, wrong):
    steps, shut_out = world.plan(), world.connect(**{setting: "wrong_api"})
    details = [o.detail for o in shut_out.perform(steps) if o.status is Status.FAILED]
    assert any(f"`{wrong}`" in detail for detail in details)
    statuses = {o.status for o in world.connect(**{setting: "wrong_api"}).perform(steps)}
    assert Status.UNREACHABLE not in statuses


def test_a_look_shows_that_nanomdm_lets_nobody_in(world):
    shut_out = world.connect(credential="wrong_api")
    with pytest.raises(PermissionError, match="`credential`"):
        shut_out.observe(tuple(world.wanted.values()), ())


@pytest.mark.parametrize(
    ("prefix", "said"),
    [
        ("/v1/push", "`url`: check it, and NanoMDM's -api"),
        ("/v1/declarations", "`ddm_url`: check it, and KMFDDM's -api"),
    ],
)
def test_a_look_shows_that_something_else_answers(world, prefix, said):
    world.mdm.fault(prefix=prefix, count=10, status=404, body="404 page not found")
    with pytest.raises(OSError, match=said):
        world.observe()


def test_a_secret_that_is_not_there_names_the_setting(world):
    with pytest.raises(PermissionError, match="`ddm_credential`"):
        world.connect(ddm_credential="nowhere")


@pytest.mark.parametrize("setting", ["url", "ddm_url"])
def test_both_ways_are_encrypted_or_stay_on_this_machine(world, setting):
    with pytest.raises(PermissionError, match=r"192\.0\.2\.1 .* use https"):
        world.connect(**{setting: "http://192.0.2.1"})


@pytest.mark.parametrize("prefix", ["/v1/enqueue", "/v1/enrollment-sets"])
def test_neither_key_shows_in_what_either_server_says(world, prefix):
    world.mdm.fault(prefix=prefix, count=1000, status=500, body=f"{KEY} {DDM_KEY}")
    outcomes = list(world.session.perform(world.plan()))
    told = " ".join(outcome.detail for outcome in outcomes)
    assert "HTTP 500" in told
    assert KEY not in told
    assert DDM_KEY not in told


def test_a_pair_that_sends_us_elsewhere_names_the_setting(world):
    world.mdm.fault(prefix="/v1/declarations", count=10, status=302, body="elsewhere")
    with pytest.raises(OSError, match="`ddm_url`"):
        world.observe()
