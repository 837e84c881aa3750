"""What all proofs share: the deadline, the tries, and the word that stays where one succeeded.

A proof asks a running service what its clients will ask it. The word, an imprint of all that the
proof rests on, lies below /var/lib/pedell/proofs; without it, or with another one, there is none.
What asks is written for perl-base, which every Debian has.
"""

import re
from collections.abc import Callable

from pedell.model import Spec
from pedell.providers.debian.marks import Text
from pedell.providers.debian.skills.skill import Skill, Words, text

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@:+-]*")
SECONDS = 15
"""How long a proof may take where nobody says."""

LOOK = r"""
ask_proof() { # mark
  mark=$root/var/lib/pedell/proofs/$1
  [ ! -f "$mark" ] || [ -L "$mark" ] || cat -- "$mark"
}
"""
# A try says nothing where all is as expected, else why not, and whether that was an answer. After
# an answer there are two more tries, because a service that is reloaded still gives old ones for
# a moment; after silence there are tries until the deadline.
WORK = r"""
proving='
use strict; use warnings;
use Socket qw(:DEFAULT inet_pton inet_ntop); use IO::Select; use IO::Socket::IP;
binmode STDOUT, ":raw"; $SIG{PIPE} = "IGNORE";
my $within = shift; my $end = time + $within; my $last = "no answer within $within s";
$SIG{ALRM} = sub { done($last) }; alarm $within + 1;
sub done { print shift; exit 1 }
sub left {
  my $most = shift; my $left = $end - time;
  $left < 1 ? 1 : $left < $most ? $left : $most;
}
sub clean {
  my $said = join " ", split " ", shift; $said =~ tr/\x00-\x1f\x7f/?/;
  substr $said, 0, 120;
}
sub write_to {
  my $path = shift; open my $out, ">", $path or done("cannot stage it: $!");
  print $out @_; close $out or done("cannot stage it: $!");
}
sub attempt {
  my $try = shift; my $answers = 0;
  while (1) {
    my ($said, $is_answer) = $try->();
    exit 0 unless length $said;
    $last = $said; $answers++ if $is_answer;
    done($last) if time >= $end or $answers > 2;
    select undef, undef, undef, $answers > 1 ? 1 : 0.4;
  }
}
'
prove() { # mark word kind program seconds argument…
  mark=$1 word=$2 kind=$3 program=$4 seconds=$5
  shift 4
  remove_proof "$mark" || [ $? = 100 ] || return 1
  mark_due
  said=$(PEDELL_PROOF=$kind PEDELL_STAGED=$stage/$number timeout -k 2 $((seconds + 5)) \
    perl -e "$proving$program" -- "$@" 2>&1) || fail "${said:-it did not end within $seconds s}"
  keep_proof "$mark" "$word"
}

keep_proof() { # mark word
  proofs=$root/var/lib/pedell/proofs
  mkdir -p -- "$proofs" && printf %s "$2" >"$proofs/.$1" && sync -- "$proofs/.$1" &&
    mv -fT -- "$proofs/.$1" "$proofs/$1" || fail "it holds, but that cannot be written down"
}

remove_proof() { # mark
  [ -e "$root/var/lib/pedell/proofs/$1" ] || return 100
  rm -f -- "$root/var/lib/pedell/proofs/$1" || fail "cannot take the old proof away"
}
"""


def proof(
    kind: str,
    program: str,
    arguments: Callable[[str, Spec], Words],
    unfit: Callable[[str, Spec], str] = lambda _name, _spec: "",
    content: Callable[[str, Spec], Text | None] = lambda _name, _spec: None,
) -> Skill:
    """Return the skill of a proof that a program of perl makes of these arguments."""

    def put(name: str, spec: Spec) -> Words:
        words = (_mark(kind, name), word_of(spec), seconds_of(spec), *arguments(name, spec))
        return (f"put_{kind}", *words)

    return Skill(
        ask=lambda name, _spec: ("ask_proof", _mark(kind, name)),
        read=read_proof,
        put=put,
        remove=lambda name, _spec: ("remove_proof", _mark(kind, name)),
        look=LOOK,
        work=WORK + _function(kind, program),
        unfit=lambda name, spec: unfit_name(name) or unfit(name, spec),
        content=content,
        proof=True,
    )


def read_proof(_name: str, spec: Spec, answer: str) -> Spec | None:
    """Tell a proof of what is wanted from none at all.

    Where not every secret can be opened here nobody knows the word: then any proof counts.
    """
    word = text(spec, "proves")
    return {} if answer and word in ("", answer) else None


def unfit_name(name: str) -> str:
    """Say why a proof cannot be called so, or nothing."""
    if NAME.fullmatch(name):
        return ""
    return f"{name!r} cannot name a proof: letters, digits and _.@:+- do"


def word_of(spec: Spec) -> str:
    """Return the word that shall stay."""
    return text(spec, "proves") or "unknown"


def seconds_of(spec: Spec) -> str:
    """Return the deadline."""
    return str(spec.get("within") or SECONDS)


def _mark(kind: str, name: str) -> str:
    return f"{kind}.{name}"


def _function(kind: str, program: str) -> str:
    # the program stands between single quotes, so it holds none
    return f"""
put_{kind}() {{ # mark word seconds argument…
  mark=$1 word=$2
  shift 2
  prove "$mark" "$word" {kind} '{program}' "$@"
}}
"""
