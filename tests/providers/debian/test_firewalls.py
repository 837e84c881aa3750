import time

import pytest

from pedell.model import Status
from pedell.providers.debian.skills.firewall import FIREWALL
from tests.providers.debian.world import configure, remember, removal, steps, want

FILE = "/etc/nftables.d/pedell-school.nft"
TABLE = "/var/lib/pedell-sandbox/nft/pedell_school"
UNIT = "/etc/systemd/system/pedell-firewall-school.service"
HOME = "127.0.0.1/32"
"""From where the sandbox says that we come, to port 22."""


def rule(action="allow", **more):
    return {"action": action, **more}


def firewall(*rules, name="school", **more):
    given = list(rules) or [rule(protocol="udp", ports=[1812, 1813], **{"from": ["10.20.0.0/16"]})]
    return want("firewall", name, **{"rules": given, "confirm_within": 1} | more)


def lines(world):
    return [line.strip() for line in world.path(FILE).read_text().splitlines()]


def table(world):
    path = world.path(TABLE)
    return path.read_text() if path.exists() else "being changed"


def put(session, *wishes):
    configure(session, wishes)
    assert [one.spec for one in session.observe(wishes, [])] == [one.spec for one in wishes]


def wait_until(true):
    end = time.monotonic() + 15
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def nobody_can_log_in(session, monkeypatch):
    def refuse():
        raise OSError("timed out")

    monkeypatch.setattr(session._door, "open_again", refuse)


def test_a_firewall_holds_now_and_at_every_start(world):
    with world.session() as session:
        assert session.observe([firewall()], []) == []
        put(session, firewall())
        log = world.path("/var/lib/pedell-sandbox/nft.log").read_text()
        configure(session, [firewall()])
    assert world.path("/var/lib/pedell-sandbox/nft.log").read_text() == log
    assert world.path(TABLE).exists()
    assert "ExecStart=/usr/sbin/nft -f /etc/nftables.d/pedell-school.nft" in (
        world.path(UNIT).read_text()
    )
    assert world.unit("pedell-firewall-school", "enabled").exists()
    assert world.unit("pedell-firewall-school", "active").exists()
    wait_until(lambda: not list(world.path("/var/lib/pedell/waiting").iterdir()))
    wait_until(lambda: not list(world.path("/var/lib/pedell/confirm").iterdir()))


def test_what_always_may_comes_first_and_the_policy_is_to_deny(world):
    with world.session() as session:
        put(session, firewall(rule("deny", **{"from": ["198.51.100.0/24"]})))
    assert lines(world)[3:] == [
        "table inet pedell_school",
        "delete table inet pedell_school",
        "table inet pedell_school {",
        "chain input {",
        "type filter hook input priority filter; policy drop;",
        "ct state established,related accept",
        "ct state invalid drop",
        'iifname "lo" accept',
        "meta l4proto { icmp, ipv6-icmp } accept",
        "udp sport 67 udp dport 68 accept",
        "udp sport 547 udp dport 546 ip6 saddr fe80::/10 accept",
        'tcp dport { 22 } accept comment "SSH"',
        "ip saddr { 198.51.100.0/24 } drop",
        "}",
        "}",
    ]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (rule(ports=[53]), ["meta l4proto { tcp, udp } th dport { 53 } accept"]),
        (rule(protocol="tcp"), ["meta l4proto tcp accept"]),
        (rule("deny"), ["drop"]),
        (
            rule(protocol="tcp", ports=[443, "80-81", 81, "82-90"], comment="web für alle"),
            ['tcp dport { 80-90, 443 } accept comment "web für alle"'],
        ),
        (
            rule(**{"from": ["10.1.2.3/8", "10.2.0.0/16", "2001:DB8::/32", "192.0.2.7"]}),
            ["ip saddr { 10.0.0.0/8, 192.0.2.7/32 } accept", "ip6 saddr { 2001:db8::/32 } accept"],
        ),
    ],
)
def test_rules_are_written_as_nftables_wants_them(world, said, written):
    with world.session() as session:
        put(session, firewall(said))
    assert lines(world)[15:-2] == written


def test_drift_in_the_file_in_the_kernel_and_at_the_next_start(world):
    with world.session() as session:
        put(session, firewall())

        def seen():
            return session.observe([firewall()], [])[0].spec["rules"]

        world.path(FILE).write_text(world.path(FILE).read_text().replace("{ 10.20.", "{ 10.99."))
        assert "10.99.0.0/16" in seen()[0]
        assert seen()[1].startswith("⟦not there: ip saddr { 10.20.0.0/16 }")
        put(session, firewall())
        world.path(TABLE).write_text("table inet pedell_school {\n}\n")
        assert seen() == ["⟦not as it was loaded⟧"]
        put(session, firewall())
        world.path(TABLE).unlink()
        assert seen() == ["⟦not as it was loaded⟧"]
        put(session, firewall())
        world.unit("pedell-firewall-school", "enabled").unlink()
        assert seen() == ["⟦gone after the next start⟧"]
        put(session, firewall())
        assert seen() == firewall().spec["rules"]
        whole = world.path(FILE).read_text().splitlines()
        for said in ("{", "[[]]", '{"rules": [{"action": []}]}', "[" * 9999, '{"rules": 1}'):
            lines = [*whole[:2], f"# As declared: {said}", *whole[3:]]
            world.path(FILE).write_text("\n".join(lines))
            assert seen() == ["⟦its file was changed⟧"]


def test_what_the_files_change_is_seen_field_by_field(world):
    old = firewall(rule(), policy="deny", ssh=True)
    new = firewall(rule(), policy="allow", ssh=False)
    with world.session() as session:
        put(session, old)
        assert session.observe([new], [remember(old)])[0].spec == old.spec
        put(session, new)
        assert session.observe([old], [remember(new)])[0].spec == new.spec
        world.path(FILE).write_text(world.path(FILE).read_text() + "# by hand\n")
        assert session.observe([new], [])[0].spec["rules"] == ["⟦# by hand⟧"]
        (seen,) = session.observe([firewall(rule(), rule("deny"), policy="allow", ssh=False)], [])
        assert seen.spec["rules"] == ["⟦# by hand⟧", "⟦not there: drop⟧"]
        put(session, old)
        (seen,) = session.observe([firewall(rule())], [remember(old)])
        assert seen.spec["rules"] == ["⟦another field is declared there⟧"]


def test_other_tables_stay_as_they_are(world):
    other = world.path("/var/lib/pedell-sandbox/nft/f2b-table")
    other.parent.mkdir()
    other.write_text("table inet f2b-table {\n}\n")
    with world.session() as session:
        put(session, firewall(), firewall(name="lab"))
        assert [e.status for e in session.perform([removal(1, firewall())])] == [Status.DONE]
        assert session.observe([], [remember(firewall())]) == []
        assert [e.status for e in session.perform([removal(1, firewall())])] == [Status.DONE]
    assert sorted(path.name for path in other.parent.iterdir()) == ["f2b-table", "pedell_lab"]
    assert not world.path(FILE).exists()
    assert not world.path(UNIT).exists()


@pytest.mark.parametrize(
    "wish",
    [
        firewall(ssh=False),
        firewall(rule(protocol="udp", ports=[22]), ssh=False),
        firewall(rule(ports=["1-21", 23]), ssh=False),
        firewall(rule(**{"from": ["127.0.0.2", "128.0.0.0/1", "::/0"]}), ssh=False),
        firewall(rule("deny", **{"from": ["127.0.0.0/8"]}), rule(), ssh=False),
        firewall(rule("deny", protocol="tcp"), ssh=False, policy="allow"),
    ],
)
def test_what_would_shut_us_out_is_refused_before_anything_is_loaded(world, wish):
    with world.session() as session:
        (end,) = session.perform(steps([wish]))
    assert end.status is Status.FAILED
    assert end.detail == (
        "it would shut us out: no rule lets 127.0.0.1 in on TCP port 22, over which we come"
    )
    assert not world.path(FILE).exists()
    assert not world.path(TABLE).exists()


@pytest.mark.parametrize(
    "wish",
    [
        firewall(rule(protocol="tcp", ports=["20-25"], **{"from": [HOME, "::/0"]}), ssh=False),
        firewall(rule(**{"from": ["0.0.0.0/0"]}), ssh=False),
        firewall(rule("deny", protocol="udp"), rule("deny", ports=[80]), ssh=False, policy="allow"),
        firewall(rule("deny")),
    ],
)
def test_what_lets_us_in_is_done(world, wish):
    with world.session() as session:
        put(session, wish)


def test_where_nobody_can_log_in_any_more_all_is_as_before(world, monkeypatch):
    new = firewall(rule("deny", protocol="udp"))
    with world.session() as session:
        put(session, firewall())
        before = world.path(TABLE).read_text()
        nobody_can_log_in(session, monkeypatch)
        (end,) = session.perform(steps([new]))
        assert end.status is Status.FAILED
        assert "nobody can log in any more" in end.detail
        assert "udp drop" in world.path(TABLE).read_text()
        wait_until(lambda: table(world) == before)
    assert "udp drop" not in world.path(FILE).read_text()
    with world.session() as session:
        wait_until(lambda: not list(world.path("/var/lib/pedell/waiting").iterdir()))
        assert [one.spec for one in session.observe([firewall()], [])] == [firewall().spec]


def test_a_first_one_that_nobody_confirms_leaves_nothing(world, monkeypatch):
    with world.session() as session:
        nobody_can_log_in(session, monkeypatch)
        list(session.perform(steps([firewall()])))
        assert world.path(TABLE).exists()
        wait_until(lambda: not world.path(TABLE).exists() or not world.path(TABLE).read_text())
    assert not world.path(FILE).exists()
    assert not world.path(UNIT).exists()


def test_who_confirms_too_late_is_told_so(world, monkeypatch):
    with world.session() as session:
        door = session._door
        late = door.open_again

        def dawdle():
            wait_until(lambda: not list(world.path("/var/lib/pedell/waiting").iterdir()))
            late()

        monkeypatch.setattr(door, "open_again", dawdle)
        (end,) = session.perform(steps([firewall()]))
    assert end.status is Status.FAILED
    assert "No such file or directory" in end.detail
    assert not world.path(FILE).exists()


def test_a_second_run_does_not_meet_the_way_back_of_the_first(world, monkeypatch):
    first = firewall(rule("deny", protocol="udp"), confirm_within=600)
    with world.session() as session:
        with monkeypatch.context() as broken:
            refuse = session._door
            broken.setattr(refuse, "open_again", lambda: (_ for _ in ()).throw(OSError("gone")))
            list(session.perform(steps([first])))
        assert len(list(world.path("/var/lib/pedell/waiting").iterdir())) == 1
        put(session, firewall())
    assert list(world.path("/var/lib/pedell/waiting").iterdir()) == []
    assert "udp drop" not in world.path(TABLE).read_text()


def test_what_nft_refuses_changes_nothing(world):
    refuses = world.path("/var/lib/pedell-sandbox/nft-refuses")
    with world.session() as session:
        put(session, firewall())
        before = world.path(TABLE).read_text()
        refuses.write_text("Error: conflicting intervals specified\n")
        (end,) = session.perform(steps([firewall(rule())]))
        assert end.detail == "nft refuses it: Error: conflicting intervals specified"
    assert world.path(TABLE).read_text() == before


@pytest.mark.parametrize("name", ["a b", "", "A", "../x", "a;b", "1a", "a" * 40])
def test_a_hostile_name_never_reaches_the_server(world, name):
    with world.session() as session:
        (end,) = session.perform(steps([firewall(name=name)]))
    assert end.status is Status.FAILED
    assert "is not the name of a firewall" in end.detail
    assert world.commands() == []


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (rule("maybe"), "the action 'maybe'"),
        (rule(ports=["80 }"]), "'80 }' is no port"),
        (rule(ports=["90-80"]), "no range between"),
        (rule(ports=[0]), "no range between"),
        (rule(ports=[70000]), "no range between"),
        (rule(**{"from": ["10.0.0.0/33"]}), "'10.0.0.0/33' is no address"),
        (rule(**{"from": ["example.org"]}), "'example.org' is no address"),
        (rule(comment='a" accept'), "quotation mark"),
        (rule(comment="ü" * 61), "too long"),
    ],
)
def test_a_rule_that_cannot_be_never_reaches_the_server(world, said, reason):
    with world.session() as session:
        (end,) = session.perform(steps([firewall(said)]))
    assert end.status is Status.FAILED
    assert reason in end.detail
    assert world.commands() == []


def test_the_file_is_what_the_kind_says_without_any_server():
    assert FIREWALL.unfit("school", firewall().spec) == ""
    assert FIREWALL.put("school", firewall().spec)[0] == "put_firewall"
