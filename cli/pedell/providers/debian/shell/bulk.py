"""All files of a batch at once: a handful of programs for all of them, not for each."""

# Whatever goes wrong here is left to put_file, which does that file alone and says why. What was
# put in place is said at once, so a shell that ends in the middle has said nothing but the truth.
TEXT = r"""
# Nine words a file, sorted by folder: number "needed steps" "to restart" "to reload" path owner
# group mode mode-in-the-archive
prepare_files() { # archive key, then the files
  for number in $(place_files "$@" 2>/dev/null); do placed="$placed$number "; done
}

place_files() { # as prepare_files : says which it put; runs in a shell of its own
  archive=$1 key=$2 parts='' sides=''
  shift 2
  prepare_folders "$@"
  trap 'drop_sides' EXIT
  trap 'exit 129' HUP INT TERM PIPE
  sides=$beside
  tar -x -p -m --no-same-owner -f "$stage/$archive" -C "$root/" || exit
  settle_rights "$@"
  IFS=$newline
  # Words on purpose: no path here holds a line break.
  # shellcheck disable=SC2086
  sync -- $parts || exit
  unset IFS
  check_sums "$@"
  move_all "$@"
  trap - EXIT
  IFS=$newline
  # shellcheck disable=SC2086
  exec rm -rf -- $sides
}

drop_sides() {
  IFS=$newline
  # shellcheck disable=SC2086
  [ -z "$sides" ] || rm -rf -- $sides
}

next_side() { # path : the folder in which it lies until it is moved
  side=$root${1%/*}/.$key.pedell-part
}

prepare_folders() { # files : leaves it where one of them is not for all at once
  before=$newline beside=''
  while [ $# -gt 0 ]; do
    # shellcheck disable=SC2086
    is_good $2 && is_open "$root$5" || exit
    next_side "$5"
    parts=$parts$side/${5##*/}$newline
    if [ "$side" != "$before" ]; then
      make_parent "$root$5" >&2
      beside=$beside$side$newline before=$side
    fi
    shift 9
  done
}

is_open() { # path : nothing stands there, or a plain file
  [ ! -L "$1" ] && { [ -f "$1" ] || [ ! -e "$1" ]; }
}

settle_rights() { # files; what nobody declares stays as it is
  see_rights "$@"
  while [ $# -gt 0 ]; do
    owner=$6 group=$7 mode=$8
    next_side "$5"
    if is_partly_kept "$@"; then
      line=${lines%%"$newline"*} lines=${lines#*"$newline"}
      case $line in *\ *\ *) ;; *) exit ;; esac
      owner_now=${line%% *} mode_now=${line##* } group_now=${line#* }
      owner=${owner:-$owner_now} group=${group:-${group_now% *}} mode=${mode:-$mode_now}
    fi
    belongs_to "$side/${5##*/}" "$owner" "$group" ||
      give chown "$owner${group:+:$group}" "$side/${5##*/}"
    case ${mode:-$9} in
      "$9" | "0$9" | "00$9" | "000$9") ;;
      *) give chmod "$mode" "$side/${5##*/}" ;;
    esac
    shift 9
  done
  hand_over chown
  hand_over chmod
}

is_partly_kept() { # one file
  [ -f "$root$5" ] && { [ -z "$6" ] || [ -z "$7" ] || [ -z "$8" ]; }
}

see_rights() { # files : into $lines
  seen=
  while [ $# -gt 0 ]; do
    ! is_partly_kept "$@" || seen=$seen$root$5$newline
    shift 9
  done
  lines=
  [ -n "$seen" ] || return 0
  IFS=$newline
  # shellcheck disable=SC2086
  lines=$(stat -c '%U %G %a' -- $seen) || exit
  unset IFS
  case $newline$lines in *"$newline"UNKNOWN\ * | *\ UNKNOWN\ *) exit ;; esac
}

check_sums() { # files : all arrived whole; what stands there already, its own step looks at
  lines=$(sha256sum -c "$stage/$archive.sums" 2>/dev/null)$newline
  IFS=$newline
  for part in $parts; do
    case $lines in "$part: OK$newline"*) lines=${lines#*"$newline"} ;; *) exit ;; esac
  done
  unset IFS
  same=' '
  while [ $# -gt 0 ]; do
    case ${lines%%"$newline"*} in *': OK') same="$same$1 " ;; esac
    lines=${lines#*"$newline"}
    shift 9
  done
}

give() { # chown-or-chmod wanted path : one call for all in a row that want the same
  eval "wanted=\${wanted_$1-}"
  [ "$wanted" = "$2" ] || hand_over "$1"
  eval "wanted_$1=\$2 given_$1=\${given_$1-}\$3\$newline"
}

hand_over() { # chown-or-chmod
  eval "wanted=\${wanted_$1-} given=\${given_$1-} given_$1="
  [ -n "$given" ] || return 0
  IFS=$newline
  # shellcheck disable=SC2086
  "$1" -- "$wanted" $given || exit
  unset IFS
}

move_all() { # files
  note_all "$@" >&2
  side_now='' numbers='' moving='' is_unit=''
  while [ $# -gt 0 ]; do
    if ! has "$same" "$1"; then
      next_side "$5"
      [ "$side" = "$side_now" ] || move_parts
      side_now=$side numbers="$numbers$1 " moving=$moving$side/${5##*/}$newline
      case $5 in */systemd/system/*) is_unit=$5 ;; esac
    fi
    shift 9
  done
  move_parts
  [ -z "$is_unit" ] || tell_systemd "$is_unit" >&2
}

note_all() { # files
  while [ $# -gt 0 ]; do
    units=$3 reloads=$4
    [ -z "$units$reloads" ] || has "$same" "$1" || mark_due "$5"
    shift 9
  done
}

move_parts() { # all that go into one folder
  [ -n "$moving" ] || return 0
  IFS=$newline
  # shellcheck disable=SC2086
  mv -f -t "${side_now%/*}/" -- $moving
  for part in $moving; do
    [ -e "$part" ] || printf '%s ' "${numbers%% *}"
    numbers=${numbers#* }
  done
  unset IFS
  numbers='' moving=''
}
"""
