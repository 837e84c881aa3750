import pytest

from pedell.model import Status, Step
from tests.providers.debian.world import change, configure, remember, removal, steps, want

TIMESYNCD = "/etc/systemd/timesyncd.conf.d/60-pedell.conf"
CHRONY = "/etc/chrony/conf.d/pedell.conf"


def clock(*servers, name="time", **more):
    return want("ntp", name, servers=list(servers or ("b.example.org", "a.example.org")), **more)


@pytest.fixture
def session(world):
    with world.session() as session:
        programmes = ("systemd-timesyncd", "chrony")
        configure(session, [want("package", one, installed=True) for one in programmes])
        yield session


def test_timesyncd_asks_our_servers_and_no_others(world, session):
    wish = clock(fallback=["ptbtime1.ptb.de"])
    assert session.observe([wish], []) == []
    configure(session, [wish])
    assert world.path(TIMESYNCD).read_text().splitlines()[1:] == [
        "[Time]",
        "NTP=",
        "NTP=a.example.org b.example.org",
        "FallbackNTP=",
        "FallbackNTP=ptbtime1.ptb.de",
    ]
    assert [one.spec for one in session.observe([wish], [])] == [wish.spec]
    assert world.restarts("systemd-timesyncd") == 1
    configure(session, [wish])
    assert world.restarts("systemd-timesyncd") == 1


def test_chrony_prefers_our_servers(world, session):
    wish = clock("192.0.2.1", "2001:db8::1", client="chrony", fallback=["ptbtime1.ptb.de"])
    configure(session, [wish])
    assert world.path(CHRONY).read_text().splitlines()[1:] == [
        "server 192.0.2.1 iburst prefer",
        "server 2001:db8::1 iburst prefer",
        "server ptbtime1.ptb.de iburst",
    ]
    assert [one.spec for one in session.observe([wish], [])] == [wish.spec]
    assert world.restarts("chrony") == 1
    assert not world.path(TIMESYNCD).exists()


def test_drift_is_seen_and_set_right(world, session):
    wish = clock()
    configure(session, [wish])
    world.path(TIMESYNCD).write_text("[Time]\nNTP=evil.example.org\n")
    assert session.observe([wish], [])[0].spec["servers"] == ["evil.example.org"]
    configure(session, [wish])
    world.path(TIMESYNCD).write_text(world.path(TIMESYNCD).read_text() + "PollIntervalMinSec=1\n")
    assert session.observe([wish], [])[0].spec["servers"] == ["⟦its file was changed⟧"]
    configure(session, [wish])
    assert [one.spec for one in session.observe([wish], [])] == [wish.spec]


def test_a_restart_that_was_cut_off_is_made_up_for(world, session):
    configure(session, [clock()])
    world.path("/var/lib/pedell/unfinished/ntp.systemd-timesyncd.service").touch()
    assert "still due" in session.observe([clock()], [])[0].spec["servers"][0]
    configure(session, [clock()])
    assert world.restarts("systemd-timesyncd") == 2
    assert [one.spec for one in session.observe([clock()], [])] == [clock().spec]


def test_another_programme_takes_over(world, session):
    old, new = clock(), clock(client="chrony")
    configure(session, [old])
    assert session.observe([new], [remember(old)]) == []
    (end,) = session.perform([Step(1, change(new), ())])
    assert (end.status, end.detail) == (Status.DONE, "")
    assert not world.path(TIMESYNCD).exists()
    assert [one.spec for one in session.observe([new], [remember(old)])] == [new.spec]


def test_taken_away_the_programme_forgets_our_servers(world, session):
    configure(session, [clock()])
    assert [e.status for e in session.perform([removal(1, clock())])] == [Status.DONE]
    assert session.observe([], [remember(clock())]) == []
    assert world.restarts("systemd-timesyncd") == 2
    assert [e.status for e in session.perform([removal(1, clock())])] == [Status.DONE]


def test_a_programme_that_is_missing_or_does_not_come_back_is_said(world):
    with world.session() as session:
        (end,) = session.perform(steps([clock()]))
        assert "the package systemd-timesyncd brings it" in end.detail
        assert not world.path(TIMESYNCD).exists()
        configure(session, [want("package", "chrony", installed=True)])
        world.path("/etc/chrony").mkdir()
        world.path("/etc/chrony/BROKEN").touch()
        (end,) = session.perform(steps([clock(client="chrony")]))
        assert end.status is Status.FAILED
        assert "the configuration is broken" in end.detail
        world.path("/etc/chrony/BROKEN").unlink()
        configure(session, [clock(client="chrony")])


def test_whether_the_clock_is_right_is_a_note_and_no_drift(world, session):
    wishes = [clock(), clock(client="chrony")]
    files = ("/run/systemd/timesync/synchronized", "/var/lib/pedell-sandbox/chrony-in-time")
    for wish, file in zip(wishes, files, strict=True):
        configure(session, [wish])
        (seen,) = session.observe([wish], [])
        assert (seen.spec, seen.note) == (wish.spec, "the clock is not synchronised yet")
        world.path(file).parent.mkdir(parents=True, exist_ok=True)
        world.path(file).touch()
        (seen,) = session.observe([wish], [])
        assert (seen.spec, seen.note) == (wish.spec, "")


@pytest.mark.parametrize(
    "wish",
    [
        clock(name="other"),
        clock(name=""),
        clock("a b"),
        clock("a\nserver b"),
        clock("x", fallback=["ä"]),
    ],
)
def test_wrong_names_never_reach_the_server(world, wish):
    with world.session() as session:
        (end,) = session.perform(steps([wish]))
    assert end.status is Status.FAILED
    assert world.commands() == []
