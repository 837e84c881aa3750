"""``pedell ansible-inventory``: the schools with a server, as an inventory for Ansible.

What Ansible does (its developer guide, "Developing dynamic inventory", and the source of its
plugin ``ansible.builtin.script``, seen in ansible-core 2.19): it runs an executable file with
``--list``, wants JSON on stdout and exit code 0, shows stderr only where the script failed, and
asks with ``--host NAME`` only where ``_meta.hostvars`` is absent.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import click

from pedell.commands import options
from pedell.commands.completion import complete_school
from pedell.commands.finding import find_school, nothing
from pedell.commands.showing import rejections_shown, say, show
from pedell.language.patterns import select_schools
from pedell.model import Problem, Rejected, Target, quote, tell
from pedell.outputs.ansible import Hosts, host_record, secrets_of, whole_record
from pedell.outputs.wording import count
from pedell.reading import Reading
from pedell.wiring import Setting, open_vault, read_offline


@click.command("ansible-inventory")
@click.option("--list", "whole", is_flag=True, help="Print groups, hosts and their variables.")
@click.option(
    "--host",
    default="",
    metavar="NAME",
    shell_complete=complete_school,
    help="Print the variables of this school.",
)
@options.inventory
@options.limit
@click.option("--target", default="", metavar="NAME", help="Servers of this target only.")
@click.option("--devices", is_flag=True, help="Tell single devices too: serial, MAC, asset.")
@click.option("--secrets", is_flag=True, help="Print secrets in clear text. Needs what opens them.")
def command(
    whole: bool,
    host: str,
    inventories: tuple[Path, ...],
    limit: str,
    target: str,
    devices: bool,
    secrets: bool,
) -> None:
    """Print the schools that have a server as a dynamic inventory for Ansible.

    Ansible does not call it directly but through a script of two lines, which passes on --list or
    --host: ansible-playbook -i inventory.sh. A secret is only named: {"pedell_secret": NAME}.
    """
    if whole == bool(host):
        raise click.UsageError("One of both: --list or --host NAME.")
    setting = Setting(options.roots_of(inventories))
    with rejections_shown("text"):
        reading = read_offline(setting)
        hosts = _hosts(reading, setting, limit, target)
        if host:
            hosts = _only(reading, hosts, host)
        if devices:
            schools = reading.inventory.schools
            hosts = replace(hosts, lists={name: schools[name].cohorts for name in hosts.servers})
        if secrets:
            hosts = replace(hosts, opened=_opened(setting, hosts))
        record = host_record(hosts, host) if host else whole_record(hosts)
    if hosts.opened:
        say(
            f"Careful: {count(len(hosts.opened), 'secret')} in clear text on stdout. Ansible shows "
            "and logs them too, unless a task has no_log: true."
        )
    show(json.dumps(record, ensure_ascii=False, sort_keys=True))


def _hosts(reading: Reading, setting: Setting, limit: str, target: str) -> Hosts:
    inventory = reading.inventory
    chosen = select_schools(limit or "all", inventory.schools)
    own = [t for t in inventory.targets.values() if t.school in chosen and t.is_driven]
    _check_target(target, inventory.targets.values())
    asked = [t for t in own if target in ("", t.name) and "url" not in t.settings]
    servers = [t for t in asked if t.settings.get("host")]
    if missing := {t.school for t in asked} - {t.school for t in servers}:
        say(f"Left out: {count(len(missing), 'school')} whose server has no address (host).")
    by_school: dict[str, Target] = {}
    for each in servers:
        other = by_school.setdefault(each.school, each)
        if other is not each:
            names = f"{other.name} and {each.name}"
            raise click.UsageError(f"{each.school} has two servers, {names}. Choose: --target NAME")
    return Hosts(
        inventory, reading.values, by_school, known_hosts=_known_hosts(servers, setting.roots[0])
    )


def _check_target(name: str, targets: Iterable[Target]) -> None:
    known = {target.name for target in targets if target.school}
    if name and name not in known:
        raise click.UsageError(
            f'--target: no school has a server of a target "{name}".'
            f" There are: {', '.join(sorted(known)) or 'none'}."
        )


def _known_hosts(servers: Iterable[Target], root: Path) -> Mapping[str, str]:
    """Return the files of pinned keys as Ansible can find them, whatever folder it works in."""
    named = ((target.id, target.settings.get("known_hosts")) for target in servers)
    return {name: str((root / file).resolve()) for name, file in named if isinstance(file, str)}


def _only(reading: Reading, hosts: Hosts, name: str) -> Hosts:
    school = find_school(reading, name)
    if school.id not in hosts.servers:
        raise nothing(
            tell('"{school}" has no server with an address, or was not asked for.', school=name)
        )
    return replace(hosts, servers={name: hosts.servers[name]})


def _opened(setting: Setting, hosts: Hosts) -> Mapping[str, str]:
    """Open what the hosts name, all of it: half of it would end as a mark in somebody's file."""
    vault = open_vault(setting, hosts.inventory)
    found: dict[str, str] = {}
    problems = []
    for name in sorted(secrets_of(hosts)):
        try:
            found[name] = vault.reveal(name).reveal()
        except KeyError as closed:
            detail = tell(
                "{name} stays closed; not set: {reason}. Give what opens it, or leave its school "
                "out (-l).",
                name=name,
                reason=quote(closed.args[0]),
            )
            problems.append(Problem("E0291", detail))
    if problems:
        raise Rejected(problems)
    return found
