import pytest

from pedell.model import Action, Status, Step
from tests.providers.debian.world import (
    change,
    configure,
    remember,
    removal,
    school_server,
    want,
)

HOSTILE = [
    "quote's",
    'double"quote',
    "new\nline",
    "$(touch pwned)",
    "`id`",
    "-rf",
    "*",
    "back\\slash",
    "Grundschule Nörd 🏫",
    " blank ",
    "semi;colon & | > <",
    "%s%n",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_and_contents_arrive_byte_for_byte(world, name):
    content = f"{name}\r\n\t{name}\0\x1b[31m{name}"
    resources = [
        want("file", f"/etc/x/{name}", content=content, mode="0600"),
        want("directory", f"/etc/y/{name}", mode="0700"),
    ]
    with world.session() as session:
        configure(session, resources)
        assert world.path(f"/etc/x/{name}").read_bytes() == content.encode()
        assert [one.name for one in world.path("/etc/x").iterdir()] == [name]
        assert [one.spec for one in session.observe(resources, [])] == [r.spec for r in resources]
        world.path(f"/etc/x/{name}").write_bytes(b"other")
        assert session.observe(resources, [])[0].spec["content"] == "other"


def test_no_path_leads_out_of_the_root(world):
    resources = [want("file", "/../../../outside", content="x")]
    with world.session() as session:
        configure(session, resources)
    assert world.path("/outside").read_text() == "x"
    assert not (world.root.parent / "outside").exists()


def test_what_is_taken_away_is_gone(world):
    resources = school_server(world)
    gone = [resources[n] for n in (5, 4, 3, 2, 0)]
    with world.session() as session:
        configure(session, resources)
        world.path("/etc/pedell/key").unlink()
        doomed = [*gone, resources[1]]
        batch = [removal(n, one) for n, one in enumerate(doomed, 1)]
        assert [(e.status, e.detail) for e in session.perform(batch)] == [(Status.DONE, "")] * 6
        assert session.observe([], [remember(one) for one in resources]) == []
    assert not world.path("/etc/pedell").exists()
    assert world.path("/etc/freeradius").is_dir()


def test_a_folder_that_is_not_empty_stays(world):
    folder = want("directory", "/etc/pedell")
    with world.session() as session:
        configure(session, [folder])
        world.path("/etc/pedell/mine").touch()
        (end,) = session.perform([removal(1, folder)])
    assert end.status is Status.FAILED
    assert "not empty" in end.detail
    assert world.path("/etc/pedell/mine").exists()


def test_nothing_is_taken_away_where_something_else_is_wanted(world):
    old = want("file", "motd", path="/etc/motd", content="x")
    new = want("template", "greeting", path="/etc/motd", content="x")
    with world.session() as session:
        configure(session, [old])
        session.observe([new], [remember(old)])
        (end,) = session.perform([removal(1, old)])
    assert end.status is Status.DONE
    assert world.path("/etc/motd").exists()


def test_a_file_that_moves_leaves_nothing_at_its_old_place(world):
    old = want("file", "motd", path="/etc/motd", content="x")
    new = want("file", "motd", path="/etc/greeting", content="x")
    with world.session() as session:
        configure(session, [old])
        (seen,) = session.observe([new], [remember(old)])
        assert seen.spec["path"] == "/etc/motd"
        (end,) = session.perform([Step(1, change(new, seen, Action.REPLACE), ())])
        assert end.status is Status.DONE
        assert [one.spec for one in session.observe([new], [remember(old)])] == [new.spec]
    assert not world.path("/etc/motd").exists()
