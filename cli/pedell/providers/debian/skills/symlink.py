"""A symbolic link: changed in one move, and put only where nothing or another link stands."""

from pedell.model import Spec
from pedell.providers.debian.paths import plain_path
from pedell.providers.debian.skills.skill import Skill, Words, text

LOOK = r"""
ask_symlink() { # path
  path=$root$1
  if [ -L "$path" ]; then
    printf 'link %s' "$(readlink -- "$path")"
  elif [ -e "$path" ]; then
    stat -c %F -- "$path"
  fi
}
"""
WORK = r"""
put_symlink() { # path target
  path=$root$1
  if [ -L "$path" ]; then
    [ "$(readlink -- "$path")" = "$2" ] && return 100
  elif [ -d "$path" ]; then
    fail "a folder stands in its place: Pedell puts a link only where nothing or another link is"
  elif [ -e "$path" ]; then
    fail "a file stands in its place: Pedell puts a link only where nothing or another link is"
  fi
  make_parent "$path"
  if [ ! -L "$path" ]; then
    mark_due "$1"
    ln -sT -- "$2" "$path" || fail "cannot make it"
    return
  fi
  part=$(mktemp -u -- "${path%/*}/.XXXXXXXXXX.pedell-part") || fail "cannot write into its folder"
  trap 'rm -f -- "$part"' EXIT
  trap 'exit 129' HUP INT TERM PIPE
  ln -s -- "$2" "$part" || fail "cannot make it"
  mark_due "$1"
  mv -fT -- "$part" "$path" || fail "cannot put it in its place"
  trap - EXIT
}

remove_symlink() { # path
  path=$root$1
  [ -L "$path" ] || return 100 # what somebody put there instead is not ours
  mark_due "$1"
  rm -f -- "$path" || fail "cannot remove it"
}
"""


def _path(name: str, spec: Spec) -> str:
    return plain_path(text(spec, "path") or name)


def _ask(name: str, spec: Spec) -> Words:
    return ("ask_symlink", _path(name, spec))


def _read(_name: str, _spec: Spec, answer: str) -> Spec | None:
    if not answer:
        return None
    is_link = answer.startswith("link ")
    return {"target": answer.removeprefix("link ") if is_link else f"⟦{answer}⟧"}


def _put(name: str, spec: Spec) -> Words:
    return ("put_symlink", _path(name, spec), text(spec, "target"))


def _remove(name: str, spec: Spec) -> Words:
    return ("remove_symlink", _path(name, spec))


SYMLINK = Skill(_ask, _read, _put, _remove, LOOK, WORK, home=("path",))
