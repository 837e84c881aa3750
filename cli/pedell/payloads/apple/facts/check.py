"""Holds profiles and declarations against the table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pedell.model import Pointer, tell
from pedell.payloads.apple.facts.availability import check_availability
from pedell.payloads.apple.facts.declaration_links import check_declared
from pedell.payloads.apple.facts.findings import Devices, Finding, Grade, Reason
from pedell.payloads.apple.facts.links import check_alone, check_names, check_references
from pedell.payloads.apple.facts.rules import check_rules
from pedell.payloads.apple.facts.table import (
    COMMON,
    TOP,
    WRAPPER,
    Fact,
    Table,
    shipped_table,
)
from pedell.payloads.apple.facts.values import Look, check_block, cut, near
from pedell.payloads.apple.facts.wifi_lint import WIFI, lint_wifi

_PARTS = "PayloadContent"
_APPLE = "com.apple."
_LIKE_A_TYPE = 0.8
"""How like a known type a name must be: all of them begin alike."""
_OF_DEVICES = frozenset(
    {
        Reason.SUPERVISION,
        Reason.SHARED,
        Reason.DEPRECATED,
        Reason.REMOVED,
        Reason.TRUST,
        Reason.WEAK,
    }
)


def check_profile(profile: Mapping[str, Any], table: Table | None = None) -> Iterator[Finding]:
    """Yield what is wrong with a profile, or not listed, whatever the devices are."""
    for found in validate_profile(profile, Devices(), table):
        if found.reason not in _OF_DEVICES:
            yield found


def validate_profile(
    profile: Mapping[str, Any], devices: Devices, table: Table | None = None
) -> Iterator[Finding]:
    """Yield all there is to say of a profile for these devices; ``table`` left out: our own."""
    table = table or shipped_table()
    wrong = set()
    for found in _one_by_one(profile, devices, table):
        wrong |= set() if found.is_doubt else {found.at}
        yield found
    parts = _parts(profile)
    yield from check_names(parts)
    yield from check_alone(parts, table.types)
    yield from (found for found in check_references(parts) if found.at not in wrong)


def validate_declaration(
    declaration: Mapping[str, Any], devices: Devices, table: Table | None = None
) -> Iterator[Finding]:
    """Yield all there is to say of a declaration as JSON writes it."""
    table = table or shipped_table()
    yield from _beyond(table, "declarations", devices)
    name = declaration.get("Type")
    look = Look(devices, is_json=True, replaced_by=_successors(table, str(name)))
    yield from check_block(declaration, {"k": table.declarations[WRAPPER]["k"]}, (), look)
    if not isinstance(name, str):
        return
    fact = table.declarations.get(name) if name != WRAPPER else None
    yield from _kind(fact, name, ("Type",), table.declarations, look)
    payload = declaration.get("Payload")
    if fact and isinstance(payload, dict):
        yield from check_block(payload, fact, ("Payload",), look)
        yield from check_rules(payload, fact, table.rules.get(name, ()), ("Payload",), devices)


def validate_declarations(
    listed: Sequence[Any], devices: Devices, table: Table | None = None
) -> Iterator[Finding]:
    """Yield all there is to say of a set of declarations, each alone and all together."""
    table = table or shipped_table()
    for number, one in enumerate(listed):
        if isinstance(one, dict):
            for found in validate_declaration(one, devices, table):
                yield replace(found, at=(number, *found.at))
    yield from check_declared(listed, table)


def _one_by_one(profile: Mapping[str, Any], devices: Devices, table: Table) -> Iterator[Finding]:
    yield from _beyond(table, "profiles", devices)
    look = Look(devices, replaced_by=_successors(table, TOP))
    yield from check_block(profile, {"k": table.types[TOP]["k"]}, (), look)
    if "EncryptedPayloadContent" in profile or profile.get("IsEncrypted") is True:
        said = tell("It is encrypted: what is inside was not checked.")
        yield Finding((), said, Reason.ENCRYPTED, Grade.INFO)
    for number, part in enumerate(_parts(profile)):
        if isinstance(part, dict):
            yield from _payload(part, table, (_PARTS, number), devices)


def _parts(profile: Mapping[str, Any]) -> list[Any]:
    listed = profile.get(_PARTS)
    return listed if isinstance(listed, list) else []


def _payload(
    part: Mapping[str, Any], table: Table, at: Pointer, devices: Devices
) -> Iterator[Finding]:
    name = part.get("PayloadType")
    fact = table.types.get(name) if isinstance(name, str) and name not in (COMMON, TOP) else None
    look = Look(devices, replaced_by=_successors(table, str(name)))
    if isinstance(name, str):
        yield from _kind(fact, name, (*at, "PayloadType"), table.types, look)
    shared = table.types[COMMON]["k"]
    own = fact.get("k", {}) if fact else {}
    other = fact.get("w") if fact else {"t": "*"}
    block = {"k": {**shared, **own}, **({"w": other} if other else {})}
    yield from check_block(part, block, at, look)
    if fact:
        yield from check_rules(part, block, table.rules.get(str(name), ()), at, devices)
    if name == WIFI:
        yield from lint_wifi(part, at)


def _kind(
    fact: Fact | None, name: str, at: Pointer, known: Mapping[str, Fact], look: Look
) -> Iterator[Finding]:
    """Yield what is to be said of the type: unknown, not for iPads, too new, outdated."""
    if fact:
        yield from check_availability(fact, name, at, look.devices, look.replaced_by.get("", ""))
    elif fact is not None:
        said = tell('"{name}" is for other systems; Apple does not list it for iPads.', name=name)
        yield Finding(at, said, Reason.ELSEWHERE, Grade.WARNING)
    elif name.casefold().startswith(_APPLE):
        parts = {"name": cut(name), "near": near(name, known, _LIKE_A_TYPE)}
        said = tell('Apple lists no payload type "{name}".{near}', **parts)
        if look.is_json:
            said = tell('Apple lists no declaration "{name}".{near}', **parts)
        yield Finding(at, said, Reason.UNKNOWN_TYPE, Grade.WARNING)
    else:
        parts = {"name": cut(name)}
        said = tell('"{name}" is no type of Apple\'s; what is inside was not checked.', **parts)
        yield Finding(at, said, Reason.UNKNOWN_TYPE, Grade.INFO)


def _beyond(table: Table, part: str, devices: Devices) -> Iterator[Finding]:
    if devices.os and table.is_older_than(part, devices.os):
        release = table.releases.get(part, "")
        said = tell(
            "The table ends with iOS {release}; what came later it does not know.", release=release
        )
        yield Finding((), said, Reason.BEYOND_TABLE, Grade.INFO)


def _successors(table: Table, name: str) -> Mapping[str, str]:
    """Return key → what takes its place, for one type; under "" that of the type itself."""
    head = f"{name}/"
    found = {k.removeprefix(head): v for k, v in table.replaced_by.items() if k.startswith(head)}
    return {**found, "": table.replaced_by[name]} if name in table.replaced_by else found
