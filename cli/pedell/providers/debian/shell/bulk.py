"""All files of a batch at once: a handful of programs for all of them, not for each."""

# Whatever goes wrong here is left to put_file, which does that file alone and says why. What was
# put in place is said at once, so a shell that ends in the middle has said nothing but the truth.
TEXT = r"""
prepare_files() { # number "needed steps" "to restart" "to reload" size, then as for put_file …
  for said in $(place_files "$@" 2>/dev/null); do
    case $said in
      +*) placed="$placed${said#+} " ;;
      =*) stood="$stood${said#=} " ;;
    esac
  done
}

place_files() { # as prepare_files; runs in a shell of its own
  key=${stage##*.} parts= todo=
  key=${key%???}
  case $key in *[!A-Za-z0-9]*) exit ;; ???????) ;; *) exit ;; esac
  while [ $# -gt 0 ]; do
    # shellcheck disable=SC2086
    if is_good $2 && is_open "$root$8"; then
      todo="$todo $1"
      eval "units_$1=\$3 reloads_$1=\$4 size_$1=\$5 staged_$1=\$6 sum_$1=\$7 path_$1=\$8
        owner_$1=\$9 group_$1=\${10} mode_$1=\${11} fresh_$1=\${12}"
    fi
    shift 12
  done
  leave_equal
  [ -n "$todo" ] || exit
  trap drop_parts EXIT
  trap 'exit 129' HUP INT TERM PIPE
  lay_out
  set_all_rights
  bring_to_disk
  move_all
  trap - EXIT
  IFS=$newline
  # shellcheck disable=SC2086
  exec rm -rf -- $parts
}

is_open() { # path : nothing stands there, or a plain file
  [ ! -L "$1" ] && { [ -f "$1" ] || [ ! -e "$1" ]; }
}

recall() { # number
  eval "units=\$units_$1 reloads=\$reloads_$1 size=\$size_$1 staged=\$staged_$1 sum=\$sum_$1
    path=\$path_$1 owner=\$owner_$1 group=\$group_$1 mode=\$mode_$1 fresh=\$fresh_$1
    part=\${part_$1-}"
  folder=$root${path%/*}
}

drop_parts() {
  IFS=$newline
  # shellcheck disable=SC2086
  [ -z "$parts" ] || rm -rf -- $parts
}

next_line() { # of $lines, into $line
  line=${lines%%"$newline"*} lines=${lines#*"$newline"}
}

has_mode() { # wanted-or-nothing mode-as-stat-writes-it
  case ${1:-$2} in "$2" | "0$2" | "00$2" | "000$2") ;; *) return 1 ;; esac
}

read_rights() { # line : into $owner_now, $group_now, $mode_now
  owner_now=${1%% *} mode_now=${1##* } group_now=${1#* }
  group_now=${group_now% *}
}

leave_equal() { # takes out of $todo what stands there as it shall; what is not declared stays
  old= fresh_ones= alike=
  set --
  for number in $todo; do
    recall "$number"
    if [ -f "$root$path" ]; then
      set -- "$@" "$root$path"
      old="$old $number"
    else
      eval "mode_$number=\${mode:-\$fresh}"
      fresh_ones="$fresh_ones $number"
    fi
  done
  [ $# -gt 0 ] || return 0
  lines=$(stat -c '%s %U %G %a' -- "$@") || exit
  todo=$fresh_ones
  set --
  for number in $old; do
    next_line
    recall "$number"
    read_rights "${line#* }"
    case " $owner_now $group_now " in *' UNKNOWN '*) continue ;; esac
    if [ "${line%% *}" = "$size" ] && [ "${owner:-$owner_now}" = "$owner_now" ] &&
      [ "${group:-$group_now}" = "$group_now" ] && has_mode "$mode" "$mode_now"; then
      set -- "$@" "$root$path"
      alike="$alike $number"
    else
      todo="$todo $number"
    fi
    eval "owner_$number=\${owner:-\$owner_now} group_$number=\${group:-\$group_now}
      mode_$number=\${mode:-\$mode_now}"
  done
  [ $# -gt 0 ] || return 0
  lines=$(sha256sum -- "$@") || exit
  for number in $alike; do
    next_line
    recall "$number"
    if [ "${line%% *}" = "$sum" ]; then printf '=%s ' "$number"; else todo="$todo $number"; fi
  done
}

lay_out() { # the contents, each under its name in a folder beside its place, that only we can read
  folders= count=100
  for number in $todo; do
    recall "$number"
    case $newline$folders in *"$newline$folder/$newline"*) continue ;; esac
    make_parent "$folder/" >&2
    folders=$folders$folder/$newline
    count=$((count + 1))
    parts=$parts$folder/.$key$count.pedell-part$newline
  done
  IFS=$newline
  # shellcheck disable=SC2086
  mkdir -m 700 -- $parts || { parts=; exit; }
  unset IFS
  lines=$parts
  each_folder copy_staged
}

each_folder() { # function : with the folder, the files to go there are in $inside
  does=$1
  IFS=$newline
  # shellcheck disable=SC2086
  set -- $folders
  unset IFS
  for place do
    inside=
    for number in $todo; do
      recall "$number"
      [ "$folder/" != "$place" ] || inside="$inside $number"
    done
    "$does" "$place"
  done
}

copy_staged() {
  next_line
  set --
  for number in $inside; do
    recall "$number"
    eval "part_$number=\$line/\${staged##*/}"
    set -- "$@" "$stage/$staged"
  done
  umask 0 # their modes are those that they are staged with
  cp -t "$line" -- "$@" || exit
  umask 077
}

set_all_rights() { # where they are others than wanted
  for number in $todo; do
    recall "$number"
    set -- "$@" "$part"
  done
  lines=$(stat -c '%U %G %a' -- "$@") || exit
  other_owner= other_mode=
  for number in $todo; do
    next_line
    recall "$number"
    read_rights "$line"
    eval "chown_$number=\$owner\${group:+:\$group} chmod_$number=\$mode"
    [ "${owner:-$owner_now} ${group:-$group_now}" = "$owner_now $group_now" ] ||
      other_owner="$other_owner $number"
    has_mode "$mode" "$mode_now" || other_mode="$other_mode $number"
  done
  give chown "$other_owner"
  give chmod "$other_mode"
}

give() { # chown-or-chmod "numbers" : one call for all that want the same
  while [ -n "$2" ]; do
    program=$1 numbers=$2 wanted= left=
    set --
    for number in $numbers; do
      recall "$number"
      eval "mine=\$${program}_$number"
      : "${wanted:=$mine}"
      if [ "$mine" = "$wanted" ]; then set -- "$@" "$part"; else left="$left $number"; fi
    done
    "$program" -- "$wanted" "$@" || exit
    set -- "$program" "$left"
  done
}

bring_to_disk() {
  for number in $todo; do
    recall "$number"
    set -- "$@" "$part"
    printf '%s  %s\n' "$sum" "$part" || exit
  done >"$stage/sums"
  sync -- "$@" && sha256sum -c --status --strict <"$stage/sums" || exit
}

move_all() {
  for number in $todo; do
    recall "$number"
    mark_due "$path" >&2
  done
  each_folder move_parts
  for number in $todo; do
    recall "$number"
    case $path in */systemd/system/*) tell_systemd "$path" >&2; return ;; esac
  done
}

move_parts() { # folder
  folder_now=$1
  set --
  for number in $inside; do
    recall "$number"
    set -- "$@" "$part"
  done
  mv -f -t "$folder_now" -- "$@"
  for number in $inside; do
    recall "$number"
    [ -e "$part" ] || printf '+%s ' "$number"
  done
}
"""
