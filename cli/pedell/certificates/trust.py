"""Whom devices trust and what a server shows them, by the text of certificates alone."""

import re
from collections.abc import Collection, Mapping

from pedell.model import Action, Address, Change, Spec, Value

NAME = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?"
)
"""A DNS name with a dot in it, small letters; no wildcard, which a stranger could answer to."""
SERVER = "server_certificate"
ON_DEVICES = ("wifi", "certificate")
"""The kinds by which devices trust an authority."""
_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)


def key_of(authority: str) -> str:
    """Return the name of the secret that holds the private key of an authority."""
    return f"{authority}-key"


def is_within(name: str, domains: Collection[str]) -> bool:
    """Tell whether a name is one of these domains or below one; without domains all are."""
    return not domains or any(name == one or name.endswith(f".{one}") for one in domains)


def blocks_in(pem: Value) -> frozenset[str]:
    """Return each certificate of a PEM text without its line breaks: equal ones are equal."""
    found = _BLOCK.findall(pem) if isinstance(pem, str) else []
    return frozenset("".join(body.split()) for body in found)


def trusted_by(network: Spec) -> frozenset[str]:
    """Return the authorities that devices trust for a Wi-Fi network, as blocks."""
    several = network.get("anchors")
    texts = several.values() if isinstance(several, Mapping) else ()
    return blocks_in(network.get("anchor")).union(*map(blocks_in, texts))


def trusts(spec: Spec) -> frozenset[str]:
    """Return the authorities that a network or a certificate on devices stands for, as blocks."""
    return trusted_by(spec) | blocks_in(spec.get("pem"))


def is_shown_to(network: Spec, server: Spec) -> bool:
    """Tell whether devices of a network accept a name of this server's certificate, or any name."""
    accepted, shown = _names(network.get("server_names")), _names(server.get("names"))
    return bool(accepted & shown) or not accepted


def changes_issuer(change: Change) -> bool:
    """Tell whether a server is about to show the certificate of another authority."""
    is_there = change.before is not None and change.after is not None
    return is_there and any(field.pointer == ("issuer",) for field in change.fields)


def teachers_of(moving: Mapping[Address, Change]) -> Mapping[Address, tuple[Address, ...]]:
    """Return, for each certificate that changes its authority, what teaches devices to trust it."""
    changed = [c for c in moving.values() if c.address.kind == SERVER and changes_issuer(c)]
    by_school: dict[str, list[Change]] = {change.address.school: [] for change in changed}
    for change in moving.values() if changed else ():
        is_known = change.address.kind in ON_DEVICES and change.action is not Action.CREATE
        if is_known and change.address.school in by_school:
            by_school[change.address.school].append(change)
    return {
        change.address: tuple(
            other.address
            for other in by_school[change.address.school]
            if other.after and change.after and _teaches(other.after.spec, change.after.spec)
        )
        for change in changed
    }


def _teaches(network: Spec, server: Spec) -> bool:
    return bool(blocks_in(server.get("anchor")) & trusts(network)) and is_shown_to(network, server)


def _names(value: Value) -> frozenset[str]:
    return frozenset(map(str, value)) if isinstance(value, list | tuple) else frozenset()
