"""Services, restarted or reloaded once behind the last thing that asks for it; and the way back."""

TEXT = r"""
fail_unit() { # unit what-was-said
  fail "$2
$(journalctl -q --no-pager -o cat -n 5 -u "$1" 2>/dev/null)"
}

is_running() { # unit
  systemctl is-active "$1" >/dev/null 2>&1
}

run_unit() { # unit verb
  was_running=$(is_running "$1" && echo yes)
  systemctl reset-failed "$1" >/dev/null 2>&1
  said=$(timeout 90 systemctl "$2" "$1" 2>&1) || fail_unit "$1" "$said"
  case $2$was_running in try-restart | try-reload-or-restart) return ;; esac
  # A service that does not say when it is ready may die right behind its start.
  case $(systemctl show -p Type --value "$1" 2>/dev/null) in simple | exec | idle) sleep 1 ;; esac
  is_running "$1" || fail_unit "$1" "it does not run after its $2"
}

bring() { # unit verb : and with the files of before where it does not come up with those of now
  said=$(run_unit "$1" "$2" 2>&1) || {
    [ -s "$way_back/$1/list" ] || fail "$said"
    put_back "$1" ||
      fail "the files of before lie in $way_back/$1 and could not all be put back; $said"
    again=$(run_unit "$1" restart 2>&1) ||
      fail "the files of before are back, and it does not run with them either; $again"
    rm -rf -- "$due/$1" "$way_back/$1"
    fail "the files of before are back, and it runs with them; $said"
  }
  rm -rf -- "$due/$1" "$way_back/$1"
}

put_back() { # unit
  count=0
  while IFS= read -r path; do
    count=$((count + 1)) kept=$way_back/$1/$count
    if [ -e "$kept" ] || [ -L "$kept" ]; then
      part=$(mktemp -u -- "$root${path%/*}/.XXXXXXXXXX.pedell-part") &&
        cp -a -T -- "$kept" "$part" && mv -fT -- "$part" "$root$path" || return 1
    else
      rm -f -- "$root$path" || return 1
    fi
    tell_systemd "$path"
  done <"$way_back/$1/list"
}

put_service() { # unit running enabled, each yes, no or empty where nobody cares
  changed=100
  enabled=$(systemctl is-enabled "$1" 2>/dev/null)
  case $3$enabled in
    yesenabled | yesstatic | yesindirect | yesgenerated | yesalias | yestransient) ;;
    yes*) said=$(systemctl enable "$1" 2>&1) || fail "$said"; changed=0 ;;
    noenabled*) said=$(systemctl disable "$1" 2>&1) || fail "$said"; changed=0 ;;
  esac
  if is_running "$1"; then active=yes; else active=no; fi
  case $2$active in
    yesno)
      bring "$1" start
      changed=0 ;;
    noyes)
      said=$(timeout 90 systemctl stop "$1" 2>&1) || fail_unit "$1" "$said"
      rm -rf -- "$due/$1" "$way_back/$1"
      changed=0 ;;
  esac
  [ ! -e "$due/$1" ] || changed=0
  return $changed
}

remove_service() { # unit
  case $(systemctl is-enabled "$1" 2>/dev/null) in
    '' | not-found) is_running "$1" || return 100 ;;
  esac
  said=$(timeout 90 systemctl disable --now "$1" 2>&1) || fail_unit "$1" "$said"
  rm -rf -- "$due/$1" "$way_back/$1"
}

renew() { # unit must-it-run "steps that make it due, and its own"
  [ -e "$due/$1" ] || return 0 # also what an earlier run has made due and left undone
  if has "$later" "$1"; then
    say unit "$1" later ''
    return
  fi
  case $2$(cat -- "$due/$1") in
    yesreload) verb=reload-or-restart ;;
    yes*) verb=restart ;;
    *reload) verb=try-reload-or-restart ;;
    *) verb=try-restart ;;
  esac
  if message=$(bring "$1" "$verb" 2>&1); then
    say unit "$1" changed ''
    return
  fi
  say unit "$1" failed "$message"
  still=' '
  for one in $good; do has " $3 " "$one" || still="$still$one "; done
  good=$still
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
"""
