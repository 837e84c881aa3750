"""A key that lets somebody in as a user, kept in authorized_keys as sshd(8) demands it.

The line is ours by its comment, ``pedell:NAME``. The folder belongs to the user, who may set traps
there: nothing is read or written through a link, and nothing is written before the folder was
entered and looked at.
"""

import re

from pedell.model import Spec, Value
from pedell.providers.debian.skills.accounts import NAME as USER_NAME
from pedell.providers.debian.skills.skill import Skill, text

NAME = re.compile(r"[A-Za-z0-9_@][A-Za-z0-9_@.+-]*")
LINE = re.compile(r"(?:(?P<options>\S.*) )?(?P<key>(?:ssh|ecdsa|sk-ssh|sk-ecdsa)-\S+ [\w+/]+=*)")

_ENTER = r"""
enter_home() { # user
  line=$(getent passwd "$1") && line=${line%:*} || return 1
  cd -P -- "$root${line##*:}" 2>/dev/null
}

read_keys() {
  dd if=authorized_keys iflag=nofollow,nonblock bs=64k status=none
}

loose() { # path… : those that others may write, for which sshd (StrictModes) refuses all keys
  for one do
    case $(stat -c %A -- "$one" 2>/dev/null) in ?????w* | ????????w*) printf '%s' "$one " ;; esac
  done
}
"""
LOOK = (
    _ENTER
    + r"""
ask_ssh_key() { # user
  enter_home "$1" && home=$(pwd -P) && [ -d .ssh ] && [ ! -L .ssh ] || return
  printf '%s\n' "$(loose . .ssh .ssh/authorized_keys)"
  cd -P .ssh && [ "$(pwd -P)" = "${home%/}/.ssh" ] && read_keys
}
"""
)
WORK = (
    _ENTER
    + r"""
enter_keys() { # user make-it
  enter_home "$1" || fail "user $1 is not there, or has no home folder"
  home=$(pwd -P)
  [ -z "$2" ] || [ -z "$(loose .)" ] ||
    fail "others may write in $home: sshd would refuse the key (chmod go-w $home)"
  [ ! -L .ssh ] || fail "$home/.ssh is a link: Pedell writes keys only into a folder"
  if [ ! -d .ssh ]; then
    [ -n "$2" ] || return 100
    (umask 077 && mkdir .ssh) && chown -h -- "$1:" .ssh || fail "cannot make $home/.ssh"
  fi
  cd -P .ssh && [ "$(pwd -P)" = "${home%/}/.ssh" ] || fail "cannot enter $home/.ssh"
  case $(stat -c %U .) in "$1" | root) ;; *) fail "$home/.ssh belongs to somebody else" ;; esac
  [ ! -L authorized_keys ] || fail "$home/.ssh/authorized_keys is a link: name its keys there"
  [ ! -e authorized_keys ] || [ -f authorized_keys ] || fail "authorized_keys is no file"
}

other_keys() { # name key : the lines of standard input that are neither ours nor this key
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      *" pedell:$1") continue ;;
      '#'* | *" pedell:"*) ;;
      *" $2" | *" $2 "* | "$2 "*) continue ;;
    esac
    printf '%s\n' "$line"
  done
}

write_keys() { # user text-and-a-dot
  rm -f -- .authorized_keys.pedell-part
  # With -C nothing is written through what somebody put there meanwhile.
  (umask 077; set -C; printf %s "${2%.}" >.authorized_keys.pedell-part) &&
    chown -h -- "$1:" .authorized_keys.pedell-part && sync -- .authorized_keys.pedell-part ||
    { rm -f -- .authorized_keys.pedell-part; fail "cannot write authorized_keys"; }
  mark_due
  mv -fT -- .authorized_keys.pedell-part authorized_keys || fail "cannot put it in its place"
}

put_ssh_key() { # user name key line
  enter_keys "$1" yes
  old='' newline='
'
  [ ! -e authorized_keys ] || old=$(read_keys && printf .) || fail "cannot read authorized_keys"
  old=${old%.}
  bad=$(loose ../.ssh authorized_keys)
  ours=$(printf %s "$old" | while IFS= read -r line; do
    case $line in *" pedell:$2") printf '%s\n' "$line" ;; esac
  done)
  [ -n "$bad" ] || [ "$ours" != "$4" ] || return 100
  case $bad in *../.ssh*) chmod go-w . || fail "cannot set the mode of .ssh" ;; esac
  write_keys "$1" "$(printf %s "$old" | other_keys "$2" "$3"; printf '%s\n.' "$4")"
}

remove_ssh_key() { # user name=key
  getent passwd "$1" >/dev/null || return 100
  enter_keys "$1" '' || return 100
  [ -e authorized_keys ] || return 100
  old=$(read_keys && printf .) || fail "cannot read authorized_keys"
  new=$(printf %s "${old%.}" | other_keys "${2%%=*}" "${2#*=}"; printf .)
  [ "$new" != "$old" ] || return 100
  write_keys "$1" "$new"
}
"""
)


def _key(spec: Spec) -> str:
    return " ".join(text(spec, "key").split()[:2])


def _blob(spec: Spec) -> str:
    words = text(spec, "key").split()
    return words[1] if len(words) > 1 else "?"


def _line(name: str, spec: Spec) -> str:
    return " ".join(filter(None, (text(spec, "options"), _key(spec), f"pedell:{name}")))


def _unfit(name: str, spec: Spec) -> str:
    if not NAME.fullmatch(name):
        return f"{name!r} cannot mark a line: letters, digits and _@.+- do"
    user = text(spec, "user")
    if spec and not USER_NAME.fullmatch(user):
        return f"{user!r} is not the name of a user on Debian"
    return ""


def _read(name: str, spec: Spec, answer: str) -> Spec | None:
    loose, *lines = answer.split("\n")
    marked = [line.removesuffix(f" pedell:{name}") for line in lines]
    ours = [line for line, whole in zip(marked, lines, strict=True) if line != whole]
    if not ours:
        return None
    found = LINE.fullmatch(ours[0])
    if loose.strip():
        return {"key": f"⟦sshd refuses it: others may write {loose.strip()}⟧"}
    if len(ours) > 1 or not found:
        return {"key": f"⟦{len(ours)} lines, not one key⟧"}
    options: Value = found["options"] or ""
    if "options" not in spec and options:
        return {"key": f"{options} {found['key']}"}
    return {
        "key": spec.get("key") if found["key"] == _key(spec) else found["key"],
        "options": options,
    }


SSH_KEY = Skill(
    ask=lambda _name, spec: ("ask_ssh_key", text(spec, "user")),
    read=_read,
    put=lambda name, spec: (
        "put_ssh_key", text(spec, "user"), name, _blob(spec), _line(name, spec)
    ),
    remove=lambda name, spec: ("remove_ssh_key", text(spec, "user"), f"{name}={_blob(spec)}"),
    look=LOOK,
    work=WORK,
    unfit=_unfit,
    home=("user",),
)  # fmt: skip
