"""The shell of an apply: what every script begins and ends with. POSIX sh and GNU coreutils."""

HEAD = r"""stage=$1
root=@ROOT@
set -f
cd "${root:-/}" || exit 3
PEDELL_ROOT=$root LC_ALL=C.UTF-8 PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l
export PEDELL_ROOT LC_ALL PATH DEBIAN_FRONTEND NEEDRESTART_MODE
due=$root/var/lib/pedell/restart-due
good=' ' touched=' ' fresh=' '

say() { # word number-or-unit result message
  if [ -n "$4" ]; then
    set -- "$1" "$2" "$3" "$(printf %s "$4" | tail -c 4096 | base64 -w 0)"
  fi
  printf 'pedell %s %s %s %s\n' "$1" "$2" "$3" "$4"
}

is_good() { # step… : all of them have succeeded
  for need do
    case $good in *" $need "*) ;; *) return 1 ;; esac
  done
}

# A step's function runs in a shell of its own: 0 says changed, 100 nothing to do, else it failed.
step() { # number "needed steps" "units to restart" function argument…
  number=$1 needs=$2 units=$3
  shift 3
  # Words on purpose: both are lists.
  # shellcheck disable=SC2086
  is_good $needs || { say step "$number" skipped ''; return; }
  message=$("$@" 2>&1)
  case $? in
    0) good="$good$number " touched="$touched$units "; say step "$number" changed '' ;;
    100) good="$good$number "; say step "$number" same '' ;;
    *) say step "$number" failed "$message" ;;
  esac
}

fail() {
  printf '%s\n' "$1"
  exit 1
}

# What is due is written down before the change that makes it due: a cut in between must not leave
# a service running with yesterday's configuration for good.
mark_due() {
  for unit in $units; do
    mkdir -p -- "$due" && : >"$due/$unit" || fail "cannot note that $unit must be restarted"
  done
}

make_parent() { # path
  [ -d "${1%/*}/" ] || (umask 022 && mkdir -p -- "${1%/*}/") || fail "cannot make its folder"
}

has_rights() { # path owner group mode, each empty where nobody cares
  [ -n "$2$3$4" ] || return 0
  rights=$(stat -L -c '%U %G %a' -- "$1") || return 1
  owner=${rights%% *} mode=${rights##* } group=${rights#* }
  [ "${2:-$owner}" = "$owner" ] && [ "${3:-${group% *}}" = "${group% *}" ] &&
    case ${4:-0$mode} in "0$mode" | "00$mode" | "000$mode") ;; *) false ;; esac
}

set_rights() { # path owner group mode
  [ -z "$2$3" ] || chown -- "$2${3:+:$3}" "$1" || return 1
  [ -z "$4" ] || chmod -- "$4" "$1"
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
  part=$(mktemp -- "${path%/*}/.XXXXXXXXXX.pedell-part") || fail "cannot write into its folder"
  trap 'rm -f -- "$part"' EXIT
  trap 'exit 129' HUP INT TERM PIPE
  cat <"$stage/$1" >"$part" || fail "cannot write it"
  if [ -z "$new" ]; then
    chown --reference="$path" -- "$part" && chmod --reference="$path" -- "$part" ||
      fail "cannot keep its owner and mode"
  fi
  set_rights "$part" "$4" "$5" "${6:-$new}" || fail "cannot set its owner or mode"
  sync -- "$part" || fail "cannot bring it to the disk"
  sum=$(sha256sum <"$part")
  [ "${sum%% *}" = "$2" ] || fail "what was written differs from what was sent: check the disk"
  mark_due
  mv -fT -- "$part" "$path" || fail "cannot put it in its place"
  trap - EXIT
  case $3 in /etc/systemd/* | /usr/lib/systemd/*) systemctl daemon-reload ;; esac
  return 0
}

put_directory() { # path owner group mode
  path=$root$1
  if [ -d "$path" ]; then
    has_rights "$path" "$2" "$3" "$4" && return 100
  else
    make_parent "$path"
    (umask 022 && mkdir -- "$path") || fail "cannot make it"
  fi
  set_rights "$path" "$2" "$3" "$4" || fail "cannot set its owner or mode"
  mark_due
}

remove_file() { # path
  path=$root$1
  [ -e "$path" ] || [ -L "$path" ] || return 100
  [ ! -d "$path" ] || [ -L "$path" ] || fail "a folder stands in its place"
  mark_due
  rm -f -- "$path" || fail "cannot remove it"
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

nothing() {
  return 100
}

is_installed() { # package
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

install() { # package…
  apt-get -q -y -o DPkg::Lock::Timeout=60 -o Dpkg::Options::=--force-confdef \
    -o Dpkg::Options::=--force-confold install "$@" 2>&1
}

# One call for all packages whose needs are met. What it could not do, each step tries alone, so
# that one wrong name does not take the others along.
prepare_packages() { # number "needed steps" package …
  missing=
  while [ $# -gt 0 ]; do
    # shellcheck disable=SC2086
    if is_good $2 && ! is_installed "$3"; then missing="$missing $3" fresh="$fresh$3 "; fi
    shift 3
  done
  [ -n "$missing" ] || return 0
  # shellcheck disable=SC2086
  install $missing >/dev/null || { apt-get -q update && install $missing; } >/dev/null 2>&1
}

put_package() { # package
  case $fresh in *" $1 "*) changed=0 ;; *) changed=100 ;; esac
  if ! is_installed "$1"; then
    said=$(install "$1") || fail "$said"
    is_installed "$1" || fail "apt-get ended well, but the package is not there: is it virtual?"
    changed=0
  fi
  [ $changed = 100 ] || mark_due
  return $changed
}

remove_package() { # package
  is_installed "$1" || return 100
  # dpkg refuses where another package needs it; apt-get would remove that one too.
  said=$(dpkg --remove "$1" 2>&1) || fail "$said"
  mark_due
}

fail_unit() { # unit what-was-said
  fail "$2
$(journalctl -q --no-pager -o cat -n 5 -u "$1" 2>/dev/null)"
}

put_service() { # unit running enabled, each yes, no or empty where nobody cares
  changed=100
  enabled=$(systemctl is-enabled "$1" 2>/dev/null)
  case $3$enabled in
    yesenabled | yesstatic | yesindirect | yesgenerated | yesalias | yestransient) ;;
    yes*) said=$(systemctl enable "$1" 2>&1) || fail "$said"; changed=0 ;;
    noenabled*) said=$(systemctl disable "$1" 2>&1) || fail "$said"; changed=0 ;;
  esac
  if systemctl is-active "$1" >/dev/null 2>&1; then active=yes; else active=no; fi
  case $2$active in
    yesno)
      systemctl reset-failed "$1" >/dev/null 2>&1
      said=$(timeout 90 systemctl start "$1" 2>&1) || fail_unit "$1" "$said"
      rm -f -- "$due/$1"
      changed=0 ;;
    noyes)
      said=$(timeout 90 systemctl stop "$1" 2>&1) || fail_unit "$1" "$said"
      rm -f -- "$due/$1"
      changed=0 ;;
  esac
  [ ! -e "$due/$1" ] || changed=0
  return $changed
}

remove_service() { # unit
  case $(systemctl is-enabled "$1" 2>/dev/null) in
    '' | not-found) systemctl is-active "$1" >/dev/null 2>&1 || return 100 ;;
  esac
  said=$(timeout 90 systemctl disable --now "$1" 2>&1) || fail_unit "$1" "$said"
  rm -f -- "$due/$1"
}

put_command() { # guard-function command
  "$1" && return 100
  said=$(timeout -k 10 600 sh -c "$2" 2>&1)
  code=$?
  [ $code != 124 ] || fail "$said
it did not end within 600 s"
  [ $code = 0 ] || fail "$said
exit status $code"
  "$1" || fail "it ran, but what should say that it is done does not say so"
  mark_due
}

restart() { # unit restart-or-try-restart
  systemctl reset-failed "$1" >/dev/null 2>&1
  said=$(timeout 90 systemctl "$2" "$1" 2>&1) || fail_unit "$1" "$said"
  [ "$2" != restart ] || systemctl is-active "$1" >/dev/null 2>&1 ||
    fail_unit "$1" "it does not run after its restart"
  rm -f -- "$due/$1"
}

renew() { # unit restart-or-try-restart
  case $touched in *" $1 "*) [ -e "$due/$1" ] || return ;; *) return ;; esac
  if message=$(restart "$@" 2>&1); then
    say unit "$1" changed ''
  else
    say unit "$1" failed "$message"
  fi
}

printf 'pedell begin\n'
"""

TAIL = "printf 'pedell end\\n'\n"
