"""Pedell itself, as an authority would run it: an inventory of files and a memory of its own."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench.peers import workload
from tests.bench.peers.fleet import Fleet, Host
from tests.bench.peers.tools import Environment, Phase, Tool

_AUTHORITY = """\
authority: bench
name: Bench
types: {{school: School}}
targets:
  server:
    provider: debian
    per: school
    host: "${{school.server}}"
    port: {port}
    user: root
    credential: server-key
    known_hosts: {known_hosts}
defaults:
  roles: [baseline]
  variables:
    generation: {generation}
"""


def prepare(folder: Path, fleet: Fleet, generation: int) -> Environment:
    """Write the authority, a school for each server, and the role that all of them have."""
    inventory, role = folder / "inventory", folder / "inventory/playbooks/roles/baseline"
    (inventory / "schools").mkdir(parents=True, exist_ok=True)
    (role / "templates").mkdir(parents=True, exist_ok=True)
    values = {"port": fleet.port, "known_hosts": fleet.known_hosts, "generation": generation}
    _write(inventory / "authority.yml", _AUTHORITY.format(**values))
    _write(inventory / "catalogue.yml", "wifi: {}\n")
    for host in fleet.hosts:
        _write(inventory / f"schools/{host.name}.yml", "".join(_school(host)))
    for file, text in workload.templates().items():
        _write(role / f"templates/{file}.j2", text)
    _write(role / "role.yml", "role: baseline\nresources:\n" + "".join(_resources()))
    code = str(Path(__file__).parents[3] / "cli")  # this tree, whatever else is installed
    return {"PEDELL_SECRET_SERVER_KEY": fleet.key.read_text("utf-8"), "PYTHONPATH": code}


def command(phase: Phase) -> Sequence[str]:
    """Look with all differences line by line, or do what differs."""
    words = ["plan", "--diff"] if phase is Phase.CHECK else ["apply", "--yes"]
    return ["-m", "pedell", *words, "-i", "inventory"]


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


def _school(host: Host) -> Iterator[str]:
    yield f"school: {host.name}\nname: School {host.number}\ntype: school\n"
    yield f"server: {host.address}\ncohorts: {{}}\nvariables:\n"
    for name, value in workload.variables(host).items():
        yield f"  {name}: {value!r}\n"


def _resources() -> Iterator[str]:
    for path, mode in workload.MODES.items():
        yield f'  - {{directory: {path}, owner: root, group: root, mode: "{mode:04o}"}}\n'
    rights = 'owner: root, group: root, mode: "0644"'
    for file in workload.FILES:
        yield f"  - {{template: {workload.ETC}/{file}, source: {file}.j2, {rights}}}\n"
    rights = f'owner: {workload.OWNER}, group: {workload.GROUP}, mode: "0600"'
    content = workload.SECRET.replace("\n", "\\n")
    yield f'  - {{file: {workload.SECRET_FILE}, content: "{content}", {rights}}}\n'
    first = f"{workload.ETC}/{workload.FILES[0]}"
    yield f"  - {{symlink: {workload.LINK}, target: {first}}}\n"
    for guard in workload.GUARDS:
        path, needs = f"{workload.STATE}/{guard}", f"[directory/{workload.STATE}]"
        run = f"echo done >> {path}"
        yield f"  - {{command: {guard}, run: {run}, creates: {path}, needs: {needs}}}\n"
    yield f"  - {{package: {workload.PACKAGE}}}\n"


OURS = Tool("pedell", prepare, command)
