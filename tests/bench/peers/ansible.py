"""Ansible with its defaults, and with Mitogen as its friends tune it: 50 forks, no fact gathering."""

import json
from collections.abc import Sequence
from pathlib import Path

from tests.bench.peers import workload
from tests.bench.peers.fleet import Fleet
from tests.bench.peers.tools import INSTALLED, Environment, Phase, Tool

_PLAY = """\
- hosts: all
  tasks:
    - name: directories
      ansible.builtin.file: {{path: "{{{{ item.path }}}}", state: directory, mode: "{{{{ item.mode }}}}"}}
      loop: {modes}
    - name: files
      ansible.builtin.template: {{src: "templates/{{{{ item }}}}.j2", dest: "{etc}/{{{{ item }}}}", mode: "0644"}}
      loop: {files}
    - name: secret
      ansible.builtin.copy: {{content: {secret}, dest: {secret_file}, owner: {owner}, group: {group}, mode: "0600"}}
    - name: link
      ansible.builtin.file: {{src: {etc}/{first}, dest: {link}, state: link, force: true}}
    - name: guarded commands
      ansible.builtin.shell: {{cmd: "echo done >> {state}/{{{{ item }}}}", creates: "{state}/{{{{ item }}}}"}}
      loop: {guards}
    - name: package
      ansible.builtin.command: dpkg-query -W -f=${{Status}} {package}
      register: found
      changed_when: false
      check_mode: false
      failed_when: "'install ok installed' not in found.stdout"
"""
_TUNED = """\
forks = 50
gathering = explicit
strategy_plugins = {plugins}
strategy = mitogen_linear
[ssh_connection]
pipelining = True
ssh_args = -o ControlMaster=auto -o ControlPersist=60s -o PreferredAuthentications=publickey
"""
_CORE = "ansible-core==2.19.14"


def prepare(folder: Path, fleet: Fleet, generation: int) -> Environment:
    """Write inventory, playbook, templates and the settings of a beginner."""
    return _prepare(folder, fleet, generation, "[ssh_connection]\n")


def prepare_tuned(folder: Path, fleet: Fleet, generation: int) -> Environment:
    """Write the same with the settings of an expert."""
    found = (INSTALLED / "mitogen/lib").glob("*/site-packages/ansible_mitogen/plugins/strategy")
    return _prepare(folder, fleet, generation, _TUNED.format(plugins=next(found)))


def command(phase: Phase) -> Sequence[str]:
    """Check with differences, or do it."""
    return ["site.yml", *(["--check", "--diff"] if phase is Phase.CHECK else [])]


def _prepare(folder: Path, fleet: Fleet, generation: int, settings: str) -> Environment:
    hosts = {
        host.name: {
            "ansible_host": host.address,
            "ansible_remote_tmp": "/srv/.ansible",
            "variables": {**workload.variables(host), "generation": generation},
        }
        for host in fleet.hosts
    }
    reached = {
        "ansible_user": "root",
        "ansible_port": fleet.port,
        "ansible_python_interpreter": "/usr/bin/python3",
        "ansible_ssh_common_args": f"-F {fleet.client_config}",
    }
    inventory = {"all": {"vars": reached, "hosts": hosts}}
    head = f"[defaults]\ninventory = inventory.yml\nlocal_tmp = {folder}/tmp\n"
    paths = f"control_path_dir = {folder}/cp\n"
    (folder / "ansible.cfg").write_text(f"{head}{settings}{paths}", "utf-8")
    (folder / "inventory.yml").write_text(json.dumps(inventory), "utf-8")
    (folder / "site.yml").write_text(_play(), "utf-8")
    (folder / "templates").mkdir(exist_ok=True)
    for file, text in workload.templates().items():
        (folder / f"templates/{file}.j2").write_text(text, "utf-8")
    return {}


def _play() -> str:
    modes = [{"path": path, "mode": f"{mode:04o}"} for path, mode in workload.MODES.items()]
    return _PLAY.format(
        modes=json.dumps(modes),
        files=json.dumps(workload.FILES),
        guards=json.dumps(workload.GUARDS),
        secret=json.dumps(workload.SECRET),
        **workload.NAMES,
    )


_PROGRAM = "ansible-playbook"
ANSIBLE = Tool("ansible", prepare, command, (_CORE,), _PROGRAM, rounds=1, most_hosts=10)
MITOGEN = Tool(
    "mitogen",
    prepare_tuned,
    command,
    (_CORE, "mitogen==0.3.54"),
    _PROGRAM,
    rounds=1,
    most_hosts=10,
)
