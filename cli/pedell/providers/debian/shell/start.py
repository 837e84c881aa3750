"""How a script begins: where it works, how it runs a step, what it says of it, how it ends."""

TEXT = r"""stage=$1
root=@ROOT@
set -f
cd "${root:-/}" || exit 3
PEDELL_ROOT=$root LC_ALL=C.UTF-8 PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l
export PEDELL_ROOT LC_ALL PATH DEBIAN_FRONTEND NEEDRESTART_MODE
library=$root/var/lib/pedell
due=$library/restart-due way_back=$library/way-back
good=' ' asking=' ' later=' ' fresh=' ' placed=' '
newline='
'
# Nobody else is numbered 0, and the first process is always theirs.
is_root='' is_root_group=''
[ ! -O /proc/1 ] || is_root=yes
[ ! -G /proc/1 ] || is_root_group=yes
trap 'drop_held; rm -rf -- "$stage"' EXIT
trap 'exit 129' HUP INT TERM PIPE

# One run at a time: one whose line broke works on to the end of its step. From the brace on the
# lock is with this shell alone, and no program that a step leaves running can hold it.
if [ -d "$library" ] || mkdir -p -- "$library" 2>/dev/null; then
  exec 9<"$library"
  flock -w 60 9 || exit 95
fi
{

say() { # word number-or-unit result message
  if [ -n "$4" ]; then
    set -- "$1" "$2" "$3" "$(printf %s "$4" | tail -c 4096 | base64 -w 0)"
  fi
  printf 'pedell %s %s %s %s\n' "$1" "$2" "$3" "$4"
}

has() { # list of words between blanks, word
  case $1 in *" $2 "*) ;; *) return 1 ;; esac
}

is_good() { # step… : all of them have succeeded
  for need do has "$good" "$need" || return 1; done
}

waits() { # step… : what is missing of them has asked us something, and comes in the next round
  for need do has "$good$asking" "$need" || return 1; done
}

# A step's function runs in a shell of its own: 0 says changed, 100 nothing to do, 101 that it asks
# for something first, 102 that a check has the next word; with all else it failed.
step() { # number "needed steps" "to restart" "to reload" held-back-or-nothing function argument…
  number=$1 needs=$2 units=$3 reloads=$4 group=$5
  shift 5
  # Words on purpose: all three are lists.
  # shellcheck disable=SC2086
  if ! is_good $needs; then
    result=skipped
    if waits $needs; then
      result=later
      postpone
    fi
    say step "$number" $result ''
    return
  fi
  if has "$placed" "$number"; then
    succeed
    say step "$number" changed ''
    return
  fi
  message=$("$@" 2>&1)
  case $? in
    0)
      succeed
      say step "$number" changed ''
      [ ! -f "$stage/confirm.$number" ] ||
        printf 'pedell confirm %s %s\n' "$number" "$(cat "$stage/confirm.$number")" ;;
    100) good="$good$number "; say step "$number" same '' ;;
    101)
      postpone
      printf 'pedell step %s asks %s\n' "$number" "$(base64 -w 0 <"$stage/asked.$number")" ;;
    102) ;;
    *) say step "$number" failed "$message" ;;
  esac
}

succeed() {
  good="$good$number "
}

postpone() {
  asking="$asking$number " later="$later$units $reloads "
}

ask_back() { # file : its content goes to whoever sent us, the answer comes in a second round
  cp -- "$1" "$stage/asked.$number" || fail "cannot stage what it asks for"
  exit 101
}

ask_confirm() { # token : somebody logs in anew and puts it below $library/confirm, if he can
  printf %s "$1" >"$stage/confirm.$number" || fail "cannot stage it"
}

fail() {
  printf '%s\n' "$1"
  exit 1
}

nothing() {
  return 100
}
"""
# A reboot waits for what somebody has to confirm over a new line first.
END = r"""if [ -e "$stage/reboot" ]; then
  setsid sh -c '
    sleep 1
    patience=60
    while [ -n "$(ls -A "$1" 2>/dev/null)" ] && [ $patience -gt 0 ]; do
      sleep 1
      patience=$((patience - 1))
    done
    systemctl reboot
  ' sh "$library/waiting" </dev/null >/dev/null 2>&1 &
fi
printf 'pedell end\n'
} 9<&-
"""
