import pytest

from pedell.model import Status
from tests.providers.debian.world import configure, remember, removal, steps, want

NAME = "net.ipv4.ip_forward"
FILE = f"/etc/sysctl.d/60-pedell-{NAME}.conf"
LIVE = "/proc/sys/net/ipv4/ip_forward"


def setting(value="1", name=NAME):
    return want("sysctl", name, value=value)


def test_a_setting_holds_now_and_at_every_start(world):
    with world.session() as session:
        assert session.observe([setting()], []) == []
        configure(session, [setting()])
        assert world.path(FILE).read_text() == f"{NAME} = 1\n"
        assert world.path(LIVE).read_text() == "1\n"
        assert [one.spec for one in session.observe([setting()], [])] == [setting().spec]


def test_a_second_apply_calls_nothing(world):
    wide = setting("4096 87380  6291456", "net.ipv4.tcp_rmem")
    with world.session() as session:
        configure(session, [wide])
        log = world.path("/var/lib/pedell-sandbox/sysctl.log").read_text()
        assert [one.spec for one in session.observe([wide], [])] == [wide.spec]
        configure(session, [wide])
    assert world.path("/var/lib/pedell-sandbox/sysctl.log").read_text() == log


def test_drift_of_the_value_and_of_the_file_is_seen_and_set_right(world):
    with world.session() as session:
        configure(session, [setting()])
        world.path(LIVE).write_text("0\n")
        assert session.observe([setting()], [])[0].spec == {"value": "0"}
        configure(session, [setting()])
        assert world.path(LIVE).read_text() == "1\n"
        world.path(FILE).write_text("x = y\n")
        assert session.observe([setting()], [])[0].spec == {"value": "⟦x = y⟧"}
        configure(session, [setting()])
        assert [one.spec for one in session.observe([setting()], [])] == [setting().spec]


def test_an_interface_with_a_dot_is_named_with_slashes(world):
    vlan = setting("2", "net/ipv4/conf/eth0.120/rp_filter")
    with world.session() as session:
        configure(session, [vlan])
        assert world.path("/proc/sys/net/ipv4/conf/eth0.120/rp_filter").exists()
        assert [one.spec for one in session.observe([vlan], [])] == [vlan.spec]


def test_what_the_kernel_does_not_know_is_said(world):
    with world.session() as session:
        (end,) = session.perform(steps([setting(name="net.unknown")]))
    assert end.status is Status.FAILED
    assert "No such file or directory" in end.detail


def test_taken_away_it_counts_no_more_at_the_next_start(world):
    with world.session() as session:
        configure(session, [setting()])
        assert [e.status for e in session.perform([removal(1, setting())])] == [Status.DONE]
        assert session.observe([], [remember(setting())]) == []
        assert [e.status for e in session.perform([removal(1, setting())])] == [Status.DONE]
    assert not world.path(FILE).exists()


@pytest.mark.parametrize("name", ["-w", "a", "a b.c", "net.../x", "net/../x", "a.$(id)", ""])
def test_what_is_no_setting_never_reaches_the_server(world, name):
    with world.session() as session:
        assert session.observe([setting(name=name)], []) == []
        (end,) = session.perform(steps([setting(name=name)]))
    assert end.status is Status.FAILED
    assert "is not a setting of the kernel" in end.detail
