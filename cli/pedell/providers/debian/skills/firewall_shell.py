"""The shell of a firewall: checked, loaded as a whole, and taken back unless somebody confirms it.

A ruleset that lets nobody in cannot be mended from afar. So it is first in the kernel alone: its
file, from which it comes back at every start, is written by whoever comes in over a new connection.
"""

LOADED = r"""
loaded_sum() { # name of the firewall : what stands in its file and in the kernel, or nothing
  listed=$(nft -s list table inet "pedell_$1" 2>/dev/null) &&
    file=$(sha256sum <"$root/etc/nftables.d/pedell-$1.nft") &&
    printf '%s %s' "${file%% *}" "$(printf '%s\n' "$listed" | sha256sum | cut -c 1-64)"
}

is_loaded() { # name
  sums=$(loaded_sum "$1") && [ "$sums" = "$(cat "$root/var/lib/pedell/firewall/$1" 2>/dev/null)" ]
}
"""

# Waits in the background for the script to end, which may install packages for minutes, and then
# for the confirmation. Whoever makes the folder "decided" first has the say.
WATCH = r"""#!/bin/sh
# words: the process of the script, seconds
cd "${0%/*}" || exit
read -r name <name
token=${PWD##*/}
root=$(cd ../../../../.. && pwd)
root=${root%/}
confirm=$root/var/lib/pedell/confirm/$token
LC_ALL=C.UTF-8 PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin PEDELL_ROOT=$root
export LC_ALL PATH PEDELL_ROOT
@LOADED@
put() { # staged path
  (umask 022 && mkdir -p -- "${2%/*}") &&
    part=$(mktemp -- "${2%/*}/.XXXXXXXXXX.pedell-part") &&
    cat <"$1" >"$part" && chmod 0644 -- "$part" && sync -- "$part" && mv -fT -- "$part" "$2"
}

keep() {
  unit=pedell-firewall-$name.service
  put new.nft "$root/etc/nftables.d/pedell-$name.nft" &&
    put unit "$root/etc/systemd/system/$unit" &&
    systemctl daemon-reload &&
    systemctl enable "$unit" &&
    systemctl start "$unit" &&
    mkdir -p -- "$root/var/lib/pedell/firewall" &&
    loaded_sum "$name" >"$root/var/lib/pedell/firewall/$name"
}

script=9000 left=$(($2 * 5))
while [ -e name ] && [ ! -e "$confirm" ] && [ "$left" -gt 0 ]; do
  sleep 0.2
  script=$((script - 1))
  if [ "$script" -gt 0 ] && kill -0 "$1"; then continue; fi
  left=$((left - 1))
done
[ -e name ] && mkdir decided || exit
if [ -e "$confirm" ]; then
  keep
else
  nft -f back.nft
  # Who confirms it now learns that it is too late: nothing can be made behind this link.
  ln -sfn /nonexistent/too-late "$confirm"
fi
cd / && rm -rf -- "$OLDPWD"
[ -L "$confirm" ] || rm -f -- "$confirm"
"""

# The caller's address and our port, also behind sudo, which takes them out of the environment.
CALLER = r"""
our_caller() {
  said=${SSH_CONNECTION-} pid=$$
  while [ -z "$said" ] && [ -z "$root" ] && [ "${pid:-1}" -gt 1 ]; do
    said=$(tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null | sed -n 's/^SSH_CONNECTION=//p')
    pid=$(sed -n 's/^PPid:[^0-9]*//p' "/proc/$pid/status" 2>/dev/null)
  done
  printf %s "$said"
}

lets_in() { # rules address port : whether a new TCP connection gets in, the first that fits counts
  perl -MSocket=inet_pton,AF_INET,AF_INET6 -e '
    sub bits {
      my $raw = inet_pton($_[0] =~ /:/ ? AF_INET6 : AF_INET, $_[0]);
      return defined $raw ? unpack("B*", $raw) : "";
    }
    my ($rules, $address, $port) = @ARGV;
    $address =~ s/^::ffff:(?=\d+\.)|%.*//gi;
    my $caller = bits($address);
    for (split /\n/, $rules) {
      my ($verdict, $ports, $nets) = split / /;
      next unless $ports eq "*" or
        grep { my ($low, $high) = split /-/; $low <= $port && $port <= $high } split /,/, $ports;
      next unless $nets eq "*" or grep {
        my ($net, $length) = split m{/};
        my $known = bits($net);
        length $known == length $caller && substr($known, 0, $length) eq substr($caller, 0, $length)
      } split /,/, $nets;
      exit($verdict eq "accept" ? 0 : 1);
    }
    exit 1;
  ' "$1" "$2" "$3"
}
"""

PUT = r"""
put_firewall() { # file name seconds ruleset unit-text door
  command -v nft >/dev/null || fail "nft is not there: the package nftables brings it"
  staged=$stage/nft.$number
  printf %s "$4" >"$staged" || fail "cannot stage it"
  if cmp -s -- "$staged" "$root$1" && is_loaded "$2" &&
    [ "$(systemctl is-enabled "pedell-firewall-$2.service" 2>/dev/null)" = enabled ]; then
    return 100
  fi
  said=$(nft -c -f "$staged" 2>&1) || fail "nft refuses it: $said"
  from=$(our_caller)
  if [ -n "$from" ]; then
    lets_in "$6" "${from%% *}" "${from##* }" || fail "it would shut us out:\
 no rule lets ${from%% *} in on TCP port ${from##* }, over which we come"
  fi
  go_back "$2"
  prepare_way_back "$2" "$5"
  mark_due
  setsid sh "$waiting/watch" "$$" "$3" </dev/null >/dev/null 2>&1 &
  said=$(nft -f "$staged" 2>&1) || { rm -rf -- "$waiting"; fail "nft refuses it: $said"; }
  ask_confirm "${waiting##*/}"
}

# What an earlier run has loaded and nobody confirmed goes now, and not in the middle of this one.
go_back() { # name
  for left in $(ls "$library/waiting" 2>/dev/null); do
    left=$library/waiting/$left
    [ "$(cat "$left/name" 2>/dev/null)" = "$1" ] && mkdir "$left/decided" 2>/dev/null || continue
    nft -f "$left/back.nft" >/dev/null 2>&1
    rm -rf -- "$left" "$library/confirm/${left##*/}"
  done
}

prepare_way_back() { # name unit-text
  old=$(nft -s list table inet "pedell_$1" 2>/dev/null) || old=
  mkdir -p -- "$library/confirm" "$library/waiting" &&
    waiting=$(mktemp -d -- "$library/waiting/firewall.XXXXXXXXXX") &&
    cat <"$staged" >"$waiting/new.nft" && printf %s "$2" >"$waiting/unit" &&
    printf 'table inet pedell_%s\ndelete table inet pedell_%s\n%s\n' "$1" "$1" "$old" \
      >"$waiting/back.nft" &&
    write_watch >"$waiting/watch" && printf '%s\n' "$1" >"$waiting/name" ||
    fail "cannot prepare the way back"
}

remove_firewall() { # file name
  service=pedell-firewall-$2.service
  go_back "$2"
  if [ ! -e "$root$1" ] && ! nft list table inet "pedell_$2" >/dev/null 2>&1; then return 100; fi
  mark_due
  case $(systemctl is-enabled "$service" 2>/dev/null) in
    '' | not-found) ;;
    *) said=$(timeout 90 systemctl disable --now "$service" 2>&1) || fail "$said" ;;
  esac
  if nft list table inet "pedell_$2" >/dev/null 2>&1; then
    said=$(nft delete table inet "pedell_$2" 2>&1) || fail "$said"
  fi
  rm -f -- "$library/firewall/$2" "$root/etc/systemd/system/$service" "$root$1" ||
    fail "cannot remove it"
  systemctl daemon-reload
}
"""
WORK = (
    LOADED
    + CALLER
    + f"""
write_watch() {{
  cat <<'PEDELL_WATCH'
{WATCH.replace("@LOADED@", LOADED)}PEDELL_WATCH
}}
"""
    + PUT
)
