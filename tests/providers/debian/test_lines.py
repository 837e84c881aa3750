import pytest

from pedell.model import Action, Status, Step
from tests.providers.debian.world import change, configure, remember, removal, steps, want

PATH = "/etc/ssh/sshd_config"
TEXT = "# sshd\n#PermitRootLogin yes\nPort 22\nPermitRootLogin prohibit-password\nUsePAM yes\n"


def line(text="PermitRootLogin no", name="root-login", **more):
    return want("line_in_file", name, **{"path": PATH, "line": text} | more)


@pytest.fixture
def file(world):
    path = world.path(PATH)
    path.parent.mkdir()
    path.write_text(TEXT)
    path.chmod(0o640)
    return path


def test_a_line_comes_at_the_end_once(world, file):
    with world.session() as session:
        assert session.observe([line()], []) == []
        configure(session, [line()])
        assert file.read_text() == TEXT + "PermitRootLogin no\n"
        assert [one.spec for one in session.observe([line()], [])] == [line().spec]
        before = file.stat().st_ino
        configure(session, [line()])
    assert file.stat().st_ino == before


def test_the_last_line_that_matches_is_replaced(world, file):
    wish = line(match="^#?PermitRootLogin ")
    with world.session() as session:
        (seen,) = session.observe([wish], [])
        assert seen.spec["line"] == "PermitRootLogin prohibit-password"
        configure(session, [wish])
        assert file.read_text() == TEXT.replace("Login prohibit-password", "Login no")
        assert [one.spec for one in session.observe([wish], [])] == [wish.spec]
        before = file.stat().st_ino
        configure(session, [wish])
    assert file.stat().st_ino == before


@pytest.mark.parametrize(
    ("after", "place"), [("^#", 2), ("^Port", 3), ("^nothing", 5), ("yes$", 5)]
)
def test_a_new_line_stands_behind_the_last_one_that_after_finds(world, file, after, place):
    with world.session() as session:
        configure(session, [line(after=after, match="^AllowUsers")])
    lines = TEXT.splitlines()
    lines.insert(place, "PermitRootLogin no")
    assert file.read_text().splitlines() == lines


def test_owner_mode_and_a_missing_last_newline(world, file):
    file.write_text("a\\n\t%s\n  b")
    owned = want("file", PATH, content="a\\n\t%s\n  b", owner="proxy", group="adm")
    with world.session() as session:
        configure(session, [owned, line()])
        (seen,) = session.observe([owned], [])
    assert file.read_text() == "a\\n\t%s\n  b\nPermitRootLogin no\n"
    assert file.stat().st_mode & 0o777 == 0o640
    assert (seen.spec["owner"], seen.spec["group"]) == ("proxy", "adm")


@pytest.mark.parametrize(
    "text", ["it's $(id) `id` %s \\n", "-n", " blanks ", "[a] *.^$", "ä\t€", "\\", "x" * 5000]
)
def test_a_line_is_taken_as_it_stands(world, file, text):
    with world.session() as session:
        configure(session, [line(text)])
        assert file.read_text() == f"{TEXT}{text}\n"
        assert [one.spec for one in session.observe([line(text)], [])] == [line(text).spec]
        assert [e.status for e in session.perform([removal(1, line(text))])] == [Status.DONE]
    assert file.read_text() == TEXT


def test_drift_is_seen_and_set_right(world, file):
    wish = line(match="^PermitRootLogin ")
    with world.session() as session:
        configure(session, [wish])
        file.write_text(file.read_text().replace("Login no", "Login yes"))
        assert session.observe([wish], [remember(wish)])[0].spec["line"] == "PermitRootLogin yes"
        configure(session, [wish])
        file.write_text("Port 22\n")
        assert session.observe([wish], [remember(wish)]) == []
        configure(session, [wish])
    assert file.read_text() == "Port 22\nPermitRootLogin no\n"


def test_only_what_we_added_is_taken_away(world, file):
    ours, theirs = line("AllowUsers x"), line("Port 22", "port")
    with world.session() as session:
        configure(session, [ours, theirs])
        for one in (ours, theirs, ours):
            assert [e.status for e in session.perform([removal(1, one)])] == [Status.DONE]
        assert session.observe([], [remember(ours)]) == []
    assert file.read_text() == TEXT


def test_another_text_takes_the_place_of_the_old_one(world, file):
    old, new = line("AllowUsers x"), line("AllowUsers y")
    with world.session() as session:
        configure(session, [old])
        (seen,) = session.observe([new], [remember(old)])
        assert seen.spec["line"] == "AllowUsers x"
        (end,) = session.perform([Step(1, change(new, seen), ())])
        assert (end.status, end.detail) == (Status.DONE, "")
        assert [one.spec for one in session.observe([new], [remember(old)])] == [new.spec]
    assert file.read_text() == TEXT + "AllowUsers y\n"


def test_a_line_moves_to_another_file(world, file):
    world.path("/etc/other").write_text("x\n")
    new = line(path="/etc/other")
    with world.session() as session:
        configure(session, [line()])
        (seen,) = session.observe([new], [remember(line())])
        (end,) = session.perform([Step(1, change(new, seen, Action.REPLACE), ())])
        assert (end.status, end.detail) == (Status.DONE, "")
    assert file.read_text() == TEXT
    assert world.path("/etc/other").read_text() == "x\nPermitRootLogin no\n"


def test_a_missing_file_is_made_only_where_that_is_said(world):
    with world.session() as session:
        (end,) = session.perform(steps([line(path="/etc/new/file")]))
        assert "with create: true Pedell makes it" in end.detail
        configure(session, [line(path="/etc/new/file", create=True)])
        wish = line("two", path="/etc/new/file", create=True)
        configure(session, [wish])
        assert [one.spec for one in session.observe([wish], [])] == [wish.spec]
    assert world.path("/etc/new/file").read_text() == "PermitRootLogin no\ntwo\n"
    assert world.path("/etc/new/file").stat().st_mode & 0o777 == 0o644


def test_an_expression_that_is_none_is_said_and_nothing_happens(world, file):
    with world.session() as session:
        (seen,) = session.observe([line(match="^(a")], [])
        assert seen.spec["match"] == "⟦no expression that grep understands⟧"
        for wish in (line(match="^(a"), line(after="[a")):
            (end,) = session.perform(steps([wish]))
            assert end.status is Status.FAILED
            assert "is no expression: " in end.detail
    assert file.read_text() == TEXT


def test_a_link_a_folder_and_no_text_are_left_alone(world, file):
    world.path("/etc/link").symlink_to("ssh/sshd_config")
    world.path("/etc/bytes").write_bytes(b"a\0b\n")
    doomed = [line(path="/etc/link"), line(path="/etc/ssh"), line(path="/etc/bytes")]
    with world.session() as session:
        said = [end.detail for one in doomed for end in session.perform(steps([one]))]
    assert "is a link" in said[0]
    assert "is no file" in said[1]
    assert "it holds a NUL" in said[2]
    assert file.read_text() == TEXT
    assert world.path("/etc/bytes").read_bytes() == b"a\0b\n"


@pytest.mark.parametrize(
    "wish",
    [
        line("a\nb"),
        line(match="a\nb"),
        line(after="a\nb"),
        line("a\0"),
        line(name=""),
        line(name="a\n"),
    ],
)
def test_what_is_more_than_a_line_never_reaches_the_server(world, wish):
    with world.session() as session:
        (end,) = session.perform(steps([wish]))
    assert end.status is Status.FAILED
    assert world.commands() == []
