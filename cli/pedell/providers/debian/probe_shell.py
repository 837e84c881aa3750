"""The shell of a look: what every probe begins and ends with. POSIX sh and GNU coreutils."""

# The whole script is one function: a shell that got only half of it finds a syntax error and does
# nothing. Answers are words that end in NUL, since no path can hold one.
HEAD = r"""pedell() {
umask 077
root=@ROOT@
cd "${root:-/}" || exit 3
PEDELL_ROOT=$root LC_ALL=C.UTF-8 PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export PEDELL_ROOT LC_ALL PATH
newline='
'
describe='%n\0%F\0%a\0%U\0%G\0%s\0'

sweep() { # the leftovers of transfers that were cut off
  for left do
    if [ -L "$left" ]; then
      case $left in *.pedell-part) ;; *) continue ;; esac
    else
      { [ -f "$left" ] || [ -d "$left" ]; } && [ -O "$left" ] || continue
    fi
    changed=$(stat -c %Y -- "$left") || continue
    [ $(($(date +%s) - changed)) -lt 3600 ] || rm -rf -- "$left"
  done
}

ask_units() { # verb unit… : one line each, also from a systemctl that leaves unknown ones out
  verb=$1
  shift
  said=$(systemctl "$verb" "$@" 2>/dev/null)
  if [ "$(printf '%s\n' "$said" | wc -l)" -eq $# ]; then
    printf '%s\n' "$said"
  else
    for unit do
      said=$(systemctl "$verb" "$unit" 2>/dev/null)
      said=${said%%"$newline"*}
      printf '%s\n' "${said:-unknown}"
    done
  fi
}

sum_files() { # path… : one line each
  sums=$(sha256sum -z -- "$@" 2>/dev/null | tr '\n\0' '?\n' | cut -c 1-64)
  if [ "$(printf '%s\n' "$sums" | wc -l)" -eq $# ]; then
    printf '%s\n' "$sums"
  else # one of them went away meanwhile
    for path do
      sum=$(sha256sum <"$path" 2>/dev/null) || sum=
      printf '%s\n' "${sum%% *}"
    done
  fi
}

show_files() { # known sums, one word a path, then the paths
  known=$1
  shift
  sums=$(sum_files "$@")
  for path do
    sum=${sums%%"$newline"*} sums=${sums#*"$newline"} mine=${known%% *} known=${known#* }
    printf 'sum\0%s\0%s\0' "$path" "$sum"
    case ,$mine, in *,"$sum",*) continue ;; esac
    [ "$(wc -c <"$path")" -lt @MOST@ ] || continue
    printf 'content\0%s\0%s\0' "$path" "$(base64 -w 0 <"$path")"
  done
}

printf '\0pedell\0'
"""
TAIL = r"""
for unit in "$root"/var/lib/pedell/restart-due/*; do
  [ -e "$unit" ] && printf 'due\0%s\0' "${unit##*/}"
done
sweep "${TMPDIR:-/tmp}"/pedell-stage.*
printf 'end\0'
}
pedell </dev/null
exit 0
"""
