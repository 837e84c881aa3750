"""What Ansible is told of schools: a dynamic inventory, as its script plugin reads it.

The shape is that of ``ansible.builtin.script`` (Ansible's "Developing dynamic inventory"): groups
with ``hosts`` and ``children``, and ``_meta.hostvars``, without which the script would be run once
more for each host. What stands in hostvars is rendered as a Jinja2 template by whoever uses it, so
text in which a template could begin is marked ``__ansible_unsafe``: a school writes values, never
code for the machine that runs Ansible.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pedell.model import (
    Cohort,
    Device,
    Effective,
    Inventory,
    Problem,
    Rejected,
    School,
    Sealed,
    SecretName,
    Target,
    Value,
    tell,
)
from pedell.outputs.ansible_groups import group_members
from pedell.outputs.records import Record

_SECRET = "pedell_secret"  # noqa: S105  # the key behind which a name stands
_UNSAFE = "__ansible_unsafe"
_OPENING = re.compile(r"\{|[\[<(@#$%*!|=]{2}")
"""How a template may begin: ``{{``, ``{%``, and what a template file may choose instead."""

_HOST = re.compile(r"[A-Za-z0-9_\[:][A-Za-z0-9_.:%\[\]-]*\Z")
"""A name or an address. What begins with a hyphen would be an option of ``ssh``."""


@dataclass(frozen=True, slots=True)
class Hosts:
    """Which schools are hosts, and what is told of them.

    ``servers`` maps schools to their servers; ``opened`` names of secrets to clear values, and is
    empty unless somebody asked for them; ``lists`` maps schools to the cohorts whose single devices
    are told; ``known_hosts`` is an absolute path by target.
    """

    inventory: Inventory
    values: Mapping[tuple[str, str], Effective]
    servers: Mapping[str, Target]
    opened: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, Sequence[Cohort]] = field(default_factory=dict)
    known_hosts: Mapping[str, str] = field(default_factory=dict)


def whole_record(hosts: Hosts) -> Record:
    """Return what ``--list`` prints. Raises Rejected where two names become one for Ansible."""
    groups = group_members(hosts.inventory, hosts.servers)
    told = {
        name: {"hosts": sorted(schools & hosts.servers.keys())} for name, schools in groups.items()
    }
    everything = {"hosts": sorted(hosts.servers), "children": sorted([*groups, "ungrouped"])}
    hostvars = {name: host_record(hosts, name) for name in sorted(hosts.servers)}
    return {
        "_meta": {"hostvars": hostvars},
        "all": everything,
        "ungrouped": {"hosts": []},
        **told,
    }


def host_record(hosts: Hosts, name: str) -> Record:
    """Return what ``--host`` prints. Raises Rejected for an address that is none."""
    found = _hostvars(hosts, hosts.inventory.schools[name])
    return {key: _said(value, hosts.opened) for key, value in found.items()}


def secrets_of(hosts: Hosts) -> frozenset[str]:
    """Return the names of the secrets that the hosts name."""
    schools = (hosts.inventory.schools[name] for name in hosts.servers)
    return frozenset(name for school in schools for name in _named(_hostvars(hosts, school)))


def _hostvars(hosts: Hosts, school: School) -> dict[str, Value]:
    shared = hosts.values[school.id, ""]
    variables = _below(shared, "variables")
    counts = Counter({cohort.name: len(cohort.devices) for cohort in school.cohorts})
    found: dict[str, Value] = {
        **_connection(hosts.servers[school.id], hosts.known_hosts),
        "pedell_school": _school(school),
        "pedell_wifi": _below(shared, "wifi"),
        "pedell_apps": _below(shared, "apps"),
        "pedell_restrictions": _below(shared, "restrictions"),
        "pedell_cohorts": {
            cohort.name: _cohort(cohort, hosts.values[school.id, cohort.name])
            for cohort in school.cohorts
        },
        "pedell_devices": {"total": school.device_count, "cohorts": counts},
        "pedell_variables": variables,
        **{f"school_{name}": value for name, value in variables.items()},
    }
    if school.id in hosts.lists:
        cohorts = hosts.lists[school.id]
        rows = [_device(cohort, device) for cohort in cohorts for device in cohort.devices]
        found["pedell_device_list"] = rows
    return found


def _connection(target: Target, known_hosts: Mapping[str, str]) -> Mapping[str, Value]:
    """Return how Pedell itself reaches the server, in Ansible's words."""
    settings, host = target.settings, str(target.settings["host"])
    if not _HOST.match(host):
        detail = tell('"{host}" is no name or address of a server.', host=host)
        raise Rejected([Problem("E0113", detail, target.source)])
    found: dict[str, Value] = {
        "ansible_host": host,
        "ansible_port": settings.get("port") or 22,
        "ansible_user": settings.get("user") or "root",
    }
    if settings.get("become"):
        found["ansible_become"] = True
    if target.id in known_hosts:
        found["pedell_known_hosts"] = known_hosts[target.id]
    if isinstance(jump := settings.get("jump"), Mapping):
        found["pedell_jump"] = _jump(jump, str(found["ansible_user"]))
    return found


def _jump(jump: Mapping[str, Value], user: str) -> str:
    """Write a jump host as ``ssh -J`` wants it."""
    host = str(jump["host"])
    place = f"[{host}]" if ":" in host else host
    return f"{jump.get('user') or user}@{place}:{jump.get('port') or 22}"


def _school(school: School) -> Mapping[str, Value]:
    return {
        "id": school.id,
        "name": school.name,
        "type": school.type,
        "groups": school.groups,
        "municipality": school.municipality,
        "priority": school.priority,
        "need": school.need,
        "base": school.base,
    }


def _cohort(cohort: Cohort, effective: Effective) -> Mapping[str, Value]:
    return {
        "role": cohort.role,
        "ownership": cohort.ownership,
        "platform": cohort.platform,
        "owner": cohort.owner,
        "devices": len(cohort.devices),
        "wifi": _below(effective, "wifi"),
        "apps": _below(effective, "apps"),
        "restrictions": _below(effective, "restrictions", cohort.role),
    }


def _device(cohort: Cohort, device: Device) -> Mapping[str, Value]:
    return {
        "cohort": cohort.name,
        "serial": device.serial,
        "mac": device.mac,
        "asset": device.asset,
        "model": device.model,
    }


def _below(effective: Effective, *head: str) -> Mapping[str, Value]:
    """Return the effective values below ``head``, as deep as they were written."""
    found: dict[str, Value] = {}
    for at, setting in effective.settings.items():
        if at[: len(head)] != head or len(at) == len(head):
            continue
        *way, last = map(str, at[len(head) :])
        place = found
        for key in way:
            place = place.setdefault(key, {})  # type: ignore[assignment]  # made here, a dict
        place[last] = setting.value
    return found


def _named(value: Value) -> Iterator[str]:
    match value:
        case SecretName():
            yield value
        case str():
            return
        case Mapping():
            for child in value.values():
                yield from _named(child)
        case Sequence():
            for child in value:
                yield from _named(child)


def _said(value: Value, opened: Mapping[str, str]) -> Value:
    """Turn a value into what Ansible reads: secrets named or opened, templates made harmless."""
    match value:
        case SecretName():
            clear = opened.get(value)
            return {_SECRET: _harmless(value)} if clear is None else _harmless(clear)
        case Sealed(name):
            return {_SECRET: _harmless(name)}
        case str():
            return _harmless(value)
        case Mapping():
            return {str(key): _said(child, opened) for key, child in value.items()}
        case Sequence():
            return [_said(child, opened) for child in value]
        case _:
            return value


def _harmless(text: str) -> Value:
    return {_UNSAFE: str(text)} if _OPENING.search(text) else str(text)
