import pytest

from pedell.model import Status
from pedell.providers.debian.versions import fits
from tests.providers.debian.world import configure, remember, removal, steps, want

SANDBOX = "/var/lib/pedell-sandbox"


def package(name="squid", **more):
    return want("package", name, installed=True, **more)


@pytest.fixture
def offer(world):
    """Say which versions of a package can be had, the newest last."""

    def offer(*versions, name="squid"):
        folder = world.path(f"{SANDBOX}/versions")
        folder.mkdir(exist_ok=True)
        (folder / name).write_text("".join(f"{one}\n" for one in versions))

    offer("5.6-1", "5.7-1", "5.7-2", "6.0-1")
    return offer


def version(world, name="squid"):
    return world.path(f"{SANDBOX}/packages/{name}").read_text().strip()


def log(world, name):
    path = world.path(f"{SANDBOX}/{name}.log")
    return path.read_text().splitlines() if path.exists() else []


def is_held(world, name="squid"):
    return world.path(f"{SANDBOX}/held/{name}").exists()


def seen(session, *resources):
    return [one.spec for one in session.observe(resources, [])]


@pytest.mark.parametrize(
    ("wanted", "found"), [("5.7-1", "5.7-1"), ("5.7*", "5.7-2"), ("5.*", "5.7-2")]
)
def test_a_version_is_installed_and_seen_as_wanted(world, offer, wanted, found):
    wish = package(version=wanted)
    with world.session() as session:
        assert seen(session, wish) == []
        configure(session, [wish])
        assert version(world) == found
        assert seen(session, wish) == [wish.spec]
        configure(session, [wish])
    assert log(world, "apt") == [f"install squid={found}"]


def test_an_epoch_need_not_be_said(world, offer):
    offer("1:2.3-4", "1:2.4-1")
    with world.session() as session:
        for wanted, found in (("2.3-4", "1:2.3-4"), ("1:2.4*", "1:2.4-1"), ("2.3*", "1:2.3-4")):
            configure(session, [package(version=wanted)])
            assert version(world) == found
            assert seen(session, package(version=wanted)) == [package(version=wanted).spec]


def test_what_the_files_change_is_shown_as_they_said_it_before(world, offer):
    old, new = package(version="5.6*"), package(version="5.7*")
    with world.session() as session:
        configure(session, [old])
        assert session.observe([new], [remember(old)])[0].spec["version"] == "5.6*"
        world.path(f"{SANDBOX}/packages/squid").write_text("6.0-1\n")
        assert session.observe([new], [remember(old)])[0].spec["version"] == "6.0-1"


def test_an_older_version_comes_only_where_it_is_said(world, offer):
    with world.session() as session:
        configure(session, [package()])
        assert version(world) == "6.0-1"
        (now,) = seen(session, package(version="5.7*"))
        assert now["version"] == "6.0-1"
        configure(session, [package(version="5.7*")])
        assert version(world) == "5.7-2"
        configure(session, [package()])
        assert version(world) == "5.7-2"


def test_a_held_package_stays_until_the_files_say_another_version(world, offer):
    wish = package(version="5.6*", hold=True)
    with world.session() as session:
        configure(session, [wish])
        assert is_held(world)
        assert seen(session, wish) == [wish.spec]
        configure(session, [wish])
        assert log(world, "mark") == ["hold squid"]
        new = package(version="5.7*", hold=True)
        configure(session, [new])
        assert (version(world), is_held(world)) == ("5.7-2", True)
        assert log(world, "mark") == ["hold squid", "unhold squid", "hold squid"]
        configure(session, [package(hold=False)])
    assert not is_held(world)


def test_what_somebody_else_holds_stays_held(world, offer):
    with world.session() as session:
        configure(session, [package(version="5.6-1")])
        world.path(f"{SANDBOX}/held").mkdir()
        world.path(f"{SANDBOX}/held/squid").touch()
        configure(session, [package(version="5.7-1")])
    assert (version(world), is_held(world)) == ("5.7-1", True)


def test_drift_of_version_and_hold_is_seen_and_set_right(world, offer):
    wish = package(version="5.7-1", hold=True)
    with world.session() as session:
        configure(session, [wish])
        world.path(f"{SANDBOX}/held/squid").unlink()
        world.path(f"{SANDBOX}/packages/squid").write_text("6.0-1\n")
        assert seen(session, wish) == [{"installed": True, "version": "6.0-1", "hold": False}]
        configure(session, [wish])
        assert seen(session, wish) == [wish.spec]


def test_all_come_in_one_transaction_whether_versions_are_said_or_not(world, offer):
    offer("1.1", "2.1", name="dnsmasq")
    wishes = [package(version="5.6*", hold=True), package("dnsmasq"), package("curl", hold=True)]
    with world.session() as session:
        configure(session, wishes)
        assert seen(session, *wishes) == [one.spec for one in wishes]
    assert log(world, "apt") == ["install squid=5.6-1 dnsmasq curl"]
    assert log(world, "mark") == ["hold squid", "hold curl"]


def test_a_version_that_cannot_be_had_is_said_and_holds_up_no_other(world, offer):
    wishes = [package(version="7.*"), package("dnsmasq")]
    with world.session() as session:
        first, second = session.perform(steps(wishes))
        assert first.status is Status.FAILED
        assert first.detail == (
            "no version of squid that can be had is 7.*: there is 6.0-1 5.7-2 5.7-1 5.6-1"
        )
        assert second.status is Status.DONE
    assert log(world, "apt") == ["update", "install dnsmasq"]


def test_a_failure_leaves_the_hold_as_it_was(world, offer):
    with world.session() as session:
        configure(session, [package(version="5.6-1", hold=True)])
        world.path(f"{SANDBOX}/missing-packages").write_text("squid\n")
        (end,) = session.perform(steps([package(version="5.7-1", hold=True)]))
    assert end.status is Status.FAILED
    assert (version(world), is_held(world)) == ("5.6-1", True)


def test_a_held_package_is_taken_away_too(world, offer):
    wish = package(version="5.6-1", hold=True)
    with world.session() as session:
        configure(session, [wish])
        assert [e.status for e in session.perform([removal(1, wish)])] == [Status.DONE]
        assert session.observe([], [remember(wish)]) == []
    assert not is_held(world)


@pytest.mark.parametrize("wanted", ["$(id)", "1.0; id", "1 2", "-o=x", "1.0/sid", "a\nb"])
def test_a_version_is_no_way_into_the_shell(world, offer, wanted):
    with world.session() as session:
        (end,) = session.perform(steps([package(version=wanted)]))
    assert end.status is Status.FAILED
    assert not world.path(f"{SANDBOX}/packages/squid").exists()


@pytest.mark.parametrize(
    ("version", "wanted", "fit"),
    [
        ("3.2.1-4", "", True),
        ("3.2.1-4", "3.2.1-4", True),
        ("3.2.1-4", "3.2.*", True),
        ("3.2.1-4", "3.2", False),
        ("3.20-1", "3.2.*", False),
        ("1:3.2-1", "3.2*", True),
        ("1:3.2-1", "1:3.2-1", True),
        ("1:3.2-1", "2:3.2-1", False),
        ("13.2-1", "3.2*", False),
    ],
)
def test_which_versions_fit(version, wanted, fit):
    assert fits(version, wanted) is fit
