"""What a resource of a server waits for by its nature: folders, users, groups. Pure."""

from collections.abc import Iterator

from pedell.model import Spec

_OWNED = {"owner": "user", "group": "group"}
_NAMED = {"user": "user", "group": "group", "groups": "group", "run_as": "user"}
_OF_ACCOUNTS = ("user", "ssh_key", "sudo_rule", "timer")
_TOOLS = {
    "server_certificate": ("openssl", "openssl makes its key"),
    "certificate_authority": ("ca-certificates", "update-ca-certificates takes it into the list"),
    "firewall": ("nftables", "nft loads it"),
    "timesyncd": ("systemd-timesyncd", "it keeps the time"),
    "chrony": ("chrony", "it keeps the time"),
}
"""The package that a kind, or a client of one, works with, and the reason in words."""
_PROVEN = {
    "verify_eap": ("package/eapoltest", "service/freeradius"),
    "verify_dhcp": ("service/dnsmasq", "service/kea-dhcp4-server"),
    "verify_dns": ("service/dnsmasq", "service/unbound"),
    "verify_http": ("service/nginx", "service/squid", "package/openssl"),
    "verify_certificate": ("package/openssl",),
}
"""What proofs ask, or are made with, where the server has it."""


def implied_needs(kind: str, spec: Spec) -> Iterator[tuple[str, str]]:
    """Yield ``kind/name`` of what comes first, declared or not, with the reason in words."""
    is_account = kind in _OF_ACCOUNTS
    for field, needed in (_NAMED if is_account else _OWNED).items():
        value = spec.get(field)
        for name in value if isinstance(value, list | tuple) else [value]:
            if isinstance(name, str):
                reason = f"its {field} names it" if is_account else f"it belongs to this {needed}"
                yield f"{needed}/{name}", reason
    worker = str(spec.get("client", "timesyncd")) if kind == "ntp" else kind
    if worker in _TOOLS:
        package, reason = _TOOLS[worker]
        yield f"package/{package}", reason
    for name in _PROVEN.get(kind, ()):
        is_service = name.startswith("service/")
        yield name, "this proves that it serves" if is_service else "this proof is made with it"


def lies_in(spec: Spec, kind: str, other: Spec) -> str:
    """Return why a thing waits for another, of this kind, because of where both lie, or nothing."""
    folder = str(other.get("path", "")).rstrip("/")
    places = (str(spec.get(field, "")) for field in ("path", "key_path"))
    is_inside = kind == "directory" and any(one.startswith(f"{folder}/") for one in places)
    return "it lies in this directory" if is_inside else ""
