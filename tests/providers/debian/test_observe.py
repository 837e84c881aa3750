from pedell.model import Status
from tests.providers.debian.world import (
    at,
    configure,
    observe,
    remember,
    school_server,
    steps,
    want,
)


def test_drift_is_found_field_by_field(world):
    resources = school_server(world)
    with world.session() as session:
        configure(session, resources)
        world.path("/etc/motd").write_text("Hello\n")
        world.path("/etc/freeradius/clients.conf").chmod(0o666)
        world.path("/etc/pedell").chmod(0o777)
        world.path("/etc/pedell/key").unlink()
        world.unit("freeradius", "active").unlink()
        seen = observe(session, resources)
    assert seen[at("file", "/etc/motd")].spec["content"] == "Hello\n"
    clients = seen[at("template", "clients")].spec
    assert clients == {**resources[3].spec, "mode": "0666"}
    assert seen[at("directory", "/etc/pedell")].spec["mode"] == "0777"
    assert at("command", "key") not in seen
    assert seen[at("service", "freeradius")].spec["running"] is False
    assert seen[at("service", "freeradius")].spec["enabled"] is True


def test_only_declared_fields_are_looked_at(world):
    resources = [want("file", "/etc/motd", content="x")]
    with world.session() as session:
        configure(session, resources)
        world.path("/etc/motd").chmod(0o600)
        seen = observe(session, resources)
        assert seen[at("file", "/etc/motd")].spec == resources[0].spec
        changed = [want("file", "/etc/motd", content="y")]
        configure(session, changed)
    assert world.path("/etc/motd").stat().st_mode & 0o7777 == 0o600


def test_a_secret_never_comes_back(world):
    resources = school_server(world)
    clients = world.path("/etc/freeradius/clients.conf")
    with world.session() as session:
        configure(session, resources)
        clients.write_text("client ap {\n  secret = s3cret\n  # s3cret, and hunter2 before\n}\n")
        seen = observe(session, resources)[at("template", "clients")]
        assert seen.spec["content"] == (
            "client ap {\n  secret = ⟦secret:radius⟧\n⟦not shown: this file holds secrets⟧\n}\n"
        )
        clients.write_text("client ap {\n  secret = guessed\n}\n")
        seen = observe(session, resources)[at("template", "clients")]
    assert seen.spec["content"] == resources[3].spec["content"]
    assert seen.spec["secrets"]["radius"].fingerprint == "0" * 32


def test_a_rotated_secret_shows_as_changed_by_us(world):
    resources = school_server(world)
    with world.session() as session:
        configure(session, resources)
    left = [remember(one) for one in resources]
    world.vault.values["radius"] = "n3w"
    rotated = school_server(world)
    with world.session() as session:
        seen = observe(session, rotated, left)[at("template", "clients")]
        assert seen.spec == resources[3].spec
        assert seen.spec != rotated[3].spec


def test_what_nobody_may_open_is_compared_by_what_stands_around_it(world):
    resources = school_server(world)
    with world.session() as session:
        configure(session, resources)
    del world.vault.values["radius"]
    with world.session() as session:
        seen = observe(session, resources)[at("template", "clients")]
        assert seen.spec == resources[3].spec
        (outcome,) = session.perform(steps(resources[3:4]))
    assert outcome.status is Status.FAILED
    assert outcome.detail == "the secret radius cannot be opened here"


def test_large_and_binary_files_are_named_by_size_and_sum(world):
    resources = [want("file", "/etc/large", content="x"), want("file", "/etc/binary", content="x")]
    world.path("/etc/large").write_bytes(b"y" * 65536)
    world.path("/etc/binary").write_bytes(b"\xff\xfe")
    with world.session() as session:
        large, binary = session.observe(resources, [])
    assert large.spec["content"].startswith("⟦65536 bytes, sha256 ")
    assert binary.spec["content"].startswith("⟦2 bytes, sha256 ")


def test_a_folder_in_place_of_a_file_is_left_alone(world):
    motd = want("file", "/etc/motd", content="x")
    world.path("/etc/motd").mkdir()
    with world.session() as session:
        (seen,) = session.observe([motd], [])
        assert seen.spec["content"] == "⟦directory⟧"
        (end,) = session.perform(steps([motd], [seen]))
    assert end.status is Status.FAILED
    assert end.detail == "a folder stands in its place"


def test_a_link_is_replaced_and_what_it_points_to_left_alone(world):
    motd = want("file", "/etc/motd", content="x")
    world.path("/etc/real").write_text("x")
    world.path("/etc/motd").symlink_to("real")
    with world.session() as session:
        (seen,) = session.observe([motd], [])
        assert seen.spec["content"] == "⟦symbolic link⟧"
        configure(session, [motd])
    assert not world.path("/etc/motd").is_symlink()
    assert world.path("/etc/real").exists()
