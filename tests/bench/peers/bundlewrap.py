"""BundleWrap with SSH multiplexing, as its documentation advises, sixteen nodes at a time."""

from collections.abc import Sequence
from pathlib import Path

from tests.bench.peers import workload
from tests.bench.peers.fleet import Fleet
from tests.bench.peers.tools import Environment, Phase, Tool

_ITEMS = """\
given = node.metadata.get("variables")
variables = {{name: given[name] for name in given.keys()}}
root = {{"owner": "root", "group": "root"}}
directories = {{path: {{"mode": mode, **root}} for path, mode in {modes}.items()}}
files = {{
    "{etc}/" + file: {{"source": file + ".j2", "content_type": "jinja2", "mode": "0644", **root,
                      "context": {{"variables": variables}}}}
    for file in {files}
}}
files["{secret_file}"] = {{"content": {secret!r}, "content_type": "text", "mode": "0600",
                          "owner": "{owner}", "group": "{group}"}}
symlinks = {{"{link}": {{"target": "{etc}/{first}", **root}}}}
actions = {{
    guard: {{"command": "echo done >> {state}/" + guard, "unless": "test -e {state}/" + guard,
            "needs": {{"directory:{state}"}}}}
    for guard in {guards}
}}
pkg_apt = {{"{package}": {{}}}}
"""
_SHARED = "  ControlMaster auto\n  ControlPersist 60\n  ControlPath {folder}/cp-%h\n"


def prepare(folder: Path, fleet: Fleet, generation: int) -> Environment:
    """Write nodes and the one bundle that all of them have."""
    nodes = {
        host.name: {
            "hostname": host.address,
            "bundles": {"school"},
            "os": "debian",
            "os_version": (12,),
            "username": "root",
            "cmd_wrapper_outer": "sh -c {}",
            "lock_dir": "/srv/bw",
            "metadata": {"variables": {**workload.variables(host), "generation": generation}},
        }
        for host in fleet.hosts
    }
    bundle = folder / "bundles/school"
    (bundle / "files").mkdir(parents=True, exist_ok=True)
    (folder / "nodes.py").write_text(f"nodes = {nodes!r}\n", "utf-8")
    (folder / "groups.py").write_text("groups = {}\n", "utf-8")
    (bundle / "items.py").write_text(_items(), "utf-8")
    for file, text in workload.templates().items():
        (bundle / f"files/{file}.j2").write_text(text, "utf-8")
    shared = fleet.client_config.read_text("utf-8") + _SHARED.format(folder=folder)
    (folder / "client").write_text(shared, "utf-8")
    words = f"-F {folder}/client"
    return {"BW_SSH_ARGS": words, "BW_SCP_ARGS": words, "BW_IDENTITY": "bench"}


def command(phase: Phase) -> Sequence[str]:
    """Verify, or apply."""
    verb = "verify" if phase is Phase.CHECK else "apply"
    return [verb, "-p", "16", "-P", "4", "bundle:school"]


def _items() -> str:
    return _ITEMS.format(
        modes={path: f"{mode:04o}" for path, mode in workload.MODES.items()},
        files=workload.FILES,
        guards=workload.GUARDS,
        secret=workload.SECRET,
        **workload.NAMES,
    )


BUNDLEWRAP = Tool(
    "bundlewrap", prepare, command, ("bundlewrap==5.2.0",), "bw", rounds=1, most_hosts=10
)
