"""Where the clock gets its time from: a file of ours for systemd-timesyncd or for chrony."""

from base64 import b64decode
from collections.abc import Sequence
from typing import NamedTuple

from pedell.model import Spec
from pedell.providers.debian.skills import texts, unfinished
from pedell.providers.debian.skills.skill import Skill, Words, text

HAND = "# Pedell writes this file: what is changed here by hand is undone."


class Client(NamedTuple):
    """A programme that keeps the time: its file of ours, its unit, its Debian package."""

    file: str
    unit: str
    package: str


CLIENTS = {
    "timesyncd": Client(
        "/etc/systemd/timesyncd.conf.d/60-pedell.conf",
        "systemd-timesyncd.service",
        "systemd-timesyncd",
    ),
    "chrony": Client("/etc/chrony/conf.d/pedell.conf", "chrony.service", "chrony"),
}

LOOK = (
    texts.LOOK
    + unfinished.LOOK
    + r"""
ask_ntp() { # file unit
  [ -f "$root$1" ] || return
  case $2 in
    chrony*) chronyc -n tracking | grep -q '^Leap status *: Normal' ;;
    *) [ -e "$root/run/systemd/timesync/synchronized" ] ;;
  esac && printf 'in time '
  if is_unfinished "ntp.$2"; then printf unfinished; fi
  printf '\n%s' "$(show_text "$1")"
}
"""
)
WORK = (
    texts.WORK
    + unfinished.WORK
    + r"""
put_ntp() { # file unit package text file-of-the-other-programme
  case $(systemctl is-enabled "$2" 2>/dev/null) in
    '' | not-found) fail "$2 is not there: the package $3 brings it" ;;
  esac
  begin_work "ntp.$2"
  if [ -e "$root$5" ]; then (remove_file "$5") || exit 1; fi
  (put_text "$1" root root 0644 "$4")
  case $? in
    0) ;;
    100) [ -n "$late" ] || { end_work; return 100; } ;;
    *) exit 1 ;;
  esac
  mark_due
  said=$(systemctl enable "$2" 2>&1) || fail "$said"
  restart_clock "$2"
  end_work
}

restart_clock() { # unit
  systemctl reset-failed "$1" >/dev/null 2>&1
  said=$(timeout 90 systemctl restart "$1" 2>&1) || fail_unit "$1" "$said"
}

remove_ntp() { # file unit : the programme goes on with what else it has been told
  [ -e "$root$1" ] || return 100
  begin_work "ntp.$2"
  (remove_file "$1")
  case $? in 0 | 100) ;; *) exit 1 ;; esac
  ! systemctl is-active "$2" >/dev/null 2>&1 || restart_clock "$2"
  end_work
}
"""
)


def _client(spec: Spec) -> Client:
    return CLIENTS.get(text(spec, "client"), CLIENTS["timesyncd"])


def _servers(spec: Spec, field: str) -> Sequence[str]:
    servers = spec.get(field)
    return sorted(map(str, servers)) if isinstance(servers, list | tuple) else []


def _text(spec: Spec) -> str:
    first, last = _servers(spec, "servers"), _servers(spec, "fallback")
    if text(spec, "client") == "chrony":
        lines = [f"server {one} iburst prefer" for one in first]
        lines += [f"server {one} iburst" for one in last]
        return "\n".join((HAND, *lines)) + "\n"
    # Without a value a key forgets what other files have said (timesyncd.conf(5)).
    lines = ["[Time]", "NTP=", f"NTP={' '.join(first)}"]
    lines += ["FallbackNTP=", f"FallbackNTP={' '.join(last)}"] if last else []
    return "\n".join((HAND, *lines)) + "\n"


def _seen(content: str) -> tuple[list[str], list[str]]:
    first: list[str] = []
    last: list[str] = []
    for line in content.splitlines():
        key, _, value = line.partition("=")
        match line.split():
            case ["server", server, "iburst", "prefer"]:
                first.append(server)
            case ["server", server, *_]:
                last.append(server)
            case _:
                first += value.split() if key == "NTP" else []
                last += value.split() if key == "FallbackNTP" else []
    return first, last


def _unfit(name: str, spec: Spec) -> str:
    if name != "time":
        return f"{name!r}: a server has one clock, and its name is time"
    servers = (*_servers(spec, "servers"), *_servers(spec, "fallback"))
    if any(not one.isascii() or not one.isprintable() or " " in one for one in servers):
        return "a time server is a name or an address, one word"
    return ""


def _read(_name: str, spec: Spec, answer: str) -> Spec | None:
    state, _, kept = answer.partition("\n")
    if not kept:
        return None
    content = b64decode(kept).decode("utf-8", "replace")
    if content == _text(spec):
        is_late = "unfinished" in state
        return {"servers": ["⟦not read yet: the restart is still due⟧"]} if is_late else {}
    first, last = _seen(content)
    if first == _servers(spec, "servers") and last == _servers(spec, "fallback"):
        first = ["⟦its file was changed⟧"]
    return {"servers": [*first], "fallback": [*last]}


def _note(_name: str, _spec: Spec, answer: str) -> str:
    """Say for people what is no field: whether the clock has found its time."""
    return "" if answer.startswith("in time ") else "the clock is not synchronised yet"


def _put(_name: str, spec: Spec) -> Words:
    client = _client(spec)
    other = next(one.file for one in CLIENTS.values() if one is not client)
    return ("put_ntp", *client, _text(spec), other)


NTP = Skill(
    ask=lambda _name, spec: ("ask_ntp", _client(spec).file, _client(spec).unit),
    read=_read,
    put=_put,
    remove=lambda _name, spec: ("remove_ntp", _client(spec).file, _client(spec).unit),
    look=LOOK,
    work=WORK,
    unfit=_unfit,
    note=_note,
)
