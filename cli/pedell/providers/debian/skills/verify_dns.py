"""A proof that a name server answers a question as expected (RFC 1035)."""

import re

from pedell.model import Spec
from pedell.providers.debian.skills.proofs import proof
from pedell.providers.debian.skills.skill import Words, text
from pedell.providers.debian.skills.verify_tcp import HOME

QUERY = re.compile(r"(?=.{1,253}$)[\x21-\x2d\x2f-\x7e]{1,63}(?:\.[\x21-\x2d\x2f-\x7e]{1,63})*\.?")

_PROGRAM = r"""
my ($server, $port, $type, $name, $is_open, @wanted) = @ARGV;
my %number = (
  A => 1, NS => 2, CNAME => 5, PTR => 12, MX => 15, TXT => 16, AAAA => 28, SRV => 33);
my %meaning = (1 => "it does not understand the question", 2 => "it failed itself (SERVFAIL)",
  3 => "no such name", 5 => "it refuses to answer");
my $asked = $name;
$asked = join(".", reverse split /\./, $1) . ".in-addr.arpa"
  if $type eq "PTR" and $name =~ /^([\d.]+)$/;
sub plain {
  my $one = lc shift; $one =~ s/\.$//; my $v6 = inet_pton(AF_INET6, $one);
  $v6 ? inet_ntop(AF_INET6, $v6) : $one;
}
my $expected = join ", ", sort map { plain($_) } @wanted;

sub name_at {
  my ($said, $at) = @_; my ($hops, $next, @parts) = (0);
  while (my $length = unpack "C", substr $$said, $at, 1) {
    if ($length >= 192) {
      die "a name in circles\n" if $hops++ > 60;
      $next = $at + 2 unless defined $next; $at = unpack("n", substr $$said, $at, 2) & 0x3fff; next;
    }
    push @parts, substr $$said, $at + 1, $length; $at += 1 + $length;
  }
  return (join(".", @parts), defined $next ? $next : $at + 1);
}

sub value_at {
  my ($said, $at, $length) = @_; my $data = substr $$said, $at, $length;
  return inet_ntoa($data) if $type eq "A";
  return inet_ntop(AF_INET6, $data) if $type eq "AAAA";
  return join "", unpack "(C/a)*", $data if $type eq "TXT";
  return unpack("n", $data) . " " . (name_at($said, $at + 2))[0] if $type eq "MX";
  return join " ", unpack("n3", $data), (name_at($said, $at + 6))[0] if $type eq "SRV";
  return (name_at($said, $at))[0];
}

sub talk {
  my ($kind, $query) = @_; my $is_tcp = $kind == SOCK_STREAM; my $said = "";
  my $line = IO::Socket::IP->new(
    PeerHost => $server, PeerPort => $port, Type => $kind, Timeout => left(3))
    or die clean($@ || $!) . "\n";
  $line->send($is_tcp ? pack("n/a*", $query) : $query);
  while (1) {
    IO::Select->new($line)->can_read(left(2)) or die "no answer\n";
    my $piece; defined $line->recv($piece, 65535) or die clean($!) . "\n";
    if (!$is_tcp) { return $piece if substr($piece, 0, 2) eq substr($query, 0, 2); next }
    die "it closed the line\n" unless length $piece; $said .= $piece;
    return substr $said, 2 if length $said > 2 and length $said >= 2 + unpack "n", $said;
  }
}

sub answers {
  my $query = pack("n6", int rand 65536, 0x0100, 1, 0, 0, 0)
    . join("", map { pack "C/a*", $_ } split /\./, $asked) . pack "C n n", 0, $number{$type}, 1;
  my $said = talk(SOCK_DGRAM, $query);
  $said = talk(SOCK_STREAM, $query) if unpack("n", substr $said, 2, 2) & 0x0200;
  my (undef, $flags, $questions, $count) = unpack "n4", $said;
  my ($code, $at, @found) = ($flags & 15, 12);
  for (1 .. $questions) { (undef, $at) = name_at(\$said, $at); $at += 4 }
  for (1 .. $count) {
    (undef, $at) = name_at(\$said, $at);
    my ($kind, undef, undef, $length) = unpack "n n N n", substr $said, $at, 10;
    push @found, plain(value_at(\$said, $at + 10, $length)) if $kind == $number{$type};
    $at += 10 + $length;
  }
  return ($code, sort @found);
}

attempt(sub {
  my $about = "$name $type: expected " . ($is_open ? "an answer" : $expected || "none");
  my ($code, @found) = eval { local $SIG{__WARN__} = sub { die "it is garbled\n" }; answers() };
  return "$about, from $server port $port came nothing: " . clean($@) if $@;
  my $found = join ", ", @found;
  return "" if $is_open ? @found : $found eq $expected && ($code == 0 || $code == 3);
  my $why = clean($found) || $meaning{$code} || ($code ? "error $code" : "no record of this type");
  return ("$about, $server said: $why", $code == 0 || $code == 3);
});
"""


def _arguments(name: str, spec: Spec) -> Words:
    answers = spec.get("answers")
    wanted = [str(one) for one in answers] if isinstance(answers, list | tuple) else []
    return (
        text(spec, "server") or HOME,
        text(spec, "port") or "53",
        text(spec, "type") or "A",
        text(spec, "query") or name,
        "" if "answers" in spec else "open",
        *wanted,
    )


def _unfit(name: str, spec: Spec) -> str:
    query = text(spec, "query") or name
    return "" if QUERY.fullmatch(query) else f"{query!r} cannot be asked of a name server"


VERIFY_DNS = proof("verify_dns", _PROGRAM, _arguments, _unfit)
