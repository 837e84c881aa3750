"""The rules of a firewall as a table of nftables (nft(8)), and as what a new caller meets."""

import json
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import NamedTuple

from pedell.model import Spec, Value

HAND = "# Pedell writes this file: what is changed here by hand is undone."
SSH = 22
VERDICTS = {"allow": "accept", "deny": "drop"}
FIELDS = ("policy", "ssh", "rules")
DECLARED = "# As declared: "
LONGEST_COMMENT = 120
"""Bytes that nftables keeps of a comment, without its last one."""

ALWAYS = (
    "ct state established,related accept",
    "ct state invalid drop",
    'iifname "lo" accept',
    "meta l4proto { icmp, ipv6-icmp } accept",
    "udp sport 67 udp dport 68 accept",
    "udp sport 547 udp dport 546 ip6 saddr fe80::/10 accept",
)
"""Answers, ourselves, ICMP, and the answers of a DHCP server: without these a server is lost."""

Network = IPv4Network | IPv6Network


class Rule(NamedTuple):
    """One rule, its ports as ranges and its networks without overlaps, as nftables wants them.

    Empty ports or networks mean all; ``protocol`` is tcp, udp or empty for any.
    """

    verdict: str
    protocol: str
    ports: tuple[tuple[int, int], ...]
    networks: tuple[Network, ...]
    comment: str


_SSH = Rule("accept", "tcp", ((SSH, SSH),), (), "SSH")


def table(name: str) -> str:
    """Return what the table is called in nftables."""
    return f"pedell_{name}"


def read_rules(spec: Spec) -> list[Rule]:
    """Return all rules in their order, SSH and the policy too.

    Raises ValueError with a sentence for people.
    """
    ssh = [] if spec.get("ssh") is False else [_SSH]
    rules = spec.get("rules")
    listed = rules if isinstance(rules, list | tuple) else ()
    own = [_rule(one) for one in listed if isinstance(one, Mapping)]
    last = VERDICTS["allow" if spec.get("policy") == "allow" else "deny"]
    return [*ssh, *own, Rule(last, "", (), (), "")]


def write_ruleset(name: str, spec: Spec) -> str:
    """Write the file for ``nft -f``: our table goes and comes at once, no other moves.

    It also says what was declared, so that a look at it finds the very same words again. Raises
    ValueError with a sentence for people.
    """
    head = f"table inet {table(name)}"
    *written, policy = read_rules(spec)
    # sorted, because a spec that comes back from memory has its keys in another order
    said = json.dumps({field: spec[field] for field in FIELDS if field in spec}, sort_keys=True)
    body = [*ALWAYS, *(line for rule in written for line in _lines(rule))]
    chain = [f"type filter hook input priority filter; policy {policy.verdict};", *body]
    lines = ["#!/usr/sbin/nft -f", HAND, DECLARED + said]
    lines += [head, f"delete {head}", f"{head} {{", "  chain input {"]
    return "\n".join((*lines, *(f"    {line}" for line in chain), "  }", "}")) + "\n"


def read_ruleset(name: str, content: str) -> Spec | None:
    """Return what was declared where a file is as we wrote it, None where it is not."""
    lines = content.splitlines()
    said = lines[2].removeprefix(DECLARED) if len(lines) > 2 else ""
    try:
        spec = json.loads(said)
        is_ours = isinstance(spec, dict) and write_ruleset(name, spec) == content
    except (ValueError, TypeError, RecursionError):  # somebody else may have written it
        return None
    return spec if is_ours else None


def read_chain(content: str) -> list[str]:
    """Return the lines of a ruleset that say what comes in, those that always stand there too."""
    lines = [line.strip() for line in content.splitlines()]
    return lines[lines.index("chain input {") + 1 :] if "chain input {" in lines else lines


def write_door(rules: Sequence[Rule]) -> str:
    """Write what a new TCP connection meets, a line each: verdict, ports, networks; * is all."""
    lines = []
    for rule in rules:
        if rule.protocol != "udp":
            ports = ",".join(f"{first}-{last}" for first, last in rule.ports) or "*"
            lines.append(f"{rule.verdict} {ports} {','.join(map(str, rule.networks)) or '*'}")
    return "\n".join(lines)


def _rule(said: Mapping[str, Value]) -> Rule:
    comment = str(said.get("comment") or "")
    if len(comment.encode()) > LONGEST_COMMENT or any(sign in comment for sign in '"\\\n'):
        raise ValueError(f"the comment {comment!r} is too long, or holds a quotation mark")
    if said.get("action") not in VERDICTS:
        raise ValueError(f"a rule has the action {said.get('action')!r}: allow or deny does")
    return Rule(
        verdict=VERDICTS[str(said.get("action"))],
        protocol=str(said.get("protocol") or ""),
        ports=tuple(_merged(map(_range, _listed(said, "ports")))),
        networks=tuple(_networks(_listed(said, "from"))),
        comment=comment,
    )


def _listed(said: Mapping[str, Value], field: str) -> Sequence[str]:
    values = said.get(field)
    return [str(one) for one in values] if isinstance(values, list | tuple) else []


def _range(said: str) -> tuple[int, int]:
    first, _, last = said.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal()):
        raise ValueError(f"{said!r} is no port and no range of ports")
    low, high = int(first), int(last or first)
    if not 1 <= low <= high <= 65535:
        raise ValueError(f"the ports {said} are no range between 1 and 65535")
    return low, high


def _merged(ranges: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(high, merged[-1][1])
        else:
            merged.append((low, high))
    return merged


def _networks(listed: Sequence[str]) -> Iterator[Network]:
    found: list[Network] = []
    for one in listed:
        try:
            found.append(ip_network(one, strict=False))
        except ValueError:
            raise ValueError(f"{one!r} is no address and no network") from None
    yield from collapse_addresses(net for net in found if isinstance(net, IPv4Network))
    yield from collapse_addresses(net for net in found if isinstance(net, IPv6Network))


def _lines(rule: Rule) -> Iterator[str]:
    ports = ", ".join(f"{a}-{b}" if a != b else str(a) for a, b in rule.ports)
    match rule.protocol, ports:
        case "", "":
            what = ""
        case "", _:
            what = f"meta l4proto {{ tcp, udp }} th dport {{ {ports} }} "
        case protocol, "":
            what = f"meta l4proto {protocol} "
        case protocol, _:
            what = f"{protocol} dport {{ {ports} }} "
    end = f'{rule.verdict} comment "{rule.comment}"' if rule.comment else rule.verdict
    for family, version in (("ip", 4), ("ip6", 6)):
        nets = ", ".join(str(net) for net in rule.networks if net.version == version)
        if nets:
            yield f"{family} saddr {{ {nets} }} {what}{end}"
    if not rule.networks:
        yield f"{what}{end}"
