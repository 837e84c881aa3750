import pytest

from pedell.model import Status
from tests.providers.debian.world import configure, remember, removal, steps, want

PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
OTHER = PEM.replace("MIIB", "MIIC")
FILE = "/usr/local/share/ca-certificates/pedell-school-ca.crt"
LINK = "/etc/ssl/certs/pedell-school-ca.pem"
LOG = "/var/lib/pedell-sandbox/trust.log"


def authority(pem=PEM, name="school-ca", **more):
    return want("certificate_authority", name, pem=pem, **more)


def test_the_server_trusts_it(world):
    with world.session() as session:
        assert session.observe([authority()], []) == []
        configure(session, [authority()])
        assert [one.spec for one in session.observe([authority()], [])] == [authority().spec]
        configure(session, [authority()])
    assert world.path(FILE).read_text() == PEM
    assert world.path(LINK).read_text() == PEM
    assert world.path(LOG).read_text() == "update-ca-certificates \n"


def test_a_new_certificate_of_the_same_name_leaves_no_old_link(world):
    with world.session() as session:
        configure(session, [authority()])
        assert session.observe([authority(OTHER)], [])[0].spec["pem"] == PEM
        configure(session, [authority(OTHER)])
        assert [one.spec for one in session.observe([authority(OTHER)], [])] == [{"pem": OTHER}]
    assert world.path(LOG).read_text().endswith("update-ca-certificates --fresh\n")


def test_blanks_and_carriage_returns_make_no_difference(world):
    wish = authority("\n" + PEM.replace("\n", "\r\n").rstrip())
    with world.session() as session:
        configure(session, [wish])
        assert [one.spec for one in session.observe([wish], [])] == [wish.spec]
    assert world.path(FILE).read_text() == PEM


def test_drift_is_seen_and_set_right(world):
    with world.session() as session:
        configure(session, [authority()])
        world.path(LINK).unlink()
        seen = session.observe([authority()], [])[0].spec["pem"]
        assert seen == "⟦there, but not in the list⟧"
        configure(session, [authority()])
        world.path(FILE).write_text(OTHER)
        assert session.observe([authority()], [])[0].spec["pem"] == OTHER
        configure(session, [authority()])
        assert [one.spec for one in session.observe([authority()], [])] == [authority().spec]


def test_what_fails_on_the_way_is_finished_by_the_next_run(world):
    refuses = world.path("/var/lib/pedell-sandbox/trust-refuses")
    with world.session() as session:
        refuses.touch()
        (end,) = session.perform(steps([authority()]))
        assert (end.status, end.detail) == (Status.FAILED, "no room")
        refuses.unlink()
        assert session.observe([authority()], [])[0].spec["pem"] == "⟦there, but not in the list⟧"
        configure(session, [authority()])
        refuses.touch()
        (end,) = session.perform([removal(1, authority())])
        assert end.status is Status.FAILED
        refuses.unlink()
        assert len(session.observe([], [remember(authority())])) == 1
        assert [e.status for e in session.perform([removal(1, authority())])] == [Status.DONE]
        assert session.observe([], [remember(authority())]) == []


def test_it_is_trusted_no_more_once_taken_away(world):
    other = authority(OTHER, "other")
    with world.session() as session:
        configure(session, [authority(), other])
        assert [e.status for e in session.perform([removal(1, authority())])] == [Status.DONE]
        assert [e.status for e in session.perform([removal(1, authority())])] == [Status.DONE]
        assert [one.spec for one in session.observe([other], [])] == [other.spec]
    assert not world.path(FILE).exists()
    assert not world.path(LINK).is_symlink()
    assert world.path("/etc/ssl/certs/ca-certificates.crt").read_text() == OTHER


@pytest.mark.parametrize("name", ["a.b", "../x", "a b", "", "-x", "a/b"])
def test_a_hostile_name_never_reaches_the_server(world, name):
    with world.session() as session:
        (end,) = session.perform(steps([authority(name=name)]))
    assert end.status is Status.FAILED
    assert "is not the name of a certificate authority" in end.detail
    assert world.commands() == []


@pytest.mark.parametrize("pem", ["", "hello", PEM + OTHER])
def test_one_name_is_one_certificate(world, pem):
    with world.session() as session:
        (end,) = session.perform(steps([authority(pem)]))
    assert "one a name" in end.detail
    assert world.commands() == []
