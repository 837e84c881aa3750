"""A proof that a web server, or a proxy before it, answers a request as expected (RFC 9110)."""

import re

from pedell.model import Spec
from pedell.providers.debian.skills.proofs import proof
from pedell.providers.debian.skills.skill import Words, text

URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9._-]+|\[[0-9a-fA-F:]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[\x21-\x7e]*)?"
)

_PROGRAM = r"""
my ($scheme, $host, $port, $path, $address, $proxy, $status, $text, $anchor) = @ARGV;
my $file = "$ENV{PEDELL_STAGED}.anchor";
my ($there, $door) = length $proxy ? $proxy =~ /^(.*):(\d+)$/ : ($address || $host, $port);
$there =~ s/^\[|\]$//g;
my $bare = $host =~ s/^\[|\]$//gr;
my $is_name = $bare !~ /:|^[\d.]+$/;
my $named = $host . ($port == ($scheme eq "https" ? 443 : 80) ? "" : ":$port");
my $target = length $proxy && $scheme eq "http" ? "http://$named$path" : $path;
my $request = "GET $target HTTP/1.0\r\nHost: $named\r\nUser-Agent: pedell\r\nAccept: */*\r\n"
  . "Connection: close\r\n\r\n";
write_to($file, $anchor) if length $anchor;

sub heard {
  my ($line, $most) = @_; my $said = "";
  while (length $said < $most and IO::Select->new($line)->can_read(left(5))) {
    sysread($line, $said, 65536, length $said) or last;
  }
  return $said;
}

sub ask_plainly {
  my ($words, $most) = @_;
  my $line = IO::Socket::IP->new(
    PeerHost => $there, PeerPort => $door, Type => SOCK_STREAM, Timeout => left(3))
    or die clean($@ || $!) . "\n";
  print $line $words; $line->flush;
  return heard($line, $most);
}

sub ask_safely {
  my @command = ("openssl", "s_client", "-quiet", "-verify_return_error", "-connect",
    length $proxy ? "$host:$port" : "$there:$door");
  if (length $proxy) {
    my $said = ask_plainly("CONNECT $host:$port HTTP/1.0\r\nHost: $host:$port\r\n\r\n", 12);
    return $said unless $said =~ m{^HTTP/\S+ 2};
    push @command, "-proxy", $proxy;
  }
  push @command, "-servername", $bare if $is_name;
  push @command, $is_name ? "-verify_hostname" : "-verify_ip", $bare;
  push @command, "-CAfile", $file if length $anchor;
  pipe my $in, my $out or die "$!\n";
  my $child = open my $line, "-|"; die "cannot start openssl\n" unless defined $child;
  if (!$child) {
    open STDIN, "<&", $in; open STDERR, ">&", \*STDOUT; close $out;
    exec @command or print "openssl is not there: the package openssl brings it"; exit 1;
  }
  close $in; print $out $request; $out->flush;
  my $said = heard($line, 1048576); kill "TERM", $child; close $out; close $line;
  return $1 if $said =~ m{^(HTTP/.*)}ms;
  die "no trust: $1\n" if $said =~ /verify error:num=\d+:([^\n]*)/;
  die clean($said =~ /:error:[^:\n]*:[^:\n]*:[^:\n]*:([^:\n]+)/ ? $1 : $said) . "\n";
}

attempt(sub {
  my $about = "$scheme://$named$path" . (length $proxy ? " by the proxy $proxy" : "");
  my $said = eval { $scheme eq "https" ? ask_safely() : ask_plainly($request, 1048576) };
  return "$about: expected status $status, came nothing: " . clean($@) if $@;
  my ($came) = $said =~ m{^HTTP/\S+ (\d{3})};
  return "$about: expected status $status, what came is not HTTP" unless $came;
  return ("$about: expected status $status, came $came", $came < 500) if $came != $status;
  my ($head, $body) = split /\r?\n\r?\n/, $said, 2;
  return "" if !length $text || index(defined $body ? $body : "", $text) >= 0;
  return ("$about: expected \"" . clean($text) . "\" in it, it is not there", 1);
});
"""


def _arguments(_name: str, spec: Spec) -> Words:
    found = URL.fullmatch(text(spec, "url"))
    parts = found.groupdict("") if found else {}
    scheme = parts.get("scheme", "")
    return (
        scheme,
        parts.get("host", ""),
        parts.get("port") or ("443" if scheme == "https" else "80"),
        parts.get("path") or "/",
        text(spec, "address"),
        text(spec, "proxy"),
        text(spec, "status") or "200",
        text(spec, "contains"),
        text(spec, "anchor"),
    )


def _unfit(_name: str, spec: Spec) -> str:
    if not spec or URL.fullmatch(text(spec, "url")):
        return ""
    return f"{text(spec, 'url')!r} is no address of a web page that can be asked for"


VERIFY_HTTP = proof("verify_http", _PROGRAM, _arguments, _unfit)
