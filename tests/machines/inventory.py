"""An inventory whose school servers are test machines, and the command line that works on it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.commands.typed import Answer, pedell_says
from tests.machines.machine import Machine

AUTHORITY = """\
authority: musterstadt
name: Stadt Musterstadt
types: {grundschule: Grundschule}
targets:
  server:
    provider: debian
    per: school
    host: "${school.server}"
    user: pedell
    become: true
    credential: server-key
    known_hosts: known_hosts
defaults:
  roles: [test]
"""
SCHOOL = "school: gs-{number}\nname: Schule {number}\ntype: grundschule\nserver: {server}\n"


@dataclass(frozen=True, slots=True)
class Inventory:
    """A folder with schools gs-1, gs-2 …, each with one machine, and one role for all of them."""

    folder: Path
    key: Path

    def write(self, path: str, text: str) -> None:
        """Write one of its files."""
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text, "utf-8")

    def role(self, resources: str) -> None:
        """Say what the role declares: YAML, a list."""
        self.write("playbooks/roles/test/role.yml", f"role: test\nresources:\n{resources}")

    def says(self, *words: object) -> Answer:
        """Type ``pedell`` with these words, with the key of the servers in the environment."""
        env = {"PEDELL_SECRET_SERVER_KEY": self.key.read_text("utf-8")}
        return pedell_says(*words, cwd=self.folder, env=env, timeout=600)

    def plan(self, *words: object) -> Mapping[str, str]:
        """Plan, and return what would be done to which resource, by kind/name."""
        answer = self.says("plan", "--output", "json", *words)
        assert answer.code == 0, answer
        changes = json.loads(answer.out)["changes"]
        return {one["address"].split("/", 2)[2]: one["action"] for one in changes}

    def apply(self, *words: object) -> Answer:
        """Apply without a question; it must succeed."""
        answer = self.says("apply", "-y", *words)
        assert answer.code == 0, answer
        return answer


def write_inventory(folder: Path, machines: Sequence[Machine]) -> Inventory:
    """Write an inventory for these machines; its role is still empty."""
    found = Inventory(folder, machines[0].key)
    found.write("authority.yml", AUTHORITY)
    found.write("catalogue.yml", "apps: {}\n")
    found.write("known_hosts", machines[0].known_hosts.read_text("utf-8"))
    for number, machine in enumerate(machines, 1):
        school = SCHOOL.format(number=number, server=machine.address)
        found.write(f"schools/gs-{number}.yml", school)
    return found
