"""``pedell server`` through the real command line, with real servers and a person at a terminal."""

import json
import os
import pty
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from pedell.sandbox.servers import running
from pedell.sandbox.servers.keys import own_key
from pedell.transports.host_keys import fingerprint, pinned_in
from tests.commands.typed import SOURCE, pedell_says
from tests.transports.strangers import beyond_keys, stranger

NAMES = ["gs-nord", "gs-sued", "rs-west"]
AUTHORITY = """\
authority: musterstadt
name: Stadt Musterstadt
types: {{grundschule: Grundschule}}
targets:
  server:
    provider: debian
    per: school
    host: "${{school.server}}"
    port: {port}
    user: pedell
    known_hosts: known_hosts
{more}
"""
SCHOOL = "school: {name}\nname: Schule {name}\ntype: grundschule\nserver: {server}\ncohorts: {{}}\n"
COMMENT = "# kept as it is\n@revoked old.example.org ssh-ed25519 AAAA\n"


@dataclass(frozen=True)
class Place:
    """An inventory of schools whose servers answer at one port of different loopback addresses."""

    folder: Path
    port: int

    @property
    def known(self) -> Path:
        return self.folder / "known_hosts"

    def says(self, *words, **more):
        return pedell_says("server", *words, "-i", self.folder.name, cwd=self.folder.parent, **more)

    def pinned(self, host):
        return [
            fingerprint(key) for key in pinned_in(self.known.read_text(), host, self.port).values()
        ]


def inventory(folder, port, servers, more=""):
    (folder / "schools").mkdir(parents=True)
    (folder / "authority.yml").write_text(AUTHORITY.format(port=port, more=more))
    (folder / "catalogue.yml").write_text("apps: {}\n")
    for name, server in servers.items():
        school = SCHOOL.format(name=name, server=server)
        (folder / f"schools/{name}.yml").write_text(school)
    (folder / "known_hosts").write_text(COMMENT)
    return Place(folder, port)


@pytest.fixture(name="key")
def _key(tmp_path):
    return own_key(tmp_path / "host")


@pytest.fixture(name="fake")
def _fake(key):
    with stranger(key) as found:
        yield found


@pytest.fixture(name="place")
def _place(tmp_path, fake):
    return inventory(tmp_path / "schools", fake.port, {"gs-nord": "127.0.0.1"})


def at_a_terminal(place, answer, *words):
    """Run it as a person does, who answers each question alike; return exit code and text."""
    ours, theirs = pty.openpty()
    variables = {k: v for k, v in os.environ.items() if not k.startswith("PEDELL_")}
    variables |= {"PYTHONPATH": str(SOURCE), "NO_COLOR": "1", "PEDELL_LANG": "en"}
    command = [sys.executable, "-m", "pedell", "server", *words, "-i", str(place.folder)]
    with subprocess.Popen(
        command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=variables
    ) as process:
        os.write(ours, answer * 5)
        said = process.stdout.read().decode()
    os.close(ours)
    os.close(theirs)
    return process.returncode, said


def test_a_key_is_recorded_after_a_person_said_that_it_is_the_same(place, key, fake):
    code, said = at_a_terminal(place, b"y\n", "enrol", "gs-nord")
    assert code == 0, said
    print_ = fingerprint(key.asbytes())
    assert f"gs-nord  [127.0.0.1]:{place.port}  ED25519  {print_}" in said
    assert "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub" in said
    assert place.pinned("127.0.0.1") == [print_]
    assert place.known.read_text().startswith(COMMENT)
    assert (fake.heard, beyond_keys(fake.packets)) == ([], [])
    assert "pinned already" in place.says("enrol", "gs-nord", "--fingerprint", print_).out


def test_the_fingerprint_is_the_one_that_openssh_prints(place, key, tmp_path):
    at_a_terminal(place, b"y\n", "enrol", "--all")
    (tmp_path / "host.pub").write_text(f"ssh-ed25519 {key.get_base64()}\n")
    command = ["ssh-keygen", "-lf", str(tmp_path / "host.pub")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert place.pinned("127.0.0.1") == [said.split()[1]]


def test_a_no_records_nothing(place):
    code, _ = at_a_terminal(place, b"n\n", "enrol", "gs-nord")
    assert (code, place.known.read_text()) == (6, COMMENT)


def test_without_a_person_only_what_was_compared_counts(place, key):
    answer = place.says("enrol", "gs-nord", typed="y\n")
    assert (answer.code, place.known.read_text()) == (6, COMMENT)
    assert "--fingerprint" in answer.err
    other = "SHA256:" + "A" * 43
    answer = place.says("enrol", "gs-nord", "--fingerprint", other)
    assert (answer.code, place.known.read_text()) == (6, COMMENT)
    assert other in answer.err
    assert fingerprint(key.asbytes()) in answer.out
    assert place.says("enrol", "gs-nord", "--fingerprint", "SHA256:x").code == 64
    assert place.says("enrol", "gs-nord", "--fingerprint", fingerprint(key.asbytes())).code == 0


def test_a_changed_key_is_never_overwritten_unasked(place, key, tmp_path):
    old = own_key(tmp_path / "old")
    line = f"[127.0.0.1]:{place.port},kept.example.org ssh-ed25519 {old.get_base64()}\n"
    place.known.write_text(COMMENT + line)
    shown, was = fingerprint(key.asbytes()), fingerprint(old.asbytes())
    answer = place.says("enrol", "--all", "--fingerprint", shown)
    assert answer.code == 6
    assert shown in answer.out
    assert was in answer.err
    assert "--replace" in answer.err
    assert place.known.read_text() == COMMENT + line
    answer = place.says("enrol", "--all", "--fingerprint", shown, "--replace")
    assert (answer.code, was in answer.err) == (0, True)
    assert place.pinned("127.0.0.1") == [shown]
    assert f"\nkept.example.org ssh-ed25519 {old.get_base64()}\n" in place.known.read_text()


def test_who_is_meant_must_be_said(place):
    assert place.says("enrol").code == 64
    assert place.says("enrol", "gs-nord", "--all").code == 64
    answer = place.says("enrol", "gs-nrod")
    assert answer.code == 64
    assert 'There is no server "gs-nrod". Did you mean "gs-nord"?' in answer.err


def test_a_link_stays_a_link(place, key, tmp_path):
    place.known.rename(tmp_path / "elsewhere")
    place.known.symlink_to(tmp_path / "elsewhere")
    assert place.says("enrol", "--all", "--fingerprint", fingerprint(key.asbytes())).code == 0
    assert place.known.is_symlink()
    assert key.get_base64() in (tmp_path / "elsewhere").read_text()


@pytest.fixture(name="many")
def _many(tmp_path, key):
    """Three servers; what is below loopback's other addresses is nobody's."""
    with stranger(key) as found:
        servers = {"gs-nord": "127.0.0.1", "gs-sued": "localhost", "rs-west": "127.0.0.9"}
        yield inventory(tmp_path / "schools", found.port, servers)


def test_a_file_of_fingerprints_is_enough_for_many(many, key, tmp_path):
    right, wrong = fingerprint(key.asbytes()), "SHA256:" + "A" * 43
    listed = tmp_path / "compared"
    listed.write_text(
        f"# read at the consoles\ngs-nord {right}\n\n256 {wrong} localhost (ED25519)\n"
    )
    answer = many.says("enrol", "--all", "--from", listed)
    assert answer.code == 6
    assert many.pinned("127.0.0.1") == [right]
    assert many.pinned("localhost") == []
    assert "127.0.0.9 port" in answer.err
    assert "Not recorded: 2 servers." in answer.err
    listed.write_text(f"256 {right} localhost (ED25519)\n")
    assert many.says("enrol", "gs-sued", "--from", listed).code == 0
    assert many.says("enrol", "rs-west", "--from", listed).code == 4
    listed.write_text("gs-nord\n")
    answer = many.says("enrol", "gs-nord", "--from", listed)
    assert (answer.code, "compared:1:" in answer.err) == (64, True)
    answer = many.says("enrol", "gs-nord", "--from", tmp_path / "nowhere")
    assert (answer.code, "No such file" in answer.err) == (64, True)


def test_one_fingerprint_is_that_of_one_server(many, key):
    answer = many.says("enrol", "--all", "--fingerprint", fingerprint(key.asbytes()))
    assert (answer.code, many.known.read_text()) == (64, COMMENT)


def rows(place, *words):
    answer = place.says("check", *words, "--output", "json")
    return answer.code, {row["server"]: row for row in json.loads(answer.out)["rows"]}


def test_check_tells_who_needs_a_look_first(many, key, tmp_path):
    old = own_key(tmp_path / "old")
    at_home = f"[127.0.0.1]:{many.port} ssh-ed25519 {key.get_base64()}\n"
    many.known.write_text(at_home + f"[localhost]:{many.port} ssh-ed25519 {old.get_base64()}\n")
    code, found = rows(many)
    assert code == 10
    assert {name: row["state"] for name, row in found.items()} == {
        "gs-sued": "changed key", "rs-west": "unreachable", "gs-nord": "ok",
    }  # fmt: skip
    assert list(found) == ["gs-sued", "rs-west", "gs-nord"]
    assert found["gs-sued"]["pinned"] == [fingerprint(old.asbytes())]
    assert found["gs-sued"]["shown"] == fingerprint(key.asbytes())
    said = many.says("check").out
    assert "3 servers: 1 changed key, 1 unreachable, 1 ok." in said
    assert fingerprint(old.asbytes()) in said
    many.known.write_text(at_home + f"[localhost]:{many.port} ssh-ed25519 {key.get_base64()}\n")
    assert rows(many)[0] == 4
    many.known.write_text("")
    code, found = rows(many)
    assert (code, found["gs-nord"]["state"]) == (10, "not pinned")
    many.known.unlink()
    assert rows(many)[1]["gs-nord"]["state"] == "not pinned"


def test_check_asks_all_at_the_same_time_and_says_nothing_to_them(tmp_path, key):
    with stranger(key) as fake:
        servers = {f"gs-{number:02}": f"127.0.0.{number + 1}" for number in range(1, 30)}
        place = inventory(tmp_path / "schools", fake.port, {"gs-00": "127.0.0.1", **servers})
        began = time.monotonic()
        code, found = rows(place, "-f", "30")
        assert (code, len(found)) == (10, 30)
        assert time.monotonic() - began < 20
        assert (fake.heard, beyond_keys(fake.packets)) == ([], [])


def test_jump_hosts_are_enrolled_first_and_then_led_through(tmp_path, key):
    inside = "inside.example.org"
    with running(NAMES[:1], tmp_path / "servers") as servers:
        server = servers.servers[NAMES[0]]
        gate = own_key(tmp_path / "gate")
        with stranger(gate, {(inside, server.port): (server.host, server.port)}) as outer:
            more = (
                "    credential: server-key\n"
                f"    jump: {{host: 127.0.0.1, port: {outer.port}, user: gate}}\n"
            )
            place = inventory(tmp_path / "schools", server.port, {"gs-nord": inside}, more)
            env = {"PEDELL_SECRET_SERVER_KEY": servers.key.read_text()}
            shown = own_key(servers.folder / "host_ed25519")
            listed = tmp_path / "compared"
            listed.write_text(f"gs-nord {fingerprint(shown.asbytes())}\n")
            assert place.says("enrol", "--all", "--from", listed, env=env).code == 6
            assert (outer.heard, beyond_keys(outer.packets)) == ([], [])
            with listed.open("a") as file:
                file.write(f"[127.0.0.1]:{outer.port} {fingerprint(gate.asbytes())}\n")
            answer = place.says("enrol", "--all", "--from", listed, env=env)
            assert (answer.code, answer.err) == (0, "")
            assert place.pinned(inside) == [fingerprint(shown.asbytes())]
            assert place.says("check", env=env).code == 0
            assert servers.traffic(NAMES[0]) == []
