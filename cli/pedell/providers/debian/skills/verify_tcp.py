"""A proof that somebody answers on a TCP port."""

from pedell.model import Spec
from pedell.providers.debian.skills.proofs import proof
from pedell.providers.debian.skills.skill import Words, text

HOME = "127.0.0.1"

_PROGRAM = r"""
my ($host, $port) = @ARGV;
attempt(sub {
  my $line = IO::Socket::IP->new(
    PeerHost => $host, PeerPort => $port, Type => SOCK_STREAM, Timeout => left(3));
  return $line ? "" : "expected somebody on $host port $port: " . clean($@ || $!);
});
"""


def _arguments(_name: str, spec: Spec) -> Words:
    return (text(spec, "address") or HOME, text(spec, "port"))


VERIFY_TCP = proof("verify_tcp", _PROGRAM, _arguments)
