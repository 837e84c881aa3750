"""A proof that the school's RADIUS lets its devices in: eapol_test with their very Wi-Fi settings.

The settings go the way that leads to a tablet, over Apple's payload, and from there to what
wpa_supplicant reads. Its program takes the RADIUS client's secret as an argument, which other
users of that server can read for as long as it runs: let a client of its own stand for 127.0.0.1.
"""

from collections.abc import Mapping

from pedell.model import Sealed, Spec
from pedell.payloads.apple import SealedFile
from pedell.payloads.wpa import Network, network_of_spec, write_block
from pedell.providers.debian.marks import Text
from pedell.providers.debian.skills.proofs import proof
from pedell.providers.debian.skills.skill import Words, text
from pedell.providers.debian.skills.verify_tcp import HOME

CLIENT = "client"
"""The secret of the RADIUS client, among ``secrets``."""
FIELDS = (
    "ssid", "security", "eap", "username", "server_names", "certificate", "anchor", "anchors",
)  # fmt: skip
OPENED = ("user_password", "identity", "identity_password")

_PROGRAM = r"""
my ($address, $port, $vlan, $ssid, $account, $names) = @ARGV;
my ($staged, $secret, $block, %file) = ($ENV{PEDELL_STAGED}, "", "");
sub bytes_of { my $digits = shift; $digits =~ s/\s//g; pack "H*", $digits }
sub decode64 {
  my $said = shift; $said =~ tr{A-Za-z0-9+/}{}cd; $said =~ tr{A-Za-z0-9+/}{ -_};
  join "", map { unpack "u", chr(32 + length($_) * 3 / 4) . $_ } $said =~ /(.{1,60})/gs;
}
my %part = (
  a => sub { $file{anchor} .= shift }, b => sub { $block .= shift },
  c => sub { $secret = bytes_of(shift) }, p => sub { $file{password} = bytes_of(shift) },
  i => sub { $file{identity} = decode64(bytes_of(shift)) });
open my $in, "<", $staged or done("its settings did not arrive");
while (<$in>) { /^(\w) (.*)$/s and $part{$1}->($2) }
write_to("$staged.$_", $file{$_}) for keys %file;

sub own_name { # as a device does where nobody names an account: by its certificate
  open my $noise, ">&", \*STDERR; open STDERR, ">", "/dev/null";
  open my $said, "-|", "openssl", "pkcs12", @_, "-in", "$staged.identity", "-nokeys", "-clcerts",
    "-passin", "file:$staged.password" or return "";
  my $pem = join "", <$said>; open STDERR, ">&", $noise;
  return "" unless $pem =~ /BEGIN/;
  write_to("$staged.own", $pem);
  open my $subject, "-|", "openssl", "x509", "-in", "$staged.own", "-noout", "-subject",
    "-nameopt", "multiline,utf8" or return "";
  join("", <$subject>) =~ /commonName\s*= ([^\n]+)/ ? $1 : "";
}
if ($file{identity} && $block !~ /^ +identity=/m) {
  $account = own_name() || own_name("-legacy") || "anonymous";
  $block .= "  identity=" . unpack("H*", $account) . "\n";
}
$block .= "  ca_cert=\"$staged.anchor\"\n" if $file{anchor};
$block .= "  private_key=\"$staged.identity\"\n" if $file{identity};
write_to("$staged.conf", "network={\n$block}\n");
my $network = pack "H*", $ssid;
my $place = unpack "H*", "02-00-00-00-00-01:$network";
my @command = ("eapol_test", "-c", "$staged.conf", "-a", $address, "-p", $port, "-s", $secret,
  "-r", "0", "-N30:x:$place");

sub join_network {
  my $child = open my $said, "-|"; done("cannot start eapol_test: $!") unless defined $child;
  if (!$child) { open STDERR, ">&", \*STDOUT; exec @command, "-t", left(8) or exit 127 }
  local $/; my $all = <$said>; close $said;
  return (defined $all ? $all : "", $?);
}

sub reason { # why nobody got in, and whether that was an answer
  my $said = shift; my $let_in = $said =~ /Access-Accept/; my $kept_out = $said =~ /Access-Reject/;
  if ($said =~ /EAP-TLS-CERT-ERROR [^\n]*subject=\x27([^\n]*)\x27 err=\x27([^\n]*)\x27/) {
    my ($whose, $why) = (clean($1), clean($2));
    return ("the certificate of the server ($whose) carries none of the names that devices trust: "
      . $names, 1) if $why =~ /^Domain .*mismatch/;
    return ("devices would not trust the certificate of the server ($whose): $why", 1);
  }
  return ("the certificate that devices trust cannot be read", 1)
    if $said =~ /Failed to set TLS connection parameters/ && $said =~ /root certificate.*fail/i;
  return ("the identity of the devices cannot be opened: is its password right?", 1)
    if $said =~ /Failed to load private key/;
  return ("the server answers with another secret than that of this client", 1)
    if $said =~ /invalid (?:message )?authenticator/i;
  return ("the server offers none of the methods of the devices", 1)
    if $kept_out && $said !~ /EAP-METHOD [^\n]* selected/;
  return ("the server refuses the certificate of the devices ($account)", 1)
    if $kept_out && $said =~ /EAP-METHOD [^\n]*\(TLS\) selected/;
  return ("the server refuses $account: account or password is wrong, or its policy keeps it out",
    1) if $kept_out;
  return ("the server sent no keys for the radio", 1) if $let_in;
  return "no answer from $address port $port: does FreeRADIUS run, and does it know this client "
    . "with this secret?";
}

attempt(sub {
  my ($said, $code) = join_network(); my $shown = clean($network);
  return ("eapol_test is not there: the package eapoltest brings it", 1) if $code >> 8 == 127;
  if ($code || $said !~ /^SUCCESS$/m) {
    my ($why, $is_answer) = reason($said);
    return ("$shown: $why", $is_answer);
  }
  return "" unless length $vlan;
  my @came = $said =~ /Attribute 81 [^\n]*\n\s*Value: ([0-9a-f]+)/g;
  my $came = @came ? pack "H*", $came[-1] : "none"; $came =~ s/^[\x00-\x1f]//;
  return "" if $came eq $vlan;
  return ("$shown: expected VLAN $vlan, the server sent " . clean($came), 1);
});
"""


def _network(spec: Spec) -> Network:
    secrets = spec.get("secrets")
    opened = {
        name: one
        for name, one in (secrets.items() if isinstance(secrets, Mapping) else ())
        if name in OPENED
    }
    said = {field: spec[field] for field in FIELDS if field in spec}
    return network_of_spec({**said, **opened})


def _content(_name: str, spec: Spec) -> Text:
    """Write the settings, each line with what it is part of: block, anchor, identity, secrets."""
    network = _network(spec)
    marks: dict[str, Sealed] = {}

    def mark(sealed: Sealed) -> str:
        marks[sealed.name] = sealed
        return f"⟦secret:{sealed.name}⟧"

    block = write_block(network.fields, mark).splitlines()[1:-1]
    lines = [
        *(f"b {line}" for line in block),
        *(f"a {line}" for line in network.anchor.split("\n")),
    ]
    if isinstance(network.identity, SealedFile):
        lines.append(f"i {mark(network.identity.secret)}")
    secrets = spec.get("secrets")
    named = secrets if isinstance(secrets, Mapping) else {}
    for sign, name in (("p", "identity_password"), ("c", CLIENT)):
        one = named.get(name)
        if isinstance(one, Sealed):
            lines.append(f"{sign} {mark(one)}")
    return Text("\n".join([*lines, ""]), marks, lambda value: value.encode().hex())


def _arguments(_name: str, spec: Spec) -> Words:
    names = spec.get("server_names")
    return (
        text(spec, "address") or HOME,
        text(spec, "port") or "1812",
        text(spec, "vlan"),
        text(spec, "ssid").encode().hex(),
        text(spec, "username"),
        ", ".join(map(str, names)) if isinstance(names, list | tuple) else "",
    )


def _unfit(_name: str, spec: Spec) -> str:
    try:
        if spec:
            _content("", spec)
    except (ValueError, KeyError) as error:
        return f"no device could join: {error}"
    return ""


VERIFY_EAP = proof("verify_eap", _PROGRAM, _arguments, _unfit, _content)
