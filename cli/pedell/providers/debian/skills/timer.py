"""A timer of systemd with the service that it starts, two unit files that are ours alone."""

import re
from base64 import b64decode
from collections.abc import Iterator

from pedell.model import Spec, Value
from pedell.providers.debian.skills import texts, unfinished
from pedell.providers.debian.skills.skill import Skill, Words, text

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
HAND = "# Pedell writes this file: what is changed here by hand is undone."
FOLDER = "/etc/systemd/system"

LOOK = (
    texts.LOOK
    + unfinished.LOOK
    + r"""
ask_timer() { # service timer name
  [ -f "$root$1" ] || [ -f "$root$2" ] || return
  printf '%s ' "$(systemctl is-enabled "${2##*/}")" "$(systemctl is-active "${2##*/}")"
  if is_unfinished "timer.$3"; then printf unfinished; fi
  printf '\n%s\n%s' "$(show_text "$1")" "$(show_text "$2")"
}
"""
)
WORK = (
    texts.WORK
    + unfinished.WORK
    + r"""
put_timer() { # service its-text timer its-text name calendar
  if command -v systemd-analyze >/dev/null; then
    said=$(systemd-analyze calendar -- "$6" 2>&1) || fail "$said"
  fi
  timer=${3##*/}
  begin_work "timer.$5"
  put_unit_text "$1" "$2"
  put_unit_text "$3" "$4"
  if [ -z "$late" ] && [ "$(systemctl is-enabled "$timer" 2>/dev/null)" = enabled ] &&
    systemctl is-active "$timer" >/dev/null 2>&1; then
    end_work
    return 100
  fi
  mark_due
  said=$(systemctl daemon-reload 2>&1) && said=$(systemctl enable "$timer" 2>&1) || fail "$said"
  # Started again it counts from its new times.
  said=$(timeout 90 systemctl restart "$timer" 2>&1) || fail_unit "$timer" "$said"
  end_work
}

put_unit_text() { # path text
  (put_text "$1" root root 0644 "$2")
  case $? in 0) late=yes ;; 100) ;; *) exit 1 ;; esac
}

remove_timer() { # service timer : what it has started comes to its end
  [ -e "$root$1" ] || [ -e "$root$2" ] || return 100
  mark_due
  timer=${2##*/}
  case $(systemctl is-enabled "$timer" 2>/dev/null) in
    '' | not-found) ;;
    *) said=$(timeout 90 systemctl disable --now "$timer" 2>&1) || fail "$said" ;;
  esac
  rm -f -- "$root/var/lib/systemd/timers/stamp-$timer" "$root$2" "$root$1" ||
    fail "cannot remove it"
  systemctl daemon-reload
}
"""
)


def _files(name: str) -> tuple[str, str]:
    return f"{FOLDER}/pedell-{name}.service", f"{FOLDER}/pedell-{name}.timer"


def _plain(value: str) -> str:
    return value.replace("%", "%%")


def _quoted(run: str) -> str:
    """Return a command line as one word of ``ExecStart`` (systemd.service(5)): taken as it is."""
    for sign, instead in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        run = run.replace(sign, instead)
    return '"' + _plain(run).replace("$", "$$") + '"'


def _units(name: str, spec: Spec) -> tuple[str, str]:
    about = f"Description={_plain(text(spec, 'description')) or f'Pedell: {name}'}"
    service = [HAND, "[Unit]", about, "", "[Service]", "Type=oneshot"]
    if spec.get("user"):
        service.append(f"User={text(spec, 'user')}")
    service.append(f"ExecStart=/bin/sh -c {_quoted(text(spec, 'run'))}")
    timer = [HAND, "[Unit]", about, "", "[Timer]", f"OnCalendar={text(spec, 'calendar')}"]
    if spec.get("persistent"):
        timer.append("Persistent=true")
    if spec.get("random_delay"):
        timer.append(f"RandomizedDelaySec={text(spec, 'random_delay')}")
    timer += ["", "[Install]", "WantedBy=timers.target"]
    return "\n".join(service) + "\n", "\n".join(timer) + "\n"


def _fields(seen: str) -> Iterator[tuple[str, Value]]:
    """Yield what our two unit files say, in the words of the kind."""
    for line in seen.splitlines():
        key, _, value = line.partition("=")
        match key:
            case "Description":
                yield "description", value.replace("%%", "%")
            case "User":
                yield "user", value
            case "ExecStart":
                yield "run", _unquoted(value.removeprefix("/bin/sh -c "))
            case "OnCalendar":
                yield "calendar", value
            case "Persistent":
                yield "persistent", value == "true"
            case "RandomizedDelaySec":
                yield "random_delay", value
            case _:
                continue


def _unquoted(word: str) -> str:
    signs = {"n": "\n", "t": "\t"}
    bare = re.sub(r"\\(.)", lambda found: signs.get(found[1], found[1]), word[1:-1])
    return bare.replace("$$", "$").replace("%%", "%")


def _unfit(name: str, spec: Spec) -> str:
    if not NAME.fullmatch(name):
        return f"{name!r} is not the name of a timer: letters, digits, _ and - do"
    fields = ("calendar", "user", "random_delay", "description")
    if any(re.search(r"[\0-\x1f]", text(spec, field)) for field in fields):
        return "what a timer is told stands on one line"
    return "its command line holds a NUL" if "\0" in text(spec, "run") else ""


def _read(name: str, spec: Spec, answer: str) -> Spec | None:
    state, *kept = answer.split("\n")
    if len(kept) < 2:
        return None
    units = tuple(b64decode(one).decode("utf-8", "replace") for one in kept)
    if units == _units(name, spec):
        is_well = state.split() == ["enabled", "active"]
        return {} if is_well else {"calendar": f"⟦{state.strip()}⟧"}
    seen = {
        "persistent": False,
        "random_delay": None,
        "user": None,
        **dict(_fields("\n".join(units))),
    }
    differing = any(spec[field] != seen.get(field) for field in spec)
    return seen if differing else {**seen, "run": "⟦its unit files were changed⟧"}


def _put(name: str, spec: Spec) -> Words:
    (service, timer), (its, own) = _files(name), _units(name, spec)
    return ("put_timer", service, its, timer, own, name, text(spec, "calendar"))


TIMER = Skill(
    ask=lambda name, _spec: ("ask_timer", *_files(name), name),
    read=_read,
    put=_put,
    remove=lambda name, _spec: ("remove_timer", *_files(name)),
    look=LOOK,
    work=WORK,
    unfit=_unfit,
)
