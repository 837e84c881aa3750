"""pyinfra, with its defaults."""

from collections.abc import Sequence
from pathlib import Path

from tests.bench.peers import workload
from tests.bench.peers.fleet import Fleet
from tests.bench.peers.tools import Environment, Phase, Tool

_DEPLOY = """\
from io import StringIO

from pyinfra import host
from pyinfra.facts.files import File
from pyinfra.operations import apt, files, server

for path, mode in {modes}.items():
    files.directory(path=path, mode=mode, user="root", group="root")
for file in {files}:
    files.template(src="templates/" + file + ".j2", dest="{etc}/" + file, mode="644",
                   user="root", group="root", variables=host.data.variables)
files.put(src=StringIO({secret!r}), dest="{secret_file}", user="{owner}", group="{group}", mode="600")
files.link(path="{link}", target="{etc}/{first}")
for guard in {guards}:
    if not host.get_fact(File, path="{state}/" + guard):
        server.shell(commands=["echo done >> {state}/" + guard])
apt.packages(packages=["{package}"])
"""


def prepare(folder: Path, fleet: Fleet, generation: int) -> Environment:
    """Write inventory, deploy and templates."""
    reached = {
        "ssh_user": "root",
        "ssh_port": fleet.port,
        "ssh_key": str(fleet.key),
        "ssh_known_hosts_file": str(fleet.known_hosts),
    }
    hosts = [
        (h.address, {**reached, "variables": {**workload.variables(h), "generation": generation}})
        for h in fleet.hosts
    ]
    (folder / "inventory.py").write_text(f"hosts = {hosts!r}\n", "utf-8")
    (folder / "deploy.py").write_text(_deploy(), "utf-8")
    (folder / "templates").mkdir(exist_ok=True)
    for file, text in workload.templates().items():
        (folder / f"templates/{file}.j2").write_text(text, "utf-8")
    return {}


def command(phase: Phase) -> Sequence[str]:
    """Look with differences, or do it without asking."""
    how = ["--dry", "--diff"] if phase is Phase.CHECK else ["-y"]
    return [*how, "inventory.py", "deploy.py"]


def _deploy() -> str:
    return _DEPLOY.format(
        modes={path: f"{mode:o}" for path, mode in workload.MODES.items()},
        files=workload.FILES,
        guards=workload.GUARDS,
        secret=workload.SECRET,
        **workload.NAMES,
    )


PYINFRA = Tool("pyinfra", prepare, command, ("pyinfra==3.10.0",), "pyinfra")
