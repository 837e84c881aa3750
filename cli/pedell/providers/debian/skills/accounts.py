"""Groups and users, by the tools of Debian's package passwd (useradd(8), usermod(8))."""

import re

from pedell.model import Spec, Value
from pedell.providers.debian.skills.skill import Skill, Words, declared

NAME = re.compile(r"[a-z_][a-z0-9_-]{0,30}")

LOOK_GROUP = r"""
ask_group() { # name
  getent group "$1"
}
"""
# What stood there before us is not ours: only what was made here is ever taken away again.
_MADE = r"""
note_made() { # kind.name
  mkdir -p -- "$library/made" && : >"$library/made/$1" || fail "cannot note that it is ours"
}
"""
WORK_GROUP = (
    _MADE
    + r"""
put_group() { # name system
  ! getent group "$1" >/dev/null || return 100
  note_made "group.$1"
  case $2 in =yes) set -- --system -- "$1" ;; *) set -- -- "$1" ;; esac
  mark_due
  said=$(groupadd "$@" 2>&1) || fail "$said"
}

remove_group() { # name
  line=$(getent group "$1") || return 100
  line=${line#*:*:}
  [ "${line%%:*}" != 0 ] || fail "this is the group of root: Pedell does not take it away"
  [ -e "$library/made/group.$1" ] || return 100
  mark_due
  said=$(groupdel -- "$1" 2>&1) || fail "$said"
  rm -f -- "$library/made/group.$1"
}
"""
)
LOOK_USER = r"""
ask_user() { # name
  getent passwd "$1" && id -gn -- "$1" && id -Gn -- "$1"
}
"""
# Nobody gets a password: useradd leaves it locked, so that only a key opens the door.
WORK_USER = (
    _MADE
    + r"""
put_user() { # name system home shell group groups comment, all but the first =value or empty
  name=$1 system=$2 home=$3 shell=$4 group=$5 groups=$6 comment=$7
  line=$(getent passwd "$name") || { add_user; return; }
  IFS=: read -r _ _ _ _ comment_now home_now shell_now <<END
$line
END
  set --
  [ "${home:-=$home_now}" = "=$home_now" ] || set -- "$@" --home "${home#=}"
  [ "${shell:-=$shell_now}" = "=$shell_now" ] || set -- "$@" --shell "${shell#=}"
  [ "${comment:-=$comment_now}" = "=$comment_now" ] || set -- "$@" --comment "${comment#=}"
  [ -z "$group" ] || [ "$group" = "=$(id -gn -- "$name")" ] || set -- "$@" --gid "${group#=}"
  [ -z "$groups" ] || has_groups || set -- "$@" --groups "${groups#=}"
  [ $# -gt 0 ] || return 100
  mark_due
  said=$(usermod "$@" -- "$name" 2>&1) || fail "$said"
}

add_user() {
  set --
  case $system in =yes) set -- --system ;; esac
  case $system$home in
    *=/nonexistent) set -- "$@" --no-create-home --home-dir /nonexistent ;;
    =yes) set -- "$@" --no-create-home --home-dir /nonexistent ;;
    *) set -- "$@" --create-home ${home:+--home-dir "${home#=}"} ;;
  esac
  case $system$shell in
    =yes) set -- "$@" --shell /usr/sbin/nologin ;;
    *) [ -z "$shell" ] || set -- "$@" --shell "${shell#=}" ;;
  esac
  if [ -n "$group" ]; then
    set -- "$@" --gid "${group#=}"
  elif getent group "$name" >/dev/null; then
    set -- "$@" --gid "$name"
  else
    set -- "$@" --user-group
  fi
  case $groups in ?*,* | =?*) set -- "$@" --groups "${groups#=}" ;; esac
  [ -z "$comment" ] || set -- "$@" --comment "${comment#=}"
  mark_due
  note_made "user.$name"
  said=$(useradd "$@" -- "$name" 2>&1) || fail "$said"
}

sorted() { # word… : one a line, each once
  [ $# -eq 0 ] || printf '%s\n' "$@" | sort -u
}

has_groups() { # whether those are all but the first one, which every user has
  first=$(id -gn -- "$name") wanted=$(IFS=,; sorted ${groups#=})
  # shellcheck disable=SC2046
  [ "$(sorted $wanted "$first")" = "$(sorted $(id -Gn -- "$name"))" ]
}

remove_user() { # name
  line=$(getent passwd "$1") || return 100
  line=${line#*:*:}
  [ "${line%%:*}" != 0 ] || fail "this is root: Pedell does not take it away"
  case $1 in "${SUDO_USER-}" | "$(id -un)") fail "Pedell works as this user: it stays" ;; esac
  [ -e "$library/made/user.$1" ] || return 100
  mark_due
  said=$(userdel -- "$1" 2>&1) || fail "$said"
  rm -f -- "$library/made/user.$1"
}
"""
)


def _unfit_group(name: str, _spec: Spec) -> str:
    return "" if NAME.fullmatch(name) else f"{name!r} is not the name of a group on Debian"


def _unfit_user(name: str, _spec: Spec) -> str:
    return "" if NAME.fullmatch(name) else f"{name!r} is not the name of a user on Debian"


def _read_group(_name: str, _spec: Spec, answer: str) -> Spec | None:
    return {} if answer else None


def _read_user(_name: str, spec: Spec, answer: str) -> Spec | None:
    line, *rest = answer.split("\n")
    fields = line.split(":")
    if len(fields) < 7 or len(rest) < 2:
        return None
    first, groups = rest[0], set(rest[1].split())
    wanted = spec.get("groups")
    others = groups - {first}
    if isinstance(wanted, list | tuple):
        others |= groups & {str(one) for one in wanted}
    held: list[Value] = [*sorted(others)]
    seen: dict[str, Value] = {"comment": fields[4], "home": fields[5], "shell": fields[6]}
    return {**seen, "group": first, "groups": held}


def _put_user(name: str, spec: Spec) -> Words:
    order = ("system", "home", "shell", "group", "groups", "comment")
    return ("put_user", name, *(declared(spec, field) for field in order))


GROUP = Skill(
    ask=lambda name, _spec: ("ask_group", name),
    read=_read_group,
    put=lambda name, spec: ("put_group", name, declared(spec, "system")),
    remove=lambda name, _spec: ("remove_group", name),
    look=LOOK_GROUP,
    work=WORK_GROUP,
    unfit=_unfit_group,
)
USER = Skill(
    ask=lambda name, _spec: ("ask_user", name),
    read=_read_user,
    put=_put_user,
    remove=lambda name, _spec: ("remove_user", name),
    look=LOOK_USER,
    work=WORK_USER,
    unfit=_unfit_user,
)
