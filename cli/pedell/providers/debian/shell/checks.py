"""A check before anything moves: the service's own program reads the staged files first."""

# Staged files lie over the live ones in a mount namespace of the check alone (mount_namespaces(7)):
# whatever path a configuration names, also one that it includes, is the staged one there. A server
# in a folder has no namespace; its programs find the staged tree by PEDELL_ROOT.
TEXT = r"""
hold() { # part-or-nothing path : leaves the step where a check has the next word
  [ -n "$group" ] || return 0
  mkdir -p -- "$stage/held" &&
    printf '%s\n' "$1" "$2" "$units" "$reloads" >"$stage/held/$number" || fail "cannot stage it"
  trap - EXIT
  exit 102
}

read_held() { # step
  {
    IFS= read -r part
    IFS= read -r path
    IFS= read -r units
    IFS= read -r reloads
  } <"$stage/held/$1"
}

drop_held() {
  [ -d "$stage/held" ] || return 0
  set +f
  for held in "$stage"/held/*; do
    read_held "${held##*/}" && [ -n "$part" ] && rm -f -- "$part"
  done
  set -f
}

commit() { # "steps" unit check … : all of them move, or none
  numbers=$1 waiting=
  shift
  for number in $numbers; do
    [ ! -f "$stage/held/$number" ] || waiting="$waiting $number"
  done
  [ -n "$waiting" ] || return 0
  if is_later "$@"; then
    postpone_held
    return
  fi
  message=$(check "$@" 2>&1)
  verdict=$?
  for number in $waiting; do
    read_held "$number"
    rm -f -- "$stage/held/$number"
    if [ $verdict = 0 ]; then
      if message=$(settle_held 2>&1); then
        succeed
        say step "$number" changed ''
        continue
      fi
    fi
    [ -z "$part" ] || rm -f -- "$part"
    say step "$number" failed "$message"
  done
}

is_later() { # unit check … : something that one of them reads comes in the next round only
  while [ $# -gt 0 ]; do
    ! has "$later" "$1" || return 0
    shift 2
  done
  return 1
}

postpone_held() {
  for number in $waiting; do
    read_held "$number"
    rm -f -- "$stage/held/$number"
    [ -z "$part" ] || rm -f -- "$part"
    postpone
    say step "$number" later ''
  done
}

settle_held() {
  group=
  if [ -n "$part" ]; then put_in_place "$part" "$path"; else take_away "$path"; fi
}

check() { # unit check …
  stage_tree || fail "cannot stage the files of $1 for its check"
  while [ $# -gt 0 ]; do
    said=$(run_check "$2" 2>&1) || fail "$1 refuses it, so nothing was changed ($2): $said"
    shift 2
  done
}

stage_tree() {
  tree=$stage/tree mounts=$stage/mounts
  rm -rf -- "$tree" && mkdir -- "$tree" && : >"$mounts" || return 1
  if [ -n "$root" ]; then
    [ ! -d "$root/etc" ] || cp -a -- "$root/etc" "$tree/" || return 1
  else
    # A new file cannot lie over anything: a copy of its folder does. Outer folders come first.
    for number in $waiting; do
      read_held "$number"
      [ -n "$part" ] && [ -f "$path" ] && [ ! -L "$path" ] || printf '%s\n' "${path%/*}"
    done | sort -u >"$stage/folders"
    while IFS= read -r folder; do
      mkdir -p -- "$tree$folder" && cp -a -- "$folder/." "$tree$folder" &&
        printf '%s\n' "$tree$folder" "$folder" >>"$mounts" || return 1
    done <"$stage/folders"
  fi
  for number in $waiting; do
    read_held "$number"
    if [ -z "$root" ] && ! grep -Fxq -- "${path%/*}" "$stage/folders"; then
      printf '%s\n' "$part" "$path" >>"$mounts" || return 1
      continue
    fi
    mkdir -p -- "$tree${path%/*}" && rm -f -- "$tree$path" || return 1
    [ -z "$part" ] || cp -a -T -- "$part" "$tree$path" || return 1
  done
}

run_check() { # check
  if [ -n "$root" ]; then
    PEDELL_ROOT=$tree timeout -k 5 60 sh -c "$1" </dev/null
    return
  fi
  # shellcheck disable=SC2016
  unshare --mount sh -c '
    while IFS= read -r from && IFS= read -r to; do
      mount --bind -- "$from" "$to" || exit
    done <"$1"
    exec timeout -k 5 60 sh -c "$2" </dev/null
  ' sh "$mounts" "$1"
}
"""
