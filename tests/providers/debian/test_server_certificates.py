"""Keys stay on the server, our authority signs, and what stands there is seen for what it is."""

import datetime
import subprocess

import pytest

from pedell.certificates.authority import make_authority
from pedell.certificates.certificate import read_certificates
from pedell.certificates.issuing import sign_request
from pedell.model import Status
from tests.providers.debian.world import configure, remember, removal, steps, want

pytestmark = pytest.mark.tier2("openssl")

NOW = datetime.datetime.now(datetime.UTC)
OURS = make_authority("Schul-CA", 10, "ec-p256", NOW)
OTHERS = make_authority("Fremde CA", 10, "ec-p256", NOW)
KEYS = {OURS.key: "schul-ca-key", OTHERS.key: "fremde-ca-key"}
PATH, KEY = "/etc/radius/radius.pem", "/etc/radius/private/radius.key"


def certificate(world, authority=OURS, **more):
    given = more.get("given", False)
    secret = "gs-nord-radius-chain" if given else KEYS[authority.key]
    if not given:
        world.vault.values[secret] = authority.key
    world.vault.values.setdefault(secret, "")
    days = more.get("renew_before", 30)
    return want(
        "server_certificate",
        "radius",
        **{
            "authority": "schul-ca",
            "names": ["radius.gs-nord.example.org", "gs-nord.example.org"],
            "path": PATH,
            "key_path": KEY,
            "issuer": read_certificates(authority.certificate)[0].label,
            "anchor": authority.certificate,
            "key": "there and fitting",
            "lifetime": f"{days} days or more",
            "secrets": world.vault.seal(secret),
            **more,
        },
    )


def look(session, wanted):
    (seen,) = session.observe([wanted], [])
    return {name: value for name, value in seen.spec.items() if value != wanted.spec[name]}


def shown(world, path=PATH):
    return read_certificates(world.path(path).read_text())[0]


def set_up(world, session, wanted):
    configure(session, [wanted])
    assert look(session, wanted) == {}


def fails(session, wanted, seen=()):
    (end,) = session.perform(steps([wanted], seen))
    assert end.status is Status.FAILED
    return end.detail


def test_a_certificate_is_made_and_its_key_has_never_left(world):
    wanted = certificate(world, mode="0640", days=100)
    with world.session() as session:
        assert session.observe([wanted], []) == []
        set_up(world, session, wanted)
    found = shown(world)
    assert set(found.names) == {"radius.gs-nord.example.org", "gs-nord.example.org"}
    assert (found.ends - found.begins).days == 100
    key = world.path(KEY)
    assert key.stat().st_mode & 0o777 == 0o640
    assert world.path(PATH).stat().st_mode & 0o777 == 0o644
    assert sorted(one.name for one in key.parent.iterdir()) == ["radius.key"]
    secret = "".join(key.read_text().splitlines()[1:-1])
    assert secret not in str(world.traffic)
    assert not any(secret[:40] in command for command in world.commands())


def test_a_server_with_this_certificate_is_believed_by_who_trusts_the_authority(world, tmp_path):
    with world.session() as session:
        set_up(world, session, certificate(world))
    (tmp_path / "ca.pem").write_text(OURS.certificate)
    words = ("openssl", "verify", "-purpose", "sslserver", "-verify_hostname")
    name = "radius.gs-nord.example.org"
    trust = ("-CAfile", str(tmp_path / "ca.pem"), str(world.path(PATH)))
    done = subprocess.run([*words, name, *trust], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_second_time_nothing_happens(world):
    wanted = certificate(world)
    with world.session() as session:
        set_up(world, session, wanted)
        before = world.path(PATH).stat().st_ino, world.path(KEY).stat().st_ino
        configure(session, [wanted])
    assert (world.path(PATH).stat().st_ino, world.path(KEY).stat().st_ino) == before


def test_what_nears_its_end_is_renewed_with_a_new_key(world):
    wanted = certificate(world, days=40, mode="0640")
    with world.session() as session:
        set_up(world, session, wanted)
        old = world.path(KEY).read_text()
        early = certificate(world, days=40, renew_before=39, mode="0640")
        assert look(session, early) == {}
        configure(session, [early])
        assert world.path(KEY).read_text() == old
        late = certificate(world, days=100, renew_before=41, mode="0640")
        assert look(session, late) == {"lifetime": f"until {shown(world).ends.date()}"}
        configure(session, [late])
        assert look(session, late) == {}
    assert world.path(KEY).read_text() != old
    assert world.path(KEY).stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("key_type", ["rsa-2048", "rsa-3072"])
def test_another_type_of_key_is_another_key(world, key_type):
    with world.session() as session:
        set_up(world, session, certificate(world))
        other = certificate(world, key_type=key_type)
        assert look(session, other) == {"key_type": "ec-p256"}
        set_up(world, session, other)
    assert shown(world).key_type == key_type


def test_other_names_are_another_certificate(world):
    with world.session() as session:
        set_up(world, session, certificate(world))
        fewer = certificate(world, names=["radius.gs-nord.example.org"])
        assert [*look(session, fewer)] == ["names"]
        set_up(world, session, fewer)
    assert shown(world).names == ("radius.gs-nord.example.org",)


def test_another_authority_is_seen_by_its_name_and_key(world):
    with world.session() as session:
        set_up(world, session, certificate(world))
        moved = certificate(world, OTHERS)
        old = read_certificates(OURS.certificate)[0].label
        assert look(session, moved) == {"issuer": old}
        set_up(world, session, moved)


def test_a_lost_key_a_wrong_key_and_wrong_rights_are_seen_and_set_right(world):
    wanted = certificate(world, mode="0600")
    with world.session() as session:
        set_up(world, session, wanted)
        world.path(KEY).chmod(0o644)
        assert look(session, wanted) == {"mode": "0644"}
        before = world.path(PATH).read_text()
        set_up(world, session, wanted)
        assert world.path(PATH).read_text() == before  # rights alone make no new certificate
        world.path(KEY).unlink()
        assert look(session, wanted)["key"] == "missing"
        set_up(world, session, wanted)
        world.path(KEY).write_text(OTHERS.key)
        assert look(session, wanted)["key"] == "of another certificate"
        set_up(world, session, wanted)
        world.path(PATH).write_text("nothing of that kind\n")
        assert look(session, wanted)["key"] == "no certificate"
        set_up(world, session, wanted)


def test_an_authority_of_the_same_name_and_key_id_does_not_pass(world):
    wanted = certificate(world)
    with world.session() as session:
        set_up(world, session, wanted)
        text = world.path(PATH).read_text()
        lines = text.splitlines()
        at = len(lines) // 2
        lines[at] = lines[at][::-1]
        world.path(PATH).write_text("\n".join(lines) + "\n")
        assert look(session, wanted)
        set_up(world, session, wanted)


def test_without_the_key_of_the_authority_nothing_changes(world):
    wanted = certificate(world)
    with world.session() as session:
        set_up(world, session, wanted)
    before = world.path(PATH).read_text()
    moved = certificate(world, OTHERS)
    del world.vault.values["fremde-ca-key"]
    with world.session() as session:
        session.observe([moved], [])
        said = fails(session, moved)
    assert "the key of schul-ca cannot be opened here (secret fremde-ca-key)" in said
    assert "given: true" in said
    assert world.path(PATH).read_text() == before


def test_the_key_of_another_authority_signs_nothing(world):
    wanted = certificate(world)
    world.vault.values["schul-ca-key"] = OTHERS.key
    with world.session() as session:
        said = fails(session, wanted)
    assert "the key in the secret is not the one of the authority's certificate" in said
    assert not world.path(PATH).exists()


def test_somebody_else_signs_and_the_request_waits_for_it(world):
    wanted = certificate(world, given=True)
    world.vault.values.clear()
    with world.session() as session:
        said = fails(session, wanted)
    assert f"have {KEY}.csr signed, then: pedell secret set gs-nord-radius-chain" in said
    request = world.path(f"{KEY}.csr").read_text()
    key = world.path(f"{KEY}.pedell-next").read_text()
    assert not world.path(KEY).exists()
    signed = sign_request(request, OURS, [*wanted.spec["names"], "more.example.org"], 300, NOW)
    foreign = sign_request(request, OTHERS, wanted.spec["names"], 300, NOW)
    for chain, why in ((foreign, "comes from Fremde CA"), (OURS.certificate, "another request")):
        world.vault.values["gs-nord-radius-chain"] = chain
        with world.session() as session:
            assert why in fails(session, wanted)
    assert world.path(f"{KEY}.csr").read_text() != ""
    assert world.path(f"{KEY}.pedell-next").read_text() == key
    world.vault.values["gs-nord-radius-chain"] = signed
    with world.session() as session:
        set_up(world, session, wanted)
    assert world.path(KEY).read_text() == key
    assert [one.name for one in world.path(KEY).parent.iterdir()] == ["radius.key"]


def test_a_service_is_restarted_by_a_new_certificate_once(world):
    service = want("service", "freeradius", running=True, restart_on=["server_certificate/radius"])
    package = want("package", "freeradius", installed=True)
    wanted = [package, certificate(world), service]
    with world.session() as session:
        configure(session, wanted)
        before = world.restarts("freeradius")
        configure(session, [package, certificate(world, names=["a.example.org"]), service])
    assert world.restarts("freeradius") == before + 1


def test_where_the_service_does_not_come_back_the_old_pair_does(world):
    service = want("service", "freeradius", running=True, restart_on=["server_certificate/radius"])
    package = want("package", "freeradius", installed=True)
    with world.session() as session:
        configure(session, [package, certificate(world), service])
        before = world.path(PATH).read_text(), world.path(KEY).read_text()
        world.path("/etc/freeradius").mkdir(parents=True)
        world.path("/etc/freeradius/BROKEN").touch()
        wanted = [certificate(world, names=["a.example.org"]), service]
        (end, *_) = session.perform(steps(wanted, session.observe(wanted, [])))
        assert end.status is Status.FAILED
        assert "the configuration is broken" in end.detail
        assert (world.path(PATH).read_text(), world.path(KEY).read_text()) == before
        assert look(session, certificate(world)) == {}


def test_what_a_cut_left_behind_is_no_trouble(world):
    wanted = certificate(world)
    world.path(KEY).parent.mkdir(parents=True)
    world.path(f"{KEY}.pedell-next").write_text("half a key")
    with world.session() as session:
        set_up(world, session, wanted)
        before = world.path(KEY).read_text()
        configure(session, [certificate(world, mode="0640")])
        world.path(f"{KEY}.pedell-next").write_text(OTHERS.key)  # made, and never signed
        other = certificate(world, names=["a.example.org"])
        set_up(world, session, other)
    assert world.path(KEY).read_text() not in (before, "half a key")
    assert sorted(one.name for one in world.path(KEY).parent.iterdir()) == ["radius.key"]


def test_a_certificate_is_taken_away_with_its_key(world):
    wanted = certificate(world)
    with world.session() as session:
        set_up(world, session, wanted)
        assert [e.status for e in session.perform([removal(1, wanted)])] == [Status.DONE]
        assert session.observe([], [remember(wanted)]) == []
    assert not world.path(KEY).exists()
    assert not world.path(PATH).exists()


def test_another_place_takes_the_old_one_along(world):
    wanted = certificate(world)
    moved = certificate(world, path="/etc/web/server.pem", key_path="/etc/web/server.key")
    with world.session() as session:
        set_up(world, session, wanted)
        seen = session.observe([moved], [remember(wanted)])
        assert [one.spec["path"] for one in seen] == [PATH]
        (end,) = session.perform(steps([moved], seen))
        assert (end.status, end.detail) == (Status.DONE, "")
        assert look(session, moved) == {}
    assert not world.path(KEY).exists()


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"names": ["a.example.org, DNS:b"]}, "no DNS name"),
        ({"names": ["*.example.org"]}, "no DNS name"),
        ({"key_path": "/etc/radius/../radius/radius.pem"}, "a file each"),
    ],
)
def test_what_cannot_be_never_reaches_the_server(world, more, why):
    with world.session() as session:
        assert why in fails(session, certificate(world, **more))
    assert world.commands() == []


def test_a_server_whose_clock_is_wrong_gets_nothing():
    from pedell.providers.debian.skills.server_certificate import SERVER_CERTIFICATE

    with pytest.raises(ValueError, match="the server's clock says 1970-01-01 00:01 UTC"):
        SERVER_CERTIFICATE.answer("radius", {}, b"60\n", {})


def test_what_is_over_is_said_and_renewed(world):
    past = sign_request_of(world, NOW - datetime.timedelta(days=50))
    with world.session() as session:
        assert look(session, past)["lifetime"].startswith("over since ")
        set_up(world, session, past)


def sign_request_of(world, when):
    """Put a certificate there that was made then, for 40 days."""
    wanted = certificate(world)
    with world.session() as session:
        set_up(world, session, wanted)
    request = subprocess.run(
        ["openssl", "req", "-new", "-key", str(world.path(KEY)), "-subj", "/CN=x"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    world.path(PATH).write_text(sign_request(request, OURS, wanted.spec["names"], 40, when))
    return wanted


def test_a_check_waits_for_a_certificate_that_comes_in_the_second_round(world):
    check = f'test -s "$PEDELL_ROOT{PATH}"'
    triggers = ["template/eap", "server_certificate/radius"]
    resources = [
        want("package", "radius", installed=True),
        want("template", "eap", path="/etc/radius/eap", content="x"),
        certificate(world),
        want("service", "radius", running=True, restart_on=triggers, check=check),
    ]
    order = {1: [0], 2: [0], 3: [0, 1, 2]}
    with world.session() as session:
        session.observe(resources, [])
        ends = list(session.perform(steps(resources, needs=order)))
    assert [(end.status, end.detail) for end in ends] == [(Status.DONE, "")] * 4
    assert world.path("/etc/radius/eap").read_text() == "x"
    assert list(world.path("/etc/radius").glob(".*")) == []
