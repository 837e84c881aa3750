"""What a cut would leave half done is marked before, so that the next run does the rest."""

LOOK = r"""
is_unfinished() { # mark
  [ -e "$root/var/lib/pedell/unfinished/$1" ]
}
"""
WORK = r"""
begin_work() { # mark : late=yes where an earlier run has not come to its end
  mark=$library/unfinished/$1 late=
  [ ! -e "$mark" ] || late=yes
  mkdir -p -- "${mark%/*}" && : >"$mark" || fail "cannot note that it is not finished"
}

end_work() {
  rm -f -- "$mark"
}
"""
