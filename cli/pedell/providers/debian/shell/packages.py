"""Packages, all of a batch in one transaction where that can be."""

TEXT = r"""
let_go=' '

is_installed() { # package version-or-nothing
  said=$(dpkg-query -W -f '${db:Status-Status} ${Version}\n' "$1" 2>/dev/null)
  said=${said%%"$newline"*}
  [ "${said%% *}" = installed ] && fits "${said#* }" "$2"
}

fits() { # version wanted, which may end in * and leave out the epoch
  case $2 in
    '') ;;
    *'*') case $1 in "${2%'*'}"* | [0-9]*:"${2%'*'}"*) ;; *) return 1 ;; esac ;;
    *) case $1 in "$2" | [0-9]*:"$2") ;; *) return 1 ;; esac ;;
  esac
}

is_held() { # package
  case $(dpkg-query -W -f '${db:Status-Want}' "$1" 2>/dev/null) in hold*) ;; *) return 1 ;; esac
}

install() { # package…, each with =version where one is wanted: that alone may be an older one
  case $* in *=*) set -- --allow-downgrades "$@" ;; esac
  apt-get -q -y -o DPkg::Lock::Timeout=60 -o Dpkg::Options::=--force-confdef \
    -o Dpkg::Options::=--force-confold install "$@" 2>&1
}

offered() { # package : the versions that can be had, the newest first
  apt-cache madison "$1" 2>/dev/null | while read -r _ _ version _; do
    printf '%s\n' "$version"
  done
}

named() { # package version-or-nothing : as apt-get wants it, the newest version that fits
  if [ -n "$2" ]; then
    for version in $(offered "$1"); do
      if fits "$version" "$2"; then
        printf '%s=%s' "$1" "$version"
        return
      fi
    done
    return 1
  fi
  printf %s "$1"
}

release() { # package : a held one is let go as long as it changes
  if is_held "$1" && apt-mark unhold "$1" >/dev/null 2>&1; then let_go="$let_go$1 "; fi
}

# One call for all packages whose needs are met. What it could not do, each step tries alone, so
# that one wrong name does not take the others along.
prepare_packages() { # number "needed steps" package version-or-nothing …
  missing= unknown=
  find_missing "$@"
  if [ -n "$unknown" ] || { [ -n "$missing" ] && ! install $missing >/dev/null; }; then
    apt-get -q update >/dev/null 2>&1
    missing=
    find_missing "$@"
    # shellcheck disable=SC2086
    [ -z "$missing" ] || install $missing >/dev/null
  fi
}

find_missing() { # as prepare_packages
  while [ $# -gt 0 ]; do
    # shellcheck disable=SC2086
    if is_good $2 && ! is_installed "$3" "$4"; then
      release "$3"
      has "$fresh" "$3" || fresh="$fresh$3 "
      if word=$(named "$3" "$4"); then missing="$missing $word"; else unknown=yes; fi
    fi
    shift 4
  done
}

put_package() { # package version hold, both empty where nobody cares
  if has "$fresh" "$1"; then changed=0; else changed=100; fi
  if ! is_installed "$1" "$2"; then
    release "$1"
    reason=$(get_package "$1" "$2") || { hold_again "$1"; fail "$reason"; }
    changed=0
  fi
  case $3 in
    yes) is_held "$1" || { mark_package hold "$1"; has "$let_go" "$1" || changed=0; } ;;
    no) ! is_held "$1" || { mark_package unhold "$1"; changed=0; } ;;
    *) hold_again "$1" ;;
  esac
  [ $changed = 100 ] || mark_due
  return $changed
}

get_package() { # package version
  word=$(named "$1" "$2") || {
    offered=$(offered "$1" | head -n 9 | tr '\n' ' ')
    fail "no version of $1 that can be had is $2: there is ${offered:-none}"
  }
  said=$(install "$word") || fail "$said"
  is_installed "$1" "$2" ||
    fail "apt-get ended well, but the package is not there: is it virtual?"
}

mark_package() { # hold-or-unhold package
  said=$(apt-mark "$1" "$2" 2>&1) || fail "$said"
}

hold_again() { # package
  ! has "$let_go" "$1" || mark_package hold "$1"
}

remove_package() { # package
  is_installed "$1" || return 100
  ! is_held "$1" || mark_package unhold "$1"
  # dpkg refuses where another package needs it; apt-get would remove that one too.
  said=$(dpkg --remove "$1" 2>&1) || fail "$said"
  mark_due
}
"""
