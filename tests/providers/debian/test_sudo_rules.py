import pytest

from pedell.model import Status
from tests.providers.debian.world import configure, remember, removal, steps, want

FILE = "/etc/sudoers.d/pedell-backup"


def rule(*commands, name="backup", **more):
    who = more or {"user": "backup"}
    return want("sudo_rule", name, commands=list(commands or ("/usr/bin/tar", "/bin/ls /")), **who)


def test_a_rule_stands_where_sudo_reads_it_with_the_rights_sudo_wants(world):
    with world.session() as session:
        assert session.observe([rule()], []) == []
        configure(session, [rule()])
        assert world.path(FILE).read_text() == (
            "backup ALL=(root) NOPASSWD: /bin/ls /, /usr/bin/tar\n"
        )
        assert world.path(FILE).stat().st_mode & 0o777 == 0o440
        assert [one.spec for one in session.observe([rule()], [])] == [rule().spec]
        before = world.path(FILE).stat().st_ino
        configure(session, [rule("/bin/ls /", "/usr/bin/tar")])
    assert world.path(FILE).stat().st_ino == before


def test_a_group_may_and_as_somebody_else(world):
    both = rule("/bin/x", group="admins", run_as="www-data")
    with world.session() as session:
        configure(session, [both])
    assert world.path(FILE).read_text() == "%admins ALL=(www-data) NOPASSWD: /bin/x\n"


def test_what_visudo_refuses_never_stands_where_sudo_reads(world):
    bad = rule("relative", name="backup")
    with world.session() as session:
        (end,) = session.perform(steps([bad]))
        assert end.status is Status.FAILED
        assert "visudo refuses it" in end.detail
        assert not world.path(FILE).exists()
        configure(session, [rule()])
        before = world.path(FILE).read_text()
        list(session.perform(steps([bad])))
    assert world.path(FILE).read_text() == before
    assert [one.name for one in world.path("/etc/sudoers.d").iterdir()] == ["pedell-backup"]


def test_drift_of_text_and_rights_is_seen_and_set_right(world):
    with world.session() as session:
        configure(session, [rule()])
        world.path(FILE).chmod(0o644)
        assert "mode and owner: 644" in session.observe([rule()], [])[0].spec["commands"][0]
        configure(session, [rule()])
        world.path(FILE).chmod(0o640)
        world.path(FILE).write_text("backup ALL=(ALL) NOPASSWD: ALL\n")
        (seen,) = session.observe([rule()], [])
        assert seen.spec["commands"] == ["⟦backup ALL=(ALL) NOPASSWD: ALL⟧"]
        world.path(FILE).write_text("# by hand\n")
        (seen,) = session.observe([rule()], [])
        assert seen.spec["commands"] == ["⟦# by hand⟧"]
        configure(session, [rule()])
        assert [one.spec for one in session.observe([rule()], [])] == [rule().spec]


def test_a_rule_is_taken_away(world):
    with world.session() as session:
        configure(session, [rule()])
        assert [e.status for e in session.perform([removal(1, rule())])] == [Status.DONE]
        assert session.observe([], [remember(rule())]) == []
    assert not world.path(FILE).exists()


@pytest.mark.parametrize("name", ["a.b", "a~", "../x", "", "a b"])
def test_a_name_that_sudo_would_skip_never_reaches_the_server(world, name):
    with world.session() as session:
        (end,) = session.perform(steps([rule(name=name)]))
    assert end.status is Status.FAILED
    assert "is not the name of a file that sudo reads" in end.detail
    assert world.commands() == []


def test_a_rule_that_the_files_change_is_seen_as_it_was_left(world):
    left = rule("/bin/a", "/bin/b x\\=y", user="backup", run_as="www-data")
    with world.session() as session:
        configure(session, [left])
        for other in (
            rule("/bin/c", user="backup", run_as="www-data"),
            want("sudo_rule", "backup", **left.spec | {"user": "x"}),
        ):
            (seen,) = session.observe([other], [remember(left)])
            assert seen.spec == left.spec
        (seen,) = session.observe([rule("/bin/a")], [remember(left)])  # run_as is not declared now
    assert seen.spec["commands"] == ["⟦backup ALL=(www-data) NOPASSWD: /bin/a, /bin/b x\\=y⟧"]
