import pytest

from pedell.model import Action, Status, Step
from tests.providers.debian.world import change, configure, remember, removal, steps, want

KEYS = "/home/backup/.ssh/authorized_keys"
ONE, TWO = "ssh-ed25519 AAAAone+/=", "ssh-ed25519 AAAAtwo"  # invented, as short as they may be


def key(name="city", user="backup", **more):
    return want("ssh_key", name, **{"user": user, "key": ONE, **more})


def user(name="backup"):
    return want("user", name)


@pytest.fixture
def session(world):
    with world.session() as session:
        configure(session, [user()])
        yield session


def put(session, *keys):
    return [(end.status, end.detail) for end in session.perform(steps(keys))]


def specs(session, wanted, left=()):
    return [one.spec for one in session.observe(wanted, left)]


def test_a_key_lets_in_and_is_seen_as_wanted(world, session):
    both = [key(), key("desk", key=TWO, options='restrict,command="it\'s $(x)"')]
    assert specs(session, both) == []
    configure(session, both)
    assert world.path(KEYS).read_text() == (
        f'{ONE} pedell:city\nrestrict,command="it\'s $(x)" {TWO} pedell:desk\n'
    )
    assert specs(session, both) == [one.spec for one in both]


def test_sshd_finds_modes_and_owner_that_it_accepts(world, session):
    configure(session, [key()])
    assert world.path("/home/backup/.ssh").stat().st_mode & 0o777 == 0o700
    assert world.path(KEYS).stat().st_mode & 0o777 == 0o600
    owned = want("file", KEYS, content="x", owner="backup", group="backup")
    assert specs(session, [owned])[0]["owner"] == "backup"
    assert [one.name for one in world.path("/home/backup/.ssh").iterdir()] == ["authorized_keys"]


def test_a_second_apply_touches_nothing(world, session):
    configure(session, [key()])
    before = world.path(KEYS).stat().st_ino
    configure(session, [key()])
    assert world.path(KEYS).stat().st_ino == before


def test_keys_of_others_stay(world, session):
    configure(session, [key()])
    theirs = "# mine\nssh-rsa AAAAother me@home pedell\n\nssh-ed25519 AAAAlast x"
    world.path(KEYS).write_text(f"{theirs}\n{ONE} pedell:city\n")
    configure(session, [key(key=TWO)])
    assert world.path(KEYS).read_text() == f"{theirs}\n{TWO} pedell:city\n"
    assert put(session, key(), key("b", key=TWO)) == [(Status.DONE, "")] * 2
    list(session.perform([removal(1, key()), removal(2, key("b", key=TWO))]))
    assert world.path(KEYS).read_text() == f"{theirs}\n"


def test_a_key_that_is_taken_away_lets_in_under_no_other_comment(world, session):
    configure(session, [key()])
    with world.path(KEYS).open("a") as file:
        file.write(f"{ONE} me@home\nno-pty {ONE}\n# {ONE}\n")
    (end,) = session.perform([removal(1, key())])
    assert end.status is Status.DONE
    assert world.path(KEYS).read_text() == f"# {ONE}\n"
    assert [e.status for e in session.perform([removal(1, key())])] == [Status.DONE]


def test_what_somebody_wrote_before_the_key_is_seen(world, session):
    configure(session, [key()])
    world.path(KEYS).write_text(f'command="evil" {ONE} pedell:city\n')
    assert specs(session, [key()])[0]["key"] == f'command="evil" {ONE}'
    assert specs(session, [key(options="restrict")])[0]["options"] == 'command="evil"'
    configure(session, [key()])
    assert world.path(KEYS).read_text() == f"{ONE} pedell:city\n"


@pytest.mark.parametrize("place", ["/home/backup/.ssh", KEYS])
def test_modes_that_sshd_refuses_are_seen_and_set_right(world, session, place):
    configure(session, [key()])
    world.path(place).chmod(world.path(place).stat().st_mode | 0o020)
    assert "sshd refuses it: others may write" in specs(session, [key()])[0]["key"]
    configure(session, [key()])
    assert specs(session, [key()]) == [key().spec]


def test_a_home_in_which_others_may_write_is_named(world, session):
    world.path("/home/backup").chmod(0o777)
    ((status, detail),) = put(session, key())
    assert status is Status.FAILED
    assert "others may write in" in detail
    assert not world.path("/home/backup/.ssh").exists()


@pytest.mark.parametrize("trap", [".ssh", ".ssh/authorized_keys"])
def test_no_link_that_the_user_laid_leads_us_elsewhere(world, session, trap):
    world.path("/etc/keys").mkdir()
    world.path("/etc/keys/authorized_keys").write_text("secret")
    folder = world.path("/home/backup")
    if trap != ".ssh":
        (folder / ".ssh").mkdir(mode=0o700)
    (folder / trap).symlink_to(world.path("/etc/keys" + trap.removeprefix(".ssh")))
    assert specs(session, [key()]) == []
    (end,) = session.perform(steps([key()]))
    assert end.status is Status.FAILED
    assert "is a link" in end.detail
    assert world.path("/etc/keys/authorized_keys").read_text() == "secret"


def test_a_key_that_moves_lets_in_at_its_new_place_alone(world, session):
    new = key(user="desk")
    configure(session, [user("desk"), key()])
    (seen,) = session.observe([new], [remember(key())])
    assert seen.spec["user"] == "backup"
    (end,) = session.perform([Step(1, change(new, seen, Action.REPLACE), ())])
    assert (end.status, end.detail) == (Status.DONE, "")
    assert specs(session, [new], [remember(key())]) == [new.spec]
    assert world.path(KEYS).read_text() == ""


def test_a_user_who_is_not_there_is_named(session):
    ((status, detail),) = put(session, key(user="nobodys"))
    assert status is Status.FAILED
    assert "user nobodys is not there" in detail
    assert [e.status for e in session.perform([removal(1, key(user="nobodys"))])] == [Status.DONE]


@pytest.mark.parametrize("name", ["a b", "", "a\nb", "-x", "*"])
def test_what_cannot_mark_a_line_never_reaches_the_server(session, name):
    assert specs(session, [key(name)]) == []
    ((status, detail),) = put(session, key(name))
    assert status is Status.FAILED
    assert "cannot mark a line" in detail
