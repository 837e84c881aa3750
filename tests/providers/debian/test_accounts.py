import pytest

from pedell.model import Status
from tests.providers.debian.world import at, configure, observe, remember, removal, steps, want


def accounts(**more):
    fields = {"system": True, "home": "/srv/backup", "shell": "/bin/sh", "groups": ["adm", "scan"]}
    return [
        want("group", "adm", system=True),
        want("group", "scan"),
        want("user", "backup", **{**fields, **more}),
    ]


def tools(world):
    return world.path("/var/lib/pedell-sandbox/accounts.log").read_text().splitlines()


def test_groups_and_users_come_and_are_seen_as_wanted(world):
    with world.session() as session:
        assert session.observe(accounts(), []) == []
        configure(session, accounts())
        seen = observe(session, accounts())
    assert {where: one.spec for where, one in seen.items()} == {
        one.address: one.spec for one in accounts()
    }
    assert world.path("/srv/backup").is_dir()


def test_a_second_apply_calls_no_tool(world):
    with world.session() as session:
        configure(session, accounts())
        before = tools(world)
        configure(session, accounts(groups=["scan", "adm"]))
    assert tools(world) == before


def test_a_user_leaves_the_groups_that_are_not_named(world):
    with world.session() as session:
        configure(session, accounts())
        fewer = accounts(groups=["scan"])
        assert observe(session, fewer)[at("user", "backup")].spec["groups"] == ["adm", "scan"]
        configure(session, fewer)
        assert observe(session, fewer)[at("user", "backup")].spec["groups"] == ["scan"]
        none = accounts(groups=[])
        configure(session, none)
        assert observe(session, none)[at("user", "backup")].spec["groups"] == []


def test_only_declared_fields_of_a_user_are_changed(world):
    with world.session() as session:
        configure(session, accounts(comment="Sicherung"))
        plain = [want("user", "backup", shell="/bin/bash")]
        assert session.observe(plain, [])[0].spec == {"shell": "/bin/sh"}
        configure(session, plain)
        full = accounts(comment="Sicherung", shell="/bin/bash")
        assert observe(session, full)[at("user", "backup")].spec == full[2].spec
    assert tools(world)[-1] == "usermod --shell /bin/bash -- backup"


def test_a_comment_is_taken_as_it_stands(world):
    comment = "it's $(touch pwned) `id` \\ ä"
    with world.session() as session:
        configure(session, [want("user", "backup", comment=comment)])
        assert session.observe([want("user", "backup", comment="x")], [])[0].spec == {
            "comment": comment
        }


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "--create-home --user-group"),
        (
            {"system": True},
            "--system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin"
            " --user-group",
        ),
        (
            {"system": True, "home": "/nonexistent", "group": "root"},
            "--system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin"
            " --gid root",
        ),
        ({"home": "/srv/x", "groups": ["root"]}, "--create-home --home-dir /srv/x --user-group"
         " --groups root"),
    ],
)  # fmt: skip
def test_what_a_new_user_is_made_of(world, fields, said):
    with world.session() as session:
        configure(session, [want("user", "scan", **fields)])
    assert tools(world)[0] == f"useradd {said} -- scan"


def test_a_group_of_the_same_name_becomes_the_first_of_a_new_user(world):
    both = [want("group", "scan"), want("user", "scan", group="scan")]
    with world.session() as session:
        configure(session, both)
        assert [one.spec for one in session.observe(both, [])] == [one.spec for one in both]


def test_a_group_that_is_not_there_is_named(world):
    with world.session() as session:
        (end,) = session.perform(steps([want("user", "scan", groups=["nobodys"])]))
    assert end.status is Status.FAILED
    assert "group 'nobodys' does not exist" in end.detail


def test_users_and_groups_are_taken_away_and_their_home_stays(world):
    with world.session() as session:
        configure(session, accounts())
        world.path("/srv/backup/mine").touch()
        gone = [removal(n, one) for n, one in enumerate(reversed(accounts()), 1)]
        assert [(e.status, e.detail) for e in session.perform(gone)] == [(Status.DONE, "")] * 3
        assert session.observe([], [remember(one) for one in accounts()]) == []
        assert [e.status for e in session.perform(gone)] == [Status.DONE] * 3
    assert world.path("/srv/backup/mine").exists()


def test_root_and_its_group_stay_whatever_is_asked(world):
    doomed = [want("user", "root"), want("group", "root")]
    with world.session() as session:
        ends = list(session.perform([removal(n, one) for n, one in enumerate(doomed, 1)]))
    assert [one.status for one in ends] == [Status.FAILED] * 2
    assert "Pedell does not take it away" in ends[0].detail


def test_who_was_there_before_us_stays_when_nobody_declares_him_any_more(world):
    database = world.path("/var/lib/pedell-sandbox")
    (database / "passwd").write_text("anna:x:1000:1000::/home/anna:/bin/bash\n")
    (database / "group").write_text("anna:x:1000:\nold:x:1001:\n")
    guests = [want("group", "old"), want("user", "anna", comment="Anna")]
    with world.session() as session:
        configure(session, guests)
        ends = list(session.perform([removal(n, one) for n, one in enumerate(guests, 1)]))
    assert [one.status for one in ends] == [Status.DONE] * 2
    assert "anna" in (database / "passwd").read_text()
    assert "old" in (database / "group").read_text()


@pytest.mark.parametrize("name", ["-r", "a b", "Root", "1000", "a:b", "$(id)", "a" * 32])
@pytest.mark.parametrize("kind", ["user", "group"])
def test_what_is_no_name_of_an_account_never_reaches_a_tool(world, kind, name):
    with world.session() as session:
        assert session.observe([want(kind, name)], []) == []
        (end,) = session.perform(steps([want(kind, name)]))
    assert end.status is Status.FAILED
    assert f"is not the name of a {kind} on Debian" in end.detail
    assert len(world.commands()) == 1
