import pytest

from pedell.model import Action, Status, Step
from tests.providers.debian.world import change, configure, remember, removal, steps, want

BEGIN, END = "# BEGIN pedell radius\n", "# END pedell radius\n"


def block(content="192.0.2.10 radius\n", path="/etc/hosts", **more):
    return want("block", "radius", path=path, content=content, **more)


@pytest.fixture
def hosts(world):
    path = world.path("/etc/hosts")
    path.write_text("127.0.0.1 localhost\n")
    path.chmod(0o640)
    return path


@pytest.mark.parametrize(
    "content", ["one\ntwo\n", "one", "", "\n\n", "it's $(x) %s \\n `id`\n", " ä\ttab \n", "-n\n"]
)
def test_a_block_comes_at_the_end_and_is_seen_as_wanted(world, hosts, content):
    with world.session() as session:
        assert session.observe([block(content)], []) == []
        configure(session, [block(content)])
        lines = content if content.endswith("\n") or not content else content + "\n"
        assert hosts.read_text() == f"127.0.0.1 localhost\n{BEGIN}{lines}{END}"
        assert [one.spec for one in session.observe([block(content)], [])] == [block(content).spec]
        before = hosts.stat().st_ino
        configure(session, [block(content)])
    assert hosts.stat().st_ino == before


def test_mode_owner_and_all_other_lines_stay(world, hosts):
    owned = want("file", "/etc/hosts", content="a\\b\n  %s\nlast", owner="proxy", group="adm")
    with world.session() as session:
        configure(session, [owned, block()])
        hosts.write_text(f"a\\b\n{BEGIN}bent\n{END}  %s\nlast")
        (seen,) = session.observe([block()], [])
        assert seen.spec["content"] == "bent\n"
        configure(session, [block()])
        assert hosts.read_text() == f"a\\b\n{BEGIN}192.0.2.10 radius\n{END}  %s\nlast\n"
        (seen,) = session.observe([owned], [])
    assert (seen.spec["owner"], seen.spec["group"]) == ("proxy", "adm")
    assert hosts.stat().st_mode & 0o777 == 0o640


def test_a_block_is_taken_away_and_the_rest_stays(world, hosts):
    with world.session() as session:
        configure(session, [block()])
        assert [e.status for e in session.perform([removal(1, block())] * 1)] == [Status.DONE]
        assert hosts.read_text() == "127.0.0.1 localhost\n"
        assert [e.status for e in session.perform([removal(1, block())])] == [Status.DONE]
        hosts.unlink()
        assert [e.status for e in session.perform([removal(1, block())])] == [Status.DONE]


def test_two_blocks_share_a_file(world, hosts):
    both = [block(), want("block", "dns", path="/etc/hosts", content="192.0.2.11 dns\n")]
    with world.session() as session:
        configure(session, both)
        assert [one.spec for one in session.observe(both, [])] == [one.spec for one in both]
        list(session.perform([removal(1, both[0])]))
        assert [one.address.name for one in session.observe(both, [])] == ["dns"]


@pytest.mark.parametrize(
    "text", [BEGIN, END, END + BEGIN, BEGIN + END + BEGIN + END, BEGIN + BEGIN + END]
)
def test_marks_that_are_not_one_pair_are_left_to_a_person(world, hosts, text):
    hosts.write_text(text)
    with world.session() as session:
        (seen,) = session.observe([block()], [])
        assert seen.spec["content"] == "⟦its marks are not one pair⟧"
        (end,) = session.perform(steps([block()], [seen]))
    assert end.status is Status.FAILED
    assert "must stand there once" in end.detail
    assert hosts.read_text() == text


def test_a_file_that_is_missing_a_link_or_no_text_is_left_alone(world, hosts):
    hosts.write_bytes(b"a\0b\n")
    world.path("/etc/link").symlink_to("hosts")
    doomed = [block(path="/etc/none"), block(path="/etc/link"), block()]
    with world.session() as session:
        said = [end.detail for one in doomed for end in session.perform(steps([one]))]
    assert "is not there" in said[0]
    assert "is a link" in said[1]
    assert "it holds a NUL" in said[2]
    assert hosts.read_bytes() == b"a\0b\n"


@pytest.mark.parametrize("more", [{"path": "/etc/other"}, {"comment": ";"}])
def test_a_block_that_moves_or_is_marked_otherwise_stands_once(world, hosts, more):
    world.path("/etc/other").write_text("x\n")
    new = block(**more)
    with world.session() as session:
        configure(session, [block()])
        for old, now in ((block(), new), (new, block())):
            seen = next(iter(session.observe([now], [remember(old)])))
            assert seen.spec != now.spec
            (end,) = session.perform([Step(1, change(now, seen, Action.REPLACE), ())])
            assert (end.status, end.detail) == (Status.DONE, "")
            assert [one.spec for one in session.observe([now], [remember(old)])] == [now.spec]
    assert hosts.read_text() == f"127.0.0.1 localhost\n{BEGIN}192.0.2.10 radius\n{END}"
    assert world.path("/etc/other").read_text() == "x\n"


@pytest.mark.parametrize(
    ("name", "content"), [("a b", "x"), ("", "x"), ("a\n", "x"), ("radius", f"x\n{END}")]
)
def test_what_cannot_be_marked_never_reaches_the_server(world, hosts, name, content):
    with world.session() as session:
        (end,) = session.perform(steps([want("block", name, path="/etc/hosts", content=content)]))
    assert end.status is Status.FAILED
    assert world.commands() == []
