"""A setting of the kernel: a file below /etc/sysctl.d for every start, and its value now."""

import re
from base64 import b64decode

from pedell.model import Spec
from pedell.providers.debian.skills import texts
from pedell.providers.debian.skills.skill import Skill, Words, text

KEY = re.compile(r"[a-z0-9_]+(?:[./][A-Za-z0-9_-]+)+")

LOOK = (
    texts.LOOK
    + r"""
ask_sysctl() { # file path-below-proc
  printf '%s\n' "$(show_text "$1")"
  cat -- "$root/proc/sys/$2"
}
"""
)
WORK = (
    texts.WORK
    + r"""
put_sysctl() { # file path-below-proc text key value
  ( put_text "$1" root root 0644 "$3" )
  code=$?
  case $code in 0 | 100) ;; *) exit $code ;; esac
  # Words on purpose: the kernel puts tabs between numbers.
  # shellcheck disable=SC2046
  now=$(echo $(cat -- "$root/proc/sys/$2" 2>/dev/null))
  [ "$now" != "$5" ] || return $code
  mark_due
  said=$(sysctl -w "$4=$5" 2>&1) || fail "$said"
}

remove_sysctl() { # file : the value of now stays until the next start
  remove_file "$1"
}
"""
)


def _file(name: str) -> str:
    return f"/etc/sysctl.d/60-pedell-{name.replace('/', '.')}.conf"


def _below_proc(name: str) -> str:
    # sysctl(8): where the first separator is a slash, dots are part of a name.
    first = next((sign for sign in name if sign in "./"), ".")
    return name if first == "/" else name.translate(str.maketrans("./", "/."))


def _value(spec: Spec) -> str:
    return " ".join(text(spec, "value").split())


def _text(name: str, spec: Spec) -> str:
    return f"{name} = {_value(spec)}\n"


def _unfit(name: str, _spec: Spec) -> str:
    if KEY.fullmatch(name) and ".." not in name:
        return ""
    return f"{name!r} is not a setting of the kernel as sysctl names it"


def _read(name: str, spec: Spec, answer: str) -> Spec | None:
    kept, _, live = answer.partition("\n")
    if not kept:
        return None
    file = b64decode(kept).decode("utf-8", "replace")
    now = " ".join(live.split())
    if now != _value(spec):
        return {"value": now or "⟦this kernel does not know it⟧"}
    return {"value": spec.get("value") if file == _text(name, spec) else f"⟦{file.strip()}⟧"}


def _put(name: str, spec: Spec) -> Words:
    words = (_file(name), _below_proc(name), _text(name, spec))
    return ("put_sysctl", *words, name, _value(spec))


SYSCTL = Skill(
    ask=lambda name, _spec: ("ask_sysctl", _file(name), _below_proc(name)),
    read=_read,
    put=_put,
    remove=lambda name, _spec: ("remove_sysctl", _file(name)),
    look=LOOK,
    work=WORK,
    unfit=_unfit,
)
