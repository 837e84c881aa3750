"""A FreeRADIUS of the least files on a loopback port, with certificates of its own.

All names and passwords are invented.
"""

import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PORT = 18129
NAME = "radius.gs-nord.example.org"
CLIENT, PASSWORD, OPENS = "s3cret-ap", "Passw0rt # 'ä\"", "p12 'ö"
VLAN = 120

_FILES = {
    "radiusd.conf": """\
prefix = /usr
raddbdir = ${confdir}
logdir = ${confdir}
run_dir = ${confdir}
libdir = /usr/lib/freeradius
name = radiusd
security {
  reject_delay = 0
}
proxy_requests = no
client localhost {
  ipaddr = 127.0.0.1
  secret = @CLIENT@
  require_message_authenticator = yes
}
thread pool {
  start_servers = 1
  max_servers = 4
}
modules {
  files {
    filename = ${confdir}/users
  }
  mschap {
  }
  eap {
    default_eap_type = peap
    tls-config tls-common {
      private_key_file = ${confdir}/server.key
      certificate_file = ${confdir}/server.pem
      ca_file = ${confdir}/ca.pem
      tls_min_version = "1.2"
      tls_max_version = "1.2"
    }
    tls {
      tls = tls-common
    }
    ttls {
      tls = tls-common
      default_eap_type = mschapv2
      use_tunneled_reply = yes
      virtual_server = "inner"
    }
    peap {
      tls = tls-common
      default_eap_type = mschapv2
      use_tunneled_reply = yes
      virtual_server = "inner"
    }
    mschapv2 {
    }
  }
}
server outer {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = @PORT@
  }
  authorize {
    eap {
      ok = return
    }
  }
  authenticate {
    eap
  }
  post-auth {
    Post-Auth-Type REJECT {
      eap
    }
  }
}
server inner {
  authorize {
    files
    mschap
    eap {
      ok = return
    }
  }
  authenticate {
    Auth-Type MS-CHAP {
      mschap
    }
    eap
  }
}
""",
    "users": """\
tablets  Cleartext-Password := "@PASSWORD@"
         Tunnel-Type = VLAN, Tunnel-Medium-Type = IEEE-802, Tunnel-Private-Group-Id = "@VLAN@"
""",
    "dictionary": "",
}
_CERTIFICATES = """
new() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "$@"; }
for ca in ca other; do
  new -x509 -keyout $ca.key -out $ca.pem -days 90 -subj "/CN=$ca" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=keyCertSign,cRLSign
done
for who in server client stranger; do
  case $who in stranger) ca=other ;; *) ca=ca ;; esac
  new -keyout $who.key -out $who.csr -subj "/CN=$who.example.org"
  printf 'subjectAltName=DNS:@NAME@\nextendedKeyUsage=serverAuth,clientAuth\n' >ext
  openssl x509 -req -in $who.csr -CA $ca.pem -CAkey $ca.key -CAcreateserial -days 40 \
    -extfile ext -out $who.pem
  openssl pkcs12 -export -in $who.pem -inkey $who.key -out $who.p12 -passout "pass:$1"
done
"""


@dataclass(frozen=True)
class Radius:
    """Where it stands; its certificates by name: ca, other, server, client, stranger."""

    folder: Path

    def pem(self, name):
        return (self.folder / f"{name}.pem").read_text()

    def identity(self, name):
        return b64encode((self.folder / f"{name}.p12").read_bytes()).decode()


def make_certificates(folder: Path) -> Radius:
    """Write keys and certificates of two authorities, with what they signed."""
    script = _CERTIFICATES.replace("@NAME@", NAME)
    command = ["sh", "-ec", script, "sh", OPENS]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return Radius(folder)


@contextmanager
def running_radius(folder: Path) -> Iterator[Radius]:
    """Start it; leaving ends it."""
    radius = make_certificates(folder)
    password = PASSWORD.replace("\\", "\\\\").replace('"', '\\"')
    filled = {"CLIENT": CLIENT, "PASSWORD": password, "VLAN": str(VLAN), "PORT": str(PORT)}
    for name, text in _FILES.items():
        for mark, value in filled.items():
            text = text.replace(f"@{mark}@", value)  # noqa: PLW2901  # one mark after the other
        (folder / name).write_text(text)
    with serving(folder, folder / "log"):
        yield radius


@contextmanager
def serving(folder: Path, log: Path) -> Iterator[None]:
    """Start FreeRADIUS with the files of this folder; leaving ends it."""
    command = ["/usr/sbin/freeradius", "-X", "-d", str(folder)]
    with log.open("w") as out:
        server = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        end = time.monotonic() + 20
        while "Ready to process requests" not in log.read_text("utf-8", "replace"):
            assert server.poll() is None, log.read_text("utf-8", "replace")[-2000:]
            assert time.monotonic() < end
            time.sleep(0.05)
        yield
    finally:
        server.terminate()
        server.wait()
