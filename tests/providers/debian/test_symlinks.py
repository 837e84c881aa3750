import os

import pytest

from pedell.model import Action, Status, Step
from tests.providers.debian.world import change, configure, remember, removal, steps, want


def link(target="../available/school", path="/etc/enabled/school"):
    return want("symlink", "site", path=path, target=target)


@pytest.mark.parametrize("target", ["../x", "/no/where", "it's $(touch pwned)", "-rf", "ä b "])
def test_a_link_stands_as_it_was_said_and_is_seen_so(world, target):
    with world.session() as session:
        assert session.observe([link(target)], []) == []
        configure(session, [link(target)])
        assert str(world.path("/etc/enabled/school").readlink()) == target
        assert [one.spec for one in session.observe([link(target)], [])] == [link(target).spec]


def test_a_second_apply_touches_no_link(world):
    with world.session() as session:
        configure(session, [link()])
        before = os.lstat(world.path("/etc/enabled/school")).st_ino
        configure(session, [link()])
    assert os.lstat(world.path("/etc/enabled/school")).st_ino == before


def test_a_link_that_somebody_bent_is_seen_and_set_right(world):
    with world.session() as session:
        configure(session, [link()])
        world.path("/etc/enabled/school").unlink()
        world.path("/etc/enabled/school").symlink_to("elsewhere")
        (seen,) = session.observe([link()], [])
        assert seen.spec["target"] == "elsewhere"
        configure(session, [link()])
    assert str(world.path("/etc/enabled/school").readlink()) == "../available/school"
    assert [one.name for one in world.path("/etc/enabled").iterdir()] == ["school"]


def test_a_link_to_a_folder_is_replaced_and_nothing_is_put_into_the_folder(world):
    world.path("/etc/old").mkdir()
    world.path("/etc/link").symlink_to("old")
    with world.session() as session:
        configure(session, [link("new", "/etc/link")])
    assert str(world.path("/etc/link").readlink()) == "new"
    assert list(world.path("/etc/old").iterdir()) == []


def test_a_file_of_somebody_is_not_replaced_by_a_link(world):
    world.path("/etc/motd").write_text("mine")
    with world.session() as session:
        (seen,) = session.observe([link("x", "/etc/motd")], [])
        assert seen.spec["target"] == "⟦regular file⟧"
        (end,) = session.perform(steps([link("x", "/etc/motd")], [seen]))
    assert end.status is Status.FAILED
    assert "a file stands in its place" in end.detail
    assert world.path("/etc/motd").read_text() == "mine"


def test_only_a_link_is_taken_away(world):
    with world.session() as session:
        configure(session, [link()])
        (end,) = session.perform([removal(1, link())])
        assert end.status is Status.DONE
        assert not world.path("/etc/enabled/school").is_symlink()
        world.path("/etc/enabled/school").write_text("mine")
        (end,) = session.perform([removal(1, link())])
    assert end.status is Status.DONE
    assert world.path("/etc/enabled/school").read_text() == "mine"


def test_a_link_that_moves_leaves_nothing_at_its_old_place(world):
    new = link(path="/etc/other")
    with world.session() as session:
        configure(session, [link()])
        (seen,) = session.observe([new], [remember(link())])
        assert seen.spec["path"] == "/etc/enabled/school"
        (end,) = session.perform([Step(1, change(new, seen, Action.REPLACE), ())])
        assert end.status is Status.DONE
        assert [one.spec for one in session.observe([new], [remember(link())])] == [new.spec]
    assert not world.path("/etc/enabled/school").is_symlink()


def test_a_link_that_a_cut_left_behind_is_swept(world):
    left = world.path("/etc/.abcdefghij.pedell-part")
    left.symlink_to("motd")
    with world.session() as session:
        session.observe([link(path="/etc/x")], [])
    assert not left.is_symlink()
