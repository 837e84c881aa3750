"""What ``pedell ca show`` tells of the authorities of a catalogue."""

import datetime
import os
from collections.abc import Iterator

from pedell.certificates.certificate import Certificate, read_certificates
from pedell.certificates.trust import key_of
from pedell.model import Resource, Value
from pedell.outputs.views import Table
from pedell.outputs.wording import count
from pedell.reading import Reading
from pedell.vault.environment import variable_of

_FOR_PEOPLE = ("certificate", "title", "until", "days", "sha256", "key", "used by")
_FOR_MACHINES = (
    "certificate", "title", "ends", "days", "sha256", "key_type", "key", "networks", "servers",
    "schools",
)  # fmt: skip
_SOON = 825
"""Days before its end from which an authority cannot sign for the longest time any more."""


def authorities_table(reading: Reading, now: datetime.datetime, for_people: bool) -> Table:
    """Return a line for each authority of the catalogue."""
    known = reading.inventory.certificates
    rows = tuple(_row(name, known[name], reading, now, for_people) for name in sorted(known))
    if not for_people:
        return Table("authorities", _FOR_MACHINES, rows)
    return Table("authorities", _FOR_PEOPLE, rows, _note(reading, now))


def _row(
    name: str, pem: str, reading: Reading, now: datetime.datetime, for_people: bool
) -> tuple[Value, ...]:
    about = _read(pem)
    networks = [one for one in reading.desired.values() if name in _named(one, "certificate")]
    servers = [one for one in reading.desired.values() if name in _named(one, "authority")]
    schools = len({one.address.school for one in (*networks, *servers)})
    if not for_people:
        facts = (about.subject, str(about.ends.date()), (about.ends - now).days,
                 about.fingerprint, about.key_type) if about else (None,) * 5  # fmt: skip
        return name, *facts, _key(name, reading), len(networks), len(servers), schools
    users = [count(len(networks), "network")] if networks else []
    users += [count(len(servers), "server")] if servers else []
    used = ", ".join([*users, count(schools, "school")]) if users else "nobody"
    if about is None:
        return name, "no certificate that can be read", "", "", "", _key(name, reading), used
    short, days = f"{about.fingerprint[:8]}…", (about.ends - now).days
    return name, about.subject, str(about.ends.date()), days, short, _key(name, reading), used


def _read(pem: str) -> Certificate | None:
    try:
        return read_certificates(pem)[0]
    except ValueError:
        return None


def _named(resource: Resource, field: str) -> Iterator[str]:
    if resource.address.kind == {"certificate": "wifi", "authority": "server_certificate"}[field]:
        named = resource.spec.get(field)
        yield from map(str, named if isinstance(named, list | tuple) else [named])


def _key(name: str, reading: Reading) -> str:
    entry = reading.inventory.secrets.entries.get(key_of(name))
    if entry:
        return f"secrets/{entry.owner}.yml"
    return "environment" if variable_of(key_of(name)) in os.environ else "not here"


def _note(reading: Reading, now: datetime.datetime) -> str:
    ends = {name: _read(pem) for name, pem in reading.inventory.certificates.items()}
    late = sorted(n for n, one in ends.items() if one and (one.ends - now).days < _SOON)
    if not reading.inventory.certificates:
        return "The catalogue has none. Make one: pedell ca create schul-ca"
    return f"Time to move over: {', '.join(late)} (docs/how-to/rotate-a-ca.md)" if late else ""
