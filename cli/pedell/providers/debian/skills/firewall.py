"""A firewall: one table of nftables that is ours, and no other."""

import re
from base64 import b64decode
from collections.abc import Sequence

from pedell.model import Spec, Value
from pedell.providers.debian.skills import texts
from pedell.providers.debian.skills.firewall_shell import LOADED, WORK
from pedell.providers.debian.skills.ruleset import (
    FIELDS,
    HAND,
    read_chain,
    read_rules,
    read_ruleset,
    table,
    write_door,
    write_ruleset,
)
from pedell.providers.debian.skills.skill import Skill, Words

NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}")
SECONDS = 60

LOOK = (
    texts.LOOK
    + LOADED
    + r"""
is_pending() { # name : confirmed, and on its way to the disk
  for confirm in "$root"/var/lib/pedell/confirm/firewall.*; do
    [ "$(cat "$root/var/lib/pedell/waiting/${confirm##*/}/name")" != "$1" ] || return 0
  done
  return 1
}

ask_firewall() { # file name
  patience=50
  while is_pending "$2" && [ "$patience" -gt 0 ]; do
    sleep 0.2
    patience=$((patience - 1))
  done
  [ -f "$root$1" ] || return
  if is_loaded "$2"; then printf loaded; else printf changed; fi
  printf ' %s\n%s' "$(systemctl is-enabled "pedell-firewall-$2.service")" "$(show_text "$1")"
}
"""
)
# nftables.service flushes all rules when it starts: ours come behind it, and again when it does so.
UNIT = """\
{hand}
[Unit]
Description=Firewall {name} of Pedell
After=nftables.service
PartOf=nftables.service
ReloadPropagatedFrom=nftables.service
Wants=network-pre.target
Before=network-pre.target shutdown.target
Conflicts=shutdown.target
DefaultDependencies=no

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f {file}
ExecReload=/usr/sbin/nft -f {file}
ExecStop=-/usr/sbin/nft delete table inet {table}

[Install]
WantedBy=sysinit.target
"""


def _file(name: str) -> str:
    return f"/etc/nftables.d/pedell-{name}.nft"


def _unfit(name: str, spec: Spec) -> str:
    if not NAME.fullmatch(name):
        return f"{name!r} is not the name of a firewall: small letters, digits, _ and - do"
    try:
        read_rules(spec)
    except ValueError as error:
        return str(error)
    return ""


def _read(name: str, spec: Spec, answer: str) -> Spec | None:
    state, _, kept = answer.partition("\n")
    if not kept:
        return None
    content = b64decode(kept).decode("utf-8", "replace")
    said = read_ruleset(name, content)
    if said is None:
        return {"rules": _strange(read_chain(write_ruleset(name, spec)), read_chain(content))}
    seen: dict[str, Value] = {**dict.fromkeys(FIELDS), **said}
    if write_ruleset(name, spec) != content:
        is_told = any(seen[field] != spec[field] for field in FIELDS if field in spec)
        return seen if is_told else {"rules": ["⟦another field is declared there⟧"]}
    reasons = {"loaded enabled": "", "changed enabled": "not as it was loaded"}
    reason = reasons.get(state, "gone after the next start")
    return {"rules": [f"⟦{reason}⟧"]} if reason else {}


def _strange(own: Sequence[str], seen: Sequence[str]) -> Value:
    lines = [f"⟦{line}⟧" for line in seen if line not in own]
    lines += [f"⟦not there: {line}⟧" for line in own if line not in seen]
    return [*lines] or ["⟦its file was changed⟧"]


def _put(name: str, spec: Spec) -> Words:
    rules = read_rules(spec)
    unit = UNIT.format(hand=HAND, name=name, file=_file(name), table=table(name))
    seconds = str(spec.get("confirm_within") or SECONDS)
    text = write_ruleset(name, spec)
    return ("put_firewall", _file(name), name, seconds, text, unit, write_door(rules))


FIREWALL = Skill(
    ask=lambda name, _spec: ("ask_firewall", _file(name), name),
    read=_read,
    put=_put,
    remove=lambda name, _spec: ("remove_firewall", _file(name), name),
    look=LOOK,
    work=WORK,
    unfit=_unfit,
)
