"""A marked block in a file that is otherwise not ours: nothing outside its marks is touched."""

import re

from pedell.model import Spec
from pedell.providers.debian.paths import plain_path
from pedell.providers.debian.skills.skill import Skill, Words, text

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./@:+-]*")

_SPLIT = r"""
split_block() { # begin end wanted-part : before, block or after, of standard input; 1 where broken
  where=before
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      "$1") [ $where = before ] || return 1; where=block; continue ;;
      "$2") [ $where = block ] || return 1; where=after; continue ;;
    esac
    [ $where != "$3" ] || printf '%s\n' "$line"
  done
  [ $where != block ] || return 1
  [ "$3" != state ] || printf %s "$where"
}
"""
LOOK = (
    _SPLIT
    + r"""
ask_block() { # path begin end
  path=$root$1
  [ -f "$path" ] && [ ! -L "$path" ] && [ -r "$path" ] || return
  state=$(split_block "$2" "$3" state <"$path") || { printf 'broken'; return; }
  [ "$state" = after ] || return
  printf 'block\n'
  split_block "$2" "$3" block <"$path"
  printf .
}
"""
)
WORK = (
    _SPLIT
    + r"""
open_block() { # path begin end
  path=$root$1
  [ ! -L "$path" ] || fail "it is a link: name the file behind it"
  [ -f "$path" ] || fail "the file $1 is not there: a block needs a file that is (see kind file)"
  [ "$(tr -d '\0' <"$path" | wc -c)" = "$(wc -c <"$path")" ] || fail "$1 is no text: it holds a NUL"
  state=$(split_block "$2" "$3" state <"$path") ||
    fail "the marks in $1 are not one pair: \"$2\" and \"$3\" must stand there once, in this order"
}

write_block() { # begin end, then the lines between or nothing at all
  open_part "$path"
  new=$(
    split_block "$1" "$2" before <"$path"
    [ $# -eq 2 ] || printf '%s\n%s%s\n' "$1" "$3" "$2"
    split_block "$1" "$2" after <"$path"
    printf .
  )
  printf %s "${new%.}" >"$part" || fail "cannot write it" # in one go: a full disk must be noticed
  chown --reference="$path" -- "$part" && chmod --reference="$path" -- "$part" ||
    fail "cannot keep its owner and mode"
  sync -- "$part" || fail "cannot bring it to the disk"
  put_in_place "$part" "${path#"$root"}"
}

put_block() { # path begin end lines
  open_block "$1" "$2" "$3"
  if [ "$state" = after ]; then
    now=$(split_block "$2" "$3" block <"$path"; printf .)
    [ "$now" != "$4." ] || return 100
  fi
  write_block "$2" "$3" "$4"
}

remove_block() { # path begin=end, on two lines
  end=${2#*"
"}
  begin=${2%%"
"*}
  [ -f "$root$1" ] || return 100
  open_block "$1" "$begin" "$end"
  [ "$state" = after ] || return 100
  write_block "$begin" "$end"
}
"""
)


def _marks(name: str, spec: Spec) -> tuple[str, str]:
    sign = text(spec, "comment") or "#"
    return f"{sign} BEGIN pedell {name}", f"{sign} END pedell {name}"


def _path(spec: Spec) -> str:
    return plain_path(text(spec, "path"))


def _lines(spec: Spec) -> str:
    content = text(spec, "content")
    return content if content.endswith("\n") or not content else f"{content}\n"


def _unfit(name: str, spec: Spec) -> str:
    if not NAME.fullmatch(name):
        return f"{name!r} cannot mark a block: letters, digits and _./@:+- do"
    marks = _marks(name, spec)
    if any(line in marks for line in text(spec, "content").split("\n")):
        return "its content holds one of its own marks"
    return "its content holds a NUL" if "\0" in text(spec, "content") else ""


def _ask(name: str, spec: Spec) -> Words:
    return ("ask_block", _path(spec), *_marks(name, spec))


def _read(_name: str, spec: Spec, answer: str) -> Spec | None:
    if answer == "broken":
        return {"content": "⟦its marks are not one pair⟧"}
    head, _, rest = answer.partition("\n")
    if head != "block":
        return None
    seen = rest.removesuffix(".")
    return {"content": spec.get("content") if seen == _lines(spec) else seen}


def _put(name: str, spec: Spec) -> Words:
    return ("put_block", _path(spec), *_marks(name, spec), _lines(spec))


def _remove(name: str, spec: Spec) -> Words:
    return ("remove_block", _path(spec), "\n".join(_marks(name, spec)))


BLOCK = Skill(_ask, _read, _put, _remove, LOOK, WORK, _unfit, ("path", "comment"))
