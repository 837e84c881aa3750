"""A proof that a DHCP server offers a device its address (RFC 2131).

The server is asked as by a relay: by unicast, over its own address in the network in question. It
answers to that address, where the answer is heard on the loopback. So nothing is seen outside, no
lease is taken, and the server's interfaces need no other end. It hears no server that takes its
packets off the wire itself (Kea with ``dhcp-socket-type: raw``).
"""

import re

from pedell.model import Spec
from pedell.providers.debian.skills.proofs import proof
from pedell.providers.debian.skills.skill import Words, text

MAC = re.compile(r"[0-9a-fA-F]{2}(?:[:-]?[0-9a-fA-F]{2}){5}")

_PROGRAM = r"""
my ($server, $mac, $wanted) = @ARGV;
my $own = inet_aton($server); my $hardware = pack "H12", $mac;
my $about = join(":", unpack "(a2)6", $mac) . ": expected " . ($wanted || "an address");
my $every = unpack "S", pack "n", 3; # ETH_P_ALL
socket(my $ear, 17, SOCK_RAW, $every) or done("only root may listen to answers: " . clean($!));
open my $index, "<", "/sys/class/net/lo/ifindex" or done("there is no loopback");
my $loopback = pack "S n l S C C x8", 17, 3, <$index>, 0, 0, 0;
bind $ear, $loopback or done("cannot listen on the loopback: " . clean($!));
socket(my $mouth, PF_INET, SOCK_DGRAM, 0) or done(clean($!));
bind $mouth, pack_sockaddr_in(0, $own)
  or done("$server is no address of this server: " . clean($!));

sub offer {
  my $exchange = pack "N", int rand 2**32;
  my $packet = pack "C4 a4 n n a4 a4 a4 a4 a16 x192 a4 C3 C", 1, 1, 6, 1, $exchange, 0, 0,
    "", "", "", $own, $hardware, "\x63\x82\x53\x63", 53, 1, 1, 255;
  send $mouth, $packet, 0, pack_sockaddr_in(67, $own) or return;
  my $until = time + left(4);
  while (time < $until) {
    IO::Select->new($ear)->can_read(1) or next;
    defined recv $ear, my $frame, 65535, 0 or next;
    my $at = index $frame, $exchange; next if $at < 4 or length $frame < $at + 240;
    next if ord(substr $frame, $at - 4, 1) != 2 or substr($frame, $at + 24, 6) ne $hardware;
    return inet_ntoa(substr $frame, $at + 12, 4);
  }
  return;
}

attempt(sub {
  my $came = offer();
  return "" if $wanted eq "none" and !defined $came;
  return "$about, nobody on $server offers one: does a DHCP server run that knows this network "
    . "and device?" unless defined $came;
  return "" if !length $wanted or $came eq $wanted;
  return ("$about, the server offers $came", 1);
});
"""


def _arguments(_name: str, spec: Spec) -> Words:
    mac = text(spec, "mac").replace(":", "").replace("-", "").lower()
    return (text(spec, "server"), mac, text(spec, "address"))


def _unfit(_name: str, spec: Spec) -> str:
    mac = text(spec, "mac")
    return "" if not spec or MAC.fullmatch(mac) else f"{mac!r} is no MAC address"


VERIFY_DHCP = proof("verify_dhcp", _PROGRAM, _arguments, _unfit)
