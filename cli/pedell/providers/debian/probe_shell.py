"""The shell of a look: what every probe begins and ends with. POSIX sh and GNU coreutils."""

# The whole script is one function: a shell that got only half of it finds a syntax error and does
# nothing. Answers are words that end in NUL, since no path can hold one.
HEAD = r"""pedell() {
umask 077
root=@ROOT@
cd "${root:-/}" || exit 3
PEDELL_ROOT=$root LC_ALL=C.UTF-8 PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export PEDELL_ROOT LC_ALL PATH
library=$root/var/lib/pedell
newline='
'
describe='%n\0%F\0%a\0%U\0%G\0%s\0'

# While a run changes things nobody can say what stands there.
if [ -r "$library" ]; then
  exec 9<"$library"
  flock -s -w 60 9 || exit 95
  exec 9<&-
fi

sweep_parts() { # path… : what runs that are over have left beside files
  for left do
    [ -L "$left" ] || { [ -e "$left" ] && [ -O "$left" ]; } || continue
    if [ -r "$library" ]; then flock -n "$library" rm -rf -- "$left"; else rm -rf -- "$left"; fi
  done
}

sweep_stages() { # path… : what was unpacked by shells that have ended
  for left do
    [ ! -L "$left" ] && [ -d "$left" ] && [ -O "$left" ] || continue
    shell=${left##*/pedell-stage.}
    case $(2>/dev/null tr '\0' ' ' <"/proc/${shell%%.*}/cmdline") in
      *pedell-stage*) ;;
      *) rm -rf -- "$left" ;;
    esac
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

sum_files() { # path… : into $sums, one line each, which begins with the sum
  sums=$(sha256sum -- "$@" 2>/dev/null)
  set -f
  IFS=$newline
  # Words on purpose: in its lines sha256sum writes a line break of a name in another way.
  # shellcheck disable=SC2086
  count_words $sums
  unset IFS
  set +f
  [ $words -eq $# ] || sums=$( # one of them went away meanwhile
    for path do
      sum=$(sha256sum <"$path" 2>/dev/null) || sum=-
      printf '%s\n' "$sum"
    done
  )
}

count_words() {
  words=$#
}

show_paths() { # word option-or-nothing path… : what stands at those where anything does
  word=$1 option=$2
  shift 2
  for path do
    shift
    if [ -e "$path" ] || [ -L "$path" ]; then set -- "$@" "$path"; fi
  done
  [ $# -eq 0 ] || stat ${option:+"$option"} --printf "$word\0$describe" -- "$@" 2>/dev/null
}

show_files() { # known sums, one word a path, then the paths
  known=$1
  shift
  sum_files "$@"
  for path do
    sum=${sums%%[ "$newline"]*} sums=${sums#*"$newline"} mine=${known%% *} known=${known#* }
    sum=${sum#\\} # which stands before a name with a line break
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
sweep_stages "${TMPDIR:-/tmp}"/pedell-stage.*
printf 'end\0'
}
pedell </dev/null
exit 0
"""
