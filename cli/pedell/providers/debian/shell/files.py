"""Files and folders: written beside their place, brought to the disk, moved there in one go."""

TEXT = r"""
# What is due is written down before the change that makes it due: a cut in between must not leave
# a service running with yesterday's configuration for good.
mark_due() { # path below the root that changes…
  for unit in $units; do note_due "$unit" restart "$@"; done
  for unit in $reloads; do note_due "$unit" reload "$@"; done
}

note_due() { # unit restart-or-reload path…
  name=$1 verb=$2 note=$due/$1
  shift 2
  # Where nothing is due, what lies there is of a run that came no further than this.
  [ -e "$note" ] || [ ! -d "$way_back/$name" ] || rm -rf -- "$way_back/$name" ||
    fail "cannot keep what stood there before"
  for changed do keep "$name" "$changed"; done
  [ -d "$due" ] || mkdir -p -- "$due" || fail "cannot note that $name must be restarted"
  if [ ! -e "$note" ]; then
    printf '%s\n' "$verb" >"$note" || {
      rm -f -- "$note"
      fail "cannot note that $name must be restarted"
    }
  elif [ "$verb" = restart ]; then # a restart that is due stays one
    printf 'restart\n' >"$note" || fail "cannot note that $name must be restarted"
  fi
}

keep() { # unit path : what stands there now, once since the unit last came up
  kept=$way_back/$1 place=1
  [ ! -d "$root$2" ] || [ -L "$root$2" ] || return 0
  { [ -d "$kept" ] || mkdir -p -- "$kept"; } && : >>"$kept/list" ||
    fail "cannot keep what stood there before"
  while IFS= read -r listed; do
    [ "$listed" != "$2" ] || return 0
    place=$((place + 1))
  done <"$kept/list"
  place=$kept/$place
  if [ -e "$root$2" ] || [ -L "$root$2" ]; then
    cp -a -T -- "$root$2" "$place" || fail "cannot keep what stood there before"
  elif [ -e "$place" ] || [ -L "$place" ]; then
    rm -f -- "$place"
  fi
  printf '%s\n' "$2" >>"$kept/list" || fail "cannot keep what stood there before"
}

make_parent() { # path
  [ -d "${1%/*}/" ] || (umask 022 && mkdir -p -- "${1%/*}/") || fail "cannot make its folder"
}

has_rights() { # path owner group mode, each empty where nobody cares
  [ -n "$2$3$4" ] || return 0
  rights=$(stat -L -c '%U %G %a' -- "$1") || return 1
  owner=${rights%% *} mode=${rights##* } group_now=${rights#* }
  [ "${2:-$owner}" = "$owner" ] && [ "${3:-${group_now% *}}" = "${group_now% *}" ] &&
    case ${4:-0$mode} in "0$mode" | "00$mode" | "000$mode") ;; *) false ;; esac
}

belongs_to() { # path owner group, each empty where nobody cares : said without a program, or not
  case $2:$is_root in :*) ;; root:yes) [ -O "$1" ] || return 1 ;; *) return 1 ;; esac
  case $3:$is_root_group in :*) ;; root:yes) [ -G "$1" ] || return 1 ;; *) return 1 ;; esac
}

set_rights() { # path owner group mode
  belongs_to "$1" "$2" "$3" || chown -- "$2${3:+:$3}" "$1" || return 1
  [ -z "$4" ] || chmod -- "$4" "$1"
}

open_part() { # path : a file beside it, which goes away with the step if nothing comes of it
  part=$(mktemp -- "${1%/*}/.XXXXXXXXXX.pedell-part") || fail "cannot write into its folder"
  trap 'rm -f -- "$part"' EXIT
  trap 'exit 129' HUP INT TERM PIPE
}

show_staged() { # staged-name, or a file within a parcel, as files.N/name
  case $1 in
    files.*) tar -x -O -f "$stage/${1%%/*}" -- "${1#*/}" | cat ;; # which says why it cannot write
    *) cat <"$stage/$1" ;;
  esac
}

put_file() { # staged-name sha256 path owner group mode mode-of-a-new-file
  path=$root$3 new=$7
  [ ! -d "$path" ] || [ -L "$path" ] || fail "a folder stands in its place"
  if [ -f "$path" ] && [ ! -L "$path" ]; then
    sum=$(sha256sum <"$path")
    [ "${sum%% *}" = "$2" ] && has_rights "$path" "$4" "$5" "$6" && return 100
    new=
  fi
  make_parent "$path"
  open_part "$path"
  show_staged "$1" >"$part" || fail "cannot write it"
  if [ -z "$new" ]; then
    chown --reference="$path" -- "$part" && chmod --reference="$path" -- "$part" ||
      fail "cannot keep its owner and mode"
  fi
  set_rights "$part" "$4" "$5" "${6:-$new}" || fail "cannot set its owner or mode"
  sync -- "$part" || fail "cannot bring it to the disk"
  sum=$(sha256sum <"$part")
  [ "${sum%% *}" = "$2" ] || fail "what was written differs from what was sent: check the disk"
  put_in_place "$part" "$3"
}

put_in_place() { # part path-below-the-root : now, or when the check of its service has passed
  hold "$1" "$2"
  mark_due "$2"
  mv -fT -- "$1" "$root$2" || fail "cannot put it in its place"
  trap - EXIT
  tell_systemd "$2"
}

tell_systemd() { # path that changed
  case $1 in
    /etc/systemd/system/* | /usr/lib/systemd/system/* | /lib/systemd/system/*)
      systemctl daemon-reload ;;
  esac
  return 0
}

put_directory() { # path owner group mode
  path=$root$1
  if [ -d "$path" ]; then
    has_rights "$path" "$2" "$3" "$4" && return 100
  else
    make_parent "$path"
    if [ -n "$4" ]; then mkdir -m "$4" -- "$path"; else (umask 022 && mkdir -- "$path"); fi ||
      fail "cannot make it"
    set -- "$1" "$2" "$3" ''
  fi
  set_rights "$path" "$2" "$3" "$4" || fail "cannot set its owner or mode"
  mark_due
}

remove_file() { # path
  path=$root$1
  [ -e "$path" ] || [ -L "$path" ] || return 100
  [ ! -d "$path" ] || [ -L "$path" ] || fail "a folder stands in its place"
  hold '' "$1"
  take_away "$1"
}

take_away() { # path
  mark_due "$1"
  rm -f -- "$root$1" || fail "cannot remove it"
  tell_systemd "$1"
}

remove_directory() { # path
  path=$root$1
  [ -d "$path" ] || return 100
  rmdir -- "$path" 2>/dev/null || fail "the folder is not empty: Pedell removes only what it made"
}

move() { # remover its two words function argument… : the new one first, then the old one goes
  remover=$1 left=$2 left_name=$3
  shift 3
  "$@"
  case $? in 0 | 100) ;; *) return 1 ;; esac
  "$remover" "$left" "$left_name"
  case $? in 0 | 100) ;; *) return 1 ;; esac
}
"""
