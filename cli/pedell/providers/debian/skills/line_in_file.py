"""One line in a file that is otherwise not ours, found by what it is or by an expression."""

import re

from pedell.model import Spec
from pedell.providers.debian.paths import plain_path
from pedell.providers.debian.skills import texts
from pedell.providers.debian.skills.skill import Skill, Words, declared, text

_FIND = r"""
find_line() { # path line expression : the number and the text of the line that is or becomes ours
  found=
  [ -z "$3" ] || found=$(grep -anE -e "$3" -- "$1" | tail -n 1)
  [ -n "$found" ] || found=$(grep -anxF -e "$2" -- "$1" | tail -n 1)
  printf %s "$found"
}

is_expression() { # expression
  said=$(printf '' | grep -E -e "$1" 2>&1)
  [ $? -lt 2 ]
}
"""
LOOK = (
    _FIND
    + r"""
ask_line_in_file() { # path line expression
  path=$root$1
  [ -f "$path" ] && [ ! -L "$path" ] && [ -r "$path" ] || return
  is_expression "$3" || { printf broken; return; }
  found=$(find_line "$path" "$2" "$3")
  [ -z "$found" ] || printf 'line %s.' "${found#*:}"
}
"""
)
WORK = (
    texts.WORK
    + _FIND
    + r"""
# What stood there before us is not ours: only what was added here is ever taken away again.
made_line() { # path line
  sum=$(printf '%s\n%s' "$1" "$2" | sha256sum)
  made=$library/made/line.${sum%% *}
}

note_line() { # path line
  made_line "$1" "$2"
  mkdir -p -- "${made%/*}" && : >"$made" || fail "cannot note that it is ours"
}

open_lines() { # path
  path=$root$1
  [ ! -L "$path" ] || fail "it is a link: name the file behind it"
  [ "$(tr -d '\0' <"$path" | wc -c)" = "$(wc -c <"$path")" ] || fail "$1 is no text: it holds a NUL"
}

write_lines() { # lines-to-keep lines-to-leave-out new-line, if any
  open_part "$path"
  joint=
  if [ "$1" = "$(grep -ac '' -- "$path")" ] && [ -n "$(tail -c 1 -- "$path")" ]; then
    joint=$newline # the last line has no end yet
  fi
  {
    head -n "$1" -- "$path" && printf %s "$joint" &&
      if [ $# -gt 2 ]; then printf '%s\n' "$3"; fi &&
      tail -n "+$(($1 + $2 + 1))" -- "$path"
  } >"$part" || fail "cannot write it"
  chown --reference="$path" -- "$part" && chmod --reference="$path" -- "$part" ||
    fail "cannot keep its owner and mode"
  sync -- "$part" || fail "cannot bring it to the disk"
  put_in_place "$part" "${path#"$root"}"
}

put_line_in_file() { # path line expression after create
  for expression in "$3" "$4"; do
    is_expression "$expression" || fail "\"$expression\" is no expression: ${said#grep: }"
  done
  if [ ! -e "$root$1" ] && [ ! -L "$root$1" ]; then
    [ "$5" = =yes ] || fail "the file $1 is not there: with create: true Pedell makes it"
    note_line "$1" "$2"
    put_text "$1" '' '' 0644 "$2
"
    return
  fi
  [ -f "$root$1" ] || fail "$1 is no file"
  open_lines "$1"
  found=$(find_line "$path" "$2" "$3")
  [ "${found#*:}" != "$2" ] || return 100
  note_line "$1" "$2"
  if [ -n "$found" ]; then
    write_lines $((${found%%:*} - 1)) 1 "$2"
    return
  fi
  [ -z "$4" ] || found=$(grep -anE -e "$4" -- "$path" | tail -n 1)
  number=${found%%:*}
  write_lines "${number:-$(grep -ac '' -- "$path")}" 0 "$2"
}

remove_line_in_file() { # path line
  [ -f "$root$1" ] || return 100
  open_lines "$1"
  found=$(find_line "$path" "$2" '')
  made_line "$1" "$2"
  [ -n "$found" ] && [ -e "$made" ] || return 100
  write_lines $((${found%%:*} - 1)) 1
  rm -f -- "$made"
}
"""
)


def _path(spec: Spec) -> str:
    return plain_path(text(spec, "path"))


def _unfit(name: str, spec: Spec) -> str:
    if not name or re.search(r"[\0-\x1f]", name):
        return f"{name!r} is not the name of a line"
    if any(re.search(r"[\0\n]", text(spec, field)) for field in ("line", "match", "after")):
        return "it is more than one line: kind block holds several"
    return ""


def _ask(_name: str, spec: Spec) -> Words:
    return ("ask_line_in_file", _path(spec), text(spec, "line"), text(spec, "match"))


def _read(_name: str, _spec: Spec, answer: str) -> Spec | None:
    if answer == "broken":
        return {"match": "⟦no expression that grep understands⟧"}
    return {"line": answer[5:-1]} if answer.startswith("line ") else None


def _put(_name: str, spec: Spec) -> Words:
    words = (_path(spec), text(spec, "line"), text(spec, "match"), text(spec, "after"))
    return ("put_line_in_file", *words, declared(spec, "create"))


def _remove(_name: str, spec: Spec) -> Words:
    return ("remove_line_in_file", _path(spec), text(spec, "line"))


LINE_IN_FILE = Skill(_ask, _read, _put, _remove, LOOK, WORK, _unfit, ("path", "line"))
