"""A plan on servers where nothing differs: one connection, one command, and no file comes back."""

import hashlib
import os
import subprocess
import sys

import pytest

from pedell.providers.debian.probe import Questions, read_answer, write_probe
from tests.inventory_builder import build, role
from tests.providers.debian.world import configure, observe, want
from tests.transports.openssh import running_sshd

SCHOOL = """\
school: gs-nord
name: Grundschule Nord
type: grundschule
server: 127.0.0.1
cohorts: {}
"""
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
    user: root
    credential: server-key
    known_hosts: {folder}/known_hosts
    root: {root}
defaults: {{roles: [welcome]}}
"""
RESOURCES = """\
  - {directory: /srv}
  - {file: /srv/welcome, content: "Willkommen\\n"}
  - {template: /srv/school, source: school.j2, mode: "0640"}
  - {symlink: /srv/now, target: school}
  - {command: once, run: echo done >> srv/done, creates: /srv/done, needs: [directory//srv]}
  - {package: dpkg}
"""


def test_a_second_look_is_one_command_over_one_connection(world):
    resources = [
        want("directory", "/srv"),
        want("file", "/srv/welcome", content="Willkommen\n"),
        want("symlink", "/srv/now", target="welcome"),
    ]
    with world.session() as session:
        configure(session, resources)
    before, connections = len(world.commands()), world.traffic.ssh_connections
    with world.session() as session:
        seen = observe(session, resources)
    assert {one.address: one.spec for one in seen.values()} == {
        one.address: one.spec for one in resources
    }
    assert world.traffic.ssh_connections == connections + 1
    assert world.commands()[before:] == ["sh -s"]


NAMES = ("plain", "it's", "two\nlines", "back\\slash", "star * [x]")


def test_only_a_file_that_differs_sends_its_content(tmp_path):
    contents = {f"/{name}": f"of {name}" for name in NAMES}
    for path, content in contents.items():
        (tmp_path / path[1:]).write_text(content)
    known = {path: frozenset({"f" * 64, total(text)}) for path, text in contents.items()}
    facts = look(tmp_path, known)
    assert {path: fact.content for path, fact in facts.files.items()} == dict.fromkeys(known)
    assert {path: fact.sha256 in known[path] for path, fact in facts.files.items()} == (
        dict.fromkeys(known, True)
    )
    for path, content in contents.items():
        others = {**known, path: frozenset({total("something else")})}
        facts = look(tmp_path, others)
        sent = {at: fact.content for at, fact in facts.files.items() if fact.content is not None}
        assert sent == {path: content.encode()}


def total(text):
    return hashlib.sha256(text.encode()).hexdigest()


def look(root, files):
    ask = Questions(root=str(root), files=files)
    script = write_probe(ask).encode()
    done = subprocess.run(["sh", "-s"], input=script, capture_output=True, check=True)
    assert done.stderr == b""
    return read_answer(ask, done.stdout)


@pytest.fixture
def server(tmp_path):
    """Return an inventory for one real sshd, and the log that it writes."""
    (tmp_path / "root").mkdir()
    with running_sshd(tmp_path, "LogLevel VERBOSE") as sshd:
        port, key = sshd.address.port, sshd.address.key
        files = {
            "authority.yml": AUTHORITY.format(port=port, folder=tmp_path, root=tmp_path / "root"),
            "catalogue.yml": "wifi: {}\n",
            "schools/gs-nord.yml": SCHOOL,
            "devices/gs-nord.csv": None,
            "playbooks/roles/welcome/templates/school.j2": "{{ school.name }}\n",
            **role(RESOURCES),
        }
        yield build(tmp_path / "inventory", files), sshd.log, key.read_text()


@pytest.mark.tier2("sshd")
@pytest.mark.skipif(os.getuid() != 0, reason="logs in as root")
def test_a_plan_without_changes_is_one_connection_and_one_command_in_the_log_of_sshd(server):
    inventory, log, key = server
    assert "5 of 5 changes" in pedell(inventory, key, "apply", "--yes")
    before = len(log.read_text().splitlines())
    assert "nothing to do" in pedell(inventory, key, "plan")
    lines = log.read_text().splitlines()[before:]
    assert sum(line.startswith("Accepted publickey") for line in lines) == 1
    assert sum(line.startswith("Connection from") for line in lines) == 1
    assert sum(line.startswith("Starting session: command") for line in lines) == 1


def pedell(inventory, key, *words):
    environment = {**os.environ, "PEDELL_SECRET_SERVER_KEY": key, "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "pedell", *words, "-i", str(inventory)]
    done = subprocess.run(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
