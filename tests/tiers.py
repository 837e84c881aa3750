"""Tells which tiers of tests can run on this machine, and what the others lack.

Tiers 0 and 1 need nothing. ``python3 -m tests.tiers 2`` prints the Debian packages of a tier; it
runs before anything is installed, so this file uses the standard library alone.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REQUIRED = "PEDELL_REQUIRE_TIERS"


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that a tier stands on; ``lack`` says what is missing, empty where nothing is."""

    lack: Callable[[], str]
    package: str = ""


def _program(name: str, package: str) -> Need:
    def lack() -> str:
        # Servers live in folders that the PATH of an ordinary user leaves out.
        places = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
        found = shutil.which(name, path=places)
        return "" if found else f"{name} is not installed (Debian package {package})"

    return Need(lack, package)


def _named_by(variable: str) -> Need:
    def lack() -> str:
        path = os.environ.get(variable, "")
        if not path:
            return f"{variable} names no program"
        is_program = Path(path).is_file() and os.access(path, os.X_OK)
        return "" if is_program else f"{variable}={path} is no program that can be run"

    return Need(lack)


def _file_named_by(variable: str) -> Need:
    def lack() -> str:
        path = os.environ.get(variable, "")
        if not path:
            return f"{variable} names no file"
        return "" if Path(path).is_file() else f"{variable}={path} is no file"

    return Need(lack)


def find_postgresql() -> str:
    """Return the folder of PostgreSQL's programs, which Debian leaves out of every PATH."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return str(folder)
    found = shutil.which("initdb")
    return str(Path(found).parent) if found else ""


def _lacks_postgresql() -> str:
    return "" if find_postgresql() else "initdb is not installed (Debian package postgresql)"


def _file(path: str, package: str) -> Need:
    return Need(
        lambda: "" if Path(path).exists() else f"{path} is missing (package {package})", package
    )


_ROOT = Need(lambda: "" if os.geteuid() == 0 else "only root may start containers")
_CONTAINER = """
mount -t tmpfs tmpfs /run
mkdir /run/upper /run/work /run/root
mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work /run/root
ip link add here type veth peer name there
"""


@cache
def _lacks_containers() -> str:
    """Try what a container is made of: in a container of others even root may lack it."""
    alone = ("unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc")
    if os.geteuid() != 0 or not all(shutil.which(name) for name in (alone[0], "ip")):
        return ""  # the other needs say so
    done = subprocess.run([*alone, "sh", "-ec", _CONTAINER], capture_output=True, check=False)
    why = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
    return f"this system makes no containers: {why}" if done.returncode else ""


NEEDS: Mapping[int, Mapping[str, Need]] = {
    2: {
        "ssh": _program("ssh", "openssh-client"),
        "sshd": _program("sshd", "openssh-server"),
        "freeradius": _program("freeradius", "freeradius"),
        "eapol_test": _program("eapol_test", "eapoltest"),
        "dnsmasq": _program("dnsmasq", "dnsmasq-base"),
        "openssl": _program("openssl", "openssl"),
        "own network": Need(lambda: _lacks_containers() or _ROOT.lack()),
        "ansible": _program("ansible", "ansible-core"),
        "ansible-inventory": _program("ansible-inventory", "ansible-core"),
    },
    3: {
        "root": _ROOT,
        "systemd-nspawn": _program("systemd-nspawn", "systemd-container"),
        "mmdebstrap": _program("mmdebstrap", "mmdebstrap"),
        "keys of Debian": _file(
            "/usr/share/keyrings/debian-archive-keyring.gpg", "debian-archive-keyring"
        ),
        "ip": _program("ip", "iproute2"),
        "ssh": _program("ssh", "openssh-client"),
        "containers": Need(_lacks_containers),
    },
    4: {
        **{name: _named_by(name) for name in ("NANOHUB_BIN", "NANOMDM_BIN", "KMFDDM_BIN")},
        "NANOMDM_SCHEMA": _file_named_by("NANOMDM_SCHEMA"),
        "postgresql": Need(_lacks_postgresql, "postgresql"),
    },
}
LOWEST = 0


def missing(tier: int, names: Iterable[str] = ()) -> str:
    """Say what this machine lacks for ``names`` of a tier (all of it, if left out), or nothing.

    Raises KeyError for a name that the tier does not list: a typing error must not skip a test.
    """
    needs = NEEDS.get(tier, {})
    lacks = (needs[name].lack() for name in (tuple(names) or needs))
    return "; ".join(lack for lack in lacks if lack)


def required() -> frozenset[int]:
    """Return the tiers that may not be skipped here, as the environment says."""
    words = os.environ.get(REQUIRED, "").split(",")
    return frozenset(int(word) for word in words if word.strip())


def packages(tiers: Iterable[int]) -> list[str]:
    """Return the Debian packages that these tiers stand on."""
    needs = (need for tier in tiers for need in NEEDS.get(tier, {}).values())
    return sorted({need.package for need in needs if need.package})


if __name__ == "__main__":
    print(*packages(int(word) for word in sys.argv[1:]), sep="\n")
